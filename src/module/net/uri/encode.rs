//! Forms as URLs write them.

use {crate::act::Failure, serde_json::Value};

/// Takes a map, or a list of pairs; a list as a value gives its name several times, and null gives nothing.
pub fn form(body: &Value) -> Result<String, Failure> {
    let pairs: Vec<(String, Value)> = match body {
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        Value::Array(list) => list.iter().map(pair).collect::<Result<_, _>>()?,
        _ => return Err(wrong()),
    };
    let mut parts = Vec::new();
    for (name, value) in pairs {
        let values = match value {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values.iter().filter(|value| !value.is_null()) {
            parts.push(format!("{}={}", quote(&name), quote(&text(value))));
        }
    }
    Ok(parts.join("&"))
}

fn pair(item: &Value) -> Result<(String, Value), Failure> {
    match item.as_array().map(Vec::as_slice) {
        Some([name, value]) => Ok((text(name), value.clone())),
        _ => Err(wrong()),
    }
}

fn wrong() -> Failure {
    Failure::refused(
        "failed to parse body as form_urlencoded: it must be a map or a list of [name, value] pairs",
    )
}

/// As Python writes a value.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        other => other.to_string(),
    }
}

fn quote(text: &str) -> String {
    let quoted = text.bytes().map(|byte| match byte {
        b' ' => "+".into(),
        b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    quoted.collect()
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn writes_forms() {
        let body = json!({"a b": "ü&=", "list": [1, null, true], "none": null});
        assert_eq!(form(&body).unwrap(), "a+b=%C3%BC%26%3D&list=1&list=True");
        assert_eq!(form(&json!([["a", 1], ["a", 2]])).unwrap(), "a=1&a=2");
        assert!(form(&json!(["a"])).is_err());
    }
}
