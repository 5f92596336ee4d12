use {super::Role, crate::act::Failure};

/// Attributes of roles, and since which version of the server they are known.
const KNOWN: [(&str, u32); 7] = [
    ("SUPERUSER", 0),
    ("CREATEROLE", 0),
    ("CREATEDB", 0),
    ("INHERIT", 0),
    ("LOGIN", 0),
    ("REPLICATION", 0),
    ("BYPASSRLS", 90_500),
];

/// The attributes that a role shall have.
pub struct Flags {
    /// In SQL.
    pub text: String,
    /// Each attribute, and whether it shall be so.
    wanted: Vec<(&'static str, bool)>,
}

impl Flags {
    /// Reads `CREATEDB,NOSUPERUSER`.
    pub fn read(text: &str, version: u32) -> Result<Self, Failure> {
        let (mut words, mut wanted, mut invalid) = (Vec::new(), Vec::new(), Vec::new());
        for word in text.split(',').map(|word| word.trim().to_uppercase()) {
            if word.is_empty() || words.contains(&word) {
                continue;
            }
            match known(&word, version) {
                Some(flag) => wanted.push(flag),
                None => invalid.push(word.clone()),
            }
            words.push(word);
        }
        match invalid.is_empty() {
            true => Ok(Self {
                text: words.join(" "),
                wanted,
            }),
            false => Err(Failure::refused(format!(
                "Invalid role_attr_flags specified: {}",
                invalid.join(" ")
            ))),
        }
    }

    /// Whether a role is otherwise.
    pub fn differ(&self, role: &Role) -> bool {
        let mut wanted = self.wanted.iter();
        wanted.any(|(name, on)| role.flags.contains(name) != *on)
    }
}

fn known(word: &str, version: u32) -> Option<(&'static str, bool)> {
    let known = |word: &str| {
        let known = KNOWN
            .iter()
            .find(|(name, since)| *name == word && *since <= version);
        known.map(|(name, _)| *name)
    };
    match known(word) {
        Some(name) => Some((name, true)),
        None => Some((known(word.strip_prefix("NO")?)?, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_compares() {
        let flags = Flags::read("createdb,NOLOGIN,,createdb", 150_000).unwrap();
        assert_eq!(flags.text, "CREATEDB NOLOGIN");
        let mut role = Role {
            flags: vec!["CREATEDB"],
            ..Role::default()
        };
        assert!(!flags.differ(&role));
        role.flags.push("LOGIN");
        assert!(flags.differ(&role));
        assert!(Flags::read("BYPASSRLS", 90_400).is_err());
        let error = Flags::read("LOGIN,NOPE", 150_000).err().unwrap();
        assert_eq!(error.to_string(), "Invalid role_attr_flags specified: NOPE");
    }
}
