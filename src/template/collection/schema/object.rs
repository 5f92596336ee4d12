//! What keywords ask of dictionaries.

use minijinja::Error;
use serde_json::{Map, Value as Json};

use super::{
    keyword::{Found, all_shown, below, counted, key, mistake, only, shown, verb},
    walk::{Draft, Schema, Spot, entries},
};
use crate::template::filter;

/// Holds a dictionary against one keyword.
pub(super) fn of_object(
    schema: &Schema,
    name: &str,
    wanted: &Json,
    beside: &Map<String, Json>,
    (spot, data): (Spot, &Map<String, Json>),
) -> Found {
    let mut found = Vec::new();
    let whole = || shown(spot.data);
    match name {
        "properties" => {
            for (property, part) in entries(wanted) {
                if let Some(item) = data.get(property) {
                    let mistakes = schema.walk(spot.both(part, item))?;
                    found.extend(below(mistakes, key(property), key(property)));
                }
            }
        }
        "patternProperties" => {
            for (pattern, part) in entries(wanted) {
                let regex = filter::compile(pattern, false, false)?;
                for (property, item) in data {
                    if filter::found(&regex, property, false)? {
                        let mistakes = schema.walk(spot.both(part, item))?;
                        found.extend(below(mistakes, key(property), key(pattern)));
                    }
                }
            }
        }
        "additionalProperties" => {
            let extras = extras(data, beside)?;
            if wanted.is_object() {
                for (property, item) in extras {
                    let mistakes = schema.walk(spot.both(wanted, item))?;
                    found.extend(below(mistakes, key(property), None));
                }
            } else if *wanted == Json::Bool(false) && !extras.is_empty() {
                found = only(unexpected(extras, beside));
            }
        }
        "propertyNames" if schema.draft >= Draft::Six => {
            for property in data.keys() {
                let name = Json::String(property.clone());
                found.extend(schema.walk(spot.both(wanted, &name))?);
            }
        }
        "required" => {
            let names = wanted.as_array().into_iter().flatten();
            let missing =
                names.filter(|name| !data.contains_key(name.as_str().unwrap_or_default()));
            found.extend(
                missing.map(|name| mistake(format!("{} is a required property", shown(name)))),
            );
        }
        "minProperties" | "maxProperties" => {
            let words = ("does not have enough properties", "has too many properties");
            found = counted(name, wanted, data.len(), words, whole);
        }
        "dependencies" if schema.draft > Draft::Seven => {}
        "dependentRequired" | "dependentSchemas" if schema.draft <= Draft::Seven => {}
        "dependencies" | "dependentRequired" | "dependentSchemas" => {
            for (property, needed) in entries(wanted).filter(|(name, _)| data.contains_key(*name)) {
                match needed {
                    Json::Array(names) => {
                        let missing = names
                            .iter()
                            .filter(|name| !data.contains_key(name.as_str().unwrap_or_default()));
                        let owner = shown(&Json::String(property.clone()));
                        found.extend(missing.map(|name| {
                            mistake(format!("{} is a dependency of {owner}", shown(name)))
                        }));
                    }
                    part => {
                        let mistakes = schema.walk(spot.part(part))?;
                        found.extend(below(mistakes, None, key(property)));
                    }
                }
            }
        }
        _ => {}
    }
    Ok(found)
}

/// The properties that nothing beside `additionalProperties` speaks of.
fn extras<'d>(
    data: &'d Map<String, Json>,
    beside: &Map<String, Json>,
) -> Result<Vec<(&'d String, &'d Json)>, Error> {
    let named = |property: &str| {
        beside
            .get("properties")
            .is_some_and(|all| all.get(property).is_some())
    };
    let patterns = beside
        .get("patternProperties")
        .into_iter()
        .flat_map(entries);
    let patterns = patterns.map(|(pattern, _)| filter::compile(pattern, false, false));
    let patterns = patterns.collect::<Result<Vec<_>, _>>()?;
    let mut extras = Vec::new();
    for (property, item) in data.iter().filter(|(property, _)| !named(property)) {
        let mut fits = false;
        for pattern in &patterns {
            fits = fits || filter::found(pattern, property, false)?;
        }
        if !fits {
            extras.push((property, item));
        }
    }
    Ok(extras)
}

fn unexpected(extras: Vec<(&String, &Json)>, beside: &Map<String, Json>) -> String {
    let sorted = |names: Vec<&String>| {
        let mut names: Vec<Json> = names.into_iter().cloned().map(Json::String).collect();
        names.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        all_shown(&names)
    };
    let count = extras.len();
    let names = sorted(extras.into_iter().map(|(name, _)| name).collect());
    match beside.get("patternProperties") {
        Some(patterns) => {
            let verb = if count == 1 { "does" } else { "do" };
            let patterns = sorted(entries(patterns).map(|(name, _)| name).collect());
            format!("{names} {verb} not match any of the regexes: {patterns}")
        }
        None => format!(
            "Additional properties are not allowed ({names} {} unexpected)",
            verb(count)
        ),
    }
}
