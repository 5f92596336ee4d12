mod keyring;

use {
    super::{key_source, openpgp},
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{HostPath, Module, user::group::State},
        wire::Object,
    },
    keyring::Keyring,
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::Path,
};

/// Add and remove keys that apt trusts for all repositories.
///
/// New playbooks better name a key with its repository: see `deb822_repository`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AptKey {
    /// The key's identifier: 8, 16 or more hexadecimal digits. Needed with `absent` and `keyserver`.
    id: Option<String>,
    /// The key itself.
    data: Option<String>,
    /// The key's path on the host.
    file: Option<HostPath>,
    /// The key's URL.
    url: Option<String>,
    /// The server that has the key.
    keyserver: Option<String>,
    /// The file to keep it in. Default: `/etc/apt/trusted.gpg`; keys are looked for in `/etc/apt/trusted.gpg.d`, too.
    keyring: Option<HostPath>,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// Check the server's certificate.
    #[serde(default = "yes")]
    validate_certs: bool,
}

fn yes() -> bool {
    true
}

/// A key's identifier in the lengths that are in use.
struct Identifier {
    /// As it was given.
    given: String,
    whole: String,
}

impl Module for AptKey {
    const NAME: &'static str = "apt_key";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let mut content = None;
        let id = match &self.id {
            Some(id) => Identifier::read(id)?,
            None => {
                let key = self.content(probe, "")?;
                let first = openpgp::read(&key);
                let first = first.first().and_then(|one| one.keys.first());
                let id = first.map_or(String::new(), |key| key.id.clone());
                content = Some(key);
                Identifier::read(&id)?
            }
        };
        let keyrings = Keyring::all(probe, self.keyring.as_ref())?;
        let before: Vec<String> = keyrings.iter().flat_map(|keyring| keyring.ids()).collect();
        let known = before.iter().any(|key| id.is(key));
        let mut acts = Acts::new();
        acts.values(id.values());
        acts.value("before", id.list(&before));
        match (self.state, known) {
            (State::Present, false) => {
                let key = match content {
                    Some(key) => key,
                    None => self.content(probe, &id.whole)?,
                };
                let mut after = before;
                after.extend(self.add(probe, &mut acts, &keyrings, &id, &key)?);
                acts.value("after", id.list(&after));
            }
            (State::Absent, true) => {
                for keyring in &keyrings {
                    keyring.remove(probe, &mut acts, |key| id.is(key))?;
                }
                let left = before.into_iter().filter(|key| !id.is(key));
                acts.value("after", id.list(&left.collect::<Vec<_>>()));
            }
            (State::Present, true) | (State::Absent, false) => {}
        }
        Ok(acts.into_look())
    }
}

impl AptKey {
    fn check(&self) -> Result<(), Failure> {
        let sources = [
            self.data.is_some(),
            self.file.is_some(),
            self.keyserver.is_some(),
            self.url.is_some(),
        ];
        let fault = if sources.iter().filter(|given| **given).count() > 1 {
            "parameters are mutually exclusive: data|file|keyserver|url"
        } else if self.keyserver.is_some() && self.id.is_none() {
            "Missing key_id, required with keyserver."
        } else {
            return Ok(());
        };
        Err(Failure::refused(fault))
    }

    fn content(&self, probe: &Probe, id: &str) -> Result<Vec<u8>, Failure> {
        if let Some(data) = &self.data {
            return Ok(data.clone().into_bytes());
        }
        if let Some(file) = &self.file {
            return key_source::file(probe, &file.on(probe)?);
        }
        if let Some(url) = &self.url {
            return key_source::fetch(probe, url, self.validate_certs).map_err(|failure| {
                Failure::refused(format!("Failed to download key at {url}: {failure}"))
            });
        }
        if let Some(server) = &self.keyserver {
            let url = lookup(server, id);
            return key_source::fetch(probe, &url, self.validate_certs).map_err(|failure| {
                Failure::refused(format!(
                    "Key {id} not found on keyserver {server}: {failure}"
                ))
            });
        }
        match self.id {
            None => Err(invalid("")),
            Some(_) => Err(Failure::refused(
                "No key to add: give data, file, url or keyserver",
            )),
        }
    }

    /// Gives the identifiers of what is added.
    fn add(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        keyrings: &[Keyring],
        id: &Identifier,
        content: &[u8],
    ) -> Result<Vec<String>, Failure> {
        let certificates = openpgp::read(content);
        let keys = certificates
            .iter()
            .flat_map(|certificate| &certificate.keys);
        let ids: Vec<String> = keys.map(|key| key.id.clone()).collect();
        if !ids.iter().any(|key| id.is(key)) {
            return Err(Failure::Refused {
                msg: "apt-key did not return an error, but failed to add the key (check that the id is correct and *not* a subkey)".into(),
                data: id.values(),
            });
        }
        let path = match &self.keyring {
            Some(path) => path.on(probe)?,
            None => Path::new(keyring::MAIN).to_owned(),
        };
        let known = keyrings.iter().find(|keyring| keyring.path == path);
        keyring::add(probe, acts, &path, known, &certificates)?;
        Ok(ids)
    }
}

