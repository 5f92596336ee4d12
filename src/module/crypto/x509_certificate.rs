mod inputs;

use {
    super::{
        certificate::{Certificate, Unsigned, authority_key, subject_key},
        decimal, extension,
        key::KeyError,
        moment,
        openssl_privatekey::Backend,
        product::{Content, Product, Traits},
        signature::{self, Hash},
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{HostPath, Module, Permissions, user::group::State},
        wire::Object,
    },
    inputs::{Inputs, Sources},
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    serde_json::Value,
    x509_cert::{der::Encode, ext::Extension},
};

/// Make certificates: signed by their own key, or by an authority of your own.
///
/// A certificate that does not fit its key, its request, its authority or the arguments is replaced. When it ends does not
/// matter for that, unless `ignore_timestamps` is off. For certificates from Let's Encrypt and the like there is `acme_certificate`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct X509Certificate {
    /// The file.
    path: HostPath,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// Who signs it: its own key (`selfsigned`), or an authority whose key is on the host (`ownca`).
    provider: Option<Provider>,
    /// The request, on the host. Without one, a self-signed certificate has no names.
    csr_path: Option<HostPath>,
    /// The request itself.
    csr_content: Option<String>,
    /// The private key, on the host. `selfsigned` signs with it; otherwise the certificate must be for it.
    privatekey_path: Option<HostPath>,
    /// The private key itself.
    #[schemars(extend("secret" = true))]
    privatekey_content: Option<String>,
    /// What opens the private key, if it is encrypted.
    #[schemars(extend("secret" = true))]
    privatekey_passphrase: Option<String>,
    /// A certificate whose times are others than the arguments say stays.
    #[serde(default = "yes")]
    ignore_timestamps: bool,
    /// What is signed: `sha256`, `sha384` or `sha512`.
    #[serde(default = "usual_digest")]
    selfsigned_digest: String,
    /// Only 3 is known.
    #[serde(default = "three")]
    selfsigned_version: u32,
    /// From when on it is valid: from now (`-1d`), or a time (`20301231235959Z`).
    #[serde(default = "now")]
    #[schemars(extend("aliases" = ["selfsigned_notBefore"]))]
    selfsigned_not_before: String,
    /// Until when it is valid.
    #[serde(default = "ten_years")]
    #[schemars(extend("aliases" = ["selfsigned_notAfter"]))]
    selfsigned_not_after: String,
    /// Whether its key is named by the digest of its public half.
    #[serde(default)]
    selfsigned_create_subject_key_identifier: Identifier,
    /// The certificate of the authority, on the host.
    ownca_path: Option<HostPath>,
    /// The certificate of the authority itself.
    ownca_content: Option<String>,
    /// The private key of the authority, on the host.
    ownca_privatekey_path: Option<HostPath>,
    /// The private key of the authority itself.
    #[schemars(extend("secret" = true))]
    ownca_privatekey_content: Option<String>,
    /// What opens the authority's private key, if it is encrypted.
    #[schemars(extend("secret" = true))]
    ownca_privatekey_passphrase: Option<String>,
    /// As `selfsigned_digest`.
    #[serde(default = "usual_digest")]
    ownca_digest: String,
    /// As `selfsigned_version`.
    #[serde(default = "three")]
    ownca_version: u32,
    /// As `selfsigned_not_before`.
    #[serde(default = "now")]
    ownca_not_before: String,
    /// As `selfsigned_not_after`.
    #[serde(default = "ten_years")]
    ownca_not_after: String,
    /// As `selfsigned_create_subject_key_identifier`.
    #[serde(default)]
    ownca_create_subject_key_identifier: Identifier,
    /// Name the key of the authority.
    #[serde(default = "yes")]
    ownca_create_authority_key_identifier: bool,
    /// Make a new certificate in any case.
    #[serde(default)]
    force: bool,
    /// Keep a copy of the old certificate with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// Return the certificate as `certificate`.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Provider {
    Ownca,
    Selfsigned,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Identifier {
    #[default]
    CreateIfNotProvided,
    AlwaysCreate,
    NeverCreate,
}

