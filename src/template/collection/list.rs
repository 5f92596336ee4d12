//! Lists counted, added up, compared and merged.

use std::cmp::Ordering;

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{Named, arguments::Arguments, key::is_nested};
use crate::template::{
    builtin::Run,
    call::{Call, describe, entries, items, list},
    failure, filter, print,
};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("community.general.accumulate", accumulate),
    ("community.general.counter", counter),
    ("community.general.dict", |call| {
        let given = Arguments::of(call, &["sequence"])?;
        let sequence = given.need("sequence")?;
        if sequence.kind() == ValueKind::Map {
            return Ok(sequence);
        }
        let pairs = items(&sequence)?.iter().map(pair).collect::<Result<_, _>>();
        Ok(dictionary(pairs?))
    }),
    ("community.general.dict_kv", |call| {
        Arguments::of(call, &["value", "key"])?;
        Ok(Value::from_pairs([(call.need(1, "key")?, call.value())]))
    }),
    ("community.general.groupby_as_dict", grouped),
    ("community.general.lists_union", |call| {
        sets(call, |left, right| [left, right].concat())
    }),
    ("community.general.lists_intersect", |call| {
        sets(call, |left, right| among(left, right, true))
    }),
    ("community.general.lists_difference", |call| {
        sets(call, |left, right| among(left, right, false))
    }),
    ("community.general.lists_symmetric_difference", |call| {
        sets(call, |left, right| {
            [among(left, right, false), among(right, left, false)].concat()
        })
    }),
    ("community.general.lists_mergeby", merge_by),
    ("community.general.version_sort", version_sort),
];

/// A list's items, or a text's characters.
fn sequence(value: &Value) -> Result<Vec<Value>, Error> {
    match value.kind() {
        ValueKind::String | ValueKind::Seq | ValueKind::Iterable => items(value),
        _ => Err(failure::plain(format!(
            "needs a list or a string, not {}",
            describe(value)
        ))),
    }
}

/// The sums of the first item, the first two, and so on.
fn accumulate(call: &mut Call) -> Result<Value, Error> {
    let mut sums: Vec<Value> = Vec::new();
    for item in sequence(&call.value())? {
        sums.push(match sums.last() {
            None => item,
            Some(before) => added(before, &item)?,
        });
    }
    Ok(sums.into())
}

fn added(left: &Value, right: &Value) -> Result<Value, Error> {
    let lists = |value: &Value| matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => return Ok(format!("{left}{right}").into()),
        (None, None) if lists(left) && lists(right) => {
            return Ok([list(left)?, list(right)?].concat().into());
        }
        _ => {}
    }
    let whole = |value: &Value| match value.kind() {
        ValueKind::Bool => Some(i64::from(value.is_true())),
        ValueKind::Number if value.is_integer() => value.as_i64(),
        _ => None,
    };
    if let (Some(left), Some(right)) = (whole(left), whole(right)) {
        return Ok(left.saturating_add(right).into());
    }
    match (left.kind(), right.kind()) {
        (ValueKind::Number, ValueKind::Number) => {
            Ok((f64::try_from(left.clone())? + f64::try_from(right.clone())?).into())
        }
        _ => Err(failure::plain(format!(
            "{} and {} cannot be added",
            describe(left),
            describe(right)
        ))),
    }
}

/// How often each item is there.
fn counter(call: &mut Call) -> Result<Value, Error> {
    let mut counts: Vec<(Value, i64)> = Vec::new();
    for item in sequence(&call.value())? {
        if is_nested(&item) {
            return Err(failure::plain(format!(
                "{} cannot be counted",
                describe(&item)
            )));
        }
        match counts.iter_mut().find(|(known, _)| *known == item) {
            Some((_, count)) => *count += 1,
            None => counts.push((item, 1)),
        }
    }
    Ok(Value::from_pairs(counts))
}

fn pair(value: &Value) -> Result<(Value, Value), Error> {
    let mut parts = items(value)?;
    match (parts.len(), parts.pop(), parts.pop()) {
        (2, _, Some(left)) if is_nested(&left) => Err(failure::plain(format!(
            "{} cannot be a key",
            describe(&left)
        ))),
        (2, Some(right), Some(left)) => Ok((left, right)),
        (count, ..) => Err(failure::plain(format!(
            "needs pairs of a key and a value, not {count} together"
        ))),
    }
}

/// A dictionary in which a later value of a key takes the place of an earlier one.
fn dictionary(pairs: Vec<(Value, Value)>) -> Value {
    let mut unique: Vec<(Value, Value)> = Vec::new();
    for (key, value) in pairs {
        match unique.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => unique.push((key, value)),
        }
    }
    Value::from_pairs(unique)
}

/// Dictionaries by the value that each has under a name.
fn grouped(call: &mut Call) -> Result<Value, Error> {
    let attribute = call.need(1, "attribute")?;
    let mut groups: Vec<(Value, Value)> = Vec::new();
    for item in list(&call.value())? {
        if item.kind() != ValueKind::Map {
            return Err(failure::plain(format!(
                "needs dictionaries, not {}",
                describe(&item)
            )));
        }
        let key = item.get_item(&attribute)?;
        if key.is_undefined() {
            return Err(failure::plain(format!("an item has no '{attribute}'")));
        }
        if groups.iter().any(|(known, _)| *known == key) {
            return Err(failure::plain(format!(
                "several items have {} as '{attribute}'",
                print::repr(&key)
            )));
        }
        groups.push((key, item));
    }
    Ok(Value::from_pairs(groups))
}

/// The lists that are given; with `flatten`, lists of lists are opened.
fn lists(call: &Call) -> Result<Vec<Value>, Error> {
    let mut flatten = false;
    for (name, value) in &call.kwargs {
        match name.as_str() {
            "flatten" => flatten = value.is_true(),
            _ => return Err(failure::plain(format!("there is no argument '{name}'"))),
        }
    }
    match flatten {
        true => opened(&call.args),
        false => Ok(call.args.clone()),
    }
}

