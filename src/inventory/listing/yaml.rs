use serde_json::Value;
use serde_yaml::value::{Tag, TaggedValue};
use serde_yaml::{Mapping, Value as Yaml};

/// YAML with sorted keys; vaulted text carries its tag, unsafe text stands as it is.
pub fn to_yaml(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    serde_yaml::to_string(&yaml(&sorted)).unwrap_or_else(|_| sorted.to_string())
}

fn yaml(value: &Value) -> Yaml {
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(value) => Yaml::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Yaml::from(number),
            (_, Some(number)) => Yaml::from(number),
            _ => Yaml::from(number.to_string()),
        },
        Value::String(text) => Yaml::from(text.as_str()),
        Value::Array(items) => items.iter().map(yaml).collect(),
        Value::Object(entries) => match marked(entries) {
            Some(("__ansible_unsafe", text)) => Yaml::from(text),
            Some((_, envelope)) => Yaml::Tagged(Box::new(TaggedValue {
                tag: Tag::new("vault"),
                value: Yaml::from(envelope),
            })),
            None => Yaml::Mapping(
                entries
                    .iter()
                    .map(|(key, item)| (Yaml::from(key.as_str()), yaml(item)))
                    .collect::<Mapping>(),
            ),
        },
    }
}

/// The marker and the text of a value that is marked as unsafe or as vaulted.
fn marked(entries: &serde_json::Map<String, Value>) -> Option<(&str, &str)> {
    let (marker, text) = entries.iter().next().filter(|_| entries.len() == 1)?;
    let known = ["__ansible_unsafe", "__ansible_vault"].contains(&marker.as_str());
    Some((marker.as_str(), text.as_str()?)).filter(|_| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sorts_and_unwraps_markers() {
        let value = json!({"b": {"__ansible_unsafe": "{{ x }}"}, "a": {"__ansible_vault": "v"}, "c": [1, 1.5]});
        assert_eq!(
            to_yaml(&value),
            "a: !vault v\nb: '{{ x }}'\nc:\n- 1\n- 1.5\n"
        );
    }
}