fn yes() -> bool {
    true
}

fn usual_digest() -> String {
    "sha256".into()
}

fn three() -> u32 {
    3
}

fn now() -> String {
    "+0s".into()
}

fn ten_years() -> String {
    "+3650d".into()
}

impl Module for X509Certificate {
    const NAME: &'static str = "x509_certificate";
    const ALIASES: &'static [&'static str] = &["openssl_certificate"];
    const COLLECTION: &'static str = "community.crypto";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let mut acts = Acts::new();
        let path = |path: &Option<HostPath>| {
            let path = path.as_ref().map(|path| path.on(probe)).transpose()?;
            Ok::<_, Failure>(path.map(|path| path.display().to_string()))
        };
        acts.value("filename", self.path.on(probe)?.display().to_string());
        acts.value("privatekey", path(&self.privatekey_path)?);
        acts.value("csr", path(&self.csr_path)?);
        if self.state == State::Absent {
            self.product().remove(probe, &mut acts)?;
            return Ok(acts.into_look());
        }
        let rules = self.rules()?;
        if rules.provider == Provider::Ownca {
            acts.value("ca_cert", path(&self.ownca_path)?);
            acts.value("ca_privatekey", path(&self.ownca_privatekey_path)?);
        }
        self.present(probe, &mut acts, rules)?;
        Ok(acts.into_look())
    }
}

impl X509Certificate {
    fn present(&self, probe: &Probe, acts: &mut Acts, rules: Rules) -> Result<(), Failure> {
        let product = self.product();
        let there = product.content(probe)?;
        if let Some(Content::ToCome) = there {
            let path = self.path.as_str();
            return Err(Failure::Unforeseeable(format!("the content of {path}")));
        }
        let bytes = there.as_ref().and_then(Content::bytes);
        let old = bytes.and_then(Certificate::read);
        let inputs = rules.sources.read(probe)?;
        if let Some(signer) = inputs.as_ref().and_then(|inputs| inputs.signer().ok()) {
            signature::algorithm(signer.kind, rules.hash)?;
        }
        let fits = match (&old, &inputs) {
            // What is made of something that is yet to be made is made anew.
            (None, _) | (_, None) => false,
            (Some(old), Some(inputs)) => !self.force && rules.are_met_by(old, inputs)?,
        };
        if let (true, Some(old), Some(bytes)) = (fits, &old, bytes) {
            acts.values(told(old, self.return_content.then_some(bytes)));
            return product.keep(probe, acts);
        }
        acts.value("notBefore", moment::written(rules.not_before));
        acts.value("notAfter", moment::written(rules.not_after));
        if self.return_content {
            acts.unknown("the certificate");
        }
        let before = bytes.map(|_| old.as_ref().map(traits).unwrap_or_default());
        let after = match &inputs {
            Some(inputs) => rules.unsigned(inputs).map(|new| new_traits(&new))?,
            None => Traits::new(),
        };
        let returned = self.return_content;
        let make = move |probe: &Probe| {
            let inputs = rules.sources.read(probe)?.ok_or(KeyError::Damaged)?;
            let new = rules.unsigned(&inputs)?;
            let bytes = new.sign(inputs.signer()?, rules.hash)?;
            let made = Certificate::read(&bytes).ok_or(KeyError::Damaged)?;
            let values = told(&made, returned.then_some(bytes.as_slice()));
            Ok((bytes, values))
        };
        product.make(probe, acts, (before, after), Box::new(make))
    }

