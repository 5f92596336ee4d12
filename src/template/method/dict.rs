use minijinja::{
    Error,
    value::{Tuple, Value},
};

use super::Given;
use crate::template::{call::entries, failure, print};

pub(super) fn call(value: &Value, name: &str, given: &Given) -> Result<Option<Value>, Error> {
    let pair = |key, item| Value::from(Tuple::from(vec![key, item]));
    Ok(Some(match name {
        "items" | "iteritems" => entries(value)?
            .into_iter()
            .map(|(key, item)| pair(key, item))
            .collect(),
        "keys" => value.try_iter()?.collect(),
        "values" => entries(value)?.into_iter().map(|(_, item)| item).collect(),
        "copy" => value.clone(),
        "get" => entry(value, given)?.unwrap_or(Value::from(())),
        // What changes a dictionary that nobody keeps only gives its answer.
        "pop" => entry(value, given)?.ok_or_else(|| {
            failure::plain("the dictionary has no such key to pop, and no default is given")
        })?,
        "setdefault" => entry(value, given)?.unwrap_or(Value::from(())),
        "popitem" => match entries(value)?.pop() {
            Some((key, item)) => pair(key, item),
            None => return Err(failure::plain("the dictionary is empty")),
        },
        "update" | "clear" => Value::from(()),
        "fromkeys" => fresh(given)?,
        _ => return Ok(None),
    }))
}

/// The entry that is asked for, or else the default.
fn entry(value: &Value, given: &Given) -> Result<Option<Value>, Error> {
    let found = value.get_item(&given.need(0)?)?;
    if !found.is_undefined() {
        return Ok(Some(found));
    }
    Ok(given.arg(1, "default"))
}

fn fresh(given: &Given) -> Result<Value, Error> {
    let value = given.arg(1, "value").unwrap_or(Value::from(()));
    let keys = given.need(0)?;
    let keys = keys
        .try_iter()
        .map_err(|_| failure::plain(format!("{} has no items", print::repr(&keys))))?;
    Ok(Value::from_pairs(keys.map(|key| (key, value.clone()))))
}
