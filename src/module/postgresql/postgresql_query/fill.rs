use {
    crate::{act::Failure, module::postgresql::sql::literal, wire::Object},
    serde_json::Value,
};

/// The values for a query.
pub enum Values<'a> {
    /// None: percent signs are what they are.
    None,
    InOrder(&'a [Value]),
    ByName(&'a Object),
}

/// Puts values in the place of `%s` and `%(name)s`, quoted.
pub fn fill(query: &str, values: &Values) -> Result<String, Failure> {
    if let Values::None = values {
        return Ok(query.into());
    }
    let (mut filled, mut rest, mut used) = (String::new(), query, 0);
    while let Some((before, after)) = rest.split_once('%') {
        filled.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('%') {
            filled.push('%');
            rest = after;
            continue;
        }
        let (value, after) = match (values, rest.strip_prefix('s')) {
            (Values::InOrder(list), Some(after)) => {
                used += 1;
                (list.get(used - 1), after)
            }
            (Values::ByName(map), None) => named(map, rest)?,
            _ => return Err(unclear(query)),
        };
        filled.push_str(&written(value.ok_or_else(|| short(query))?));
        rest = after;
    }
    filled.push_str(rest);
    match values {
        Values::InOrder(list) if used < list.len() => Err(Failure::refused(format!(
            "Cannot execute SQL '{query}': not all arguments converted during string formatting"
        ))),
        _ => Ok(filled),
    }
}

fn named<'v, 't>(map: &'v Object, rest: &'t str) -> Result<(Option<&'v Value>, &'t str), Failure> {
    let inner = rest
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(")s"));
    let (name, after) = inner.ok_or_else(|| unclear(rest))?;
    Ok((map.get(name), after))
}

fn unclear(query: &str) -> Failure {
    Failure::refused(format!(
        "Cannot execute SQL '{query}': a percent sign begins %s or %(name)s, as the arguments are positional or named; \
         write %% for the sign itself"
    ))
}

fn short(query: &str) -> Failure {
    Failure::refused(format!(
        "Cannot execute SQL '{query}': there is no argument for each place"
    ))
}

/// A value in SQL. A list is an array, as text, so that the server finds its type.
fn written(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Bool(flag) => flag.to_string(),
        // A sign would run together with one before it.
        Value::Number(number) => format!(
            "{}{number}",
            if number.as_f64() < Some(0.0) { " " } else { "" }
        ),
        Value::String(text) => literal(text),
        Value::Array(list) => literal(&array(list)),
        Value::Object(_) => literal(&value.to_string()),
    }
}

fn array(list: &[Value]) -> String {
    let elements: Vec<String> = list.iter().map(element).collect();
    format!("{{{}}}", elements.join(","))
}

fn element(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Array(list) => array(list),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Object(_) => quoted(&value.to_string()),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn puts_values_in_their_places() {
        let list = [json!(1), json!("it's"), json!(null), json!([1, "a\"b"])];
        let filled = fill("SELECT %s, %s, %s, %s, '5%%'", &Values::InOrder(&list)).unwrap();
        assert_eq!(filled, r#"SELECT 1, 'it''s', NULL, E'{1,"a\\"b"}', '5%'"#);
        let map = json!({"id": -7, "on": true});
        let map = map.as_object().unwrap();
        let filled = fill("SELECT 1-%(id)s, %(on)s, %(on)s", &Values::ByName(map)).unwrap();
        assert_eq!(filled, "SELECT 1- -7, true, true");
        assert_eq!(fill("LIKE 'a%'", &Values::None).unwrap(), "LIKE 'a%'");
    }

    #[test]
    fn wants_a_value_for_each_place_and_a_place_for_each_value() {
        let one = [json!(1)];
        for query in [
            "SELECT %s, %s",
            "SELECT 1",
            "SELECT %s, '%'",
            "SELECT %(a)s",
        ] {
            assert!(fill(query, &Values::InOrder(&one)).is_err(), "{query}");
        }
        let map = Object::new();
        assert!(fill("SELECT %(a)s", &Values::ByName(&map)).is_err());
    }
}
