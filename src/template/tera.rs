//! Tera renders `.tera` files. They see the same variables, and our filters where Tera has none of that name.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    error::Error as _,
    path::Path,
    sync::{Arc, PoisonError, Weak},
};

use fancy_regex::Regex;
use minijinja::value::{Kwargs, Value};
use tera::Tera;

use super::{
    Engine, ErrorKind, TemplateError, Variables, engine::Inner, failure, filter, from_json, to_json,
};
use crate::source::{Place, SourceFile};

/// Templates by their names.
pub(super) type Texts = BTreeMap<String, String>;

/// Renders a `.tera` file with the variables that it and the templates it includes mention.
///
/// # Errors
/// The first mistake, with its place in the file where Tera tells it.
pub(super) fn render(
    engine: &Engine,
    file: &Arc<SourceFile>,
    vars: &Arc<dyn Variables>,
) -> Result<String, TemplateError> {
    let name = file.path().display().to_string();
    let texts = gathered(file, &name, vars)?;
    let tera = compiled(engine, &texts).map_err(|error| explained(&error, file, None, vars))?;
    let mut context = tera::Context::new();
    let mut broken = BTreeMap::new();
    for word in texts.values().flat_map(|text| words(text)) {
        match vars.get(word) {
            Some(Ok(value)) => context.insert(word, &to_json(&value)),
            // It fails only where it is really used.
            Some(Err(error)) => _ = broken.insert(word.to_owned(), error),
            None => {}
        }
    }
    tera.render(&name, &context)
        .map_err(|error| explained(&error, file, Some(&broken), vars))
}

/// A file and all that it includes, as found before or compiled now.
fn compiled(engine: &Engine, texts: &Texts) -> tera::Result<Arc<Tera>> {
    let mut known = engine
        .inner()
        .teras
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(tera) = known.get(texts) {
        return Ok(Arc::clone(tera));
    }
    let mut tera = Tera::default();
    tera.autoescape_on(Vec::new());
    adopt(&mut tera, engine);
    tera.add_raw_templates(texts.iter())?;
    let tera = Arc::new(tera);
    known.insert(texts.clone(), Arc::clone(&tera));
    Ok(tera)
}

/// The file and every template that it extends, includes or imports, by the name under which it does.
fn gathered(
    file: &Arc<SourceFile>,
    name: &str,
    vars: &Arc<dyn Variables>,
) -> Result<Texts, TemplateError> {
    let mut texts = BTreeMap::from([(name.to_owned(), file.text().to_owned())]);
    let mut waiting = vec![file.text().to_owned()];
    let beside = file.path().parent().map(Path::to_path_buf);
    while let Some(text) = waiting.pop() {
        for wanted in mentioned(&text)? {
            if texts.contains_key(&wanted) {
                continue;
            }
            let places = beside.iter().cloned().chain(vars.search_path("templates"));
            let Some(path) = places
                .map(|place| place.join(&wanted))
                .find(|path| path.is_file())
            else {
                continue;
            };
            let found = std::fs::read_to_string(&path).map_err(|error| {
                let message = format!("cannot read {}: {error}", path.display());
                TemplateError::new(ErrorKind::Failed, message)
            })?;
            waiting.push(found.clone());
            texts.insert(wanted, found);
        }
    }
    Ok(texts)
}

fn pattern(text: &str) -> Result<Regex, TemplateError> {
    filter::compile(text, false, false)
        .map_err(|error| TemplateError::new(ErrorKind::Failed, error.to_string()))
}

/// The names of templates in `extends`, `include` and `import`.
fn mentioned(text: &str) -> Result<BTreeSet<String>, TemplateError> {
    let tags = pattern(r"\{%-?\s*(?:extends|include|import)\b(.*?)%\}")?;
    let strings = pattern(r#""([^"]*)"|'([^']*)'"#)?;
    let mut names = BTreeSet::new();
    for tag in tags.captures_iter(text).flatten() {
        let inner = tag.get(1).map_or("", |inner| inner.as_str());
        for string in strings.captures_iter(inner).flatten() {
            let name = string.get(1).or(string.get(2));
            names.extend(name.map(|name| name.as_str().to_owned()));
        }
    }
    Ok(names)
}

/// Everything in a text that could be the name of a variable.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()) && !word.is_empty())
        .collect()
}

/// Gives Tera the filters that only we have; their arguments are named there.
fn adopt(tera: &mut Tera, engine: &Engine) {
    for (name, _) in filter::all() {
        if tera.get_filter(name).is_ok() {
            continue;
        }
        let engine = engine.weak();
        let run = move |value: &tera::Value, named: &HashMap<String, tera::Value>| {
            apply(&engine, name, value, named)
        };
        tera.register_filter(name, run);
    }
}

