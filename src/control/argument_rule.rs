use {
    super::argument_spec::{equal, part, shown},
    crate::wire::Object,
    serde_json::Value,
};

/// What `mutually_exclusive` of `rules` has against arguments, in Ansible's words: asked before defaults are put in.
pub(super) fn exclusive(rules: &Value, given: &Object) -> Option<String> {
    // A text in a list's place is one name.
    let groups = list(rules, "mutually_exclusive").filter(|group| group.is_array());
    let both: Vec<_> = groups
        .map(names)
        .filter(|names| names.iter().filter(|name| is_in(given, name)).count() > 1)
        .map(|names| names.join("|"))
        .collect();
    (!both.is_empty()).then(|| format!("parameters are mutually exclusive: {}", both.join(", ")))
}

/// What the rules about arguments that need one another have against arguments, in Ansible's words: of each kind the first.
pub(super) fn unmet(rules: &Value, given: &Object) -> impl Iterator<Item = String> {
    let found = [
        list(rules, "required_together").find_map(|group| together(group, given)),
        list(rules, "required_one_of").find_map(|group| one_of(group, given)),
        list(rules, "required_if").find_map(|rule| on_value(rule, given)),
        by(rules, given),
    ];
    found.into_iter().flatten()
}

fn list<'a>(rules: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    let groups = part(rules, name).and_then(Value::as_array);
    groups.into_iter().flatten()
}

/// The names of a group; of a text where a list belongs Python takes the letters, and so does Ansible.
fn names(group: &Value) -> Vec<String> {
    match group {
        Value::Array(names) => names.iter().map(shown).collect(),
        Value::String(text) => text.chars().map(String::from).collect(),
        _ => Vec::new(),
    }
}

fn is_in(given: &Object, name: &str) -> bool {
    given.contains_key(name)
}

fn together(group: &Value, given: &Object) -> Option<String> {
    let names = names(group);
    let there = names.iter().filter(|name| is_in(given, name)).count();
    (there > 0 && there < names.len())
        .then(|| format!("parameters are required together: {}", names.join(", ")))
}

fn one_of(group: &Value, given: &Object) -> Option<String> {
    let met = match group {
        Value::String(name) => is_in(given, name),
        _ => names(group).iter().any(|name| is_in(given, name)),
    };
    (!met).then(|| {
        format!(
            "one of the following is required: {}",
            names(group).join(", ")
        )
    })
}

/// `[argument, value, needed]`, and `true` behind them where one of the needed is enough.
fn on_value(rule: &Value, given: &Object) -> Option<String> {
    let (name, value, needed, any) = match rule.as_array()?.as_slice() {
        [name, value, needed] => (name, value, needed, false),
        [name, value, needed, any] => (name, value, needed, any == &Value::Bool(true)),
        _ => return None,
    };
    let name = shown(name);
    if !given.get(&name).is_some_and(|own| equal(own, value)) {
        return None;
    }
    let needed = names(needed);
    let missing: Vec<_> = needed
        .iter()
        .filter(|name| !is_in(given, name))
        .map(String::as_str)
        .collect();
    let enough = any && missing.len() < needed.len();
    (!missing.is_empty() && !enough).then(|| {
        format!(
            "{name} is {} but {} of the following are missing: {}",
            shown(value),
            if any { "any" } else { "all" },
            missing.join(", ")
        )
    })
}

fn by(rules: &Value, given: &Object) -> Option<String> {
    let is_set = |name: &str| given.get(name).is_some_and(|value| !value.is_null());
    let rules = part(rules, "required_by").and_then(Value::as_object)?;
    rules
        .iter()
        .filter(|(name, _)| is_set(name))
        .find_map(|(name, needed)| {
            let needed = match needed {
                Value::String(one) => vec![one.clone()],
                several => names(several),
            };
            let missing = needed.into_iter().filter(|name| !is_set(name));
            let missing = missing.collect::<Vec<_>>().join(", ");
            (!missing.is_empty())
                .then(|| format!("missing parameter(s) required by '{name}': {missing}"))
        })
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    fn broken(rules: Value, given: Value) -> Vec<String> {
        let given = given.as_object().cloned().unwrap_or_default();
        let exclusive = exclusive(&rules, &given);
        exclusive.into_iter().chain(unmet(&rules, &given)).collect()
    }

    #[test]
    fn each_rule_has_its_words() {
        let rules = json!({
            "mutually_exclusive": [["a", "b"], ["c", "d", "e"]],
            "required_together": [["a", "f"]],
            "required_one_of": [["g", "h"], ["i"]],
            "required_if": [["a", 1, ["j", "k"]], ["b", true, ["j", "k"], true]],
            "required_by": {"c": "l", "d": ["a", "m"]},
        });
        assert_eq!(
            broken(rules, json!({"a": 1, "b": 2, "c": null, "d": 1, "k": 1})),
            [
                "parameters are mutually exclusive: a|b, c|d|e",
                "parameters are required together: a, f",
                "one of the following is required: g, h",
                "a is 1 but all of the following are missing: j",
                "missing parameter(s) required by 'd': m",
            ]
        );
    }

    #[test]
    fn rules_that_are_kept_say_nothing() {
        let rules = json!({
            "mutually_exclusive": [["a", "b"], "ac"],
            "required_together": [["c", "d"], ["e", "f"]],
            "required_one_of": [["a", "b"], "a"],
            "required_if": [["a", "x", ["g", "h"], true], ["a", "y", ["z"]]],
            "required_by": {"a": ["c"], "b": ["z"], "z": "y"},
        });
        let given = json!({"a": "x", "c": 1, "d": 2, "h": 3, "z": null});
        assert!(broken(rules, given).is_empty());
    }
}
