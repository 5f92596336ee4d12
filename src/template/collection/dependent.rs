//! `dependent`: nested loops whose inner lists may depend on the outer items.

use std::sync::Arc;

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{Named, key::put};
use crate::template::{
    call::{describe, entries, list},
    context::Context,
    failure,
    lookup::{Lookup, with},
};

pub(super) const LOOKUPS: &[Named<Lookup>] = &[("community.general.dependent", |call, terms| {
    let mut levels: Vec<(String, Value)> = Vec::new();
    for term in terms {
        let level = level(term)?;
        if levels.iter().any(|(known, _)| *known == level.0) {
            return Err(failure::plain(format!(
                "the name '{}' is there twice",
                level.0
            )));
        }
        levels.push(level);
    }
    let mut found = Vec::new();
    if !levels.is_empty() {
        descend(&*call.context()?, &levels, Vec::new(), &mut found)?;
    }
    Ok(found)
})];

/// A name with an expression, a list or a dictionary.
fn level(term: &Value) -> Result<(String, Value), Error> {
    let pairs = entries(term)?;
    let [(name, values)] = pairs.as_slice() else {
        return Err(failure::plain("each level is a dictionary of one name"));
    };
    let fits = matches!(
        values.kind(),
        ValueKind::String | ValueKind::Seq | ValueKind::Iterable | ValueKind::Map
    );
    match (name.as_str(), fits) {
        (Some(name), true) => Ok((name.to_owned(), values.clone())),
        _ => Err(failure::plain(format!(
            "'{name}' needs an expression, a list or a dictionary, not {}",
            describe(values)
        ))),
    }
}

fn descend(
    context: &Context,
    levels: &[(String, Value)],
    item: Vec<(String, Value)>,
    found: &mut Vec<Value>,
) -> Result<(), Error> {
    let Some(((name, values), deeper)) = levels.split_first() else {
        found.push(Value::from_pairs(item));
        return Ok(());
    };
    let values = match values.as_str() {
        None => values.clone(),
        Some(expression) => {
            let own = Value::from_pairs([("item", Value::from_pairs(item.clone()))]);
            let vars = with(&Arc::clone(&context.vars), own);
            let result = context.engine.expression(expression, &vars);
            result.map_err(|error| failure::plain(format!("'{name}': {error}")))?
        }
    };
    for value in choices(name, &values)? {
        let mut item = item.clone();
        put(&mut item, name.clone(), value);
        descend(context, deeper, item, found)?;
    }
    Ok(())
}

/// A list's items; a dictionary's entries in the order of their keys.
fn choices(name: &str, values: &Value) -> Result<Vec<Value>, Error> {
    match values.kind() {
        ValueKind::Map => {
            let mut pairs = entries(values)?;
            pairs.sort_by(|(left, _), (right, _)| left.cmp(right));
            let entry = |(key, value)| Value::from_pairs([("key", key), ("value", value)]);
            Ok(pairs.into_iter().map(entry).collect())
        }
        ValueKind::Seq | ValueKind::Iterable => list(values),
        _ => Err(failure::plain(format!(
            "'{name}' gives {}, neither a list nor a dictionary",
            describe(values)
        ))),
    }
}
