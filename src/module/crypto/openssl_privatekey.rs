use {
    super::{
        curve::Curve,
        key::{Form, KeyError, KeyType, Kind, PrivateKey},
        product::{Content, Product, Traits},
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{HostPath, Module, Permissions, user::group::State},
        wire::Object,
    },
    base64::{Engine as _, prelude::BASE64_STANDARD},
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    serde_json::Value,
};

/// Make private keys for TLS.
///
/// A key that does not fit the arguments is replaced by a new one: `regenerate` says when, `backup` keeps the old one. Keys are
/// made on the host and never leave it, unless `return_content` asks for that.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct OpensslPrivatekey {
    /// The file. It gets the mode `0600`, unless `mode` says something else.
    path: HostPath,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// The kind of key.
    #[serde(default, rename = "type")]
    kind: KeyType,
    /// The length of an RSA key in bits.
    #[serde(default = "usual_size")]
    size: u32,
    /// The curve of an ECC key.
    curve: Option<Curve>,
    /// The key is encrypted with it.
    #[schemars(extend("secret" = true))]
    passphrase: Option<String>,
    /// How the key is encrypted: only `auto` is known.
    #[serde(default = "auto")]
    cipher: String,
    /// The form of the file. `auto` and `auto_ignore` take `pkcs1` for kinds that have it; `auto_ignore` leaves a key that is
    /// there in its form.
    #[serde(default)]
    format: Format,
    /// What happens to a key that fits, but is in another form.
    #[serde(default)]
    format_mismatch: Mismatch,
    /// When a key that is there may be replaced.
    #[serde(default)]
    regenerate: Regenerate,
    /// Make a new key in any case.
    #[serde(default)]
    force: bool,
    /// Keep a copy of the old key with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// Return the key as `privatekey`. Use `no_log` with it.
    #[serde(default)]
    return_content: bool,
    /// Means nothing here.
    #[serde(default)]
    #[expect(dead_code, reason = "both choices mean the same")]
    select_crypto_backend: Backend,
    /// The permissions.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own it.
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    group: Option<String>,
    /// Write into the old file where it cannot be replaced: not safe when interrupted.
    #[serde(default)]
    unsafe_writes: bool,
}

/// What Ansible's modules could be built on: all the same here.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    #[default]
    Auto,
    Cryptography,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    Pkcs1,
    Pkcs8,
    Raw,
    Auto,
    #[default]
    AutoIgnore,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mismatch {
    #[default]
    Regenerate,
    Convert,
}

/// When a key that is there may be replaced by a new one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Regenerate {
    Never,
    Fail,
    PartialIdempotence,
    #[default]
    FullIdempotence,
    Always,
}

/// What is to be done with what is there.
enum Verdict {
    Keep(PrivateKey),
    Convert(PrivateKey),
    Make,
}

fn usual_size() -> u32 {
    4096
}

fn auto() -> String {
    "auto".into()
}

impl Module for OpensslPrivatekey {
    const NAME: &'static str = "openssl_privatekey";
    const COLLECTION: &'static str = "community.crypto";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let mut acts = Acts::new();
        let usual = Permissions::new("0600");
        let product = self.product(&usual);
        acts.value("filename", self.path.on(probe)?.display().to_string());
        acts.value("type", self.kind.name());
        acts.value("size", self.size);
        if let (KeyType::Ecc, Some(curve)) = (self.kind, self.curve) {
            acts.value("curve", curve.name());
        }
        if self.state == State::Absent {
            acts.value("fingerprint", Value::Null);
            product.remove(probe, &mut acts)?;
            return Ok(acts.into_look());
        }
        self.present(probe, &product, &mut acts)?;
        Ok(acts.into_look())
    }
}

impl OpensslPrivatekey {
    fn present(&self, probe: &Probe, product: &Product, acts: &mut Acts) -> Result<(), Failure> {
        let kind = Kind::asked(self.kind, self.size as usize, self.curve)?;
        if self.cipher != "auto" {
            return Err(Failure::refused(
                "Cryptography backend can only use \"auto\" for cipher option.",
            ));
        }
        let there = product.content(probe)?;
        if let Some(Content::ToCome) = there {
            let path = self.path.as_str();
            return Err(Failure::Unforeseeable(format!("the content of {path}")));
        }
        let there = there.as_ref().and_then(Content::bytes);
        let (form, passphrase) = (self.form(), self.passphrase.clone());
        let before = there.map(|there| self.traits_of(there));
        let after = traits(kind, form, passphrase.is_some());
        let returned = self.return_content;
        let (before, after, key) = match self.judge(there, kind)? {
            Verdict::Keep(key) => {
                acts.value("fingerprint", key.fingerprints());
                if let (true, Some(bytes)) = (returned, there) {
                    acts.value("privatekey", shown(bytes));
                }
                return product.keep(probe, acts);
            }
            Verdict::Convert(key) => (before, after, Some(key)),
            Verdict::Make => {
                kind.makable()?;
                (before, after, None)
            }
        };
        if !form.suits(kind, passphrase.is_some()) {
            return Err(KeyError::Form(form.name()).into());
        }
        if returned {
            acts.unknown("the private key");
        }
        let make = move |_: &Probe| {
            let made = match &key {
                Some(_) => None,
                None => Some(PrivateKey::generate(kind)?),
            };
            let Some(key) = made.as_ref().or(key.as_ref()) else {
                return Err(KeyError::Damaged.into());
            };
            let bytes = key.written(form, passphrase.as_deref())?;
            let mut told = Object::new();
            told.insert("fingerprint".into(), key.fingerprints());
            if returned {
                told.insert("privatekey".into(), shown(&bytes).into());
            }
            Ok((bytes, told))
        };
        product.make(probe, acts, (before, after), Box::new(make))
    }