impl Identifier {
    fn read(given: &str) -> Result<Self, Failure> {
        let whole = given.trim().to_uppercase();
        let whole = whole.strip_prefix("0X").unwrap_or(&whole).to_owned();
        let length = whole.len() == 8 || whole.len() >= 16;
        match length && whole.chars().all(|digit| digit.is_ascii_hexdigit()) {
            true => Ok(Self {
                given: given.to_owned(),
                whole,
            }),
            false => Err(invalid(given)),
        }
    }

    fn end(&self, length: usize) -> &str {
        &self.whole[self.whole.len().saturating_sub(length)..]
    }

    /// Whether a key has this identifier.
    fn is(&self, key: &str) -> bool {
        key.ends_with(self.end(16))
    }

    fn values(&self) -> Object {
        let values = [
            ("id", self.given.as_str()),
            ("short_id", self.end(8)),
            ("fp", self.end(16)),
            ("key_id", &self.whole),
        ];
        let values = values.iter();
        values
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect()
    }

    /// Identifiers in the length that this one was given in.
    fn list(&self, keys: &[String]) -> Vec<String> {
        let short = self.whole.len() == 8;
        let keys = keys.iter();
        keys.map(|key| {
            if short {
                key[key.len().saturating_sub(8)..].to_owned()
            } else {
                key.clone()
            }
        })
        .collect()
    }
}

fn invalid(id: &str) -> Failure {
    Failure::Refused {
        msg: "Invalid key_id".into(),
        data: Object::from_iter([("id".to_owned(), id.into())]),
    }
}

/// The URL under which a server tells a key: over HTTP, at the port that is usual for it.
fn lookup(server: &str, id: &str) -> String {
    let (scheme, host) = server.split_once("://").unwrap_or(("hkp", server));
    let host = host.trim_end_matches('/');
    let port = if host.contains(':') { "" } else { ":11371" };
    let place = match scheme {
        "hkps" | "https" => format!("https://{host}"),
        "http" => format!("http://{host}"),
        _ => format!("http://{host}{port}"),
    };
    format!("{place}/pks/lookup?op=get&options=mr&search=0x{id}")
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{act::Scratch, module::trial::Trial},
        openpgp::tests::{FINGERPRINT, KEY, SUBKEY_ID},
        serde_json::json,
    };

    #[test]
    fn adds_and_removes_keys() {
        let scratch = Scratch::new();
        let keyring = scratch.at("ring.gpg");
        let mut trial = Trial::new();
        let outcome = trial.change("apt_key", json!({"data": KEY, "keyring": keyring}));
        assert_eq!(outcome.data["fp"], FINGERPRINT[24..]);
        assert_eq!(outcome.data["before"], json!([]));
        assert_eq!(outcome.data["after"], json!([FINGERPRINT[24..], SUBKEY_ID]));
        let file = scratch.write("key", KEY);
        for id in [
            FINGERPRINT,
            &FINGERPRINT[32..],
            &format!("0x{}", SUBKEY_ID.to_lowercase()),
        ] {
            trial.same(
                "apt_key",
                json!({"file": file, "id": id, "keyring": keyring}),
            );
        }
        let absent = json!({"id": FINGERPRINT[32..], "keyring": keyring, "state": "absent"});
        let outcome = trial.change("apt_key", absent);
        assert_eq!(
            outcome.data["before"],
            json!([FINGERPRINT[32..], SUBKEY_ID[8..]])
        );
        assert!(!keyring.exists());
    }

    #[test]
    fn refuses_what_is_no_key_or_another() {
        let scratch = Scratch::new();
        let apply = |mut arguments: serde_json::Value| {
            arguments["keyring"] = json!(scratch.at("ring.gpg"));
            Trial::new().apply("apt_key", arguments).msg.unwrap()
        };
        assert_eq!(apply(json!({"data": "hello"})), "Invalid key_id");
        assert_eq!(apply(json!({"id": "xyz", "data": KEY})), "Invalid key_id");
        assert_eq!(apply(json!({})), "Invalid key_id");
        let other = apply(json!({"id": "0123456789ABCDEF", "data": KEY}));
        assert!(other.contains("failed to add the key"), "{other}");
        let both = apply(json!({"data": KEY, "url": "http://x/"}));
        assert_eq!(
            both,
            "parameters are mutually exclusive: data|file|keyserver|url"
        );
        assert!(apply(json!({"keyserver": "x"})).starts_with("Missing key_id"));
    }

    #[test]
    fn asks_servers_where_they_answer() {
        let url = |server| lookup(server, "AB");
        assert!(url("keys.example.org").starts_with("http://keys.example.org:11371/pks/lookup?"));
        assert!(url("hkp://k:80").starts_with("http://k:80/pks"));
        assert!(url("hkps://k/").ends_with("//k/pks/lookup?op=get&options=mr&search=0xAB"));
    }
}
