mod ssh_key;

use {
    self::ssh_key::{SshKey, is_in},
    super::{
        curve::Curve,
        key::{Form, KeyError, Kind, PrivateKey},
        openssl_privatekey::Regenerate,
        product::{Content, Product, Traits, content},
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{HostPath, Module, Permissions, user::group::State},
        wire::Object,
    },
    ::ssh_key::PublicKey,
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    std::path::Path,
};

/// Make pairs of keys for SSH: the private one, and beside it the public one as `PATH.pub`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct OpensshKeypair {
    /// The file of the private key. It gets the mode `0600` and the public one `0644`, unless `mode` says something else.
    path: HostPath,
    /// Whether they shall be there.
    #[serde(default)]
    state: State,
    /// The kind of key.
    #[serde(default, rename = "type")]
    kind: KeyKind,
    /// The length in bits: of RSA 1024 and more (usually 4096), of ECDSA 256, 384 or 521.
    size: Option<u32>,
    /// The comment of the public key.
    comment: Option<String>,
    /// The private key is encrypted with it.
    #[schemars(extend("secret" = true))]
    passphrase: Option<String>,
    /// The form of the private key; `auto` is OpenSSH's own, and leaves a key that is there in its form.
    #[serde(default)]
    private_key_format: Format,
    /// Means nothing here.
    #[serde(default)]
    #[expect(dead_code, reason = "all choices mean the same")]
    backend: Backend,
    /// When a key that is there may be replaced.
    #[serde(default = "partial")]
    regenerate: Regenerate,
    /// Make new keys in any case.
    #[serde(default)]
    force: bool,
    /// The permissions of both.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own them.
    owner: Option<String>,
    /// The name or number of the group that shall own them.
    group: Option<String>,
    /// Write into the old file where it cannot be replaced: not safe when interrupted.
    #[serde(default)]
    unsafe_writes: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum KeyKind {
    #[default]
    Rsa,
    Dsa,
    Rsa1,
    Ecdsa,
    Ed25519,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Auto,
    Pkcs1,
    Pkcs8,
    Ssh,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Backend {
    #[default]
    Auto,
    Cryptography,
    Opensshbin,
}

fn partial() -> Regenerate {
    Regenerate::PartialIdempotence
}

impl KeyKind {
    fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Dsa => "dsa",
            Self::Rsa1 => "rsa1",
            Self::Ecdsa => "ecdsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl Module for OpensshKeypair {
    const NAME: &'static str = "openssh_keypair";
    const COLLECTION: &'static str = "community.crypto";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let mut acts = Acts::new();
        let public = HostPath::new(format!("{}.pub", self.path.as_str()));
        let [closed, open] = ["0600", "0644"].map(Permissions::new);
        let private = self.product(&self.path, &closed);
        let public = self.product(&public, &open);
        let (kind, size) = self.kind()?;
        acts.value("filename", self.path.on(probe)?.display().to_string());
        acts.value("type", self.kind.name());
        acts.value("size", size);
        match self.state {
            State::Absent => {
                private.remove(probe, &mut acts)?;
                public.remove(probe, &mut acts)?;
            }
            State::Present => self.present(probe, &mut acts, (kind, size), (private, public))?,
        }
        Ok(acts.into_look())
    }
}

impl OpensshKeypair {
    fn present(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        (kind, size): (Kind, u32),
        (private, public): (Product, Product),
    ) -> Result<(), Failure> {
        let there = private.content(probe)?;
        if let Some(Content::ToCome) = there {
            let path = self.path.as_str();
            return Err(Failure::Unforeseeable(format!("the content of {path}")));
        }
        let bytes = there.as_ref().and_then(Content::bytes);
        let Some(key) = self.judge(bytes, size)? else {
            self.make(probe, acts, kind, &private)?;
            return self.make_public(probe, acts, &public, None);
        };
        private.keep(probe, acts)?;
        acts.value("fingerprint", key.fingerprint());
        let beside = content(probe, &public.path.on(probe)?)?;
        let text = beside.as_ref().and_then(Content::bytes);
        let old = text.and_then(|text| std::str::from_utf8(text).ok());
        let old = old.and_then(|text| PublicKey::from_openssh(text.trim_end()).ok());
        let comment = self.comment.as_deref();
        let fits = old.as_ref().filter(|old| {
            let same = old.key_data() == key.public("").key_data();
            same && comment.is_none_or(|comment| old.comment().as_str_lossy() == comment)
        });
        match fits {
            Some(old) => {
                told(old)
                    .into_iter()
                    .for_each(|(name, value)| acts.value(&name, value));
                public.keep(probe, acts)
            }
            None => {
                let new = key.public(comment.unwrap_or_default());
                acts.values(told(&new));
                let before = text.map(|_| old.as_ref().map(traits).unwrap_or_default());
                self.make_public(probe, acts, &public, Some((before, traits(&new))))
            }
        }
    }

