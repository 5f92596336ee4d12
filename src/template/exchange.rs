//! The ways between a template's values, JSON and YAML nodes.

use minijinja::value::{Value, ValueKind};

use super::print;
use crate::source::{Kind, Node};

/// JSON's values as a template's.
pub fn from_json(value: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::from(()),
        Json::Bool(yes) => (*yes).into(),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into(),
            (_, Some(number)) => number.into(),
            _ => number.as_f64().unwrap_or(f64::NAN).into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(from_json).collect(),
        Json::Object(entries) => Value::from_pairs(
            entries
                .iter()
                .map(|(key, value)| (key.as_str(), from_json(value))),
        ),
    }
}

/// A template's value as JSON; what JSON has no form for becomes its text, and keys become text.
pub fn to_json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => Json::Null,
        ValueKind::Bool => value.is_true().into(),
        ValueKind::Number => number(value),
        ValueKind::Seq | ValueKind::Iterable => items(value).map(|item| to_json(&item)).collect(),
        ValueKind::Map => items(value)
            .map(|key| {
                let item = value.get_item(&key).unwrap_or_default();
                (print::text(&key), to_json(&item))
            })
            .collect(),
        _ => print::text(value).into(),
    }
}

fn items(value: &Value) -> impl Iterator<Item = Value> {
    value.try_iter().into_iter().flatten()
}

fn number(value: &Value) -> serde_json::Value {
    if let (true, Some(integer)) = (value.is_integer(), value.as_i64()) {
        return integer.into();
    }
    if let (true, Ok(integer)) = (value.is_integer(), u64::try_from(value.clone())) {
        return integer.into();
    }
    f64::try_from(value.clone()).unwrap_or(f64::NAN).into()
}

/// A node's value as it is written: nothing in it is a template, and vaulted text stays closed.
pub fn raw(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::from(()),
        Kind::Bool(value) => (*value).into(),
        Kind::Int(value) => (*value).into(),
        Kind::Float(value) => (*value).into(),
        Kind::String(text) | Kind::Vault(text) => text.as_str().into(),
        Kind::List(items) => items.iter().map(raw).collect(),
        Kind::Map(entries) => {
            Value::from_pairs(entries.iter().map(|(key, item)| (raw(key), raw(item))))
        }
        Kind::Unsafe(inner) => raw(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_survives_the_way_there_and_back() {
        let json = serde_json::json!({"a": [1, 1.5, null, true, "x"], "b": {}});
        assert_eq!(to_json(&from_json(&json)), json);
    }
}
