mod bcrypt;
mod digits;
mod md5_crypt;
mod scheme;

use {
    crate::{
        act::{
            Act, Acts, Attributes, Bits, Directory, Failure, Host, Look, Probe, Source, Thing,
            Write,
        },
        module::{HostPath, Module, Ownership, Permissions, user::group::State},
        wire::{Diff, Effect, Object, Side},
    },
    schemars::JsonSchema,
    scheme::{Scheme, is_of},
    serde::Deserialize,
    std::{collections::BTreeMap, path::Path},
};

/// Keep users and passwords for a web server's basic authentication.
///
/// A password that is stored already stays as it is, in whatever scheme. No difference shows a password or its hash.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Htpasswd {
    /// The file. Its directory is made if it is missing.
    #[schemars(extend("aliases" = ["dest", "destfile"]))]
    path: HostPath,
    /// The name of the user.
    #[schemars(extend("aliases" = ["username"]))]
    name: String,
    /// The password. It must be given for a user who is not there yet.
    #[schemars(extend("secret" = true))]
    password: Option<String>,
    /// How a new password is stored: `apr_md5_crypt`, `bcrypt`, `sha512_crypt`, `ldap_sha1` and others of passlib's.
    #[serde(default = "usual_scheme")]
    #[schemars(extend("aliases" = ["crypt_scheme"]))]
    hash_scheme: String,
    /// Whether the user shall be in the file.
    #[serde(default)]
    state: State,
    /// Make the file if it is missing.
    #[serde(default = "yes")]
    create: bool,
    /// The permissions of the file.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own it.
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    group: Option<String>,
    /// Write into the old file where it cannot be replaced: not safe when interrupted.
    #[serde(default)]
    unsafe_writes: bool,
}

fn usual_scheme() -> String {
    "apr_md5_crypt".into()
}

fn yes() -> bool {
    true
}

impl Module for Htpasswd {
    const NAME: &'static str = "htpasswd";
    const COLLECTION: &'static str = "community.general";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let path = probe.target(&self.path.on(probe)?)?;
        let there = match probe.read(&path) {
            Ok(bytes) => Some(text(bytes)?),
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) => None,
            Err(failure) => return Err(failure),
        };
        if self.name.is_empty() || self.name.contains([':', '\n', '\r']) {
            return Err(Failure::refused("a user name is one line without a colon"));
        }
        match self.state {
            State::Present => self.present(probe, &path, there.as_deref()),
            State::Absent => self.absent(probe, &path, there.as_deref()),
        }
    }
}

impl Htpasswd {
    fn present(
        &self,
        probe: &Probe,
        path: &Path,
        there: Option<&str>,
    ) -> Result<Look<Acts>, Failure> {
        let Some(scheme) = Scheme::named(&self.hash_scheme) else {
            let known: Vec<_> = Scheme::names().collect();
            return Err(Failure::refused(format!(
                "no crypt handler found for algorithm: '{}'; there are {}",
                self.hash_scheme,
                known.join(", ")
            )));
        };
        if there.is_none() && !self.create {
            let path = path.display();
            return Err(Failure::refused(format!(
                "Destination {path} does not exist"
            )));
        }
        let text = there.unwrap_or_default();
        let stored = text.lines().find_map(|line| self.stored(line));
        let password = self.password.as_deref();
        let mut acts = Acts::new();
        let fits = match (stored, password) {
            (Some(stored), Some(password)) => is_of(stored, password),
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => {
                let name = &self.name;
                return Err(Failure::refused(format!(
                    "password: {name} is not there yet, so it must be given"
                )));
            }
        };
        if fits {
            let msg = format!("{} already present", self.name);
            return self.keep(probe, path, acts, msg);
        }
        let made = scheme.store(password.unwrap_or_default());
        let line = format!("{}:{}", self.name, made.map_err(Failure::refused)?);
        let before = match stored {
            None => Side::Absent,
            Some(stored) => shown(Scheme::of(stored).map_or("unknown", Scheme::name)),
        };
        let msg = match there {
            None => format!("Created {} and added {}", path.display(), self.name),
            Some(_) => format!("Add/update {}", self.name),
        };
        self.directories(probe, path, &mut acts)?;
        let sides = (before, shown(scheme.name()));
        self.write(probe, path, acts, (self.with(text, &line), sides), msg)
    }

