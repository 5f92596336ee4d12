//! Files on the controller.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{Lookup, search};
use crate::{
    source::SourceFile,
    template::{
        call::{Call, items},
        failure, filter, print,
    },
};

pub(super) const ALL: &[(&str, Lookup)] = &[
    ("file", file),
    ("unvault", |call, terms| {
        let text = |term: &Value| read(call, "files", &print::text(term)).map(Value::from);
        terms.iter().map(text).collect()
    }),
    ("template", template),
    ("fileglob", fileglob),
    ("first_found", first_found),
];

fn read(call: &Call, kind: &str, name: &str) -> Result<String, Error> {
    let context = call.context()?;
    let path = search::find(&context, kind, name)?;
    let bytes = std::fs::read(&path)
        .map_err(|error| failure::plain(format!("cannot read {}: {error}", path.display())))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if !text.starts_with("$ANSIBLE_VAULT;") {
        return Ok(text);
    }
    (context.engine.inner().settings.decrypt)(&text)
        .map_err(|reason| failure::plain(format!("{} cannot be opened: {reason}", path.display())))
}

fn file(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let keep_left = !call.flag(99, "lstrip");
    let keep_right = call.named("rstrip").is_some_and(|value| !value.is_true());
    terms
        .iter()
        .map(|term| {
            let text = read(call, "files", &print::text(term))?;
            let text = if keep_right { &text } else { text.trim_end() };
            Ok(if keep_left { text } else { text.trim_start() }.into())
        })
        .collect()
}

fn template(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let context = call.context()?;
    let extra = call
        .named("template_vars")
        .map(|vars| super::scope::with(&context.vars, vars));
    let vars = extra.unwrap_or_else(|| std::sync::Arc::clone(&context.vars));
    terms
        .iter()
        .map(|term| {
            let name = print::text(term);
            let path = search::find(&context, "templates", &name)?;
            let text = read(call, "templates", &name)?;
            let source = SourceFile::new(path, text);
            context
                .engine
                .file_value(&options(call), &source, &vars)
                .map_err(failure::caused)
        })
        .collect()
}

/// The options of a template as its first line would write them.
fn options(call: &Call) -> String {
    const NAMES: [&str; 5] = [
        "variable_start_string",
        "variable_end_string",
        "comment_start_string",
        "comment_end_string",
        "trim_blocks",
    ];
    let given = |name: &&str| Some(format!("{name}:{}", print::text(&call.named(name)?)));
    NAMES.iter().filter_map(given).collect::<Vec<_>>().join(",")
}

/// The files that match a pattern in the last part of a path, in order.
fn fileglob(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let context = call.context()?;
    let mut found = Vec::new();
    for term in terms {
        let term = print::text(term);
        for pattern in search::candidates(&context, "files", &term) {
            let names = matching(&pattern)?;
            if !names.is_empty() {
                found.extend(names);
                break;
            }
        }
    }
    Ok(found)
}

