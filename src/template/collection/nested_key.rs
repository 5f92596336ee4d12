//! Keys kept, removed and renamed at any depth, as `ansible.utils` does it.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{
    Named,
    arguments::Arguments,
    key::{Match, is_nested, listed, put},
};
use crate::template::{
    builtin::Run,
    call::{Call, describe, entries},
    failure, print,
};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("ansible.utils.keep_keys", |call| {
        let (data, targets) = read(call)?;
        kept(&data, &targets)
    }),
    ("ansible.utils.remove_keys", |call| {
        let (data, targets) = read(call)?;
        Ok(filled(&without(&data, &targets)?))
    }),
    ("ansible.utils.replace_keys", renamed),
];

const NAMES: &[&str] = &["data", "target", "matching_parameter"];

const WAYS: &[&str] = &["equality", "starts_with", "ends_with", "regex"];

fn way(given: &Arguments) -> Result<&'static str, Error> {
    match given.text("matching_parameter").as_deref() {
        Some("equality") => Err(failure::plain(
            "'matching_parameter' is one of starts_with, ends_with, regex",
        )),
        _ => given.choice("matching_parameter", WAYS),
    }
}

fn data(given: &Arguments) -> Result<Value, Error> {
    let data = given.need("data")?;
    match is_nested(&data) {
        true => Ok(data),
        false => Err(failure::plain(format!(
            "needs a list or a dictionary, not {}",
            describe(&data)
        ))),
    }
}

/// A name, as it is and as what keys are compared with.
type Target = (String, Match);

fn read(call: &Call) -> Result<(Value, Vec<Target>), Error> {
    let given = Arguments::of(call, NAMES)?;
    let way = way(&given)?;
    let target = |name: String| Ok((name.clone(), Match::new(way, &name)?));
    let targets = given.texts("target")?.into_iter().map(target);
    Ok((data(&given)?, targets.collect::<Result<_, Error>>()?))
}

fn pairs(map: &Value) -> Result<Vec<(String, Value)>, Error> {
    let pairs = entries(map)?.into_iter();
    Ok(pairs
        .map(|(key, value)| (print::text(&key), value))
        .collect())
}

fn is_empty(value: &Value) -> bool {
    is_nested(value) && value.len() == Some(0)
}

fn kept(data: &Value, targets: &[Target]) -> Result<Value, Error> {
    if let Some(items) = listed(data) {
        return items.iter().map(|item| kept(item, targets)).collect();
    }
    if data.kind() != ValueKind::Map {
        return Ok(data.clone());
    }
    let mut map = Vec::new();
    for (key, value) in pairs(data)? {
        if let Some(value) = kept_entry(&key, &value, targets)? {
            put(&mut map, key, value);
        }
    }
    Ok(Value::from_pairs(map))
}

/// What remains of an entry: all of it where its key is wanted, else what is wanted inside.
fn kept_entry(key: &str, value: &Value, targets: &[Target]) -> Result<Option<Value>, Error> {
    let mut found = None;
    for (name, target) in targets {
        if key == name || (!is_nested(value) && target.fits(key)?) {
            found = Some(value.clone());
        } else if is_nested(value) {
            let inside = kept(value, targets)?;
            let inside = match listed(&inside) {
                Some(items) => items.into_iter().filter(|item| !is_empty(item)).collect(),
                None => inside,
            };
            if !is_empty(&inside) {
                found = Some(inside);
            }
        }
    }
    if found.is_none() && is_nested(value) {
        let inside = kept(value, targets)?;
        found = (!is_empty(&inside)).then_some(inside);
    }
    Ok(found)
}

fn without(data: &Value, targets: &[Target]) -> Result<Value, Error> {
    if let Some(items) = listed(data) {
        return items.iter().map(|item| without(item, targets)).collect();
    }
    if data.kind() != ValueKind::Map {
        return Ok(data.clone());
    }
    let mut map = Vec::new();
    'entries: for (key, value) in pairs(data)? {
        for (_, target) in targets {
            if target.fits(&key)? {
                continue 'entries;
            }
        }
        map.push((key, without(&value, targets)?));
    }
    Ok(Value::from_pairs(map))
}

/// The same without the items of lists that are empty, null, zero or false.
fn filled(data: &Value) -> Value {
    if let Some(items) = listed(data) {
        let items = items.iter().filter(|item| item.is_true());
        return items.map(filled).collect();
    }
    match pairs(data) {
        Ok(pairs) => Value::from_pairs(pairs.into_iter().map(|(key, value)| (key, filled(&value)))),
        Err(_) => data.clone(),
    }
}

fn renamed(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, NAMES)?;
    let way = way(&given)?;
    let mut targets = Vec::new();
    for target in given.list("target")? {
        let part = |name: &str| {
            let part = target.get_item(&Value::from(name))?;
            match part.is_undefined() {
                true => Err(failure::plain(format!(
                    "an item of 'target' has no '{name}'"
                ))),
                false => Ok(print::text(&part)),
            }
        };
        targets.push((part("after")?, Match::new(way, &part("before")?)?));
    }
    replaced(&data(&given)?, &targets)
}

fn replaced(data: &Value, targets: &[Target]) -> Result<Value, Error> {
    if let Some(items) = listed(data) {
        return items.iter().map(|item| replaced(item, targets)).collect();
    }
    if data.kind() != ValueKind::Map {
        return Ok(data.clone());
    }
    let mut map = pairs(data)?;
    for (after, before) in targets {
        let keys: Vec<String> = map.iter().map(|(key, _)| key.clone()).collect();
        for key in keys {
            if !before.fits(&key)? {
                continue;
            }
            if let Some(at) = map.iter().position(|(known, _)| *known == key) {
                let (_, value) = map.remove(at);
                put(&mut map, after.clone(), value);
            }
        }
    }
    for (_, value) in &mut map {
        *value = replaced(value, targets)?;
    }
    Ok(Value::from_pairs(map))
}
