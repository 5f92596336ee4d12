use crate::source::{Kind, Node, Place};
use serde_json::Value;

/// JSON as nodes, with Ansible's markers for vaulted and for unsafe text.
pub(super) fn node(value: Value, place: &Place) -> Node {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Kind::Int(number),
            None => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Kind::String(text),
        Value::Array(items) => {
            Kind::List(items.into_iter().map(|item| node(item, place)).collect())
        }
        Value::Object(entries) => return object(entries, place),
    };
    Node::new(place.clone(), kind)
}

fn object(entries: serde_json::Map<String, Value>, place: &Place) -> Node {
    let text = |key: &str| match entries.get(key) {
        Some(Value::String(text)) if entries.len() == 1 => Some(text.clone()),
        _ => None,
    };
    let string = |text| Node::new(place.clone(), Kind::String(text));
    let kind = if let Some(envelope) = text("__ansible_vault") {
        Kind::Vault(envelope)
    } else if let Some(text) = text("__ansible_unsafe") {
        Kind::Unsafe(Box::new(string(text)))
    } else {
        Kind::Map(
            entries
                .into_iter()
                .map(|(key, value)| (string(key), node(value, place)))
                .collect(),
        )
    };
    Node::new(place.clone(), kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn markers_become_what_they_mark() {
        let place = Place::outside("test", "");
        let value = json!({"v": {"__ansible_vault": "x"}, "u": {"__ansible_unsafe": "{{ y }}"}});
        let node = node(value, &place);
        assert_eq!(
            node.get("v").map(|v| &v.kind),
            Some(&Kind::Vault("x".to_owned()))
        );
        assert!(matches!(
            node.get("u").map(|u| &u.kind),
            Some(Kind::Unsafe(_))
        ));
    }
}
