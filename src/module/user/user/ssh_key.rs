use {
    super::User,
    crate::{
        act::{
            Act, Acts, Bits, Directory, Failure, Host, Private, Probe, Program, Question, Source,
            Thing, Write,
        },
        wire::{Account, Diff, Effect, Object, Side},
    },
    std::{
        collections::BTreeMap,
        path::{Path, PathBuf},
    },
};

/// What `ssh-keygen` runs to be told the passphrase, which so stands on no command line.
const ASK: &str = "#!/bin/sh\nprintf '%s\\n' \"$FARCAST_PASSPHRASE\"\n";

impl User {
    /// Plans an SSH key, where one is asked for and missing.
    pub(super) fn ssh_key(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        account: &Account,
    ) -> Result<(), Failure> {
        if !self.generate_ssh_key {
            return Ok(());
        }
        let usual = format!(".ssh/id_{}", self.ssh_key_type);
        let file = self.ssh_key_file.as_deref().unwrap_or(&usual);
        let path = Path::new(&account.home).join(file);
        acts.value("ssh_key_file", path.display().to_string());
        let there = probe.exists(&path)? || probe.exists(&public(&path))?;
        if there && !self.force {
            acts.values(describe(probe, &path)?);
            return Ok(());
        }
        acts.push(Keygen {
            user: self.name.clone(),
            arguments: self.arguments(),
            passphrase: self.ssh_key_passphrase.clone(),
            path,
            there,
        });
        Ok(())
    }

    fn arguments(&self) -> Vec<String> {
        let host = rustix::system::uname();
        let host = host.nodename().to_string_lossy();
        let comment = self.ssh_key_comment.clone();
        let comment = comment.unwrap_or_else(|| format!("ansible-generated on {host}"));
        let mut arguments = vec!["-t".into(), self.ssh_key_type.clone(), "-C".into(), comment];
        if self.ssh_key_bits > 0 {
            arguments.extend(["-b".into(), self.ssh_key_bits.to_string()]);
        }
        arguments
    }
}

fn public(path: &Path) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".pub");
    path.into()
}

/// The return values about a key: `ssh_public_key` and `ssh_fingerprint`.
fn describe(probe: &Probe, path: &Path) -> Result<Object, Failure> {
    let mut values = Object::new();
    match probe.read(&public(path)) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).trim().to_owned();
            values.insert("ssh_public_key".into(), text.into());
        }
        Err(Failure::Missing {
            what: Thing::Path, ..
        }) => {}
        Err(failure) => return Err(failure),
    }
    let question = Question::Fingerprint(path.display().to_string());
    let said = probe.ask(&question)?;
    let text = match said.success() {
        true => said.text().trim().to_owned(),
        false => said.complaint(),
    };
    values.insert("ssh_fingerprint".into(), text.into());
    Ok(values)
}

/// Makes an SSH key in a private place and puts it where the user has it, so that nothing in a home directory can lead it
/// astray.
struct Keygen {
    user: String,
    arguments: Vec<String>,
    passphrase: Option<String>,
    path: PathBuf,
    there: bool,
}

impl Act for Keygen {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let account = host
            .account(&self.user)?
            .ok_or_else(|| Failure::missing(Thing::Account, self.user.as_str()))?;
        let bits = |mode| Bits {
            mode,
            uid: account.uid,
            gid: account.gid,
        };
        let place = Private::new(host)?;
        let key = self.generate(host, &place)?;
        let above = self.path.parent().unwrap_or(Path::new("/"));
        for directory in Directory::all(host, above, bits(0o700))? {
            directory.perform(host)?;
        }
        let files = [
            (key.clone(), self.path.clone(), 0o600),
            (public(&key), public(&self.path), 0o644),
        ];
        for (from, to, mode) in files {
            let bytes = host.read(&from)?;
            let before = host.entry(&to)?;
            let write = Write::plan(host, &to, before.as_ref(), Source::Bytes(bytes), bits(mode))?;
            write.perform(host)?;
        }
        describe(host, &self.path)
    }

    fn diff(&self) -> Vec<Diff> {
        let state = |word: &str| Side::State(BTreeMap::from([("state".into(), word.into())]));
        vec![Diff {
            what: self.path.display().to_string(),
            before: if self.there {
                state("another key")
            } else {
                Side::Absent
            },
            after: state("a new key"),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Opaque {
            what: format!("the new key {}", self.path.display()),
        }]
    }
}

impl Keygen {
    fn generate(&self, host: &mut Host, place: &Private) -> Result<PathBuf, Failure> {
        let key = place.path().join("key");
        let mut argv = vec!["ssh-keygen".to_owned(), "-q".into()];
        argv.extend(self.arguments.clone());
        argv.extend(["-f".into(), key.display().to_string()]);
        let program = match &self.passphrase {
            None => {
                argv.extend(["-N".into(), String::new()]);
                Program::new(argv)
            }
            Some(passphrase) => {
                let ask = place.write("ask".as_ref(), &mut ASK.as_bytes(), 0o700)?;
                Program::new(argv)
                    .env("SSH_ASKPASS", &ask.display().to_string())
                    .env("SSH_ASKPASS_REQUIRE", "force")
                    .env("DISPLAY", "none")
                    .env("FARCAST_PASSPHRASE", passphrase)
            }
        };
        host.succeed(&program)?;
        Ok(key)
    }
}
