//! The keys of dictionaries kept, removed and renamed.

use fancy_regex::Regex;
use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{Named, arguments::Arguments};
use crate::template::{
    builtin::Run,
    call::{Call, describe, entries, items, list},
    failure, filter,
};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("community.general.keep_keys", |call| selected(call, true)),
    ("community.general.remove_keys", |call| {
        selected(call, false)
    }),
    ("community.general.replace_keys", renamed),
];

/// How names are compared with keys.
pub(super) enum Match {
    Equal(String),
    Start(String),
    End(String),
    Pattern(Regex),
}

impl Match {
    /// Takes the name and the way of comparison as the collections call it.
    pub fn new(way: &str, name: &str) -> Result<Self, Error> {
        Ok(match way {
            "starts_with" => Self::Start(name.to_owned()),
            "ends_with" => Self::End(name.to_owned()),
            "regex" => Self::Pattern(filter::compile(name, false, false)?),
            _ => Self::Equal(name.to_owned()),
        })
    }

    pub fn fits(&self, key: &str) -> Result<bool, Error> {
        match self {
            Self::Equal(name) => Ok(key == name),
            Self::Start(name) => Ok(key.starts_with(name)),
            Self::End(name) => Ok(key.ends_with(name)),
            Self::Pattern(pattern) => filter::found(pattern, key, true),
        }
    }
}

const NAMES: &[&str] = &["data", "target", "matching_parameter"];

const WAYS: &[&str] = &["equal", "starts_with", "ends_with", "regex"];

/// Dictionaries, all of whose keys are text.
fn dictionaries(given: &Arguments) -> Result<Vec<Vec<(String, Value)>>, Error> {
    let mut found = Vec::new();
    for item in list(&given.need("data")?)? {
        let mut pairs = Vec::new();
        for (key, value) in entries(&item)? {
            match key.as_str() {
                Some(key) => pairs.push((key.to_owned(), value)),
                None => {
                    let message = format!("the keys must be strings, not {}", describe(&key));
                    return Err(failure::plain(message));
                }
            }
        }
        found.push(pairs);
    }
    Ok(found)
}

/// The names to compare with: one, or a list of them.
fn targets(given: &Arguments, way: &str) -> Result<Vec<Match>, Error> {
    let target = given.need("target")?;
    let names = match target.kind() {
        ValueKind::String => vec![target],
        _ => list(&target)?,
    };
    if names.is_empty() || (way == "regex" && names.len() > 1) {
        return Err(failure::plain(match names.is_empty() {
            true => "'target' is empty",
            false => "'target' can be but one regular expression",
        }));
    }
    let text = |name: &Value| match name.as_str() {
        Some(text) => Match::new(way, text),
        None => Err(failure::plain(format!(
            "'target' must hold strings, not {}",
            describe(name)
        ))),
    };
    names.iter().map(text).collect()
}

fn any(targets: &[Match], key: &str) -> Result<bool, Error> {
    for target in targets {
        if target.fits(key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn selected(call: &mut Call, keep: bool) -> Result<Value, Error> {
    let given = Arguments::of(call, NAMES)?;
    let way = given.choice("matching_parameter", WAYS)?;
    let (maps, targets) = (dictionaries(&given)?, targets(&given, way)?);
    let mut found = Vec::new();
    for pairs in maps {
        let mut kept = Vec::new();
        for (key, value) in pairs {
            if any(&targets, &key)? == keep {
                kept.push((key, value));
            }
        }
        found.push(Value::from_pairs(kept));
    }
    Ok(found.into())
}

fn renamed(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, NAMES)?;
    let way = given.choice("matching_parameter", WAYS)?;
    let maps = dictionaries(&given)?;
    let mut names = Vec::new();
    for item in list(&given.need("target")?)? {
        let part = |name: &str| {
            let part = item.get_item(&Value::from(name))?;
            part.as_str().map(str::to_owned).ok_or_else(|| {
                failure::plain(format!("each item of 'target' needs '{name}', a string"))
            })
        };
        names.push((Match::new(way, &part("before")?)?, part("after")?));
    }
    if names.is_empty() {
        return Err(failure::plain("'target' is empty"));
    }
    let mut found = Vec::new();
    for pairs in maps {
        let mut map: Vec<(String, Value)> = Vec::new();
        for (key, value) in pairs {
            let mut after = key.clone();
            for (before, name) in &names {
                if before.fits(&key)? {
                    after.clone_from(name);
                    break;
                }
            }
            put(&mut map, after, value);
        }
        found.push(Value::from_pairs(map));
    }
    Ok(found.into())
}

/// Sets a key, which keeps its place where it is known.
pub(super) fn put(map: &mut Vec<(String, Value)>, key: String, value: Value) {
    match map.iter_mut().find(|(known, _)| *known == key) {
        Some((_, old)) => *old = value,
        None => map.push((key, value)),
    }
}

/// Whether a value has others inside.
pub(super) fn is_nested(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Map => true,
        ValueKind::Seq | ValueKind::Iterable => !value.is_tuple(),
        _ => false,
    }
}

/// A list's items where it is no tuple.
pub(super) fn listed(value: &Value) -> Option<Vec<Value>> {
    match value.kind() {
        ValueKind::Map => None,
        _ if is_nested(value) => items(value).ok(),
        _ => None,
    }
}
