use {
    crate::wire::Object,
    serde_json::{Number, Value},
};

/// Adds a statistic of `set_stats` to those that are there. What cannot be added to what stands there is passed over, as Ansible
/// does.
pub(super) fn aggregate(stats: &mut Object, name: String, value: Value) {
    match stats.get_mut(&name) {
        Some(old) => add(old, value),
        None => drop(stats.insert(name, value)),
    }
}

fn add(old: &mut Value, new: Value) {
    match (old, new) {
        (Value::Number(old), Value::Number(new)) => *old = sum(old, &new),
        (Value::String(old), Value::String(new)) => old.push_str(&new),
        (Value::Array(old), Value::Array(new)) => old.extend(new),
        (Value::Object(old), Value::Object(new)) => merge(old, new),
        _ => {}
    }
}

/// A whole number and one that is none are different kinds.
fn sum(old: &Number, new: &Number) -> Number {
    match (old.as_i64(), new.as_i64()) {
        (Some(one), Some(other)) => one.saturating_add(other).into(),
        (None, None) => {
            let sum = old
                .as_f64()
                .zip(new.as_f64())
                .map(|(one, other)| one + other);
            sum.and_then(Number::from_f64).unwrap_or(old.clone())
        }
        _ => old.clone(),
    }
}

/// Maps in maps are merged; of anything else the new value counts.
fn merge(old: &mut Object, new: Object) {
    for (name, value) in new {
        match (old.get_mut(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, value) => drop(old.insert(name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn adds_what_is_of_one_kind_and_passes_over_the_rest() {
        let mut stats = Object::new();
        for (name, value) in [
            ("n", json!(1)),
            ("n", json!(2)),
            ("n", json!("x")),
            ("n", json!(0.5)),
            ("s", json!("a")),
            ("s", json!("b")),
            ("l", json!([1])),
            ("l", json!([2])),
            ("m", json!({"a": {"x": 1}, "l": [1]})),
            ("m", json!({"a": {"y": 2}, "l": [2]})),
            ("f", json!(0.5)),
            ("f", json!(1.0)),
        ] {
            aggregate(&mut stats, name.to_owned(), value);
        }
        let expected = json!({
            "n": 3, "s": "ab", "l": [1, 2], "m": {"a": {"x": 1, "y": 2}, "l": [2]}, "f": 1.5,
        });
        assert_eq!(Value::Object(stats), expected);
    }
}
