use std::sync::Arc;

use minijinja::{Environment, syntax::SyntaxConfig};

use super::{Engine, ErrorKind, TemplateError, Variables, builtin, compile::Spelling};
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
        let (header, body) = header(file.text());
        let skipped = file.text().len() - body.len();
        let directory = file.path().parent().map(|path| path.to_path_buf());
        let spelling = Spelling::file(body);
        let rendered = match header {
            None => self.render(&spelling, body, vars, directory),
            Some(header) => self
                .environment_for(header)
                .and_then(|own| self.render_in(&own, &spelling, body, vars, directory)),
        };
        match rendered {
            Ok((text, _)) => Ok(text),
            Err(error) => Err(placed(error, file, skipped)),
        }
    }

    /// The environment with what a template's first line asks for.
    fn environment_for(&self, header: &str) -> Result<Environment<'static>, TemplateError> {
        let mut environment = self.inner().environment.clone();
        let syntax = syntax(header)?;
        environment.clear_templates();
        builtin::adopt(&mut environment, &self.inner().sources, syntax);
        Ok(environment)
    }
}

/// Splits off a first line that sets options.
fn header(text: &str) -> (Option<&str>, &str) {
    match text.strip_prefix("#jinja2:") {
        Some(rest) => {
            let (line, body) = rest.split_once('\n').unwrap_or((rest, ""));
            (Some(line), body)
        }
        None => (None, text),
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
