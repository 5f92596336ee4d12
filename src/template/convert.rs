//! Values on their way between the controller's rooms: as nodes, names and text.

use {
    super::{is_omit, print},
    crate::source::{Kind, Node, Place},
    minijinja::value::{Value, ValueKind},
};

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

fn items(value: &Value) -> Vec<Value> {
    value.try_iter().map(Iterator::collect).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_from_a_host_is_no_template() {
        let place = Place::outside("t", "");
        let node = to_node(&Value::from("{{ x }}"), &place);
        assert!(matches!(node.kind, Kind::Unsafe(_)));
    }
}
