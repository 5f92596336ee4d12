//! Lookups: lists combined and opened, words of chance, and variables merged.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{Named, arguments::Arguments, key::listed};
use crate::template::{
    call::{Call, describe, entries, list},
    failure, filter,
    lookup::{Lookup, one_or_more},
    print,
};

pub(super) const LOOKUPS: &[Named<Lookup>] = &[
    ("community.general.cartesian", cartesian),
    ("community.general.flattened", |_, terms| flattened(terms)),
    ("community.general.random_string", random_string),
    ("community.general.merge_variables", merge_variables),
];

/// Every choice of one item from each list, in which lists are opened one level.
fn cartesian(_call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    if terms.is_empty() {
        return Err(failure::plain("needs at least one list"));
    }
    let lists = terms
        .iter()
        .map(one_or_more)
        .collect::<Result<Vec<_>, _>>()?;
    let mut rows = Vec::new();
    for choice in filter::choices(&lists) {
        let opened = choice
            .iter()
            .map(one_or_more)
            .collect::<Result<Vec<_>, _>>()?;
        rows.push(opened.concat().into());
    }
    Ok(rows)
}

/// All lists opened; the word `None` or `null` ends one.
fn flattened(terms: &[Value]) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for term in terms {
        match listed(term) {
            Some(items) => found.extend(flattened(&items)?),
            None if matches!(term.as_str(), Some("None" | "null")) => break,
            None => found.push(term.clone()),
        }
    }
    Ok(found)
}

const SIMILAR: &str = "il1LoO0";

const DIGITS: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SPECIAL: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

const STRING: &[&str] = &[
    "length",
    "upper",
    "lower",
    "numbers",
    "special",
    "min_numeric",
    "min_lower",
    "min_upper",
    "min_special",
    "override_special",
    "override_all",
    "ignore_similar_chars",
    "similar_chars",
    "base64",
    "seed",
    "wantlist",
    "errors",
];

fn random_string(call: &mut Call, _terms: &[Value]) -> Result<Vec<Value>, Error> {
    let given = Arguments::given(&[], &call.kwargs, STRING)?;
    let mut random = match given.raw("seed") {
        Some(seed) => filter::Random::seeded(&print::text(&seed).into()),
        None => filter::Random::fresh()?,
    };
    let length = given.int("length")?.unwrap_or(8);
    let mut letters = required(&given, &mut random)?;
    let missing = usize::try_from(length)
        .unwrap_or(0)
        .saturating_sub(letters.len());
    letters.extend(drawn(&mut random, &available(&given)?, missing)?);
    if given.raw("seed").is_none() {
        for at in (1..letters.len()).rev() {
            letters.swap(at, random.below(at + 1));
        }
    }
    let word: String = letters.into_iter().collect();
    Ok(vec![match given.flag("base64", false)? {
        true => BASE64_STANDARD.encode(word).into(),
        false => word.into(),
    }])
}

fn drawn(random: &mut filter::Random, from: &str, count: usize) -> Result<Vec<char>, Error> {
    let from: Vec<char> = from.chars().collect();
    if from.is_empty() {
        return Err(failure::plain("there are no characters to choose from"));
    }
    Ok((0..count).map(|_| from[random.below(from.len())]).collect())
}

/// The characters of a kind, without those that look alike where that is asked for.
fn kind(given: &Arguments, all: &str) -> Result<String, Error> {
    if !given.flag("ignore_similar_chars", false)? {
        return Ok(all.to_owned());
    }
    let similar = given
        .text("similar_chars")
        .unwrap_or_else(|| SIMILAR.into());
    Ok(all.chars().filter(|c| !similar.contains(*c)).collect())
}

fn special(given: &Arguments) -> Result<String, Error> {
    match given
        .text("override_special")
        .filter(|text| !text.is_empty())
    {
        Some(special) => Ok(special),
        None => kind(given, SPECIAL),
    }
}

fn override_all(given: &Arguments) -> Option<String> {
    given.text("override_all").filter(|text| !text.is_empty())
}

