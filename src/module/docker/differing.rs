use {
    super::text::plain,
    crate::wire::{Diff, Object, Side},
    serde_json::Value,
    std::collections::BTreeMap,
};

/// The options in which something is otherwise than it shall be.
#[derive(Clone, Debug, Default)]
pub struct Differing(BTreeMap<String, (String, String)>);

impl Differing {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes an option, unless it is as it shall be.
    pub fn compare(&mut self, name: &str, found: &Value, wanted: &Value) {
        if found != wanted {
            self.add(name, found, wanted);
        }
    }

    /// Notes the keys of a map that are otherwise; more keys are no fault.
    pub fn within(&mut self, name: &str, found: &Value, wanted: &Object) {
        for (key, value) in wanted {
            self.compare(&format!("{name}.{key}"), &found[key.as_str()], value);
        }
    }

    pub fn add(&mut self, name: &str, found: &Value, wanted: &Value) {
        let shown = |value: &Value| match value {
            Value::Null => "not set".to_owned(),
            value => plain(value),
        };
        self.0.insert(name.into(), (shown(found), shown(wanted)));
    }

    /// What to show of something that is there, or (`makes`) is not.
    pub fn diff(&self, what: String, makes: bool) -> Diff {
        let side = |pick: fn(&(String, String)) -> &String| {
            let pairs = self.0.iter();
            Side::State(
                pairs
                    .map(|(name, it)| (name.clone(), pick(it).clone()))
                    .collect(),
            )
        };
        Diff {
            what,
            before: match makes {
                true => Side::Absent,
                false => side(|it| &it.0),
            },
            after: side(|it| &it.1),
        }
    }
}
