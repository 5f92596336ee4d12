use {
    super::Role,
    crate::{
        playbook::{Key, Keywords, RoleUse, Task},
        source::Place,
    },
    std::fmt::Write,
};

/// One use of a role. Of uses that are alike, only the first that does something on a host counts there, unless the role allows
/// duplicates.
#[derive(Debug)]
pub struct RoleUsage {
    /// Equal for uses that are alike.
    pub key: String,
    /// It is needless where one like it ran before.
    pub once: bool,
    /// Where the role is named.
    pub place: Place,
}

impl RoleUsage {
    /// A use by a play, or by a role that depends on this one.
    pub fn listed(role: &Role, used: &RoleUse) -> Self {
        let mut key = format!("{} listed", identity(role));
        for (name, value) in &used.params {
            // Writing to a string does not fail.
            let _ = write!(key, " {name}={}", value.place.text());
        }
        add(&mut key, &used.keywords, &[Key::When, Key::Tags, Key::Vars]);
        Self {
            key,
            once: !role.allow_duplicates,
            place: used.place.clone(),
        }
    }

    /// A use by a step that includes or imports it.
    pub fn included(role: &Role, task: &Task, once: bool) -> Self {
        let mut key = format!("{} included", identity(role));
        add(&mut key, &task.keywords, &[Key::Vars]);
        let place = task.place.clone();
        Self { key, once, place }
    }
}

fn identity(role: &Role) -> String {
    format!("{} {:?}", role.path.display(), role.parts)
}

fn add(key: &mut String, keywords: &Keywords, which: &[Key]) {
    for keyword in which {
        for node in keywords.list(*keyword) {
            let _ = write!(key, " {}: {}", keyword.name(), node.place.text());
        }
    }
}
