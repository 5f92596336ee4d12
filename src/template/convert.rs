//! Values on their way between the controller's rooms: to and from JSON, nodes and text.

use {
    super::{is_omit, print},
    crate::source::{Kind, Node, Place},
    minijinja::value::{Value, ValueKind},
    serde_json::{Map, Number, Value as Json},
};

/// A value as JSON; what JSON does not have becomes text.
pub fn to_json(value: &Value) -> Json {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => Json::Null,
        ValueKind::Bool => Json::Bool(value.is_true()),
        ValueKind::Number => number(value),
        ValueKind::String => Json::String(value.as_str().unwrap_or_default().to_owned()),
        ValueKind::Map => Json::Object(entries(value)),
        ValueKind::Seq | ValueKind::Iterable => items(value).iter().map(to_json).collect(),
        _ => Json::String(print::text(value)),
    }
}

fn number(value: &Value) -> Json {
    if let (true, Ok(number)) = (value.is_integer(), i64::try_from(value.clone())) {
        return number.into();
    }
    let float = f64::try_from(value.clone()).ok().and_then(Number::from_f64);
    float.map_or_else(|| Json::String(print::text(value)), Json::Number)
}

fn entries(value: &Value) -> Map<String, Json> {
    items(value)
        .into_iter()
        .map(|key| {
            let entry = value.get_item(&key).unwrap_or_default();
            (print::text(&key), to_json(&entry))
        })
        .collect()
}

fn items(value: &Value) -> Vec<Value> {
    value.try_iter().map(Iterator::collect).unwrap_or_default()
}

/// JSON as a value.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => number.as_f64().unwrap_or_default().into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(from_json).collect(),
        Json::Object(entries) => Value::from_iter(
            entries
                .iter()
                .map(|(name, value)| (name.clone(), from_json(value))),
        ),
    }
}

/// A node as it is written, no template rendered.
pub fn raw(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::from(()),
        Kind::Bool(value) => (*value).into(),
        Kind::Int(number) => (*number).into(),
        Kind::Float(number) => (*number).into(),
        Kind::String(text) | Kind::Vault(text) => text.as_str().into(),
        Kind::List(items) => items.iter().map(raw).collect(),
        Kind::Map(entries) => {
            Value::from_iter(entries.iter().map(|(key, value)| (raw(key), raw(value))))
        }
        Kind::Unsafe(inner) => raw(inner),
    }
}

/// A value as a node that is never a template.
pub fn to_node(value: &Value, place: &Place) -> Node {
    let node = |kind| Node::new(place.clone(), kind);
    let plain = match value.kind() {
        ValueKind::Undefined | ValueKind::None => Kind::Null,
        ValueKind::Bool => Kind::Bool(value.is_true()),
        ValueKind::Number => match i64::try_from(value.clone()) {
            Ok(number) if value.is_integer() => Kind::Int(number),
            _ => Kind::Float(f64::try_from(value.clone()).unwrap_or_default()),
        },
        ValueKind::Map => Kind::Map(
            items(value)
                .into_iter()
                .map(|key| {
                    let entry = value.get_item(&key).unwrap_or_default();
                    (to_node(&key, place), to_node(&entry, place))
                })
                .collect(),
        ),
        ValueKind::Seq | ValueKind::Iterable => Kind::List(
            items(value)
                .iter()
                .map(|item| to_node(item, place))
                .collect(),
        ),
        _ => {
            return node(Kind::Unsafe(Box::new(node(Kind::String(print::text(
                value,
            ))))));
        }
    };
    node(plain)
}

/// A value as the names it holds: a list of them, or one.
pub fn strings(value: &Value) -> Vec<String> {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => Vec::new(),
        ValueKind::Seq | ValueKind::Iterable => items(value).iter().flat_map(strings).collect(),
        _ if is_omit(value) => Vec::new(),
        _ => vec![print::text(value)],
    }
}

/// A value in one line, as progress and results show a loop's item.
pub fn display(value: &Value) -> String {
    print::text(value)
}

/// What a person calls this kind of value, with its article.
pub fn describe(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "something undefined",
        ValueKind::None => "nothing",
        ValueKind::Bool => "a boolean",
        ValueKind::Number => "a number",
        ValueKind::String => "a string",
        ValueKind::Map => "a map",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        _ => "a value",
    }
}

impl From<super::TemplateError> for crate::source::Fault {
    fn from(error: super::TemplateError) -> Self {
        let mut fault = Self::new(error.message);
        if let Some(help) = error.help {
            fault = fault.help(help);
        }
        match error.place {
            Some(place) => fault.at(&place),
            None => fault,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_comes_back_as_it_was() {
        let json = serde_json::json!({"a": [1, 2.5, true, null, "x"], "b": {"c": 18446744073709551615u64}});
        assert_eq!(to_json(&from_json(&json))["a"], json["a"]);
    }

    #[test]
    fn a_value_from_a_host_is_no_template() {
        let place = Place::outside("t", "");
        let node = to_node(&Value::from("{{ x }}"), &place);
        assert!(matches!(node.kind, Kind::Unsafe(_)));
    }
}