    fn rules(&self) -> Result<Rules, Failure> {
        let refuse = |why: &str| Err(Failure::refused(why));
        let Some(provider) = self.provider else {
            return refuse("state is present but all of the following are missing: provider");
        };
        let digest = match provider {
            Provider::Selfsigned => &self.selfsigned_digest,
            Provider::Ownca => &self.ownca_digest,
        };
        if self.selfsigned_version != 3 || self.ownca_version != 3 {
            return refuse("value of selfsigned_version and ownca_version must be one of: 3");
        }
        let Some(hash) = Hash::named(digest) else {
            return refuse(&format!(
                "The digest {digest} is not supported with the cryptography backend"
            ));
        };
        let (not_before, not_after) = match provider {
            Provider::Selfsigned => (
                moment::read(&self.selfsigned_not_before, "selfsigned_not_before"),
                moment::read(&self.selfsigned_not_after, "selfsigned_not_after"),
            ),
            Provider::Ownca => (
                moment::read(&self.ownca_not_before, "ownca_not_before"),
                moment::read(&self.ownca_not_after, "ownca_not_after"),
            ),
        };
        let identifier = match provider {
            Provider::Selfsigned => self.selfsigned_create_subject_key_identifier,
            Provider::Ownca => self.ownca_create_subject_key_identifier,
        };
        Ok(Rules {
            provider,
            hash,
            not_before: not_before.map_err(Failure::refused)?,
            not_after: not_after.map_err(Failure::refused)?,
            times: !self.ignore_timestamps,
            identifier,
            authority: provider == Provider::Ownca && self.ownca_create_authority_key_identifier,
            sources: Sources::of(self, provider)?,
        })
    }

    fn product(&self) -> Product<'_> {
        Product {
            path: &self.path,
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
            backup: self.backup,
            in_place: self.unsafe_writes,
        }
    }
}

/// What a certificate has to be.
struct Rules {
    provider: Provider,
    hash: Hash,
    /// Seconds since 1970.
    not_before: i64,
    /// Seconds since 1970.
    not_after: i64,
    /// These times have to be kept.
    times: bool,
    identifier: Identifier,
    /// The key of the authority is named.
    authority: bool,
    sources: Sources,
}

impl Rules {
    /// The certificate that is to be.
    fn unsigned(&self, inputs: &Inputs) -> Result<Unsigned, KeyError> {
        let (subject, key) = inputs.subject()?;
        Ok(Unsigned {
            issuer: match &inputs.authority {
                Some((authority, _)) => authority.subject_der.clone(),
                None => subject.clone(),
            },
            extensions: self.extensions(inputs, &key)?,
            subject,
            key,
            not_before: self.not_before,
            not_after: self.not_after,
        })
    }

    fn extensions(&self, inputs: &Inputs, key: &[u8]) -> Result<Vec<Extension>, KeyError> {
        let dropped = |extension: &&Extension| {
            let own = extension.extn_id == extension::SUBJECT_KEY;
            let authority = extension.extn_id == extension::AUTHORITY_KEY;
            own && self.identifier == Identifier::AlwaysCreate || authority && self.authority
        };
        let asked = inputs
            .request
            .iter()
            .flat_map(|request| &request.extensions);
        let mut all: Vec<_> = asked.filter(|one| !dropped(one)).cloned().collect();
        let has_own = extension::find(&all, &extension::SUBJECT_KEY).is_some();
        if !has_own && self.identifier != Identifier::NeverCreate {
            all.push(subject_key(key)?);
        }
        if let (true, Some((authority, _))) = (self.authority, &inputs.authority) {
            all.push(authority_key(authority)?);
        }
        Ok(all)
    }

