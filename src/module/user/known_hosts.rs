mod entry;

use {
    super::group::State,
    crate::{
        act::{Acts, Bits, Directory, Failure, Look, Probe, Source, Thing, Write},
        module::{HostPath, Module, Ownership},
    },
    entry::Entry,
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::Path,
};

/// Manage the host keys that SSH trusts.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct KnownHosts {
    /// The name of the host, with its port as `[name]:2222`.
    #[schemars(extend("aliases" = ["host"]))]
    name: String,
    /// The lines for the host as they stand in the file, beginning with its name. With `state: absent`: remove only these.
    key: Option<String>,
    /// The file.
    #[serde(default = "usual_path")]
    path: HostPath,
    /// Hide the name of the host in the file.
    #[serde(default)]
    hash_host: bool,
    /// Whether the key shall be there.
    #[serde(default)]
    state: State,
}

fn usual_path() -> HostPath {
    HostPath::new("~/.ssh/known_hosts")
}

impl Module for KnownHosts {
    const NAME: &'static str = "known_hosts";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let host = self.name.to_lowercase();
        let keys = self.keys(&host)?;
        let path = self.path.on(probe)?;
        let path = probe.target(&path)?;
        let text = match probe.read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) => String::new(),
            Err(failure) => return Err(failure),
        };
        let mut acts = Acts::new();
        acts.value("name", self.name.as_str());
        acts.value("key", self.key.clone());
        acts.value("path", self.path.as_str());
        acts.value("state", self.state.name());
        acts.value("hash_host", self.hash_host);
        let mut lines: Vec<String> = text.lines().map(Into::into).collect();
        let before = lines.clone();
        match self.state {
            State::Present => keys.iter().for_each(|key| add(&mut lines, &host, key)),
            State::Absent => lines.retain(|line| !self.removes(&host, &keys, line)),
        }
        if lines != before {
            write(probe, &mut acts, &path, &lines)?;
        }
        Ok(acts.into_look())
    }
}

impl KnownHosts {
    /// The lines that are asked for.
    fn keys(&self, host: &str) -> Result<Vec<Entry>, Failure> {
        let text = self.key.as_deref().unwrap_or_default();
        if text.trim().is_empty() && self.state == State::Present {
            return Err(Failure::refused("No key specified when adding a host"));
        }
        if host.contains(',') {
            return Err(Failure::refused(
                "Comma separated list of names is not supported. \
                 Please pass a single name to lookup in the known_hosts file.",
            ));
        }
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|line| match Entry::read(line) {
                None => Err(Failure::refused(format!(
                    "invalid key specified: {line}; it is a name, a kind and a key, as ssh-keyscan writes them"
                ))),
                Some(entry) if !entry.is_for(host) => Err(Failure::refused(
                    "Host parameter does not match hashed host field in supplied key",
                )),
                Some(entry) if self.hash_host => Ok(entry.hashed(host)),
                Some(entry) => Ok(entry),
            })
            .collect()
    }

    fn removes(&self, host: &str, keys: &[Entry], line: &str) -> bool {
        let Some(entry) = Entry::read(line).filter(|entry| entry.is_for(host)) else {
            return false;
        };
        match self.key {
            None => true,
            Some(_) => keys.iter().any(|key| key.is_same_key(&entry)),
        }
    }
}

/// Puts a key in: in place of another of the same kind for the host, else at the end.
fn add(lines: &mut Vec<String>, host: &str, key: &Entry) {
    let mut replaced = None;
    for (at, line) in lines.iter().enumerate() {
        let Some(entry) = Entry::read(line).filter(|entry| entry.is_for(host)) else {
            continue;
        };
        let as_named = entry.names == key.names || (entry.is_hashed() && key.is_hashed());
        if entry.is_same_key(key) && as_named {
            return;
        }
        if entry.is_plain() && key.is_plain() && entry.kind == key.kind {
            replaced = replaced.or(Some(at));
        }
    }
    match replaced {
        Some(at) => lines[at] = key.line(),
        None => lines.push(key.line()),
    }
}

fn write(probe: &Probe, acts: &mut Acts, path: &Path, lines: &[String]) -> Result<(), Failure> {
    let before = probe.entry(path)?;
    let bits = match &before {
        Some(inode) => Bits::of(inode),
        None => Ownership::default().create(probe, false)?,
    };
    if let Some(above) = path.parent() {
        let bits = Bits {
            mode: 0o700,
            ..bits
        };
        for directory in Directory::all(probe, above, bits)? {
            acts.push(directory);
        }
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let source = Source::Bytes(text.into());
    acts.push(Write::plan(probe, path, before.as_ref(), source, bits)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn adds_replaces_and_removes() {
        let scratch = Scratch::new();
        scratch.write("known", "# mine\nother ssh-rsa AAAAo\nhere ssh-rsa AAAAold");
        let path = scratch.at("known");
        let mut trial = Trial::new();
        let key = "Here ssh-rsa AAAAnew\nhere ssh-ed25519 AAAAed comment\n";
        trial.change(
            "known_hosts",
            json!({"name": "Here", "key": key, "path": path}),
        );
        let text =
            "# mine\nother ssh-rsa AAAAo\nHere ssh-rsa AAAAnew\nhere ssh-ed25519 AAAAed comment\n";
        assert_eq!(scratch.read("known"), text);
        let one =
            json!({"name": "here", "key": "here ssh-rsa AAAAnew", "path": path, "state": "absent"});
        trial.change("known_hosts", one);
        trial.change(
            "known_hosts",
            json!({"name": "here", "path": path, "state": "absent"}),
        );
        assert_eq!(scratch.read("known"), "# mine\nother ssh-rsa AAAAo\n");
    }

    #[test]
    fn hides_names_and_finds_them_again() {
        let scratch = Scratch::new();
        let path = scratch.at("ssh/known");
        let mut trial = Trial::new();
        let arguments = json!({"name": "[here]:22", "key": "[here]:22 ssh-rsa AAAA", "path": path, "hash_host": true});
        trial.change("known_hosts", arguments);
        let text = scratch.read("ssh/known");
        assert!(
            text.starts_with("|1|") && text.ends_with(" ssh-rsa AAAA\n"),
            "{text}"
        );
        let absent = json!({"name": "[here]:22", "path": path, "state": "absent"});
        trial.change("known_hosts", absent);
        assert_eq!(scratch.read("ssh/known"), "");
    }

    #[test]
    fn refuses_a_key_of_another_host() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let path = scratch.at("known");
        let outcome = trial.apply(
            "known_hosts",
            json!({"name": "a", "key": "b ssh-rsa A", "path": path}),
        );
        assert!(
            outcome
                .msg
                .unwrap()
                .starts_with("Host parameter does not match")
        );
        let outcome = trial.apply("known_hosts", json!({"name": "a", "path": path}));
        assert_eq!(
            outcome.msg.as_deref(),
            Some("No key specified when adding a host")
        );
    }
}
