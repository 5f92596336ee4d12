mod key;

use {
    super::group::State,
    crate::{
        act::{Acts, Attributes, Bits, Directory, Failure, Look, Probe, Source, Thing, Write},
        module::{HostPath, Module, Ownership},
        wire::Account,
    },
    key::{Key, Line},
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::{Path, PathBuf},
};

/// Manage the SSH keys that may log in to an account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AuthorizedKey {
    /// The account.
    user: String,
    /// The public keys, one a line; or `file://` and the path of a file on the host that holds them.
    key: String,
    /// Whether they shall be there.
    #[serde(default)]
    state: State,
    /// Remove everything else from the file. All keys have to be given at once then, not in a loop.
    #[serde(default)]
    exclusive: bool,
    /// The file. Default: `.ssh/authorized_keys` in the home directory.
    path: Option<HostPath>,
    /// Make the directory of the file, and give it its owner and permissions.
    #[serde(default = "yes")]
    manage_dir: bool,
    /// The options of the keys, such as `from="10.0.0.0/8",no-pty`. They replace those in `key`.
    key_options: Option<String>,
    /// The comment of the keys. It replaces the one in `key`.
    comment: Option<String>,
    /// If the file is a link, change what it leads to.
    #[serde(default)]
    follow: bool,
    /// Accepted for Ansible's sake: keys are not fetched.
    #[serde(default = "yes")]
    #[expect(dead_code, reason = "keys are not fetched")]
    validate_certs: bool,
}

fn yes() -> bool {
    true
}

impl Module for AuthorizedKey {
    const NAME: &'static str = "authorized_key";
    const COLLECTION: &'static str = "ansible.posix";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let keys = self.keys(probe)?;
        let account = self.account(probe)?;
        let path = self.file(probe, &account)?;
        let text = match probe.read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) => String::new(),
            Err(failure) => return Err(failure),
        };
        let mut acts = Acts::new();
        acts.value("user", self.user.as_str());
        acts.value("key", self.key.as_str());
        acts.value("state", self.state.name());
        acts.value("exclusive", self.exclusive);
        acts.value("keyfile", path.display().to_string());
        if let Some(text) = self.change(&text, &keys) {
            self.write(probe, &mut acts, &path, &account, text)?;
        }
        Ok(acts.into_look())
    }
}

impl AuthorizedKey {
    fn account(&self, probe: &Probe) -> Result<Account, Failure> {
        match probe.account(&self.user)? {
            Some(account) => Ok(account),
            None if probe.pending().is_some() => {
                Err(Failure::missing(Thing::Account, self.user.as_str()))
            }
            None => Err(Failure::refused(format!(
                "Failed to lookup user {}: there is no such account; create it first (module user)",
                self.user
            ))),
        }
    }

    fn file(&self, probe: &Probe, account: &Account) -> Result<PathBuf, Failure> {
        let path = match &self.path {
            Some(path) => path.on(probe)?,
            None => Path::new(&account.home).join(".ssh/authorized_keys"),
        };
        match self.follow {
            true => probe.target(&path),
            false => Ok(path),
        }
    }

    /// The keys that are asked for.
    fn keys(&self, probe: &Probe) -> Result<Vec<Key>, Failure> {
        if self.key.starts_with("http://") || self.key.starts_with("https://") {
            return Err(Failure::refused(
                "key is a URL; fetch it on the controller: key: \"{{ lookup('url', '…', split_lines=false) }}\"",
            ));
        }
        let text = match self.key.strip_prefix("file://") {
            None => self.key.clone(),
            Some(path) => String::from_utf8_lossy(&probe.read(Path::new(path))?).into_owned(),
        };
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|line| {
                let key = Key::read(line)
                    .ok_or_else(|| Failure::refused(format!("invalid key specified: {line}")))?;
                Ok(key.with(self.key_options.as_deref(), self.comment.as_deref()))
            })
            .collect()
    }

    /// The new content of the file; `None`: it is right.
    fn change(&self, text: &str, keys: &[Key]) -> Option<String> {
        let mut lines: Vec<Line> = text.lines().map(Line::read).collect();
        let before = lines.clone();
        match self.state {
            State::Absent => lines.retain(|line| !keys.iter().any(|key| line.is_same_key(key))),
            State::Present => {
                keys.iter().for_each(|key| add(&mut lines, key));
                if self.exclusive {
                    lines.retain(|line| keys.iter().any(|key| line.is_same_key(key)));
                }
            }
        }
        (lines != before).then(|| {
            let lines = lines.iter().map(|line| format!("{}\n", line.text));
            lines.collect()
        })
    }

    fn write(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: &Path,
        account: &Account,
        text: String,
    ) -> Result<(), Failure> {
        let bits = |mode| Bits {
            mode,
            uid: account.uid,
            gid: account.gid,
        };
        let above = path.parent().unwrap_or(Path::new("/"));
        match probe.follow(above)? {
            Some(_) if !self.manage_dir => {}
            Some(inode) => acts.extend(Attributes::plan(
                probe,
                &probe.target(above)?,
                &inode,
                bits(0o700),
            )?),
            None if self.manage_dir => {
                probe.require_parent(above)?;
                acts.push(Directory {
                    path: above.into(),
                    bits: bits(0o700),
                });
            }
            None => {
                let bits = Ownership::default().create(probe, true)?;
                for directory in Directory::all(probe, above, bits)? {
                    acts.push(directory);
                }
            }
        }
        let before = probe.entry(path)?;
        let source = Source::Bytes(text.into());
        acts.push(Write::plan(
            probe,
            path,
            before.as_ref(),
            source,
            bits(0o600),
        )?);
        Ok(())
    }
}