    fn absent(
        &self,
        probe: &Probe,
        path: &Path,
        there: Option<&str>,
    ) -> Result<Look<Acts>, Failure> {
        let mut acts = Acts::new();
        let msg = format!("{} not present", self.name);
        let Some(text) = there else {
            acts.warn(format!("{} does not exist", path.display()));
            acts.msg(msg);
            return Ok(acts.into_look());
        };
        let Some(stored) = text.lines().find_map(|line| self.stored(line)) else {
            return self.keep(probe, path, acts, msg);
        };
        let before = shown(Scheme::of(stored).map_or("unknown", Scheme::name));
        let lines = text.split_inclusive('\n');
        let rest = lines.filter(|line| self.stored(line).is_none()).collect();
        let msg = format!("Remove {}", self.name);
        self.write(probe, path, acts, (rest, (before, Side::Absent)), msg)
    }

    /// What a line stores, if it is the user's.
    fn stored<'l>(&self, line: &'l str) -> Option<&'l str> {
        let rest = line.strip_prefix(self.name.as_str())?.strip_prefix(':')?;
        Some(rest.trim_end())
    }

    /// The text with the user's line: in place of the first of theirs, or at its end.
    fn with(&self, text: &str, line: &str) -> String {
        let mut new = String::new();
        let mut placed = false;
        for old in text.lines() {
            match (self.stored(old), placed) {
                (Some(_), true) => continue,
                (Some(_), false) => new.push_str(line),
                (None, _) => new.push_str(old),
            }
            placed |= self.stored(old).is_some();
            new.push('\n');
        }
        match placed {
            true => new,
            false => new + line + "\n",
        }
    }

    fn directories(&self, probe: &Probe, path: &Path, acts: &mut Acts) -> Result<(), Failure> {
        let bits = Ownership::default().create(probe, true)?;
        let parent = path.parent().unwrap_or(Path::new("/"));
        for directory in Directory::all(probe, parent, bits)? {
            acts.push(directory);
        }
        Ok(())
    }

    fn write(
        &self,
        probe: &Probe,
        path: &Path,
        mut acts: Acts,
        (text, (before, after)): (String, (Side, Side)),
        msg: String,
    ) -> Result<Look<Acts>, Failure> {
        let there = probe.entry(path)?;
        let bits = match &there {
            Some(inode) => self.ownership().change(probe, inode)?,
            None => self.ownership().create(probe, false)?,
        };
        let mut diff = vec![Diff {
            what: format!("{} in {}", self.name, path.display()),
            before,
            after,
        }];
        let mut msg = msg;
        if let Some(inode) = &there {
            let changed = Attributes::plan(probe, path, inode, bits)?;
            diff.extend(changed.iter().flat_map(Attributes::diff));
            if changed.is_some() {
                msg += " and ownership, perms or SE linux context changed";
            }
        }
        let source = Source::Bytes(text.into_bytes());
        let write = Write::plan(probe, path, there.as_ref(), source, bits)?;
        acts.push(Entry {
            write: write.in_place(self.unsafe_writes),
            diff,
        });
        acts.msg(msg);
        Ok(acts.into_look())
    }

    fn keep(
        &self,
        probe: &Probe,
        path: &Path,
        mut acts: Acts,
        msg: String,
    ) -> Result<Look<Acts>, Failure> {
        if let Some(inode) = probe.entry(path)? {
            let bits: Bits = self.ownership().change(probe, &inode)?;
            acts.extend(Attributes::plan(probe, path, &inode, bits)?);
        }
        let more = match acts.is_empty() {
            true => "",
            false => "ownership, perms or SE linux context changed",
        };
        acts.msg(msg + more);
        Ok(acts.into_look())
    }

    fn ownership(&self) -> Ownership<'_> {
        Ownership {
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
        }
    }
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::refused("the file is no text in UTF-8"))
}

