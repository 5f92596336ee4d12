use {
    super::argument_spec::shown,
    crate::playbook::boolean_text,
    serde_json::{Map, Value},
};

/// Converts a value to the type that a specification names, as Ansible's modules read their options.
///
/// # Errors
/// Why it cannot be, in Ansible's words.
pub(super) fn converted(value: &Value, wanted: &str) -> Result<Value, String> {
    match wanted {
        "str" | "path" => Ok(text(value)),
        "list" => list(value),
        "dict" => dict(value),
        "bool" => boolean(value),
        "int" => int(value),
        "float" => float(value),
        "json" | "jsonarg" => json(value),
        "bytes" => bytes(value, "Byte"),
        "bits" => bytes(value, "Bit"),
        "raw" => Ok(value.clone()),
        other => Err(format!("there is no type '{other}'")),
    }
}

/// What Python calls the type of a value.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

fn cannot(value: &Value, what: &str) -> String {
    format!(
        "<class '{}'> cannot be converted to {what}",
        type_name(value)
    )
}

fn text(value: &Value) -> Value {
    match value {
        Value::Null => "".into(),
        Value::String(_) => value.clone(),
        other => shown(other).into(),
    }
}

fn list(value: &Value) -> Result<Value, String> {
    match value {
        Value::Array(_) => Ok(value.clone()),
        Value::String(text) => Ok(text.split(',').map(Value::from).collect()),
        Value::Bool(_) | Value::Number(_) => Ok(vec![text(value)].into()),
        other => Err(cannot(other, "a list")),
    }
}

fn dict(value: &Value) -> Result<Value, String> {
    let text = match value {
        Value::Object(_) => return Ok(value.clone()),
        Value::String(text) => text,
        other => return Err(cannot(other, "a dict")),
    };
    if text.starts_with('{') {
        let read = serde_json::from_str::<Map<String, Value>>(text);
        return read
            .map(Value::Object)
            .map_err(|_| "unable to evaluate string as dictionary".to_owned());
    }
    if !text.contains('=') {
        return Err("dictionary requested, could not parse JSON or key=value".to_owned());
    }
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    let unquoted = |value: &str| Value::from(value.trim_matches(['"', '\'']));
    words
        .map(|word| word.split_once('='))
        .map(|pair| pair.map(|(name, value)| (name.to_owned(), unquoted(value))))
        .collect::<Option<Map<_, _>>>()
        .map(Value::Object)
        .ok_or_else(|| {
            "unable to evaluate string in the \"key=value\" format as dictionary".to_owned()
        })
}

fn boolean(value: &Value) -> Result<Value, String> {
    let text = match value {
        Value::Bool(_) => return Ok(value.clone()),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => return Err(cannot(other, "a bool")),
    };
    boolean_text(&text).map(Value::from).ok_or_else(|| {
        format!("The value '{text}' is not a valid boolean. Write true or false, yes or no, on or off, 1 or 0")
    })
}

fn int(value: &Value) -> Result<Value, String> {
    let whole = |number: f64| number.fract() == 0.0 && number.abs() < 9e15;
    let found = match value {
        Value::Bool(_) => return Ok(value.clone()),
        Value::Number(number) if number.is_f64() => number.as_f64(),
        Value::Number(_) => return Ok(value.clone()),
        Value::String(text) => match text.trim().parse::<i64>() {
            Ok(number) => return Ok(number.into()),
            Err(_) => text.trim().parse::<f64>().ok(),
        },
        _ => None,
    };
    match found.filter(|number| whole(*number)) {
        Some(number) => Ok((number as i64).into()),
        None => Err(format!(
            "\"{}\" cannot be converted to an int",
            quoted(value)
        )),
    }
}

/// As Python's `repr` shows it.
fn quoted(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let list = shown(&vec![text.as_str()].into());
            list[1..list.len() - 1].to_owned()
        }
        other => shown(other),
    }
}

fn float(value: &Value) -> Result<Value, String> {
    let found = match value {
        Value::Bool(yes) => Some(f64::from(u8::from(*yes))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    found
        .map(Value::from)
        .ok_or_else(|| cannot(value, "a float"))
}

fn json(value: &Value) -> Result<Value, String> {
    match value {
        Value::String(text) => Ok(text.trim().into()),
        Value::Array(_) | Value::Object(_) => Ok(value.to_string().into()),
        other => Err(cannot(other, "a json string")),
    }
}

/// `1.5 MB` as a number of bytes, or of bits.
fn bytes(value: &Value, what: &str) -> Result<Value, String> {
    let failed = || cannot(value, &format!("a {what} value"));
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Err(failed()),
    };
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = text[..text.len() - digits.len()].parse::<f64>();
    let unit = digits.trim().to_ascii_uppercase();
    let letter = unit.chars().next().unwrap_or('B');
    let power = "BKMGTPEZY".find(letter).ok_or_else(failed)?;
    let power = i32::try_from(power).unwrap_or_default();
    let number = number.map_err(|_| failed())?;
    Ok(((number * 1024f64.powi(power)).round() as i64).into())
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn converts_as_ansible_does() {
        let fits = |value: Value, wanted: &str| converted(&value, wanted).unwrap();
        assert_eq!(fits(json!("7.0"), "int"), json!(7));
        assert_eq!(fits(json!("a,b"), "list"), json!(["a", "b"]));
        assert_eq!(fits(json!(7), "list"), json!(["7"]));
        assert_eq!(
            fits(json!("a=1, b='2'"), "dict"),
            json!({"a": "1", "b": "2"})
        );
        assert_eq!(fits(json!("on"), "bool"), json!(true));
        assert_eq!(fits(json!("1.5K"), "bytes"), json!(1536));
        assert_eq!(
            converted(&json!("many"), "int"),
            Err("\"'many'\" cannot be converted to an int".to_owned())
        );
        assert!(converted(&json!("words"), "dict").is_err());
        assert!(converted(&json!([]), "float").is_err());
        assert!(converted(&json!("perhaps"), "bool").is_err());
    }
}
