use {
    super::Role,
    crate::{
        playbook::{Key, Keywords},
        source::Node,
    },
    std::fmt::Write,
};

/// One use of a role. Of uses that are alike, only the first that does something on a host counts there, unless the role allows
/// duplicates.
#[derive(Debug)]
pub struct RoleUsage {
    /// Equal for uses that are alike.
    pub key: String,
}

impl RoleUsage {
    /// A use with these keywords and parameters. `included` says that a step asks for it, not a list of roles.
    pub fn new(
        role: &Role,
        keywords: &Keywords,
        params: &[(String, Node)],
        included: bool,
    ) -> Self {
        let mut key = format!("{} {included} {:?}", role.path.display(), role.parts);
        for (name, value) in params {
            // Writing to a string does not fail.
            let _ = write!(key, " {name}={}", value.place.text());
        }
        for keyword in [Key::When, Key::Tags, Key::Vars] {
            for node in keywords.list(keyword) {
                let _ = write!(key, " {}: {}", keyword.name(), node.place.text());
            }
        }
        Self { key }
    }
}