fn shown(scheme: &str) -> Side {
    Side::State(BTreeMap::from([("password".into(), scheme.into())]))
}

/// Writes the file; the difference tells of one user, and nothing of passwords.
struct Entry {
    write: Write,
    diff: Vec<Diff>,
}

impl Act for Entry {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        self.write.perform(host)
    }

    fn diff(&self) -> Vec<Diff> {
        self.diff.clone()
    }

    fn effects(&self) -> Vec<Effect> {
        self.write.effects()
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
    };

    const NAME: &str = "htpasswd";

    fn user(scratch: &Scratch, name: &str, password: &str) -> Value {
        json!({"path": scratch.at("etc/web/users"), "name": name, "password": password})
    }

    #[test]
    fn users_come_change_and_go() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let made = trial.change(NAME, user(&scratch, "ada", "one"));
        assert!(made.msg.unwrap().starts_with("Created "));
        let shown = serde_json::to_string(&made.diff).unwrap();
        assert!(!shown.contains("$apr1$ "), "{shown}");
        trial.change(NAME, user(&scratch, "bob", "two"));
        let before = scratch.read("etc/web/users");
        assert!(before.starts_with("ada:$apr1$") && before.contains("\nbob:$apr1$"));
        let changed = trial.change(NAME, user(&scratch, "ada", "three"));
        assert_eq!(changed.msg.unwrap(), "Add/update ada");
        let after = scratch.read("etc/web/users");
        assert_eq!(before.lines().nth(1), after.lines().nth(1));
        let absent = json!({"path": scratch.at("etc/web/users"), "name": "ada", "state": "absent"});
        let removed = trial.change(NAME, absent.clone());
        assert_eq!(removed.msg.unwrap(), "Remove ada");
        assert_eq!(scratch.read("etc/web/users").lines().count(), 1);
        assert_eq!(trial.apply(NAME, absent).msg.unwrap(), "ada not present");
    }

    #[test]
    fn a_dry_run_knows_the_users_that_it_would_add() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        for name in ["ada", "bob"] {
            let look = trial.look(NAME, user(&scratch, name, "x"));
            assert!(look.changed && look.unknown.is_none(), "{look:?}");
        }
        assert!(!trial.look(NAME, user(&scratch, "ada", "x")).changed);
        assert!(!scratch.at("etc").exists());
    }

    #[test]
    fn leaves_what_other_programs_wrote() {
        let scratch = Scratch::new();
        let text = "# users\n\nada:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n";
        scratch.write("etc/web/users", text);
        let mut trial = Trial::new();
        trial.same(NAME, user(&scratch, "ada", "secret"));
        trial.change(NAME, user(&scratch, "ada", "other"));
        assert!(
            scratch
                .read("etc/web/users")
                .starts_with("# users\n\nada:$apr1$")
        );
        let mut moded = user(&scratch, "ada", "other");
        moded["mode"] = json!("0600");
        trial.change(NAME, moded);
    }

    #[test]
    fn says_what_is_missing() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let mut ada = user(&scratch, "ada", "x");
        ada["hash_scheme"] = json!("des_crypt");
        assert!(
            trial
                .look(NAME, ada.clone())
                .msg
                .unwrap()
                .contains("bcrypt")
        );
        ada["hash_scheme"] = json!("ldap_sha1");
        ada["create"] = json!(false);
        let refused = trial.look(NAME, ada.clone());
        assert!(refused.msg.unwrap().ends_with("does not exist"));
        ada.as_object_mut()
            .unwrap()
            .retain(|name, _| name != "password" && name != "create");
        assert!(trial.look(NAME, ada).msg.unwrap().contains("must be given"));
        let bad = trial.look(NAME, user(&scratch, "a:b", "x"));
        assert!(bad.failed);
    }
}
