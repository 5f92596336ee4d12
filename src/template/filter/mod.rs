//! The filters, one file a family.

mod charset;
mod choose;
mod combine;
mod core;
mod data;
mod group;
mod hash;
mod json;
mod link;
mod number;
mod order;
mod path;
mod pattern;
mod random;
mod regex;
mod scalar;
mod text;
mod time;
mod vault;
mod windows;
mod wrap;
mod yaml;

use minijinja::{Error, value::Value};

use super::{builtin::Run, collection, print};
pub(super) use combine::{choices, merge, pairs};
pub(super) use core::truth;
pub(super) use hash::crypt;
pub(super) use json::pretty;
pub(super) use order::sorted;
pub(super) use path::{filled, is_scheme, normal};
pub(super) use pattern::{compile, found};
pub(super) use random::{Random, word};
pub(super) use time::formatted;

/// Every filter with its name.
pub(super) fn all() -> impl Iterator<Item = (&'static str, Run)> {
    [
        choose::ALL,
        combine::ALL,
        core::ALL,
        data::ALL,
        group::ALL,
        hash::ALL,
        link::ALL,
        number::ALL,
        order::ALL,
        path::ALL,
        random::ALL,
        regex::ALL,
        text::ALL,
        time::ALL,
        vault::ALL,
        windows::ALL,
        wrap::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
    .chain(collection::filters())
}

/// Follows an attribute as filters name it: `a.b.0`, or an index.
pub(super) fn attribute(item: &Value, path: &Value) -> Result<Value, Error> {
    if path.as_str().is_none() {
        return item.get_item(path);
    }
    let mut at = item.clone();
    for link in print::text(path).split('.') {
        if at.is_undefined() {
            return Ok(at);
        }
        at = match link.parse::<i64>() {
            Ok(index) => at.get_item(&Value::from(index))?,
            Err(_) => at.get_item(&Value::from(link))?,
        };
    }
    Ok(at)
}
