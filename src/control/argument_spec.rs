use {
    super::{
        argument_kind::{converted, type_name},
        argument_rule::{exclusive, unmet},
    },
    crate::{
        template::{display, from_json},
        wire::Object,
    },
    serde_json::Value,
};

/// A specification of arguments, and what was found to be against it.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    errors: Vec<String>,
    /// Names that the specification does not have, and what it has instead, for the last of them.
    strangers: Vec<String>,
    supported: String,
}

/// Everything that is wrong with arguments, in Ansible's words and order; empty where they are as specified.
pub fn violations(spec: &Object, mut given: Object) -> Vec<String> {
    let mut verdict = Verdict::default();
    // What an entry point itself says of its arguments together is not asked for, as by Ansible: only its options are.
    verdict.level(spec, &Value::Null, &mut given, &[]);
    if !verdict.strangers.is_empty() {
        verdict.strangers.sort();
        verdict.errors.push(format!(
            "{}. Supported parameters include: {}.",
            verdict.strangers.join(", "),
            verdict.supported
        ));
    }
    verdict.errors
}

/// A value as Python shows it.
pub(super) fn shown(value: &Value) -> String {
    display(&from_json(value))
}

/// Where within nested options something is.
fn found_in(context: &[&str]) -> String {
    match context {
        [] => String::new(),
        _ => format!(" found in {}", context.join(" -> ")),
    }
}

pub(super) fn part<'a>(option: &'a Value, name: &str) -> Option<&'a Value> {
    option.get(name).filter(|value| !value.is_null())
}

fn is_required(option: &Value) -> bool {
    part(option, "required").and_then(Value::as_bool) == Some(true)
}

impl Verdict {
    /// What options say of themselves, and `rules`, the option that has them, of them together.
    fn level(&mut self, spec: &Object, rules: &Value, given: &mut Object, context: &[&str]) {
        self.aliases(spec, given);
        self.unknown(spec, given, context);
        self.broken(exclusive(rules, given), context);
        for (name, option) in spec {
            if let (Some(default), false) = (part(option, "default"), given.contains_key(name)) {
                given.insert(name.clone(), default.clone());
            }
        }
        self.missing(spec, given, context);
        for (name, option) in spec {
            self.type_of(name, option, given, context);
        }
        for (name, option) in spec {
            self.choice(name, option, given, context);
        }
        self.broken(unmet(rules, given), context);
        for (name, option) in spec {
            self.nested(name, option, given, context);
        }
    }

    fn broken(&mut self, rules: impl IntoIterator<Item = String>, context: &[&str]) {
        let place = found_in(context);
        let errors = rules.into_iter().map(|rule| format!("{rule}{place}"));
        self.errors.extend(errors);
    }

    fn aliases(&mut self, spec: &Object, given: &mut Object) {
        for (name, option) in spec {
            if part(option, "default").is_some() && is_required(option) {
                self.errors.push(format!(
                    "internal error: required and default are mutually exclusive for {name}"
                ));
                return;
            }
            for alias in aliases_of(option) {
                if let Some(value) = given.get(alias).cloned() {
                    given.insert(name.clone(), value);
                }
            }
        }
    }

    fn unknown(&mut self, spec: &Object, given: &Object, context: &[&str]) {
        let mut aliases: Vec<_> = spec.values().flat_map(aliases_of).collect();
        let known = |name: &str| spec.contains_key(name) || aliases.contains(&name);
        let strangers: Vec<_> = given.keys().filter(|name| !known(name)).collect();
        if strangers.is_empty() {
            return;
        }
        for name in strangers {
            let path = context.iter().copied().chain([name.as_str()]);
            self.strangers.push(path.collect::<Vec<_>>().join("."));
        }
        let mut names: Vec<_> = spec.keys().map(String::as_str).collect();
        names.sort_unstable();
        aliases.sort_unstable();
        self.supported = names.join(", ");
        if !aliases.is_empty() {
            self.supported
                .push_str(&format!(" ({})", aliases.join(", ")));
        }
    }

    fn missing(&mut self, spec: &Object, given: &Object, context: &[&str]) {
        let missing = spec
            .iter()
            .filter(|(name, option)| is_required(option) && !given.contains_key(*name))
            .map(|(name, _)| name.as_str());
        let mut missing: Vec<_> = missing.collect();
        missing.sort_unstable();
        if !missing.is_empty() {
            let names = missing.join(", ");
            let place = found_in(context);
            self.errors
                .push(format!("missing required arguments: {names}{place}"));
        }
    }