    /// The form that a new key gets.
    fn form(&self) -> Form {
        match (self.format, self.kind) {
            (Format::Pkcs1, _) => Form::Pkcs1,
            (Format::Pkcs8, _) => Form::Pkcs8,
            (Format::Raw, _) => Form::Raw,
            (_, KeyType::Rsa | KeyType::Ecc | KeyType::Dsa) => Form::Pkcs1,
            _ => Form::Pkcs8,
        }
    }

    /// Whether what is there may stay. Fails where `regenerate` does not allow to replace it.
    fn judge(&self, there: Option<&[u8]>, kind: Kind) -> Result<Verdict, Failure> {
        let rule = match self.force {
            true => Regenerate::Always,
            false => self.regenerate,
        };
        let Some(there) = there.filter(|_| rule != Regenerate::Always) else {
            return Ok(Verdict::Make);
        };
        let passphrase = self.passphrase.as_deref();
        let Ok(key) = PrivateKey::read(there, passphrase, Some(self.kind)) else {
            return match rule {
                Regenerate::FullIdempotence => Ok(Verdict::Make),
                _ => Err(Failure::refused(UNREADABLE)),
            };
        };
        let may = match rule {
            Regenerate::PartialIdempotence | Regenerate::FullIdempotence => true,
            Regenerate::Never => return Ok(self.in_form(there, key)),
            _ => false,
        };
        let fits = self.format == Format::AutoIgnore || Form::of(there) == self.form();
        match (
            key.kind == kind,
            fits || self.format_mismatch == Mismatch::Convert,
        ) {
            (true, true) => Ok(self.in_form(there, key)),
            _ if may => Ok(Verdict::Make),
            (false, _) => Err(Failure::refused(MISFIT)),
            (true, false) => Err(Failure::refused(MISFORM)),
        }
    }

    /// The key stays; its form may change.
    fn in_form(&self, there: &[u8], key: PrivateKey) -> Verdict {
        let fits = self.format == Format::AutoIgnore || Form::of(there) == self.form();
        match fits || self.format_mismatch == Mismatch::Regenerate {
            true => Verdict::Keep(key),
            false => Verdict::Convert(key),
        }
    }

    /// What is told of a key that is there.
    fn traits_of(&self, there: &[u8]) -> Traits {
        let form = Form::of(there);
        match PrivateKey::read(there, self.passphrase.as_deref(), Some(self.kind)) {
            Ok(key) => traits(key.kind, form, self.passphrase.is_some()),
            Err(error) => Traits::from([("type".to_owned(), error.to_string())]),
        }
    }

    fn product<'a>(&'a self, usual: &'a Permissions) -> Product<'a> {
        Product {
            path: &self.path,
            mode: self.mode.as_ref().or(Some(usual)),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
            backup: self.backup,
            in_place: self.unsafe_writes,
        }
    }
}

const UNREADABLE: &str = "Unable to read the key. The key is protected with a another passphrase / no passphrase or broken. \
     Will not proceed. To force regeneration, call the module with `generate` set to `full_idempotence` or `always`, or with \
     `force=true`.";
const MISFIT: &str = "Key has wrong type and/or size. Will not proceed. To force regeneration, call the module with `generate` \
     set to `partial_idempotence`, `full_idempotence` or `always`, or with `force=true`.";
const MISFORM: &str = "Key has wrong format. Will not proceed. To force regeneration, call the module with `generate` set to \
     `partial_idempotence`, `full_idempotence` or `always`, or with `force=true`. To convert the key, set `format_mismatch` to \
     `convert`.";

