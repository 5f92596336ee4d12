use {
    super::comparison::Comparison,
    crate::{module::docker::text::plain, wire::Object},
    serde_json::Value,
};

/// What an option is, and so how it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Value,
    /// Order counts.
    List,
    /// Order does not count.
    Set,
    /// A set of maps, each of which may have more than is asked for.
    Maps,
    Map,
}

/// Where the engine keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Config,
    HostConfig,
}

/// What Podman takes, and does not tell to clients of Docker.
const UNTOLD: [&str; 4] = ["device_requests", "log_options", "mounts", "sysctls"];

type Read = Box<dyn Fn(&Value) -> Value>;

/// An option of a container as it is asked for.
pub(super) struct Setting {
    pub name: &'static str,
    pub kind: Kind,
    /// As it shall be found.
    pub expected: Value,
    /// Finds it in what the engine tells of a container.
    read: Read,
    /// What the engine is told when it makes the container.
    sent: Vec<(Section, &'static str, Value)>,
    /// What the engine is told to change it in a container that is there, where that is possible.
    pub update: Option<(&'static str, Value)>,
}

/// A difference to be shown.
pub(super) struct Difference {
    pub name: String,
    pub before: String,
    pub after: String,
}

impl Setting {
    /// An option that is found just as it is sent.
    pub(super) fn plain(
        name: &'static str,
        kind: Kind,
        section: Section,
        key: &'static str,
        value: Value,
    ) -> Self {
        let place = match section {
            Section::Config => "Config",
            Section::HostConfig => "HostConfig",
        };
        Self {
            name,
            kind,
            expected: value.clone(),
            read: Box::new(move |container| container[place][key].clone()),
            sent: vec![(section, key, value)],
            update: None,
        }
    }

    /// It is sent otherwise than it is found.
    pub(super) fn expecting(mut self, expected: Value) -> Self {
        self.expected = expected;
        self
    }

    /// It is found otherwise.
    pub(super) fn reading(mut self, read: impl Fn(&Value) -> Value + 'static) -> Self {
        self.read = Box::new(read);
        self
    }

    /// It comes with another option, and is not sent itself.
    pub(super) fn unsent(mut self) -> Self {
        self.sent.clear();
        self
    }

    /// It can be changed while the container is there.
    pub(super) fn updating(mut self, key: &'static str) -> Self {
        let value = self.sent.first().map(|(.., value)| value.clone());
        self.update = value.map(|value| (key, value));
        self
    }

    /// Puts it into the order to make a container.
    pub(super) fn send(&self, body: &mut Object) {
        for (section, key, value) in &self.sent {
            let key = (*key).to_owned();
            match section {
                Section::Config => {
                    body.insert(key, value.clone());
                }
                Section::HostConfig => {
                    let config = body.entry("HostConfig");
                    let config = config.or_insert_with(|| Value::Object(Object::new()));
                    config[key] = value.clone();
                }
            }
        }
    }

    /// Where the container is otherwise: what to show.
    pub(super) fn differences(&self, container: &Value, mode: Comparison) -> Vec<Difference> {
        let actual = (self.read)(container);
        let untold = UNTOLD.contains(&self.name) && is_nothing(&actual) && is_podman(container);
        match untold || agree(&self.expected, &actual, mode, self.kind) {
            true => Vec::new(),
            false => self.shown(&actual, mode),
        }
    }

    fn shown(&self, actual: &Value, mode: Comparison) -> Vec<Difference> {
        let pairs = |value: &Value| match (self.name, self.kind) {
            ("env", _) => Some(variables(value)),
            (_, Kind::Map) => Some(value.as_object().cloned().unwrap_or_default()),
            _ => None,
        };
        let (Some(expected), Some(found)) = (pairs(&self.expected), pairs(actual)) else {
            return vec![Difference {
                name: self.name.into(),
                before: text(actual),
                after: text(&self.expected),
            }];
        };
        let extra = found.keys().filter(|key| !expected.contains_key(*key));
        let extra = extra.filter(|_| mode == Comparison::Strict);
        let keys = expected.keys().chain(extra);
        let differing = keys.filter(|key| expected.get(*key) != found.get(*key));
        let side = |map: &Object, key: &str| map.get(key).map_or_else(|| "not set".into(), text);
        differing
            .map(|key| Difference {
                name: format!("{}.{key}", self.name),
                before: side(&found, key),
                after: side(&expected, key),
            })
            .collect()
    }

    /// It, as it shall be, for people.
    pub(super) fn text(&self) -> String {
        text(&self.expected)
    }
}

/// `NAME=value` by name.
fn variables(list: &Value) -> Object {
    let lines = list.as_array().into_iter().flatten();
    let pairs = lines.filter_map(|line| line.as_str()?.split_once('='));
    pairs
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

/// A value for people.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => "not set".into(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(text).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) if text.is_empty() => "\"\"".into(),
        other => plain(other),
    }
}

/// Whether what is asked for is what is found.
pub(super) fn agree(expected: &Value, actual: &Value, mode: Comparison, kind: Kind) -> bool {
    if mode == Comparison::Ignore || expected == actual {
        return true;
    }
    let strict = mode == Comparison::Strict;
    if kind == Kind::Value {
        return false;
    }
    match (expected, actual) {
        (Value::Null, _) if !strict => true,
        (Value::Null, other) | (other, Value::Null) => is_empty(other),
        (Value::Array(wanted), Value::Array(found)) => match kind {
            Kind::List => !strict && in_order(wanted, found),
            Kind::Maps => {
                let has =
                    |found: &[Value], one: &Value| found.iter().any(|other| within(one, other));
                let rest = |one: &Value| wanted.iter().any(|other| within(other, one));
                wanted.iter().all(|one| has(found, one)) && (!strict || found.iter().all(rest))
            }
            _ => {
                wanted.iter().all(|one| found.contains(one))
                    && (!strict || found.iter().all(|one| wanted.contains(one)))
            }
        },
        (Value::Object(_), Value::Object(_)) => !strict && within(expected, actual),
        _ => false,
    }
}

/// Podman says so in each container's environment.
fn is_podman(container: &Value) -> bool {
    let lines = container["Config"]["Env"].as_array().into_iter().flatten();
    lines.into_iter().any(|line| line == "container=podman")
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || is_empty(value)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

fn in_order(wanted: &[Value], found: &[Value]) -> bool {
    let mut found = found.iter();
    wanted.iter().all(|one| found.any(|other| other == one))
}

/// Whether a map is part of another.
fn within(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(key, value)| whole.get(key) == Some(value)),
        _ => part == whole,
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn compares_as_ansible_does() {
        use {Comparison::*, Kind::*};
        for (wanted, found, mode, kind, same) in [
            (json!(["a"]), json!(["b", "a"]), AllowMorePresent, Set, true),
            (json!(["a"]), json!(["b", "a"]), Strict, Set, false),
            (json!(["b", "a"]), json!(["a", "b"]), Strict, Set, true),
            (json!(["b", "a"]), json!(["a", "b"]), Strict, List, false),
            (
                json!(["a", "c"]),
                json!(["a", "b", "c"]),
                AllowMorePresent,
                List,
                true,
            ),
            (
                json!({"a": 1}),
                json!({"a": 1, "b": 2}),
                AllowMorePresent,
                Map,
                true,
            ),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), Strict, Map, false),
            (
                json!([{"a": 1}]),
                json!([{"a": 1, "b": 2}]),
                Strict,
                Maps,
                true,
            ),
            (
                json!([{"a": 1}]),
                json!([{"a": 1}, {"a": 2}]),
                Strict,
                Maps,
                false,
            ),
            (json!([]), json!(null), Strict, Set, true),
            (json!(false), json!(null), Strict, Value, false),
            (json!(1), json!(2), Ignore, Value, true),
        ] {
            assert_eq!(agree(&wanted, &found, mode, kind), same, "{wanted} {found}");
        }
    }

    #[test]
    fn what_podman_does_not_tell_is_no_difference() {
        let host = Section::HostConfig;
        let setting = Setting::plain("sysctls", Kind::Map, host, "Sysctls", json!({"a": "1"}));
        let told = |env: &str| json!({"Config": {"Env": [env]}, "HostConfig": {}});
        let mode = Comparison::AllowMorePresent;
        assert!(
            setting
                .differences(&told("container=podman"), mode)
                .is_empty()
        );
        assert_eq!(setting.differences(&told("A=1"), mode).len(), 1);
    }

    #[test]
    fn names_what_differs() {
        let setting = Setting::plain(
            "env",
            Kind::Set,
            Section::Config,
            "Env",
            json!(["A=1", "B=2"]),
        );
        let container = json!({"Config": {"Env": ["A=0", "B=2", "C=3"]}});
        let found = setting.differences(&container, Comparison::AllowMorePresent);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (&*found[0].name, &*found[0].before, &*found[0].after),
            ("env.A", "0", "1")
        );
        assert_eq!(setting.differences(&container, Comparison::Strict).len(), 2);
    }
}