/// Puts a key in: where the same key stands with another comment or options, else at the end.
fn add(lines: &mut Vec<Line>, key: &Key) {
    let same: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].is_same_key(key))
        .collect();
    if same.iter().any(|at| lines[*at].key.as_ref() == Some(key)) {
        return;
    }
    match same.first() {
        None => lines.push(Line::of(key)),
        Some(first) => {
            lines[*first] = Line::of(key);
            same[1..].iter().rev().for_each(|at| {
                lines.remove(*at);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
        std::os::unix::fs::{MetadataExt, PermissionsExt},
    };

    const ADA: &str = "ssh-ed25519 AAAAada ada@here";
    const BOB: &str = "ssh-rsa AAAAbob bob";

    fn mode(path: &std::path::Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn adds_changes_and_removes_keys() {
        let scratch = Scratch::new();
        let path = scratch.at("ssh/keys");
        let mut trial = Trial::new();
        let two = format!("# both\n{ADA}\n\n{BOB}\n");
        trial.change(
            "authorized_key",
            json!({"user": "root", "key": two, "path": path}),
        );
        assert_eq!(scratch.read("ssh/keys"), format!("{ADA}\n{BOB}\n"));
        assert_eq!((mode(&path), mode(&scratch.at("ssh"))), (0o600, 0o700));
        let ada = json!({"user": "root", "key": ADA, "path": path, "comment": "new", "key_options": "no-pty,from=\"10.0.0.0/8,::1\""});
        trial.change("authorized_key", ada);
        let text = scratch.read("ssh/keys");
        let line = "no-pty,from=\"10.0.0.0/8,::1\" ssh-ed25519 AAAAada new";
        assert_eq!(text, format!("{line}\n{BOB}\n"));
        let bob = json!({"user": "root", "key": BOB, "path": path, "state": "absent"});
        trial.change("authorized_key", bob);
        assert_eq!(scratch.read("ssh/keys"), format!("{line}\n"));
    }

    #[test]
    fn keeps_other_lines_unless_exclusive() {
        let scratch = Scratch::new();
        let other = "# mine\ncommand=\"ssh-rsa x\"  ssh-rsa   AAAAx   a  b\nnonsense";
        let path = scratch.write("keys", other);
        let mut trial = Trial::new();
        let mut ada = json!({"user": "root", "key": ADA, "path": path, "manage_dir": false});
        trial.change("authorized_key", ada.clone());
        assert_eq!(scratch.read("keys"), format!("{other}\n{ADA}\n"));
        ada["exclusive"] = json!(true);
        trial.change("authorized_key", ada);
        assert_eq!(scratch.read("keys"), format!("{ADA}\n"));
    }

    #[test]
    fn a_dry_run_sees_the_account_to_come() {
        let mut trial = Trial::new();
        let key = json!({"user": "farcast-ada", "key": ADA});
        let outcome = trial.look("authorized_key", key.clone());
        assert!(
            outcome
                .msg
                .unwrap()
                .starts_with("Failed to lookup user farcast-ada")
        );
        trial.look(
            "user",
            json!({"name": "farcast-ada", "home": "/no/such/home"}),
        );
        let look = trial.look("authorized_key", key.clone());
        assert_eq!(look.diff.len(), 2, "{look:?}");
        assert_eq!(look.diff[1].what, "/no/such/home/.ssh/authorized_keys");
        assert!(!trial.look("authorized_key", key).changed);
    }

    #[test]
    fn follows_a_link_on_demand_and_refuses_what_is_no_key() {
        let scratch = Scratch::new();
        scratch.write("real", "");
        std::os::unix::fs::symlink("real", scratch.at("link")).unwrap();
        let mut trial = Trial::new();
        let arguments = json!({"user": "root", "key": ADA, "path": scratch.at("link"), "follow": true, "manage_dir": false});
        trial.change("authorized_key", arguments);
        assert_eq!(scratch.read("real"), format!("{ADA}\n"));
        assert_eq!(std::fs::metadata(scratch.at("real")).unwrap().uid(), 0);
        let bad = json!({"user": "root", "key": "no key", "path": scratch.at("x")});
        let outcome = trial.apply("authorized_key", bad);
        assert_eq!(
            outcome.msg.as_deref(),
            Some("invalid key specified: no key")
        );
    }
}