    fn make(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        kind: Kind,
        private: &Product,
    ) -> Result<(), Failure> {
        kind.makable()?;
        let there = probe.exists(&self.path.on(probe)?)?;
        let after = Traits::from([
            ("type".to_owned(), self.kind.name().to_owned()),
            ("size".into(), self.kind()?.1.to_string()),
        ]);
        let (form, comment) = (self.form(), self.comment.clone().unwrap_or_default());
        let passphrase = self.passphrase.clone();
        let make = move |_: &Probe| {
            let key = PrivateKey::generate(kind)?;
            let ssh = SshKey::of(&key, &comment)?;
            let bytes = match form {
                None => ssh.written(passphrase.as_deref())?,
                Some(form) => key.written(form, passphrase.as_deref())?,
            };
            let mut values = told(&ssh.public(&comment));
            values.insert("fingerprint".into(), ssh.fingerprint().into());
            Ok((bytes, values))
        };
        private.make(
            probe,
            acts,
            (there.then(Traits::new), after),
            Box::new(make),
        )
    }

    /// Writes the public key of what the private file holds by then.
    fn make_public(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        public: &Product,
        traits: Option<(Option<Traits>, Traits)>,
    ) -> Result<(), Failure> {
        let there = probe.exists(&public.path.on(probe)?)?;
        let traits = traits.unwrap_or_else(|| {
            let comment = self.comment.clone().unwrap_or_default();
            let after = Traits::from([("comment".to_owned(), comment)]);
            (there.then(Traits::new), after)
        });
        let path = self.path.on(probe)?;
        let comment = self.comment.clone().unwrap_or_default();
        let passphrase = self.passphrase.clone();
        let make = move |probe: &Probe| {
            let key = SshKey::read(&probe.read(Path::new(&path))?, passphrase.as_deref())?;
            let text = key.public(&comment).to_openssh();
            let text = text.map_err(|_| KeyError::Damaged)?;
            Ok(((text + "\n").into_bytes(), Object::new()))
        };
        public.make(probe, acts, traits, Box::new(make))
    }

    /// The key that is there, if it may stay. Fails where `regenerate` does not allow to replace it.
    fn judge(&self, there: Option<&[u8]>, size: u32) -> Result<Option<SshKey>, Failure> {
        let rule = match self.force {
            true => Regenerate::Always,
            false => self.regenerate,
        };
        let Some(there) = there.filter(|_| rule != Regenerate::Always) else {
            return Ok(None);
        };
        let Ok(key) = SshKey::read(there, self.passphrase.as_deref()) else {
            return match rule {
                Regenerate::FullIdempotence => Ok(None),
                _ => Err(Failure::refused(UNREADABLE)),
            };
        };
        let in_form = self.private_key_format == Format::Auto || is_in(there, self.form());
        let fits = key.kind() == (self.kind.name().to_owned(), size) && in_form;
        match (fits, rule) {
            (true, _) | (_, Regenerate::Never) => Ok(Some(key)),
            (false, Regenerate::Fail) => Err(Failure::refused(MISFIT)),
            (false, _) => Ok(None),
        }
    }

    /// What is asked for, and its length in bits.
    fn kind(&self) -> Result<(Kind, u32), Failure> {
        let refuse = |why: &str| Err(Failure::refused(why));
        match (self.kind, self.size) {
            (KeyKind::Rsa, Some(0..1024)) => refuse(
                "For RSA keys, the minimum size is 1024 bits and the default is 4096 bits. Attempting to use bit lengths \
                 under 1024 will cause the module to fail.",
            ),
            (KeyKind::Rsa, size) => {
                let size = size.unwrap_or(4096);
                Ok((Kind::Rsa(size as usize), size))
            }
            (KeyKind::Ecdsa, None | Some(256)) => Ok((Kind::Elliptic(Curve::Secp256r1), 256)),
            (KeyKind::Ecdsa, Some(384)) => Ok((Kind::Elliptic(Curve::Secp384r1), 384)),
            (KeyKind::Ecdsa, Some(521)) => Ok((Kind::Elliptic(Curve::Secp521r1), 521)),
            (KeyKind::Ecdsa, _) => refuse(
                "For ECDSA keys, size determines the key length by selecting from one of three elliptic curve sizes: 256, \
                 384 or 521 bits. Attempting to use bit lengths other than these three values for ECDSA keys will cause \
                 this module to fail.",
            ),
            (KeyKind::Ed25519, _) => Ok((Kind::Ed25519, 256)),
            (KeyKind::Dsa | KeyKind::Rsa1, _) => {
                refuse("OpenSSH takes no keys of this type any more; take ed25519, ecdsa or rsa")
            }
        }
    }

    /// The form of a new private key; `None` is OpenSSH's own.
    fn form(&self) -> Option<Form> {
        match self.private_key_format {
            Format::Auto | Format::Ssh => None,
            Format::Pkcs1 => Some(Form::Pkcs1),
            Format::Pkcs8 => Some(Form::Pkcs8),
        }
    }

    fn product<'a>(&'a self, path: &'a HostPath, usual: &'a Permissions) -> Product<'a> {
        Product {
            path,
            mode: self.mode.as_ref().or(Some(usual)),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
            backup: false,
            in_place: self.unsafe_writes,
        }
    }
}