fn available(given: &Arguments) -> Result<String, Error> {
    if let Some(all) = override_all(given) {
        return Ok(all);
    }
    let mut letters = String::new();
    for (name, all) in [("upper", UPPER), ("lower", LOWER), ("numbers", DIGITS)] {
        if given.flag(name, true)? {
            letters.push_str(&kind(given, all)?);
        }
    }
    if given.flag("special", true)? {
        letters.push_str(&special(given)?);
    }
    Ok(letters)
}

/// As many of each kind as there must be at least.
fn required(given: &Arguments, random: &mut filter::Random) -> Result<Vec<char>, Error> {
    let mut letters = Vec::new();
    if override_all(given).is_some() {
        return Ok(letters);
    }
    let kinds = [
        ("min_numeric", kind(given, DIGITS)?),
        ("min_lower", kind(given, LOWER)?),
        ("min_upper", kind(given, UPPER)?),
        ("min_special", special(given)?),
    ];
    for (name, from) in kinds {
        let count = given.int(name)?.unwrap_or(0);
        if count > 0 {
            letters.extend(drawn(random, &from, usize::try_from(count).unwrap_or(0))?);
        }
    }
    Ok(letters)
}

const MERGE: &[&str] = &[
    "initial_value",
    "override",
    "pattern_type",
    "wantlist",
    "errors",
];

/// For each pattern: all variables whose names fit, merged.
fn merge_variables(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let given = Arguments::given(&[], &call.kwargs, MERGE)?;
    let way = given.choice("pattern_type", &["regex", "prefix", "suffix"])?;
    let strict = given.choice("override", &["error", "warn", "ignore"])? == "error";
    let context = call.context()?;
    let mut names = context.vars.names();
    names.sort();
    names.dedup();
    let mut found = Vec::new();
    for term in terms {
        let Some(pattern) = term.as_str() else {
            return Err(failure::plain(format!(
                "a pattern is text, not {}",
                describe(term)
            )));
        };
        let mut merged = given.raw("initial_value");
        for name in &names {
            if !fits(way, pattern, name)? {
                continue;
            }
            let Some(value) = context.vars.get(name) else {
                continue;
            };
            let value = value.map_err(failure::caused)?;
            merged = Some(match merged {
                None => mergeable(value)?,
                Some(before) => merged_with(&before, &mergeable(value)?, strict)?,
            });
        }
        found.push(merged.unwrap_or(().into()));
    }
    Ok(found)
}

fn fits(way: &str, pattern: &str, name: &str) -> Result<bool, Error> {
    Ok(match way {
        "prefix" => name.starts_with(pattern),
        "suffix" => name.ends_with(pattern),
        _ => filter::found(&filter::compile(pattern, false, false)?, name, false)?,
    })
}

fn mergeable(value: Value) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::Map | ValueKind::Seq | ValueKind::Iterable => Ok(value),
        _ => Err(failure::plain(format!(
            "lists and dictionaries can be merged, not {}",
            describe(&value)
        ))),
    }
}

fn merged_with(before: &Value, new: &Value, strict: bool) -> Result<Value, Error> {
    match (before.kind(), new.kind()) {
        (ValueKind::Map, ValueKind::Map) => {
            let mut map = entries(before)?;
            for (key, value) in entries(new)? {
                let Some((_, old)) = map.iter_mut().find(|(known, _)| *known == key) else {
                    map.push((key, value));
                    continue;
                };
                *old = match (old.kind(), value.kind()) {
                    (ValueKind::Map, ValueKind::Map) => merged_with(old, &value, strict)?,
                    (
                        ValueKind::Seq | ValueKind::Iterable,
                        ValueKind::Seq | ValueKind::Iterable,
                    ) => [list(old)?, list(&value)?].concat().into(),
                    _ if strict && *old != value => {
                        return Err(failure::plain(format!(
                            "'{key}' is {} in one variable and {} in another",
                            print::repr(old),
                            print::repr(&value)
                        )));
                    }
                    _ => value,
                };
            }
            Ok(Value::from_pairs(map))
        }
        (ValueKind::Map, _) | (_, ValueKind::Map) => Err(failure::plain(
            "the variables are not all of the same type: lists and dictionaries",
        )),
        _ => Ok([list(before)?, list(new)?].concat().into()),
    }
}
