//! What is granted, and whether that is what shall be.

use {
    super::super::{client::Rows, state::State},
    crate::act::Failure,
    std::collections::BTreeSet,
};

const KNOWN: [&str; 17] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "TRUNCATE",
    "REFERENCES",
    "TRIGGER",
    "CREATE",
    "CONNECT",
    "TEMPORARY",
    "TEMP",
    "EXECUTE",
    "USAGE",
    "ALL",
    "SET",
    "ALTER_SYSTEM",
    "MAINTAIN",
];

/// Reads a list of privileges; in SQL underscores are blanks.
pub fn privileges(list: &str) -> Result<Vec<String>, Failure> {
    let mut read: Vec<String> = Vec::new();
    for word in super::split(&list.to_uppercase()) {
        if !KNOWN.contains(&word.as_str()) {
            return Err(Failure::refused(format!(
                "Invalid privileges specified: {word}"
            )));
        }
        let word = word.replace('_', " ");
        if !read.contains(&word) {
            read.push(word);
        }
    }
    Ok(read)
}

/// What is granted to one role on one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    privileges: BTreeSet<String>,
    /// Those that may be granted on.
    grantable: BTreeSet<String>,
}

/// What privileges shall be.
pub struct Wanted<'a> {
    pub state: State,
    pub privileges: &'a [String],
    pub grant_option: Option<bool>,
    /// All that there are for this kind of object.
    pub all: &'a BTreeSet<String>,
}

impl Granted {
    /// Takes what rows (`object`, `grantee`, `privilege`, `grantable`, `ours`) say about a role and an object. What was not granted by
    /// us, or by the owner, cannot be revoked by us.
    pub fn read(rows: &Rows, object: &str, grantee: &str, only_ours: bool) -> Self {
        let mut granted = Self::default();
        for row in rows.iter() {
            let other = row.or_empty("object") != object || row.text("grantee") != Some(grantee);
            if other || (only_ours && !row.is_true("ours")) {
                continue;
            }
            let privilege = row.or_empty("privilege").to_owned();
            if row.is_true("grantable") {
                granted.grantable.insert(privilege.clone());
            }
            granted.privileges.insert(privilege);
        }
        granted
    }

    pub fn is_empty(&self) -> bool {
        self.privileges.is_empty()
    }

    /// Whether it is as it shall be.
    pub fn suits(&self, wanted: &Wanted) -> bool {
        let named = wanted.named();
        match (wanted.state, wanted.grant_option) {
            (State::Absent, _) => named.is_disjoint(&self.privileges),
            (State::Present, None) => named.is_subset(&self.privileges),
            (State::Present, Some(true)) => named.is_subset(&self.grantable),
            (State::Present, Some(false)) => {
                named.is_subset(&self.privileges) && named.is_disjoint(&self.grantable)
            }
        }
    }

    /// Whether it is as it shall be, and nothing besides.
    pub fn is_just(&self, wanted: &Wanted) -> bool {
        let named = wanted.named();
        let grantable = match wanted.grant_option {
            Some(true) => named.clone(),
            _ => BTreeSet::new(),
        };
        self.privileges == named && self.grantable == grantable
    }
}

impl Wanted<'_> {
    /// Each privilege by its own name.
    fn named(&self) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for privilege in self.privileges {
            match privilege.as_str() {
                "ALL" => named.extend(self.all.iter().cloned()),
                "TEMP" => drop(named.insert("TEMPORARY".into())),
                other => drop(named.insert(other.into())),
            }
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn compares_what_is_with_what_shall_be() {
        let granted = Granted {
            privileges: set(&["CONNECT", "TEMPORARY"]),
            grantable: set(&["CONNECT"]),
        };
        let all = set(&["CONNECT", "TEMPORARY", "CREATE"]);
        let suits = |state, list: &str, grant_option| {
            granted.suits(&Wanted {
                state,
                privileges: &privileges(list).unwrap(),
                grant_option,
                all: &all,
            })
        };
        assert!(suits(State::Present, "connect,TEMP", None));
        assert!(!suits(State::Present, "ALL", None));
        assert!(suits(State::Present, "CONNECT", Some(true)));
        assert!(!suits(State::Present, "CONNECT", Some(false)));
        assert!(suits(State::Present, "TEMP", Some(false)));
        assert!(suits(State::Absent, "CREATE", None));
        assert!(!suits(State::Absent, "ALL", None));
        assert!(privileges("NOPE").is_err());
        assert_eq!(privileges("alter_system").unwrap(), ["ALTER SYSTEM"]);
    }
}
