//! What keywords ask of lists.

use serde_json::{Map, Value as Json};

use super::{
    keyword::{Found, all_shown, below, counted, equal, mistake, only, shown, unless, verb},
    mistake::Link,
    walk::{Draft, Schema, Spot},
};

/// Holds a list against one keyword.
pub(super) fn of_list(
    schema: &Schema,
    name: &str,
    wanted: &Json,
    beside: &Map<String, Json>,
    (spot, data): (Spot, &[Json]),
) -> Found {
    let mut found = Vec::new();
    let whole = || shown(spot.data);
    let newest = schema.draft >= Draft::Of2020;
    match (name, wanted) {
        ("items", Json::Array(parts)) if !newest => found = in_turn(schema, parts, (spot, data))?,
        ("prefixItems", Json::Array(parts)) if newest => {
            found = in_turn(schema, parts, (spot, data))?
        }
        ("items", _) => {
            let ahead = beside.get("prefixItems").filter(|_| newest);
            let ahead = ahead.and_then(Json::as_array).map_or(0, Vec::len);
            let extra = data.get(ahead..).unwrap_or_default();
            if newest && *wanted == Json::Bool(false) && !extra.is_empty() {
                let items = if ahead == 1 { "item" } else { "items" };
                let rest = match extra {
                    [only] => shown(only),
                    extra => format!("[{}]", all_shown(extra)),
                };
                let count = extra.len();
                return Ok(only(format!(
                    "Expected at most {ahead} {items} but found {count} extra: {rest}"
                )));
            }
            found = each(schema, wanted, (spot, data), ahead)?;
        }
        ("additionalItems", _) if !newest => {
            let ahead = match beside.get("items") {
                Some(Json::Array(parts)) => parts.len(),
                None => 0,
                Some(_) => return Ok(found),
            };
            match wanted {
                Json::Object(_) => found = each(schema, wanted, (spot, data), ahead)?,
                Json::Bool(false) if data.len() > ahead => {
                    let (names, verb) = (all_shown(&data[ahead..]), verb(data.len() - ahead));
                    let message =
                        format!("Additional items are not allowed ({names} {verb} unexpected)");
                    found = only(message);
                }
                _ => {}
            }
        }
        ("contains", _) if schema.draft >= Draft::Six => {
            found = contained(schema, wanted, beside, (spot, data))?;
        }
        ("minItems" | "maxItems", _) => {
            found = counted(
                name,
                wanted,
                data.len(),
                ("is too short", "is too long"),
                whole,
            );
        }
        ("uniqueItems", Json::Bool(true)) => {
            let again =
                |(at, item): (usize, &Json)| data[..at].iter().any(|other| equal(item, other));
            let twice = data.iter().enumerate().any(again);
            found = unless(!twice, || format!("{} has non-unique elements", whole()));
        }
        _ => {}
    }
    Ok(found)
}

/// A part for each item.
fn in_turn(schema: &Schema, parts: &[Json], (spot, data): (Spot, &[Json])) -> Found {
    let mut found = Vec::new();
    for (at, (part, item)) in parts.iter().zip(data).enumerate() {
        let link = Some(Link::Index(at));
        found.extend(below(
            schema.walk(spot.both(part, item))?,
            link.clone(),
            link,
        ));
    }
    Ok(found)
}

/// One part for all items behind the first.
fn each(schema: &Schema, part: &Json, (spot, data): (Spot, &[Json]), ahead: usize) -> Found {
    let mut found = Vec::new();
    for (at, item) in data.iter().enumerate().skip(ahead) {
        found.extend(below(
            schema.walk(spot.both(part, item))?,
            Some(Link::Index(at)),
            None,
        ));
    }
    Ok(found)
}

fn contained(
    schema: &Schema,
    wanted: &Json,
    beside: &Map<String, Json>,
    (spot, data): (Spot, &[Json]),
) -> Found {
    let mut count = 0;
    for item in data {
        count += usize::from(schema.allows(spot.both(wanted, item))?);
    }
    let whole = shown(spot.data);
    if schema.draft <= Draft::Seven {
        let message = || format!("None of {whole} are valid under the given schema");
        return Ok(unless(count > 0, message));
    }
    let limit = |name: &str| beside.get(name).and_then(Json::as_f64);
    let said = |name: &str, message: String| {
        let mut mistake = mistake(message);
        mistake.keyword = Some(name.to_owned());
        mistake.expected = beside.get(name).cloned().unwrap_or_default();
        vec![mistake]
    };
    let (least, most) = (limit("minContains").unwrap_or(1.0), limit("maxContains"));
    Ok(match most {
        Some(most) if count as f64 > most => said(
            "maxContains",
            format!("Too many items match the given schema (expected at most {most})"),
        ),
        _ if count as f64 >= least => Vec::new(),
        _ if count == 0 => only(format!(
            "{whole} does not contain items matching the given schema"
        )),
        _ => said(
            "minContains",
            format!(
                "Too few items match the given schema (expected at least {least} but only {count} matched)"
            ),
        ),
    })
}