/// The files that match a pattern in its last part, in order.
pub(in crate::template) fn matching(pattern: &std::path::Path) -> Result<Vec<Value>, Error> {
    let name = pattern.file_name().unwrap_or_default().to_string_lossy();
    let regex = filter::compile(&format!("\\A{}\\z", translated(&name)), false, false)?;
    let here = std::path::Path::new("");
    let beside = match pattern.parent() {
        Some(parent) if parent != here => parent,
        _ => std::path::Path::new("."),
    };
    let Ok(entries) = std::fs::read_dir(beside) else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let hidden = name.starts_with('.')
            && !pattern
                .file_name()
                .is_some_and(|own| own.to_string_lossy().starts_with('.'));
        if !hidden && entry.path().is_file() && filter::found(&regex, &name, true)? {
            let path = pattern.parent().unwrap_or(here).join(entry.file_name());
            names.push(path.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names.into_iter().map(Value::from).collect())
}

/// A shell pattern as a regular expression.
fn translated(glob: &str) -> String {
    let mut out = String::new();
    let mut class = false;
    for c in glob.chars() {
        match c {
            '*' if !class => out.push_str(".*"),
            '?' if !class => out.push('.'),
            '[' if !class => {
                class = true;
                out.push('[');
            }
            '!' if class && out.ends_with('[') => out.push('^'),
            ']' if class => {
                class = false;
                out.push(']');
            }
            c if c.is_alphanumeric() || c == '_' || (class && c == '-') => out.push(c),
            c => out.extend(['\\', c]),
        }
    }
    out
}

fn first_found(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let mut search = Search {
        names: Vec::new(),
        paths: Vec::new(),
        skip: call.flag(99, "skip"),
    };
    for (name, value) in &call.kwargs {
        search.option(name, value)?;
    }
    for term in terms {
        search.add(term)?;
    }
    let context = call.context()?;
    let mut tried = Vec::new();
    for name in &search.names {
        for kind in ["files", "templates", "vars"] {
            let places: Vec<_> = if search.paths.is_empty() {
                search::candidates(&context, kind, name)
            } else {
                let joined = search.paths.iter().map(|path| format!("{path}/{name}"));
                joined
                    .flat_map(|path| search::candidates(&context, kind, &path))
                    .collect()
            };
            if let Some(path) = places.iter().find(|path| path.is_file()) {
                return Ok(vec![path.to_string_lossy().into_owned().into()]);
            }
        }
        tried.push(name.as_str());
    }
    if search.skip {
        return Ok(Vec::new());
    }
    Err(failure::plain(format!(
        "none of these files exists: {}",
        tried.join(", ")
    )))
}

/// What `first_found` looks for.
struct Search {
    names: Vec<String>,
    paths: Vec<String>,
    skip: bool,
}

impl Search {
    fn add(&mut self, term: &Value) -> Result<(), Error> {
        match term.kind() {
            ValueKind::Map => {
                for (name, value) in crate::template::call::entries(term)? {
                    self.option(&print::text(&name), &value)?;
                }
            }
            ValueKind::Seq | ValueKind::Iterable => {
                for item in items(term)? {
                    self.add(&item)?;
                }
            }
            _ => self.names.push(print::text(term)),
        }
        Ok(())
    }

    fn option(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        match name {
            "files" => self.names.extend(texts(value)?),
            "paths" => self.paths.extend(texts(value)?),
            "skip" => self.skip = filter::truth(value).unwrap_or(false),
            _ => {}
        }
        Ok(())
    }
}

/// A list, or a string whose parts are separated by commas, colons or semicolons.
fn texts(value: &Value) -> Result<Vec<String>, Error> {
    Ok(match value.as_str() {
        Some(text) => text
            .split([',', ';', ':'])
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect(),
        None => items(value)?.iter().map(print::text).collect(),
    })
}

#[cfg(test)]
mod tests {
    use crate::template::{Value, fixture};

    #[test]
    fn files_are_found_and_read() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.txt"), "one\n").unwrap();
        std::fs::write(directory.path().join("b.j2"), "{{ web.port }}\n").unwrap();
        let vars = fixture::vars_in(directory.path().to_owned());
        let text = |source| fixture::engine().text(source, &vars);
        assert_eq!(
            text("{{ lookup('file', 'a.txt') }}").unwrap(),
            Value::from("one")
        );
        assert_eq!(
            text("{{ lookup('template', 'b.j2') }}").unwrap(),
            Value::from(80)
        );
        assert_eq!(
            text("{{ query('fileglob', '*.txt') | length }}").unwrap(),
            Value::from(1)
        );
        assert_eq!(
            text("{{ lookup('first_found', ['no', 'a.txt']) | basename }}").unwrap(),
            Value::from("a.txt")
        );
        let error = text("{{ lookup('file', 'zz') }}").unwrap_err();
        assert!(error.message.contains("there is no file 'zz'"), "{error}");
    }
}
