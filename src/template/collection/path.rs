//! Values by their path, and the paths of all values; as filters and as lookups.

use std::{path::PathBuf, sync::Arc};

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{
    Named,
    arguments::Arguments,
    key::{is_nested, listed, put},
};
use crate::template::{
    TemplateError, Variables,
    builtin::Run,
    call::{Call, describe, entries, list},
    failure,
    lookup::Lookup,
    print,
};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("ansible.utils.get_path", |call| {
        get(call, &Arguments::of(call, &["var", "path", "wantlist"])?)
    }),
    ("ansible.utils.to_paths", |call| {
        paths(&Arguments::of(call, &["var", "prepend", "wantlist"])?)
    }),
];

pub(super) const LOOKUPS: &[Named<Lookup>] = &[
    ("ansible.utils.get_path", |call, terms| {
        let given = Arguments::given(terms, &call.kwargs, GET)?;
        one(get(call, &given)?, &given)
    }),
    ("ansible.utils.to_paths", |call, terms| {
        let given = Arguments::given(terms, &call.kwargs, PATHS)?;
        one(paths(&given)?, &given)
    }),
];

const GET: &[&str] = &["var", "path", "wantlist", "errors"];

const PATHS: &[&str] = &["var", "prepend", "wantlist", "errors"];

/// A lookup gives a list of results, which is what `wantlist` asks for.
fn one(found: Value, given: &Arguments) -> Result<Vec<Value>, Error> {
    match given.flag("wantlist", false)? {
        true => list(&found),
        false => Ok(vec![found]),
    }
}

fn listed_if(wanted: bool, found: Value) -> Value {
    match wanted {
        true => vec![found].into(),
        false => found,
    }
}

/// The entries of one dictionary as the only variables.
#[derive(Debug)]
struct Only(Value);

impl Variables for Only {
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        let found = self.0.get_item(&Value::from(name)).ok()?;
        (!found.is_undefined()).then_some(Ok(found))
    }

    fn names(&self) -> Vec<String> {
        let names = self.0.try_iter().into_iter().flatten();
        names.map(|name| print::text(&name)).collect()
    }

    fn search_path(&self, _kind: &str) -> Vec<PathBuf> {
        Vec::new()
    }
}

fn get(call: &Call, given: &Arguments) -> Result<Value, Error> {
    let var = given.need("var")?;
    if var.kind() != ValueKind::Map {
        return Err(failure::plain(format!(
            "a path leads into a dictionary, not into {}",
            describe(&var)
        )));
    }
    let path = given.need_text("path")?;
    let vars: Arc<dyn Variables> = Arc::new(Only(var));
    let found = call.context()?.engine.expression(&path, &vars);
    let found = found.map_err(|error| failure::plain(format!("the path '{path}': {error}")))?;
    Ok(listed_if(given.flag("wantlist", false)?, found))
}

fn paths(given: &Arguments) -> Result<Value, Error> {
    let var = match given.text("prepend").filter(|prepend| !prepend.is_empty()) {
        Some(prepend) => Value::from_pairs([(prepend, given.any("var")?)]),
        None => given.any("var")?,
    };
    let found = match is_nested(&var) && var.len() == Some(0) {
        true => var,
        false => {
            let mut out = Vec::new();
            flatten(&var, "", &mut out)?;
            Value::from_pairs(out)
        }
    };
    Ok(listed_if(given.flag("wantlist", false)?, found))
}

fn flatten(value: &Value, name: &str, out: &mut Vec<(String, Value)>) -> Result<(), Error> {
    if !is_nested(value) || value.len() == Some(0) {
        put(out, name.to_owned(), value.clone());
        return Ok(());
    }
    if let Some(items) = listed(value) {
        for (at, item) in items.iter().enumerate() {
            flatten(item, &format!("{name}[{at}]"), out)?;
        }
        return Ok(());
    }
    for (key, item) in entries(value)? {
        let Some(key) = key.as_str() else {
            return Err(failure::plain(format!(
                "a path has keys that are strings, not {}",
                describe(&key)
            )));
        };
        let path = match (name, is_word(key)) {
            ("", _) => key.to_owned(),
            (name, true) => format!("{name}.{key}"),
            (name, false) => format!("{name}['{key}']"),
        };
        flatten(&item, &path, out)?;
    }
    Ok(())
}

/// Whether a key can stand behind a dot.
fn is_word(key: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !key.is_empty() && key.chars().all(letter) && !key.starts_with(|c: char| c.is_ascii_digit())
}
