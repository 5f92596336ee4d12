//! What each keyword of a schema asks for.

use minijinja::Error;
use serde_json::{Map, Value as Json};

use super::{
    format,
    list::of_list,
    mistake::{Link, Mistake},
    object::of_object,
    walk::{Draft, Schema, Spot},
};
use crate::template::{failure, filter, from_json, print};

pub(super) type Found = Result<Vec<Mistake>, Error>;

/// Holds data against one keyword of a part of a schema; a keyword that is not known asks for nothing.
pub(super) fn held(
    schema: &Schema,
    name: &str,
    wanted: &Json,
    beside: &Map<String, Json>,
    spot: Spot,
) -> Found {
    match name {
        "$dynamicRef" | "$recursiveRef" | "unevaluatedItems" | "unevaluatedProperties" => Err(
            failure::plain(format!("the keyword '{name}' of schemas is not known here")),
        ),
        "allOf" | "anyOf" | "oneOf" | "not" | "if" => together(schema, name, wanted, beside, spot),
        _ => match spot.data {
            Json::Object(data) => of_object(schema, name, wanted, beside, (spot, data)),
            Json::Array(data) => of_list(schema, name, wanted, beside, (spot, data.as_slice())),
            Json::String(data) => of_text(schema, name, wanted, data),
            Json::Number(data) => Ok(of_number(schema, name, wanted, beside, data)),
            _ => Ok(Vec::new()),
        }
        .map(|mut found| {
            found.extend(of_any(schema, name, wanted, spot.data));
            found
        }),
    }
}

/// As Python prints it.
pub(super) fn shown(value: &Json) -> String {
    print::repr(&from_json(value))
}

