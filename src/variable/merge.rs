use {
    crate::template::{Value, ValueKind},
    std::collections::BTreeSet,
};

/// A map over a weaker one: what both have is merged likewise where it is maps, else the stronger replaces the weaker.
pub fn merged(weaker: &Value, stronger: &Value) -> Value {
    let is_map = |value: &Value| value.kind() == ValueKind::Map;
    if !is_map(weaker) || !is_map(stronger) {
        return stronger.clone();
    }
    let names = |map: &Value| map.try_iter().map(Iterator::collect).unwrap_or_default();
    let (below, above): (Vec<Value>, Vec<Value>) = (names(weaker), names(stronger));
    let own: BTreeSet<Value> = above.iter().cloned().collect();
    let known: BTreeSet<Value> = below.iter().cloned().collect();
    let part = |map: &Value, name: &Value| map.get_item(name).unwrap_or_default();
    let kept = below.into_iter().map(|name| {
        let value = match own.contains(&name) {
            true => merged(&part(weaker, &name), &part(stronger, &name)),
            false => part(weaker, &name),
        };
        (name, value)
    });
    let added = above.iter().filter(|name| !known.contains(name));
    let added = added.map(|name| (name.clone(), part(stronger, name)));
    Value::from_pairs(kept.chain(added))
}

#[cfg(test)]
mod tests {
    use {super::*, crate::template::from_json, serde_json::json};

    #[test]
    fn merges_maps_to_any_depth_and_replaces_the_rest() {
        let weaker = from_json(&json!({"a": 1, "deep": {"x": 1, "list": [1]}}));
        let stronger = from_json(&json!({"deep": {"list": [2], "y": 2}, "b": 2}));
        let both = json!({"a": 1, "deep": {"x": 1, "list": [2], "y": 2}, "b": 2});
        assert_eq!(merged(&weaker, &stronger), from_json(&both));
        assert_eq!(merged(&weaker, &Value::from(1)), Value::from(1));
    }
}
