use {
    super::User,
    crate::{
        act::{Act, Acts, Date, Failure, Host, Program, Spawn},
        module::user::Shadow,
        wire::{Diff, Effect, Object, Side},
    },
    std::collections::BTreeMap,
};

/// Sets the hash of a password. It travels through a pipe, so that no list of processes shows it.
pub(super) struct Password {
    name: String,
    hash: String,
    replaces: bool,
}

impl Password {
    pub(super) fn new(name: &str, hash: String, replaces: bool) -> Self {
        Self {
            name: name.into(),
            hash,
            replaces,
        }
    }
}

impl Act for Password {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let line = format!("{}:{}\n", self.name, self.hash);
        host.succeed(&Program::new(["chpasswd", "-e"]).stdin(line))?;
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        let side = |word: &str| Side::State(BTreeMap::from([("password".into(), word.into())]));
        vec![Diff {
            what: format!("user {}", self.name),
            before: side(if self.replaces { "another" } else { "none" }),
            after: side("as given"),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }
}

/// Refuses what would break the line that a hash stands in.
pub(super) fn check(hash: Option<&str>) -> Result<(), Failure> {
    match hash.is_some_and(|hash| hash.contains([':', '\n', '\r'])) {
        true => Err(Failure::refused(
            "password is no hash: it has a colon or a line break; make one with the filter password_hash",
        )),
        false => Ok(()),
    }
}

/// Warns of what looks like a password that was not hashed.
pub(super) fn warn(acts: &mut Acts, hash: &str) {
    if !["", "*", "!", "*************"].contains(&hash) && !is_hash(hash) {
        acts.warn(
            "The input password appears not to have been hashed. \
             The 'password' argument must be encrypted for this module to work properly.",
        );
    }
}

fn is_hash(hash: &str) -> bool {
    let fields: Vec<&str> = hash.split('$').collect();
    let [_, kind, .., sum] = fields.as_slice() else {
        return false;
    };
    let length = match *kind {
        "1" => 22,
        "5" | "y" => 43,
        "6" => 86,
        _ => sum.len(),
    };
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "./".contains(letter);
    sum.len() == length && sum.chars().all(allowed) && !hash.contains(['*', '!'])
}

/// The day of a moment in seconds since 1970; empty for never.
pub(super) fn date(seconds: f64) -> String {
    if seconds < 0.0 {
        return String::new();
    }
    let Date {
        year, month, day, ..
    } = Date::of(seconds as i64);
    format!("{year:04}-{month:02}-{day:02}")
}

impl User {
    /// The ages of the password that differ. `None`: nothing to do.
    pub(super) fn ageing(&self, shadow: Option<&Shadow>) -> Option<Spawn> {
        let known = |pick: fn(&Shadow) -> Option<i64>| shadow.and_then(pick);
        let ages = [
            (
                "-m",
                "password_expire_min",
                self.password_expire_min,
                known(|s| s.least),
            ),
            (
                "-M",
                "password_expire_max",
                self.password_expire_max,
                known(|s| s.most),
            ),
            (
                "-W",
                "password_expire_warn",
                self.password_expire_warn,
                known(|s| s.warn),
            ),
        ];
        let mut argv = vec!["chage".to_owned()];
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        for (letter, name, wanted, is) in ages {
            if let Some(days) = wanted.filter(|days| is != Some(*days)) {
                argv.extend([letter.into(), days.to_string()]);
                before.extend(is.map(|days| (name.to_owned(), days.to_string())));
                after.insert(name.to_owned(), days.to_string());
            }
        }
        if after.is_empty() {
            return None;
        }
        argv.extend(["--".into(), self.name.clone()]);
        Some(Spawn {
            program: Program::new(argv),
            diff: Some(Diff {
                what: format!("user {}", self.name),
                before: Side::State(before),
                after: Side::State(after),
            }),
            effects: Vec::new(),
        })
    }
}