fn opened(given: &[Value]) -> Result<Vec<Value>, Error> {
    let mut lists = Vec::new();
    for sublist in given {
        let inner = list(sublist)?;
        let all = inner.iter().all(|item| list(item).is_ok());
        match (inner.is_empty(), all) {
            (true, _) => {}
            (false, true) => lists.extend(inner),
            (false, false) => lists.push(sublist.clone()),
        }
    }
    Ok(lists)
}

fn sets(call: &mut Call, join: fn(&[Value], &[Value]) -> Vec<Value>) -> Result<Value, Error> {
    let lists = lists(call)?;
    let [first, rest @ ..] = lists.as_slice() else {
        return Ok(Vec::<Value>::new().into());
    };
    if rest.is_empty() {
        return Ok(first.clone());
    }
    let mut joined = list(first)?;
    for other in rest {
        joined = unique(join(&joined, &list(other)?));
    }
    Ok(joined.into())
}

fn among(left: &[Value], right: &[Value], shared: bool) -> Vec<Value> {
    let kept = left.iter().filter(|item| right.contains(item) == shared);
    kept.cloned().collect()
}

fn unique(items: Vec<Value>) -> Vec<Value> {
    let mut unique: Vec<Value> = Vec::new();
    for item in items {
        if !unique.contains(&item) {
            unique.push(item);
        }
    }
    unique
}

/// Dictionaries of several lists merged where they have the same value under a name.
fn merge_by(call: &mut Call) -> Result<Value, Error> {
    let known = ["recursive", "list_merge"];
    if let Some((name, _)) = call
        .kwargs
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    {
        return Err(failure::plain(format!("there is no argument '{name}'")));
    }
    let recursive = call.named("recursive").is_some_and(|value| value.is_true());
    let merge = call.named("list_merge");
    let merge = merge.map_or_else(|| "replace".into(), |value| print::text(&value));
    let Some((index, given)) = call
        .args
        .split_last()
        .filter(|(_, given)| !given.is_empty())
    else {
        return Err(failure::plain(
            "needs at least one list and the name of a key",
        ));
    };
    let lists = opened(given)?;
    let [first, rest @ ..] = lists.as_slice() else {
        return Ok(Vec::<Value>::new().into());
    };
    if rest.is_empty() {
        return Ok(first.clone());
    }
    if index.as_str().is_none() {
        return Err(failure::plain(
            "the last argument must be the name of a key",
        ));
    }
    let mut merged = lists[lists.len() - 1].clone();
    for lower in lists.iter().rev().skip(1) {
        merged = both(lower, &merged, index, recursive, &merge)?;
    }
    Ok(merged)
}

fn both(
    lower: &Value,
    upper: &Value,
    index: &Value,
    recursive: bool,
    merge: &str,
) -> Result<Value, Error> {
    let mut found: Vec<(Value, Value)> = Vec::new();
    for item in [list(lower)?, list(upper)?].concat() {
        entries(&item)?;
        let key = item.get_item(index)?;
        if key.is_undefined() {
            continue;
        }
        match found.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = filter::merge(old, &item, recursive, merge)?,
            None => found.push((key, item)),
        }
    }
    let kind = found.first().map(|(key, _)| key.kind());
    if found.iter().any(|(key, _)| Some(key.kind()) != kind) {
        return Err(failure::plain(format!(
            "the values of '{index}' are of several kinds and have no order"
        )));
    }
    found.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(found.into_iter().map(|(_, item)| item).collect())
}

/// A part of a version as Python's loose versions have them.
#[derive(PartialEq, Eq)]
enum Part {
    Number(u64),
    Word(String),
}

fn parts(text: &str) -> Vec<Part> {
    let kind = |c: char| match c {
        '.' => 0,
        c if c.is_ascii_digit() => 1,
        c if c.is_ascii_lowercase() => 2,
        _ => 3,
    };
    let mut runs: Vec<(u8, String)> = Vec::new();
    for c in text.chars() {
        match runs.last_mut() {
            Some((last, run)) if *last == kind(c) => run.push(c),
            _ => runs.push((kind(c), c.to_string())),
        }
    }
    let runs = runs.into_iter().filter(|(kind, _)| *kind != 0);
    runs.map(|(_, run)| run.parse().map_or(Part::Word(run), Part::Number))
        .collect()
}

/// The order of two versions; none where a number meets a word.
fn order(left: &[Part], right: &[Part]) -> Option<Ordering> {
    for (left, right) in left.iter().zip(right) {
        let order = match (left, right) {
            (Part::Number(left), Part::Number(right)) => left.cmp(right),
            (Part::Word(left), Part::Word(right)) => left.cmp(right),
            _ => return None,
        };
        if order.is_ne() {
            return Some(order);
        }
    }
    Some(left.len().cmp(&right.len()))
}

fn version_sort(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, &["value", "reverse"])?;
    let reverse = given.flag("reverse", false)?;
    let mut versions: Vec<(Vec<Part>, Value)> = items(&given.need("value")?)?
        .into_iter()
        .map(|item| (parts(&print::text(&item)), item))
        .collect();
    let mut mixed = false;
    versions.sort_by(|(left, _), (right, _)| {
        let order = order(left, right);
        mixed |= order.is_none();
        let order = order.unwrap_or(Ordering::Equal);
        if reverse { order.reverse() } else { order }
    });
    match mixed {
        true => Err(failure::plain(
            "a number and a word in the same place of versions have no order",
        )),
        false => Ok(versions.into_iter().map(|(_, item)| item).collect()),
    }
}
