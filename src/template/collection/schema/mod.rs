//! `ansible.utils.validate` with its engine `ansible.utils.jsonschema`: data held against a schema in JSON.

mod format;
mod keyword;
mod list;
mod mistake;
mod object;
mod walk;

use minijinja::{
    Error,
    value::{Value, ValueKind},
};
use serde_json::Value as Json;

use super::{Named, arguments::Arguments};
use crate::template::{
    builtin::Run, call::Call, call::items, failure, lookup::Lookup, print, to_json,
};
use walk::{Draft, Schema};

pub(super) const FILTERS: &[Named<Run>] = &[("ansible.utils.validate", |call| {
    let given = Arguments::of(call, NAMES)?;
    let wish = Wish::read(call, &given, false)?;
    wish.mistakes(&given.any("data")?, &given.any("criteria")?)
})];

pub(super) const TESTS: &[Named<Run>] = &[("ansible.utils.validate", |call| {
    let given = Arguments::of(call, NAMES)?;
    let wish = Wish::read(call, &given, false)?;
    let mistakes = wish.mistakes(&given.any("data")?, &given.any("criteria")?)?;
    Ok((mistakes.len() == Some(0)).into())
})];

pub(super) const LOOKUPS: &[Named<Lookup>] = &[("ansible.utils.validate", |call, terms| {
    let given = Arguments::given(terms, &call.kwargs, NAMES)?;
    let wish = Wish::read(call, &given, true)?;
    let mistakes = wish.mistakes(&given.any("data")?, &given.any("criteria")?)?;
    items(&mistakes)
})];

const NAMES: &[&str] = &[
    "data",
    "criteria",
    "engine",
    "draft",
    "check_format",
    "wantlist",
    "errors",
];

const ENGINE: &str = "ansible.utils.jsonschema";

const DRAFT: (&str, &str) = (
    "ansible_validate_jsonschema_draft",
    "ANSIBLE_VALIDATE_JSONSCHEMA_DRAFT",
);

const CHECK_FORMAT: (&str, &str) = (
    "ansible_validate_jsonschema_check_format",
    "ANSIBLE_VALIDATE_JSONSCHEMA_CHECK_FORMAT",
);

/// How data is to be held against a schema.
struct Wish {
    draft: Option<Draft>,
    formats: bool,
}

impl Wish {
    /// Options are arguments, else variables where `variables` says so, else of the environment.
    fn read(call: &Call, given: &Arguments, variables: bool) -> Result<Self, Error> {
        let engine = given.text("engine").unwrap_or_else(|| ENGINE.to_owned());
        if engine != ENGINE {
            let message = format!("there is no engine '{engine}' here, only '{ENGINE}'");
            return Err(failure::plain(message));
        }
        let context = call.context()?;
        let around = |(variable, environment): (&str, &str)| -> Result<Option<Value>, Error> {
            let found = match variables {
                true => context
                    .vars
                    .get(variable)
                    .transpose()
                    .map_err(failure::caused)?,
                false => None,
            };
            let all = &context.engine.inner().settings.environment;
            Ok(found.or_else(|| all.get(environment).map(|text| text.as_str().into())))
        };
        let draft = match given.raw("draft") {
            Some(draft) => Some(draft),
            None => around(DRAFT)?,
        };
        let formats = match given.raw("check_format") {
            Some(formats) => Some(formats),
            None => around(CHECK_FORMAT)?,
        };
        Ok(Self {
            draft: draft
                .map(|draft| Draft::named(&print::text(&draft)))
                .transpose()?,
            formats: formats
                .is_none_or(|value| crate::template::filter::truth(&value) == Some(true)),
        })
    }

    /// All that is wrong with data, as a list.
    fn mistakes(&self, data: &Value, criteria: &Value) -> Result<Value, Error> {
        let data = parsed("data", data)?;
        let criteria = match criteria.kind() {
            ValueKind::Seq | ValueKind::Iterable => items(criteria)?.iter().map(to_json).collect(),
            _ => vec![parsed("criteria", criteria)?],
        };
        let mut found = Vec::new();
        for schema in &criteria {
            let draft = self.draft.unwrap_or_else(|| Draft::of(schema));
            let walk = Schema {
                root: schema,
                draft,
                formats: self.formats,
            };
            let mut mistakes = walk.mistakes(&data)?;
            mistakes.sort_by(|one, other| one.path.cmp(&other.path));
            found.extend(mistakes.iter().map(mistake::Mistake::value));
        }
        Ok(found.into())
    }
}

/// A value, or what its text says in JSON.
fn parsed(name: &str, value: &Value) -> Result<Json, Error> {
    match value.as_str() {
        Some(text) => serde_json::from_str(text)
            .map_err(|error| failure::plain(format!("'{name}' is text, but no JSON: {error}"))),
        None => Ok(to_json(value)),
    }
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    const SCHEMA: &str = "{'type': 'object', 'properties': {'port': {'type': 'integer', 'maximum': 65535}, 'names': {'type': 'array', 'items': {'$ref': '#/$defs/name'}}}, '$defs': {'name': {'type': 'string', 'minLength': 2}}, 'required': ['port']}";

    fn asked(data: &str, what: &str) -> String {
        shown(&format!(
            "{{{{ {data} | validate({SCHEMA}) | map(attribute='{what}') | list }}}}"
        ))
    }

    #[test]
    fn what_is_wrong_has_its_place_and_its_reason() {
        let data = "{'port': 70000, 'names': ['ada', 'b', 3]}";
        assert_eq!(asked(data, "data_path"), "['names.1', 'names.2', 'port']");
        assert_eq!(
            asked(data, "json_path"),
            "['$.names[1]', '$.names[2]', '$.port']"
        );
        let places = "['properties.names.items.minLength', 'properties.names.items.type', 'properties.port.maximum']";
        assert_eq!(asked(data, "schema_path"), places);
        let messages = "[\"'b' is too short\", \"3 is not of type 'string'\", '70000 is greater than the maximum of 65535']";
        assert_eq!(asked(data, "message"), messages);
        assert_eq!(asked("{'port': 80}", "message"), "[]");
    }

    #[test]
    fn what_cannot_be_held_against_a_schema_is_an_error() {
        for wrong in [
            "{{ 'no json' | validate({}) }}",
            "{{ {} | validate({}, engine='x.y.z') }}",
            "{{ {} | validate({}, draft='draft3') }}",
            "{{ {} | validate({'$ref': 'http://example.org/schema'}) }}",
            "{{ {} | validate({'$ref': '#'}) }}",
        ] {
            assert!(shown(wrong).starts_with("error: "), "{wrong}");
        }
    }
}