pub(super) fn all_shown<'v>(values: impl IntoIterator<Item = &'v Json>) -> String {
    values.into_iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// One whose place and keyword are still to be told.
pub(super) fn mistake(message: String) -> Mistake {
    Mistake {
        message,
        path: Vec::new(),
        schema_path: Vec::new(),
        keyword: None,
        expected: Json::Null,
        schema: Json::Null,
        found: Json::Null,
    }
}

pub(super) fn only(message: String) -> Vec<Mistake> {
    vec![mistake(message)]
}

pub(super) fn unless(fine: bool, message: impl FnOnce() -> String) -> Vec<Mistake> {
    match fine {
        true => Vec::new(),
        false => only(message()),
    }
}

/// Puts links before the paths of mistakes.
pub(super) fn below(
    mut found: Vec<Mistake>,
    data: Option<Link>,
    part: Option<Link>,
) -> Vec<Mistake> {
    // Of what the schema `false` refuses, Python says only by which keyword it came to that.
    let fresh =
        |mistake: &Mistake| mistake.schema == Json::Bool(false) && mistake.schema_path.is_empty();
    for mistake in found.iter_mut().filter(|mistake| !fresh(mistake)) {
        data.iter()
            .for_each(|link| mistake.path.insert(0, link.clone()));
        part.iter()
            .for_each(|link| mistake.schema_path.insert(0, link.clone()));
    }
    found
}

pub(super) fn key(name: &str) -> Option<Link> {
    Some(Link::Key(name.to_owned()))
}

/// Equal as JSON has it: numbers by their value, and no boolean is one.
pub(super) fn equal(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            let same = |(key, item): (&String, &Json)| {
                other.get(key).is_some_and(|other| equal(item, other))
            };
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}

fn of_any(schema: &Schema, name: &str, wanted: &Json, data: &Json) -> Vec<Mistake> {
    match name {
        "type" => {
            let kinds = match wanted {
                Json::Array(kinds) => kinds.as_slice(),
                kind => std::slice::from_ref(kind),
            };
            let fits = |kind: &Json| is(data, kind.as_str().unwrap_or_default(), schema.draft);
            unless(kinds.iter().any(fits), || {
                format!("{} is not of type {}", shown(data), all_shown(kinds))
            })
        }
        "enum" => {
            let mut known = wanted.as_array().into_iter().flatten();
            let known = known.any(|one| equal(one, data));
            unless(known, || {
                format!("{} is not one of {}", shown(data), shown(wanted))
            })
        }
        "const" if schema.draft >= Draft::Six => unless(equal(data, wanted), || {
            format!("{} was expected", shown(wanted))
        }),
        _ => Vec::new(),
    }
}

fn is(data: &Json, kind: &str, draft: Draft) -> bool {
    match kind {
        "array" => data.is_array(),
        "boolean" => data.is_boolean(),
        "null" => data.is_null(),
        "number" => data.is_number(),
        "object" => data.is_object(),
        "string" => data.is_string(),
        "integer" => {
            let whole = data.as_f64().is_some_and(|number| number.fract() == 0.0);
            data.is_i64() || data.is_u64() || draft >= Draft::Six && data.is_f64() && whole
        }
        _ => false,
    }
}

fn together(
    schema: &Schema,
    name: &str,
    wanted: &Json,
    beside: &Map<String, Json>,
    spot: Spot,
) -> Found {
    let parts = wanted.as_array().map(Vec::as_slice).unwrap_or_default();
    let none = || {
        only(format!(
            "{} is not valid under any of the given schemas",
            shown(spot.data)
        ))
    };
    match name {
        "allOf" => {
            let mut found = Vec::new();
            for (at, part) in parts.iter().enumerate() {
                found.extend(below(
                    schema.walk(spot.part(part))?,
                    None,
                    Some(Link::Index(at)),
                ));
            }
            Ok(found)
        }
        "not" => {
            let allowed = schema.allows(spot.part(wanted))?;
            Ok(unless(!allowed, || {
                format!(
                    "{} should not be valid under {}",
                    shown(spot.data),
                    shown(wanted)
                )
            }))
        }
        "if" if schema.draft < Draft::Seven => Ok(Vec::new()),
        "if" => {
            let branch = match schema.allows(spot.part(wanted))? {
                true => "then",
                false => "else",
            };
            match beside.get(branch) {
                Some(part) => Ok(below(schema.walk(spot.part(part))?, None, key(branch))),
                None => Ok(Vec::new()),
            }
        }
        _ => {
            let mut fits = Vec::new();
            for part in parts {
                if schema.allows(spot.part(part))? {
                    fits.push(part);
                }
            }
            Ok(match fits.as_slice() {
                [] => none(),
                [first, more @ ..] if name == "oneOf" && !more.is_empty() => {
                    let all = more.iter().chain([first]).copied();
                    only(format!(
                        "{} is valid under each of {}",
                        shown(spot.data),
                        all_shown(all)
                    ))
                }
                _ => Vec::new(),
            })
        }
    }
}

pub(super) fn verb(count: usize) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// `minLength`, `maxItems` and their like.
pub(super) fn counted(
    name: &str,
    wanted: &Json,
    count: usize,
    (few, many): (&str, &str),
    whole: impl Fn() -> String,
) -> Vec<Mistake> {
    let limit = wanted.as_f64().unwrap_or(0.0);
    let (broken, words) = match name.starts_with("min") {
        true if limit == 1.0 => (count < 1, "should be non-empty"),
        true => ((count as f64) < limit, few),
        false if limit == 0.0 => (count > 0, "is expected to be empty"),
        false => (count as f64 > limit, many),
    };
    unless(!broken, || format!("{} {words}", whole()))
}

fn of_text(schema: &Schema, name: &str, wanted: &Json, data: &str) -> Found {
    let whole = || shown(&Json::String(data.to_owned()));
    Ok(match name {
        "minLength" | "maxLength" => {
            let count = data.chars().count();
            counted(name, wanted, count, ("is too short", "is too long"), whole)
        }
        "pattern" => {
            let regex = filter::compile(wanted.as_str().unwrap_or_default(), false, false)?;
            let fits = filter::found(&regex, data, false)?;
            unless(fits, || {
                format!("{} does not match {}", whole(), shown(wanted))
            })
        }
        "format" if schema.formats => {
            let fits = format::fits(wanted.as_str().unwrap_or_default(), data, schema.draft);
            unless(fits, || format!("{} is not a {}", whole(), shown(wanted)))
        }
        _ => Vec::new(),
    })
}

fn of_number(
    schema: &Schema,
    name: &str,
    wanted: &Json,
    beside: &Map<String, Json>,
    data: &serde_json::Number,
) -> Vec<Mistake> {
    let whole = shown(&Json::Number(data.clone()));
    let (Some(number), Some(limit)) = (data.as_f64(), wanted.as_f64()) else {
        return Vec::new();
    };
    // In draft 4 a boolean beside the limit says that it is excluded.
    let excluded = |name: &str| {
        schema.draft == Draft::Four && beside.get(name).and_then(Json::as_bool) == Some(true)
    };
    let (fine, words) = match name {
        "minimum" if excluded("exclusiveMinimum") => {
            (number > limit, "less than or equal to the minimum of")
        }
        "maximum" if excluded("exclusiveMaximum") => {
            (number < limit, "greater than or equal to the maximum of")
        }
        "minimum" => (number >= limit, "less than the minimum of"),
        "maximum" => (number <= limit, "greater than the maximum of"),
        "exclusiveMinimum" => (number > limit, "less than or equal to the minimum of"),
        "exclusiveMaximum" => (number < limit, "greater than or equal to the maximum of"),
        "multipleOf" => {
            let fine = match (data.as_i64(), wanted.as_i64()) {
                (Some(number), Some(limit)) => limit == 0 || number % limit == 0,
                (_, None) => (number / limit).fract() == 0.0,
                _ => number % limit == 0.0,
            };
            (fine, "not a multiple of")
        }
        _ => return Vec::new(),
    };
    unless(fine, || format!("{whole} is {words} {}", shown(wanted)))
}