const UNREADABLE: &str = "Unable to read the key. The key is protected with a passphrase or broken. Will not proceed. To force \
     regeneration, call the module with `generate` set to `full_idempotence` or `always`, or with `force=true`.";
const MISFIT: &str = "Key has wrong type and/or size. Will not proceed. To force regeneration, call the module with `generate` \
     set to `partial_idempotence`, `full_idempotence` or `always`, or with `force=true`.";

/// The return values about a public key: the key without its comment, and the comment.
fn told(public: &PublicKey) -> Object {
    let mut bare = public.clone();
    bare.set_comment("");
    let text = bare.to_openssh().unwrap_or_default();
    let comment = public.comment().as_str_lossy().to_owned();
    let told = [
        ("public_key", text.trim_end().to_owned()),
        ("comment", comment),
    ];
    let told = told.into_iter();
    told.map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}

fn traits(public: &PublicKey) -> Traits {
    let comment = public.comment().as_str_lossy().to_owned();
    let fingerprint = public.fingerprint(::ssh_key::HashAlg::Sha256).to_string();
    Traits::from([
        ("comment".to_owned(), comment),
        ("fingerprint".into(), fingerprint),
    ])
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
        std::os::unix::fs::PermissionsExt,
    };

    const NAME: &str = "openssh_keypair";

    fn with(arguments: &Value, more: Value) -> Value {
        let mut all = arguments.clone();
        let more = more.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        all
    }

    #[test]
    fn makes_each_kind_of_pair_once() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let pair = json!({"path": scratch.at("id"), "comment": "ada@host"});
        for (more, start) in [
            (json!({"type": "rsa", "size": 1024}), "ssh-rsa "),
            (json!({"type": "ecdsa"}), "ecdsa-sha2-nistp256 "),
            (
                json!({"type": "ecdsa", "size": 521}),
                "ecdsa-sha2-nistp521 ",
            ),
            (json!({"type": "ed25519"}), "ssh-ed25519 "),
            (
                json!({"type": "rsa", "size": 1024, "private_key_format": "pkcs1"}),
                "ssh-rsa ",
            ),
        ] {
            let made = trial.change(NAME, with(&pair, more));
            let public = scratch.read("id.pub");
            assert!(
                public.starts_with(start) && public.ends_with(" ada@host\n"),
                "{public}"
            );
            assert!(public.starts_with(made.data["public_key"].as_str().unwrap()));
            assert!(
                made.data["fingerprint"]
                    .as_str()
                    .unwrap()
                    .starts_with("SHA256:")
            );
            for (name, mode) in [("id", 0o600), ("id.pub", 0o644)] {
                let there = std::fs::metadata(scratch.at(name)).unwrap();
                assert_eq!(there.permissions().mode() & 0o777, mode);
            }
            let shown = serde_json::to_string(&made).unwrap();
            assert!(!shown.contains("BEGIN"), "{shown}");
        }
        trial.change(NAME, json!({"path": scratch.at("id"), "state": "absent"}));
        assert!(!scratch.at("id.pub").exists());
    }

    #[test]
    fn the_public_key_comes_back_and_takes_a_comment() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let pair = json!({"path": scratch.at("id"), "type": "ed25519", "comment": "one"});
        trial.change(NAME, pair.clone());
        let (private, public) = (scratch.read("id"), scratch.read("id.pub"));
        std::fs::remove_file(scratch.at("id.pub")).unwrap();
        trial.change(NAME, pair.clone());
        assert_eq!(scratch.read("id.pub"), public);
        let other = trial.change(NAME, with(&pair, json!({"comment": "two"})));
        assert_eq!(other.data["comment"], "two");
        assert_eq!(scratch.read("id"), private);
        let bare = json!({"path": scratch.at("id"), "type": "ed25519"});
        assert_eq!(trial.same(NAME, bare)["comment"], "two");
    }

    #[test]
    fn an_encrypted_key_needs_its_passphrase() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let pair = json!({"path": scratch.at("id"), "type": "ed25519", "passphrase": "pst"});
        trial.change(NAME, pair.clone());
        for passphrase in [json!({"passphrase": "other"}), json!({"passphrase": null})] {
            let mut arguments = with(&pair, passphrase);
            arguments
                .as_object_mut()
                .unwrap()
                .retain(|_, value| !value.is_null());
            let refused = trial.look(NAME, arguments);
            assert!(refused.msg.unwrap().starts_with("Unable to read the key."));
        }
        let plain =
            json!({"path": scratch.at("id"), "type": "ed25519", "regenerate": "full_idempotence"});
        trial.change(NAME, plain);
    }

    #[test]
    fn says_what_it_cannot_make() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        for (arguments, said) in [
            (json!({"type": "dsa"}), "take ed25519"),
            (json!({"type": "ecdsa", "size": 300}), "256, 384 or 521"),
            (json!({"size": 512}), "minimum size is 1024"),
        ] {
            let outcome = trial.look(NAME, with(&json!({"path": scratch.at("id")}), arguments));
            assert!(outcome.msg.unwrap().contains(said));
        }
    }
}