/// A key for the outcome: text, or bytes as base64.
fn shown(bytes: &[u8]) -> String {
    match Form::of(bytes) {
        Form::Raw => BASE64_STANDARD.encode(bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn traits(kind: Kind, form: Form, locked: bool) -> Traits {
    let mut traits = Traits::from([
        ("type".to_owned(), kind.name().to_owned()),
        ("format".into(), form.name().into()),
    ]);
    match kind {
        Kind::Rsa(bits) => traits.insert("size".into(), bits.to_string()),
        Kind::Elliptic(curve) => traits.insert("curve".into(), curve.name().into()),
        _ => None,
    };
    if locked {
        traits.insert("encrypted".into(), "yes".into());
    }
    traits
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
        std::os::unix::fs::PermissionsExt,
    };

    fn with(arguments: &Value, more: Value) -> Value {
        let mut all = arguments.clone();
        let more = more.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        all
    }

    #[test]
    fn makes_each_kind_of_key_once() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        for (kind, more, head) in [
            ("RSA", json!({"size": 1024}), "RSA PRIVATE KEY"),
            ("ECC", json!({"curve": "secp256r1"}), "EC PRIVATE KEY"),
            (
                "ECC",
                json!({"curve": "secp521r1", "format": "pkcs8"}),
                "PRIVATE KEY",
            ),
            ("Ed25519", json!({}), "PRIVATE KEY"),
            ("X25519", json!({}), "PRIVATE KEY"),
            (
                "ECC",
                json!({"curve": "secp384r1", "passphrase": "pst"}),
                "EC PRIVATE KEY",
            ),
            (
                "Ed25519",
                json!({"passphrase": "pst"}),
                "ENCRYPTED PRIVATE KEY",
            ),
        ] {
            let arguments = json!({"path": scratch.at("key"), "type": kind});
            let outcome = trial.change("openssl_privatekey", with(&arguments, more.clone()));
            let text = scratch.read("key");
            assert!(
                text.starts_with(&format!("-----BEGIN {head}-----\n")),
                "{text}"
            );
            let mode = std::fs::metadata(scratch.at("key"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o7777, 0o600);
            assert_eq!(outcome.data["type"], kind);
            assert_eq!(outcome.data["fingerprint"].as_object().unwrap().len(), 6);
            let shown = serde_json::to_string(&outcome).unwrap();
            assert!(!shown.contains("BEGIN"), "no key in outcomes: {shown}");
            let same = trial.same("openssl_privatekey", with(&arguments, more));
            assert_eq!(same["fingerprint"], outcome.data["fingerprint"]);
        }
    }

    #[test]
    fn a_raw_key_is_its_bytes() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let arguments = json!({"path": scratch.at("key"), "type": "Ed25519", "format": "raw"});
        trial.change("openssl_privatekey", arguments.clone());
        assert_eq!(std::fs::read(scratch.at("key")).unwrap().len(), 32);
        let shown = trial.same(
            "openssl_privatekey",
            with(&arguments, json!({"return_content": true})),
        );
        assert_eq!(shown["privatekey"].as_str().unwrap().len(), 44);
    }

    #[test]
    fn a_key_that_does_not_fit_is_replaced_if_it_may() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let name = "openssl_privatekey";
        let key = json!({"path": scratch.at("key"), "type": "ECC", "curve": "secp256r1"});
        trial.change(name, key.clone());
        let first = scratch.read("key");
        let other = with(&key, json!({"curve": "secp384r1"}));
        let refused = trial.apply(name, with(&other, json!({"regenerate": "fail"})));
        assert!(
            refused
                .msg
                .unwrap()
                .starts_with("Key has wrong type and/or size.")
        );
        let locked = with(
            &key,
            json!({"passphrase": "x", "regenerate": "partial_idempotence"}),
        );
        let refused = trial.apply(name, locked);
        assert!(refused.msg.unwrap().starts_with("Unable to read the key."));
        trial.same(name, with(&other, json!({"regenerate": "never"})));
        let eight = with(
            &key,
            json!({"format": "pkcs8", "format_mismatch": "convert"}),
        );
        let before = trial.same(name, key.clone());
        let converted = trial.change(name, eight);
        assert_eq!(converted.data["fingerprint"], before["fingerprint"]);
        let replaced = trial.change(name, with(&other, json!({"backup": true})));
        let copy = replaced.data["backup_file"].as_str().unwrap();
        assert!(
            std::fs::read_to_string(copy)
                .unwrap()
                .contains("BEGIN PRIVATE KEY")
        );
        assert_ne!(scratch.read("key"), first);
        assert!(
            trial
                .apply(name, with(&other, json!({"force": true})))
                .changed
        );
    }

    #[test]
    fn goes_away_with_a_backup() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let path = scratch.write("key", "damaged");
        let absent = json!({"path": path, "state": "absent", "backup": true});
        let outcome = trial.change("openssl_privatekey", absent);
        let copy = outcome.data["backup_file"].as_str().unwrap();
        assert_eq!(std::fs::read_to_string(copy).unwrap(), "damaged");
        assert!(!path.exists());
    }

    #[test]
    fn says_what_it_cannot_make() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        for (arguments, said) in [
            (
                json!({"type": "ECC"}),
                "all of the following are missing: curve",
            ),
            (
                json!({"type": "ECC", "curve": "secp256k1"}),
                "take secp256r1",
            ),
            (json!({"type": "DSA"}), "DSA"),
            (json!({"type": "Ed448"}), "take Ed25519"),
            (json!({"size": 100}), "from 1024 to 16384"),
            (json!({"format": "raw"}), "in the required format \"raw\""),
            (json!({"cipher": "aes256"}), "only use \"auto\" for cipher"),
        ] {
            let outcome = trial.look(
                "openssl_privatekey",
                with(&json!({"path": scratch.at("key")}), arguments),
            );
            let msg = outcome.msg.unwrap();
            assert!(outcome.failed && msg.contains(said), "{msg}");
        }
    }
}