fn apply(
    engine: &Weak<Inner>,
    name: &str,
    value: &tera::Value,
    named: &HashMap<String, tera::Value>,
) -> tera::Result<tera::Value> {
    let mut given = vec![from_json(value)];
    if !named.is_empty() {
        let named: Kwargs = named
            .iter()
            .map(|(name, value)| (name.as_str(), from_json(value)))
            .collect();
        given.push(Value::from(named));
    }
    let engine = engine
        .upgrade()
        .ok_or_else(|| tera::Error::msg("the run is over"))?;
    let mut state = engine.environment.empty_state();
    match state.apply_filter(name, &given) {
        Ok(result) => Ok(to_json(&result)),
        Err(error) => Err(tera::Error::msg(failure::sentence(&error))),
    }
}

/// Turns what Tera says into what a person needs.
fn explained(
    error: &tera::Error,
    file: &Arc<SourceFile>,
    broken: Option<&BTreeMap<String, TemplateError>>,
    vars: &Arc<dyn Variables>,
) -> TemplateError {
    let mut said = error.to_string();
    let mut at = error.source();
    while let Some(deeper) = at {
        said = deeper.to_string();
        at = deeper.source();
    }
    if let Some(name) = between(&said, "Variable `", "` not found") {
        return missing(name, file, broken, vars);
    }
    let kind = match broken {
        None => ErrorKind::Syntax,
        Some(_) => ErrorKind::Failed,
    };
    let mut found = TemplateError::new(kind, summary(&said));
    found.place = Some(position(&said, file).unwrap_or_else(|| Place::new(file, 0, 0)));
    found
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let start = text.find(before)? + before.len();
    let end = text[start..].find(after)? + start;
    Some(&text[start..end])
}

/// The last line of what the parser draws says what it expected.
fn summary(said: &str) -> String {
    match said.rsplit_once("= ") {
        Some((_, expected)) if said.contains("-->") => expected.trim().to_owned(),
        _ => said.trim().to_owned(),
    }
}

/// `--> line:column`, where the parser says it.
fn position(said: &str, file: &Arc<SourceFile>) -> Option<Place> {
    let (line, rest) = said.split_once("--> ")?.1.split_once(':')?;
    let column: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let text = file.text();
    let start: usize = text
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum();
    let offset: usize = text
        .get(start..)?
        .chars()
        .take(column.checked_sub(1)?)
        .map(char::len_utf8)
        .sum();
    Some(Place::new(file, start + offset, start + offset + 1))
}

fn missing(
    path: &str,
    file: &Arc<SourceFile>,
    broken: Option<&BTreeMap<String, TemplateError>>,
    vars: &Arc<dyn Variables>,
) -> TemplateError {
    let root = path.split(['.', '[']).next().unwrap_or(path);
    if let Some(error) = broken.and_then(|broken| broken.get(root)) {
        return error.clone();
    }
    let mut error = TemplateError::new(ErrorKind::Undefined, format!("'{path}' is undefined"));
    error.name = Some(path.into());
    let names = vars.names();
    error.help = failure::nearest(root, names.iter().map(String::as_str));
    if root != path {
        error.help = None;
    }
    let at = file.text().find(path).unwrap_or(0);
    error.place = Some(Place::new(file, at, at + path.len()));
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::fixture;

    fn rendered(text: &str) -> Result<String, TemplateError> {
        let file = SourceFile::new("a.conf.tera", text);
        fixture::engine().file(&file, &fixture::vars())
    }

    #[test]
    fn tera_sees_the_variables_and_our_filters() {
        assert_eq!(
            rendered("{% for n in names %}{{ n | upper }} {% endfor %}{{ web.port }}").unwrap(),
            "ADA BOB EVE 80"
        );
        assert_eq!(rendered("{{ '/a/b' | basename }}").unwrap(), "b");
        assert_eq!(
            rendered("{{ 'a' | hash(hashtype='md5') }}").unwrap().len(),
            32
        );
        assert_eq!(rendered("{{ '<a>' }}").unwrap(), "<a>");
    }

    #[test]
    fn a_file_is_compiled_once() {
        let texts = Texts::from([("once.tera".to_owned(), "{{ word }}".to_owned())]);
        let first = compiled(&fixture::engine(), &texts).unwrap();
        let second = compiled(&fixture::engine(), &texts).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn an_undefined_variable_has_its_place() {
        let error = rendered("a\n{{ wab }}").unwrap_err();
        assert_eq!(error.place.unwrap().to_string(), "a.conf.tera:2:4");
        assert_eq!(error.help.as_deref(), Some("did you mean 'web'?"));
    }

    #[test]
    fn a_syntax_error_has_its_line() {
        let error = rendered("a\nb {{ | }}").unwrap_err();
        assert_eq!(
            (error.kind, error.place.unwrap().line()),
            (ErrorKind::Syntax, 2)
        );
    }

    #[test]
    fn other_templates_are_included() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("b.tera"), "port {{ web.port }}").unwrap();
        let file = SourceFile::new(directory.path().join("a.tera"), "{% include \"b.tera\" %}");
        let text = fixture::engine().file(&file, &fixture::vars()).unwrap();
        assert_eq!(text, "port 80");
    }
}