    fn type_of(&mut self, name: &str, option: &Value, given: &mut Object, context: &[&str]) {
        let Some(value) = given.get(name).cloned() else {
            return;
        };
        if value.is_null() && !is_required(option) && part(option, "default").is_none() {
            return;
        }
        let wanted = part(option, "type")
            .and_then(Value::as_str)
            .unwrap_or("str");
        match converted(&value, wanted) {
            Ok(mut fit) => {
                let elements = part(option, "elements").and_then(Value::as_str);
                if let (Some(wanted), Value::Array(items)) = (elements, &fit) {
                    fit = self.elements(name, wanted, items, context).into();
                }
                given.insert(name.to_owned(), fit);
            }
            Err(why) => {
                let place = match context {
                    [] => String::new(),
                    _ => format!(" found in '{}'.", context.join(" -> ")),
                };
                let own = type_name(&value);
                self.errors.push(format!(
                    "argument '{name}' is of type {own}{place} and we were unable to convert to {wanted}: {why}"
                ));
            }
        }
    }

    /// The elements that are of the type; the others are errors.
    fn elements(
        &mut self,
        name: &str,
        wanted: &str,
        items: &[Value],
        context: &[&str],
    ) -> Vec<Value> {
        let mut fit = Vec::new();
        for item in items {
            match converted(item, wanted) {
                Ok(value) => fit.push(value),
                Err(why) => {
                    let place = match context {
                        [] => String::new(),
                        _ => format!(" found in '{}'", context.join(" -> ")),
                    };
                    let own = type_name(item);
                    self.errors.push(format!(
                        "Elements value for option '{name}'{place} is of type {own} and we were unable to convert to {wanted}: {why}"
                    ));
                }
            }
        }
        fit
    }

    fn choice(&mut self, name: &str, option: &Value, given: &Object, context: &[&str]) {
        let Some(choices) = part(option, "choices").and_then(Value::as_array) else {
            return;
        };
        let offered = || choices.iter().map(shown).collect::<Vec<_>>().join(", ");
        let fits = |value: &Value| choices.iter().any(|choice| equal(choice, value));
        let place = found_in(context);
        match given.get(name) {
            Some(Value::Array(items)) => {
                let others = items.iter().filter(|item| !fits(item)).map(shown);
                let others: Vec<_> = others.collect();
                if !others.is_empty() {
                    self.errors.push(format!(
                        "value of {name} must be one or more of: {}. Got no match for: {}{place}",
                        offered(),
                        others.join(", ")
                    ));
                }
            }
            Some(value) if !fits(value) => self.errors.push(format!(
                "value of {name} must be one of: {}, got: {}{place}",
                offered(),
                shown(value)
            )),
            _ => {}
        }
    }

    fn nested(&mut self, name: &str, option: &Value, given: &mut Object, context: &[&str]) {
        let kind = part(option, "type").and_then(Value::as_str);
        let elements = part(option, "elements").and_then(Value::as_str);
        if kind != Some("dict") && (kind, elements) != (Some("list"), Some("dict")) {
            return;
        }
        let Some(spec) = part(option, "options").and_then(Value::as_object) else {
            return;
        };
        let defaults = part(option, "apply_defaults").and_then(Value::as_bool);
        if defaults == Some(true) && given.get(name).is_none_or(Value::is_null) {
            given.insert(name.to_owned(), Object::new().into());
        }
        let items = match given.get(name) {
            None | Some(Value::Null) => return,
            Some(Value::Array(items)) => items.clone(),
            Some(other) => vec![other.clone()],
        };
        let context: Vec<_> = context.iter().copied().chain([name]).collect();
        for item in items {
            match item {
                Value::Object(mut inner) => self.level(spec, option, &mut inner, &context),
                _ => self.errors.push(format!(
                    "value of '{name}' must be of type dict or list of dicts"
                )),
            }
        }
    }
}

fn aliases_of(option: &Value) -> impl Iterator<Item = &str> {
    let aliases = part(option, "aliases").and_then(Value::as_array);
    aliases.into_iter().flatten().filter_map(Value::as_str)
}

/// As Python compares: 1, 1.0 and true are equal.
pub(super) fn equal(one: &Value, other: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Bool(yes) => Some(f64::from(u8::from(*yes))),
        other => other.as_f64(),
    };
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    fn found(spec: Value, given: Value) -> Vec<String> {
        let map = |value: Value| value.as_object().cloned().unwrap_or_default();
        violations(&map(spec), map(given))
    }

    #[test]
    fn defaults_and_aliases_count_as_given() {
        let spec = json!({
            "a": {"type": "int", "default": 3},
            "b": {"required": true, "aliases": ["bb"]},
        });
        assert!(found(spec.clone(), json!({"bb": "x"})).is_empty());
        assert_eq!(found(spec, json!({})), ["missing required arguments: b"]);
    }

    #[test]
    fn names_the_place_of_nested_options() {
        let spec = json!({"server": {"type": "dict", "options": {
            "host": {"required": true},
            "port": {"type": "int", "choices": [1, 2]},
        }}});
        assert_eq!(
            found(spec, json!({"server": {"port": "3", "more": 1}})),
            [
                "missing required arguments: host found in server",
                "value of port must be one of: 1, 2, got: 3 found in server",
                "server.more. Supported parameters include: host, port.",
            ]
        );
    }
}