    /// Whether a certificate is what the rules make of the inputs, but for its serial number and its times.
    fn are_met_by(&self, old: &Certificate, inputs: &Inputs) -> Result<bool, KeyError> {
        let new = self.unsigned(inputs)?;
        let key = old.key.to_der().unwrap_or_default();
        let own_key = inputs.key.as_ref().and_then(|key| key.public());
        let request = inputs.request.as_ref();
        let signer = match &inputs.authority {
            Some((authority, _)) => &authority.key,
            None => &old.key,
        };
        let issuer = match &inputs.authority {
            Some((authority, _)) => authority.subject == old.issuer,
            None => true,
        };
        let subject = super::name::Parts::read(&new.subject);
        let in_time = old.not_before == self.not_before && old.not_after == self.not_after;
        Ok(key == new.key
            && own_key.is_none_or(|own| own == key)
            && request.is_none_or(|request| request.is_signed == Some(true))
            && subject.as_ref() == Some(&old.subject)
            && issuer
            && are_equal(&new.extensions, &old.extensions)
            && old.is_signed_by(signer)
            && (!self.times || in_time))
    }
}

/// The same extensions, in any order.
fn are_equal(some: &[Extension], others: &[Extension]) -> bool {
    some.len() == others.len() && some.iter().all(|one| others.contains(one))
}

