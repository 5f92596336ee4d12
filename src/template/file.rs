use std::sync::{Arc, PoisonError};

use minijinja::{Environment, syntax::SyntaxConfig, value::Value};

use super::{
    Engine, ErrorKind, Needs, TemplateError, Variables, builtin, compile::Spelling,
    engine::printed, tera,
};
use crate::source::{Place, SourceFile};

impl Engine {
    /// Renders a template file: a name that ends in `.tera` by Tera, anything else as Jinja2.
    ///
    /// The first line may be `#jinja2: trim_blocks:False, lstrip_blocks:True, …`, as Ansible has it.
    ///
    /// # Errors
    /// The first mistake, with its place in the file.
    pub fn file(
        &self,
        file: &Arc<SourceFile>,
        vars: &Arc<dyn Variables>,
    ) -> Result<String, TemplateError> {
        self.file_with("", file, vars)
    }

    /// The same with options of the caller's, written as the first line would write them; the first line wins.
    ///
    /// # Errors
    /// The first mistake, with its place in the file.
    pub fn file_with(
        &self,
        options: &str,
        file: &Arc<SourceFile>,
        vars: &Arc<dyn Variables>,
    ) -> Result<String, TemplateError> {
        if file
            .path()
            .extension()
            .is_some_and(|ending| ending == "tera")
        {
            return tera::render(self, file, vars);
        }
        let (header, body) = header(file.text())?;
        let skipped = file.text().len() - body.len();
        let directory = file.path().parent().map(|path| path.to_path_buf());
        let options = match header {
            Some(header) => format!("{options},{header}"),
            None => options.to_owned(),
        };
        let spelling = Spelling::file(unended(body, &options));
        let rendered = match options.as_str() {
            "" => self.render(&spelling, body, vars, directory),
            options => self
                .environment_for(options)
                .and_then(|own| self.render_in(&own, &spelling, body, vars, directory)),
        };
        let text = match rendered {
            Ok((text, context)) => match context.only() {
                // What is no text takes no line end from the template.
                Some(value) if value.as_str().is_none() && printed(&value) == text => text,
                None if text.is_empty() && context.is_silent() => text,
                _ => {
                    let text = text.replace("\r\n", "\n");
                    let text = text.strip_suffix('\r').unwrap_or(&text).to_owned();
                    let text = match newline(&options) {
                        Some(sequence) => text.replace('\n', sequence),
                        None => text,
                    };
                    ended_alike(body, text)
                }
            },
            Err(error) => return Err(placed(error, file, skipped)),
        };
        Ok(text)
    }

    /// The same, keeping the type of what is one `{{ }}` and nothing else.
    ///
    /// # Errors
    /// The first mistake, with its place in the file.
    pub(super) fn file_value(
        &self,
        options: &str,
        file: &Arc<SourceFile>,
        vars: &Arc<dyn Variables>,
    ) -> Result<Value, TemplateError> {
        let (header, body) = header(file.text())?;
        let text = self.file_with(options, file, vars)?;
        if header.is_some() || !options.is_empty() {
            return Ok(text.into());
        }
        let sources = &self.inner().sources;
        let Some(whole) = sources.whole(body.strip_suffix('\n').unwrap_or(body)) else {
            return Ok(text.into());
        };
        match self.evaluate(&whole, body, vars)? {
            value if value.as_str().is_some() => Ok(text.into()),
            value => Ok(value),
        }
    }

    /// Says whether a Jinja2 file can be compiled.
    ///
    /// # Errors
    /// The first mistake in its syntax, with its place in the file.
    pub fn check_file(&self, file: &Arc<SourceFile>) -> Result<(), TemplateError> {
        let (header, body) = header(file.text())?;
        let skipped = file.text().len() - body.len();
        let spelling = Spelling::file(unended(body, header.unwrap_or_default()));
        match header {
            None => self.compile(&self.inner().environment, &spelling),
            Some(header) => self
                .environment_for(header)
                .and_then(|own| self.compile(&own, &spelling)),
        }
        .map_err(|error| placed(error, file, skipped))
    }

    /// What a Jinja2 file needs of its variables; nothing where its first line changes the syntax.
    pub fn needs_of_file(&self, file: &SourceFile) -> Needs {
        match header(file.text()) {
            Ok((None, body)) => self.needs_of_text(body),
            _ => Needs::default(),
        }
    }

    /// The environment with what a template's first line asks for.
    pub(super) fn environment_for(
        &self,
        header: &str,
    ) -> Result<Arc<Environment<'static>>, TemplateError> {
        let mut known = self
            .inner()
            .dialects
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(environment) = known.get(header) {
            return Ok(Arc::clone(environment));
        }
        let mut environment = self.inner().environment.clone();
        let syntax = syntax(header)?;
        environment.clear_templates();
        builtin::adopt(&mut environment, &self.inner().sources, syntax);
        let environment = Arc::new(environment);
        known.insert(header.to_owned(), Arc::clone(&environment));
        Ok(environment)
    }
}

/// A template without its last line end, which Jinja2 takes away unless it is told not to.
pub(super) fn unended<'b>(body: &'b str, options: &str) -> &'b str {
    let keeps = options
        .split_once("keep_trailing_newline:")
        .is_some_and(|(_, value)| value.trim_start().to_lowercase().starts_with("true"));
    match keeps {
        true => body,
        false => body.strip_suffix('\n').unwrap_or(body),
    }
}

