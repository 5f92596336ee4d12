use {
    super::{
        key_source,
        openpgp::{self, Certificate},
    },
    crate::{
        act::{
            Act, Acts, Failure, Host, Inquiry, Look, Private, Probe, Program, Question, Spawn,
            Thing,
        },
        module::{Module, user::group::State},
        wire::{Diff, Effect, Object, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::{
        collections::{BTreeMap, BTreeSet},
        ffi::OsStr,
        path::Path,
    },
};

/// Add and remove keys that rpm trusts.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RpmKey {
    /// The key: its URL, its path on the host, or, for a key that is there, its identifier.
    key: String,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// Fingerprints that the key must have.
    fingerprint: Option<Vec<String>>,
    /// Check the server's certificate.
    #[serde(default = "yes")]
    validate_certs: bool,
}

fn yes() -> bool {
    true
}

impl Module for RpmKey {
    const NAME: &'static str = "rpm_key";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let content = self.content(probe)?;
        let certificates = content.as_deref().map(openpgp::read);
        let id = match &certificates {
            None => identifier(&self.key),
            Some(certificates) => match certificates.first().and_then(|one| one.keys.first()) {
                Some(key) => key.id.clone(),
                None => return Err(Failure::refused(format!("Not a public key: {}", self.key))),
            },
        };
        let known = known(probe)?.iter().any(|key| key.contains(&id));
        let mut acts = Acts::new();
        match (self.state, known, content) {
            (State::Present, false, Some(content)) => {
                self.check(&certificates.unwrap_or_default())?;
                acts.push(Import { content, id });
            }
            (State::Present, false, None) => {
                let msg = "When importing a key, a valid file must be given";
                return Err(Failure::refused(msg));
            }
            (State::Absent, true, _) => acts.push(erase(&id)),
            (State::Present, true, _) | (State::Absent, false, _) => {}
        }
        Ok(acts.into_look())
    }
}

impl RpmKey {
    /// The key itself; `None` where only its identifier is given.
    fn content(&self, probe: &Probe) -> Result<Option<Vec<u8>>, Failure> {
        let key = &self.key;
        if key.contains("://") {
            let fetched = key_source::fetch(probe, key, self.validate_certs);
            return fetched.map(Some).map_err(|failure| match failure {
                Failure::Refused { msg, data } => Failure::Refused {
                    msg: format!("failed to fetch key at {key} , error was: {msg}"),
                    data,
                },
                other => other,
            });
        }
        let digits = identifier(key);
        if digits.len() >= 8 && digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return Ok(None);
        }
        match probe.follow(Path::new(key))? {
            Some(inode) if inode.is_file() => probe.read(Path::new(key)).map(Some),
            None if key.starts_with('/') && probe.pending().is_some() => {
                Err(Failure::missing(Thing::Path, key))
            }
            _ => Err(Failure::refused(format!("Not a valid key {key}"))),
        }
    }

    fn check(&self, certificates: &[Certificate]) -> Result<(), Failure> {
        let plain = |text: &String| text.replace(' ', "").to_uppercase();
        let wanted: BTreeSet<String> = self.fingerprint.iter().flatten().map(plain).collect();
        let keys = certificates
            .iter()
            .flat_map(|certificate| &certificate.keys);
        let there: BTreeSet<String> = keys.map(|key| key.fingerprint.clone()).collect();
        match wanted.is_subset(&there) {
            true => Ok(()),
            false => {
                let list = |set: BTreeSet<String>| Vec::from_iter(set).join(", ");
                Err(Failure::refused(format!(
                    "The specified fingerprint, '{}', does not match any key fingerprints in '{}'",
                    list(wanted),
                    list(there)
                )))
            }
        }
    }
}

/// As rpm and gpg write it.
fn identifier(key: &str) -> String {
    let key = key.trim().to_uppercase();
    key.strip_prefix("0X").unwrap_or(&key).to_owned()
}

/// The identifiers of all keys that rpm knows, subkeys among them.
fn known(probe: &Probe) -> Result<Vec<String>, Failure> {
    let finished = probe.ask(&Question::Inquiry(Inquiry::RpmKeys))?;
    // Without any key the code is 1.
    let certificates = openpgp::read(&finished.stdout).into_iter();
    let keys = certificates.flat_map(|certificate| certificate.keys);
    Ok(keys.map(|key| key.id).collect())
}

fn side(there: bool) -> Side {
    match there {
        true => Side::State(BTreeMap::from([("state".to_owned(), "trusted".to_owned())])),
        false => Side::Absent,
    }
}

fn diff(id: &str, there: bool) -> Diff {
    Diff {
        what: format!("key {id} of rpm"),
        before: side(!there),
        after: side(there),
    }
}

fn erase(id: &str) -> Spawn {
    let short = id[id.len().saturating_sub(8)..].to_lowercase();
    let package = format!("gpg-pubkey-{short}");
    Spawn {
        program: Program::new(["rpm", "--erase", "--allmatches", "--", &package]),
        diff: Some(diff(id, false)),
        effects: Vec::new(),
    }
}

/// Makes rpm trust a key.
struct Import {
    content: Vec<u8>,
    id: String,
}

impl Act for Import {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let directory = Private::new(host)?;
        let name = OsStr::new("key");
        let path = directory.write(name, &mut self.content.as_slice(), 0o600)?;
        let path = path.display().to_string();
        host.succeed(&Program::new(["rpm", "--import", &path]))?;
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        vec![diff(&self.id, true)]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Opaque {
            what: format!("packages that are signed with {}", self.id),
        }]
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::act::Scratch, crate::module::trial::Trial, serde_json::json};

    #[test]
    fn checks_fingerprints() {
        let certificates = openpgp::read(openpgp::tests::KEY.as_bytes());
        let check = |fingerprint: &str| {
            let module = json!({"key": "x", "fingerprint": [fingerprint]});
            let module: RpmKey = serde_json::from_value(module).unwrap();
            module
                .check(&certificates)
                .map_err(|failure| failure.to_string())
        };
        let (start, end) = openpgp::tests::FINGERPRINT.split_at(20);
        assert!(check(&format!("{start} {}", end.to_lowercase())).is_ok());
        let msg = check("ABCD").unwrap_err();
        assert!(
            msg.starts_with("The specified fingerprint, 'ABCD', does not match any"),
            "{msg}"
        );
    }

    #[test]
    fn refuses_what_is_no_key() {
        let scratch = Scratch::new();
        let file = scratch.write("key", "hello");
        let look = |key: &str| {
            Trial::new()
                .look("rpm_key", json!({"key": key}))
                .msg
                .unwrap()
        };
        assert_eq!(look("/no/such"), "Not a valid key /no/such");
        let path = file.display().to_string();
        assert_eq!(look(&path), format!("Not a public key: {path}"));
        assert_eq!(identifier(" 0xdeadb33f"), "DEADB33F");
    }
}