/// The return values about a certificate.
fn told(certificate: &Certificate, content: Option<&[u8]>) -> Object {
    let mut told: Vec<(&str, Value)> = vec![
        ("notBefore", moment::written(certificate.not_before).into()),
        ("notAfter", moment::written(certificate.not_after).into()),
        ("serial_number", decimal::value(&certificate.serial)),
    ];
    if let Some(content) = content {
        told.push(("certificate", String::from_utf8_lossy(content).into()));
    }
    let told = told.into_iter();
    told.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn traits(certificate: &Certificate) -> Traits {
    let shown = certificate.extensions.iter().filter_map(extension::shown);
    let mut traits: Traits = shown.collect();
    traits.insert("subject".into(), certificate.subject.shown());
    traits.insert("issuer".into(), certificate.issuer.shown());
    traits
}

fn new_traits(new: &Unsigned) -> Traits {
    let mut traits: Traits = new.extensions.iter().filter_map(extension::shown).collect();
    for (role, name) in [("subject", &new.subject), ("issuer", &new.issuer)] {
        let name = super::name::Parts::read(name).unwrap_or_default();
        traits.insert(role.into(), name.shown());
    }
    traits
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
    };

    const NAME: &str = "x509_certificate";

    fn with(arguments: &Value, more: Value) -> Value {
        let mut all = arguments.clone();
        let more = more.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        all
    }

    /// A key on a curve, and a request for it.
    fn request(trial: &mut Trial, scratch: &Scratch, name: &str, more: Value) {
        let (key, csr) = (
            scratch.at(&format!("{name}.key")),
            scratch.at(&format!("{name}.csr")),
        );
        let curve = json!({"path": key, "type": "ECC", "curve": "secp256r1"});
        trial.apply("openssl_privatekey", curve);
        let csr = json!({"path": csr, "privatekey_path": key, "common_name": name});
        let outcome = trial.apply("openssl_csr", with(&csr, more));
        assert!(outcome.changed, "{outcome:?}");
    }

    fn own(scratch: &Scratch, name: &str) -> Value {
        json!({
            "path": scratch.at(&format!("{name}.crt")),
            "csr_path": scratch.at(&format!("{name}.csr")),
            "privatekey_path": scratch.at(&format!("{name}.key")),
            "provider": "selfsigned",
        })
    }

    #[test]
    fn a_certificate_signs_itself() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        request(&mut trial, &scratch, "a", json!({}));
        let own = own(&scratch, "a");
        let made = trial.change(NAME, own.clone());
        assert!(
            scratch
                .read("a.crt")
                .starts_with("-----BEGIN CERTIFICATE-----\n")
        );
        let same = trial.same(NAME, with(&own, json!({"selfsigned_not_after": "+1d"})));
        assert_eq!(same["serial_number"], made.data["serial_number"]);
        assert_eq!(same["notAfter"], made.data["notAfter"]);
        let times = json!({
            "ignore_timestamps": false,
            "selfsigned_not_before": "20250101000000Z",
            "selfsigned_not_after": "20600101000000Z",
        });
        let timed = trial.change(NAME, with(&own, times));
        assert_eq!(timed.data["notAfter"], "20600101000000Z");
        let bare = json!({"path": scratch.at("b.crt"), "provider": "selfsigned", "privatekey_path": scratch.at("a.key")});
        trial.change(NAME, bare);
        request(
            &mut trial,
            &scratch,
            "a",
            json!({"key_usage": ["digitalSignature"]}),
        );
        trial.change(NAME, own.clone());
        trial.apply(
            "openssl_privatekey",
            json!({"path": scratch.at("a.key"), "type": "Ed25519"}),
        );
        let misfit = trial.look(NAME, own);
        assert!(misfit.changed && !misfit.failed);
    }

    #[test]
    fn an_authority_signs() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let authority = json!({"basic_constraints": ["CA:TRUE"], "use_common_name_for_san": false});
        request(&mut trial, &scratch, "ca", authority);
        trial.change(NAME, own(&scratch, "ca"));
        request(&mut trial, &scratch, "web", json!({}));
        let signed = json!({
            "path": scratch.at("web.crt"),
            "csr_content": scratch.read("web.csr"),
            "provider": "ownca",
            "ownca_path": scratch.at("ca.crt"),
            "ownca_privatekey_content": scratch.read("ca.key"),
            "return_content": true,
            "mode": "0640",
        });
        let look = trial.look(NAME, signed.clone());
        assert!(look.unknown.is_some());
        let made = trial.apply(NAME, signed.clone());
        assert_eq!(
            made.data["certificate"],
            scratch.read("web.crt"),
            "{made:?}"
        );
        let same = trial.same(NAME, signed.clone());
        assert_eq!(same["certificate"], made.data["certificate"]);
        let plain =
            json!({"ownca_create_authority_key_identifier": false, "return_content": false});
        trial.change(NAME, with(&signed, plain));
        let other = trial.look(
            NAME,
            with(
                &signed,
                json!({"ownca_privatekey_content": scratch.read("web.key")}),
            ),
        );
        assert!(
            other
                .msg
                .unwrap()
                .contains("does not belong to the CA certificate")
        );
        trial.change(
            NAME,
            json!({"path": scratch.at("web.crt"), "state": "absent"}),
        );
    }

    #[test]
    fn a_dry_run_goes_on_from_what_is_yet_to_be_made() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let key = json!({"path": scratch.at("a.key")});
        assert!(trial.look("openssl_privatekey", key).changed);
        let csr = json!({"path": scratch.at("a.csr"), "privatekey_path": scratch.at("a.key")});
        assert!(trial.look("openssl_csr", csr).changed);
        let look = trial.look(NAME, own(&scratch, "a"));
        assert!(
            look.changed && !look.failed && look.unknown.is_none(),
            "{look:?}"
        );
        let other = trial.look(NAME, own(&scratch, "b"));
        assert!(other.failed, "{other:?}");
    }

    #[test]
    fn says_what_is_missing() {
        let mut trial = Trial::new();
        for (arguments, said) in [
            (json!({}), "missing: provider"),
            (json!({"provider": "selfsigned"}), "One of privatekey_path"),
            (json!({"provider": "ownca"}), "One of ownca_path"),
            (
                json!({"provider": "ownca", "ownca_path": "/x"}),
                "One of ownca_privatekey_path",
            ),
            (
                json!({"provider": "selfsigned", "selfsigned_not_after": "3650d"}),
                "is invalid",
            ),
            (
                json!({"provider": "selfsigned", "selfsigned_digest": "md5"}),
                "The digest md5",
            ),
        ] {
            let outcome = trial.look(NAME, with(&json!({"path": "/tmp/x"}), arguments));
            let msg = outcome.msg.unwrap_or_default();
            assert!(outcome.failed && msg.contains(said), "{msg}");
        }
    }
}