/// The line end that the options ask for, where it is not the usual one.
fn newline(options: &str) -> Option<&'static str> {
    let (_, wanted) = options.split_once("newline_sequence:")?;
    let wanted = wanted.split(',').next()?.trim().trim_matches(['\'', '"']);
    match wanted {
        "\\r\\n" | "\r\n" => Some("\r\n"),
        "\\r" | "\r" => Some("\r"),
        _ => None,
    }
}

/// The text with at least as many newlines in its end as the template has.
pub(super) fn ended_alike(template: &str, mut text: String) -> String {
    let newlines = |text: &str| text.len() - text.trim_end_matches('\n').len();
    let missing = newlines(template).saturating_sub(newlines(&text));
    text.push_str(&"\n".repeat(missing));
    text
}

/// Splits off a first line that sets options.
pub(super) fn header(text: &str) -> Result<(Option<&str>, &str), TemplateError> {
    let Some(rest) = text.strip_prefix("#jinja2:") else {
        return Ok((None, text));
    };
    match rest.split_once('\n') {
        Some((line, body)) => Ok((Some(line), body)),
        None => Err(TemplateError::new(
            ErrorKind::Syntax,
            "nothing stands behind the '#jinja2:' line",
        )),
    }
}

/// Reads `name:value, name:value`.
fn syntax(header: &str) -> Result<SyntaxConfig, TemplateError> {
    let fail = |what: String| TemplateError::new(ErrorKind::Syntax, what);
    let mut builder = builtin::syntax().to_builder();
    let (mut block, mut variable, mut comment) = (("{%", "%}"), ("{{", "}}"), ("{#", "#}"));
    for pair in header.split(',').filter(|pair| !pair.trim().is_empty()) {
        let (name, value) = pair.split_once(':').ok_or_else(|| {
            fail(format!(
                "'{}' in the '#jinja2:' line has no value",
                pair.trim()
            ))
        })?;
        let value = value.trim();
        let text = value.trim_matches(['\'', '"']);
        let yes = value.eq_ignore_ascii_case("true");
        match name.trim() {
            "trim_blocks" => _ = builder.trim_blocks(yes),
            "lstrip_blocks" => _ = builder.lstrip_blocks(yes),
            "keep_trailing_newline" => _ = builder.keep_trailing_newline(yes),
            "block_start_string" => block.0 = text,
            "block_end_string" => block.1 = text,
            "variable_start_string" => variable.0 = text,
            "variable_end_string" => variable.1 = text,
            "comment_start_string" => comment.0 = text,
            "comment_end_string" => comment.1 = text,
            "newline_sequence" => {}
            other => return Err(fail(format!("'{other}' is no option of a '#jinja2:' line"))),
        }
    }
    builder
        .block_delimiters(block.0.to_owned(), block.1.to_owned())
        .variable_delimiters(variable.0.to_owned(), variable.1.to_owned())
        .comment_delimiters(comment.0.to_owned(), comment.1.to_owned())
        .build()
        .map_err(|error| fail(error.to_string()))
}

/// Turns bytes of the template into a place in its file.
fn placed(mut error: TemplateError, file: &Arc<SourceFile>, skipped: usize) -> TemplateError {
    if error.place.is_none() {
        let range = error.range.clone().unwrap_or(0..0);
        error.place = Some(Place::new(file, range.start + skipped, range.end + skipped));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::fixture;

    fn rendered(text: &str) -> Result<String, TemplateError> {
        fixture::engine().file(&SourceFile::new("a.j2", text), &fixture::vars())
    }

    #[test]
    fn blocks_take_their_line_end_and_the_last_line_end_stays() {
        let text = "{% for name in names %}\n- {{ name }}\n{% endfor %}\nend\n";
        assert_eq!(rendered(text).unwrap(), "- ada\n- bob\n- eve\nend\n");
    }

    #[test]
    fn the_first_line_sets_options() {
        let text = "#jinja2: trim_blocks:False, variable_start_string:'[[', variable_end_string:']]'\n{% if true %}\n[[ web.port ]]{% endif %}\n";
        assert_eq!(rendered(text).unwrap(), "\n80\n");
        assert!(rendered("#jinja2: nonsense:1\n").is_err());
    }

    #[test]
    fn errors_have_their_place_in_the_file() {
        let error = rendered("a\n{% if web.prot == 1 %}{% endif %}").unwrap_err();
        assert_eq!(error.place.unwrap().to_string(), "a.j2:2:7");
        let error = rendered("a\n{% if %}").unwrap_err();
        assert_eq!(error.place.unwrap().line(), 2);
    }

    #[test]
    fn templates_include_and_import_what_stands_beside_them() {
        let directory = tempfile::tempdir().unwrap();
        let put =
            |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        put("b.j2", "[{{ no.such | default(name) }}]");
        put("m.j2", "{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}");
        let text =
            "{% set name = 'x' %}{% include 'b.j2' %}{% import 'm.j2' as m %}{{ m.twice(word) }}";
        let file = SourceFile::new(directory.path().join("a.j2"), text);
        let rendered = fixture::engine().file(&file, &fixture::vars()).unwrap();
        assert_eq!(rendered, "[x]HelloHello");
    }
}
