mod order;
mod point;

use {
    super::{
        extension,
        key::PrivateKey,
        openssl_privatekey::Backend,
        product::{Content, Product, Traits, given},
        request::Request,
        signature::Hash,
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{HostPath, Module, Permissions, user::group::State},
        wire::Object,
    },
    order::Order,
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Make requests for certificates (CSR).
///
/// A request that does not fit the arguments or its private key is replaced.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct OpensslCsr {
    /// The file.
    path: HostPath,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// The private key that the request is for, on the host.
    privatekey_path: Option<HostPath>,
    /// The private key itself.
    #[schemars(extend("secret" = true))]
    privatekey_content: Option<String>,
    /// What opens the private key, if it is encrypted.
    #[schemars(extend("secret" = true))]
    privatekey_passphrase: Option<String>,
    /// What is signed: `sha256`, `sha384` or `sha512`.
    #[serde(default = "usual_digest")]
    digest: String,
    /// Only 1 is known.
    #[serde(default = "one")]
    version: u32,
    /// Who it is for: parts of a name, each with its value or a list of them. Their order means nothing.
    subject: Option<Object>,
    /// Who it is for, in this order: maps of one part each.
    #[serde(default)]
    subject_ordered: Vec<Object>,
    /// The subject's country: two letters.
    #[schemars(extend("aliases" = ["C", "countryName"]))]
    country_name: Option<String>,
    /// The subject's state or province.
    #[schemars(extend("aliases" = ["ST", "stateOrProvinceName"]))]
    state_or_province_name: Option<String>,
    /// The subject's city.
    #[schemars(extend("aliases" = ["L", "localityName"]))]
    locality_name: Option<String>,
    /// The subject's organization.
    #[schemars(extend("aliases" = ["O", "organizationName"]))]
    organization_name: Option<String>,
    /// The unit of the subject's organization.
    #[schemars(extend("aliases" = ["OU", "organizationalUnitName"]))]
    organizational_unit_name: Option<String>,
    /// The subject's name.
    #[schemars(extend("aliases" = ["CN", "commonName"]))]
    common_name: Option<String>,
    /// The subject's address for mail.
    #[schemars(extend("aliases" = ["E", "emailAddress"]))]
    email_address: Option<String>,
    /// Other names of the subject, each with its kind: `DNS:example.org`, `IP:192.0.2.1`.
    #[serde(default)]
    #[schemars(extend("aliases" = ["subjectAltName"]))]
    subject_alt_name: Vec<String>,
    /// Who does not know this extension must not take the certificate.
    #[serde(default)]
    #[schemars(extend("aliases" = ["subjectAltName_critical"]))]
    subject_alt_name_critical: bool,
    /// Without `subject_alt_name`, take the common name as the name of a host.
    #[serde(default = "yes")]
    #[schemars(extend("aliases" = ["useCommonNameForSAN"]))]
    use_common_name_for_san: bool,
    /// What the key is for: `digitalSignature`, `keyCertSign`.
    #[serde(default)]
    #[schemars(extend("aliases" = ["keyUsage"]))]
    key_usage: Vec<String>,
    /// As `subject_alt_name_critical`.
    #[serde(default)]
    #[schemars(extend("aliases" = ["keyUsage_critical"]))]
    key_usage_critical: bool,
    /// What the key is for besides: `serverAuth`, `clientAuth`.
    #[serde(default)]
    #[schemars(extend("aliases" = ["extKeyUsage", "extendedKeyUsage"]))]
    extended_key_usage: Vec<String>,
    /// As `subject_alt_name_critical`.
    #[serde(default)]
    #[schemars(extend("aliases" = ["extKeyUsage_critical", "extendedKeyUsage_critical"]))]
    extended_key_usage_critical: bool,
    /// Whether it is for an authority: `CA:TRUE`, `pathlen:0`.
    #[serde(default)]
    #[schemars(extend("aliases" = ["basicConstraints"]))]
    basic_constraints: Vec<String>,
    /// As `subject_alt_name_critical`.
    #[serde(default)]
    #[schemars(extend("aliases" = ["basicConstraints_critical"]))]
    basic_constraints_critical: bool,
    /// The server must staple an answer of OCSP.
    #[serde(default)]
    #[schemars(extend("aliases" = ["ocspMustStaple"]))]
    ocsp_must_staple: bool,
    /// As `subject_alt_name_critical`.
    #[serde(default)]
    #[schemars(extend("aliases" = ["ocspMustStaple_critical"]))]
    ocsp_must_staple_critical: bool,
    /// The only names that an authority may give certificates to.
    #[serde(default)]
    name_constraints_permitted: Vec<String>,
    /// Names that an authority may not give certificates to.
    #[serde(default)]
    name_constraints_excluded: Vec<String>,
    /// As `subject_alt_name_critical`.
    #[serde(default)]
    name_constraints_critical: bool,
    /// Name the key by the digest of its public half.
    #[serde(default)]
    create_subject_key_identifier: bool,
    /// What names the key: bytes as `00:11:22`.
    subject_key_identifier: Option<String>,
    /// What names the key of the authority: bytes as `00:11:22`.
    authority_key_identifier: Option<String>,
    /// The names of the authority's issuer.
    authority_cert_issuer: Option<Vec<String>>,
    /// The serial number of the authority's certificate.
    authority_cert_serial_number: Option<Value>,
    /// Where lists of revoked certificates are: maps of `full_name`, `relative_name`, `crl_issuer` and `reasons`.
    #[serde(default)]
    crl_distribution_points: Vec<Object>,
    /// Make a new request in any case.
    #[serde(default)]
    force: bool,
    /// Keep a copy of the old request with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// Return the request as `csr`.
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

fn usual_digest() -> String {
    "sha256".into()
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

impl Module for OpensslCsr {
    const NAME: &'static str = "openssl_csr";
    const COLLECTION: &'static str = "community.crypto";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let mut acts = Acts::new();
        let order = Order::of(self).map_err(Failure::refused)?;
        self.check()?;
        self.report(probe, &mut acts, &order)?;
        match self.state {
            State::Absent => self.product().remove(probe, &mut acts)?,
            State::Present => self.present(probe, &mut acts, order)?,
        }
        Ok(acts.into_look())
    }
}

impl OpensslCsr {
    fn check(&self) -> Result<(), Failure> {
        let refuse = |why: &str| Err(Failure::refused(why));
        if self.version != 1 {
            return refuse("value of version must be one of: 1");
        }
        if self.privatekey_path.is_some() && self.privatekey_content.is_some() {
            return refuse("parameters are mutually exclusive: privatekey_path|privatekey_content");
        }
        if self.authority_cert_issuer.is_some() != self.authority_cert_serial_number.is_some() {
            return refuse(
                "parameters are required together: authority_cert_issuer, authority_cert_serial_number",
            );
        }
        let no_key = self.privatekey_path.is_none() && self.privatekey_content.is_none();
        if self.state == State::Present && no_key {
            return refuse(
                "state is present but any of the following are missing: privatekey_path, privatekey_content",
            );
        }
        Ok(())
    }

    fn present(&self, probe: &Probe, acts: &mut Acts, order: Order) -> Result<(), Failure> {
        let hash = Hash::named(&self.digest);
        let hash = hash
            .ok_or_else(|| Failure::refused(format!("Unsupported digest \"{}\"", self.digest)))?;
        let product = self.product();
        let there = product.content(probe)?;
        let key = self.key(probe)?;
        let bytes = there.as_ref().and_then(Content::bytes);
        let request = bytes.and_then(Request::read);
        let to_come = matches!(there, Some(Content::ToCome));
        if to_come {
            let path = self.path.as_str();
            return Err(Failure::Unforeseeable(format!("the content of {path}")));
        }
        let fits = match (&request, &key) {
            // A key that is yet to be made is not the one that signed this.
            (_, None) | (None, _) => false,
            (Some(request), Some(key)) => order.is_met_by(request, key)?,
        };
        if fits && !self.force {
            if let (true, Some(bytes)) = (self.return_content, bytes) {
                acts.value("csr", String::from_utf8_lossy(bytes));
            }
            return product.keep(probe, acts);
        }
        if let Some(key) = &key {
            super::signature::algorithm(key.kind, hash)?;
        }
        if self.return_content {
            acts.unknown("the certificate request");
        }
        let before = bytes.map(|_| request.as_ref().map(traits).unwrap_or_default());
        let after = order.traits();
        let (content, path) = (
            self.privatekey_content.clone(),
            self.privatekey_path.clone(),
        );
        let (passphrase, returned) = (self.privatekey_passphrase.clone(), self.return_content);
        let make = move |probe: &Probe| {
            let key = key_of(
                probe,
                content.as_deref(),
                path.as_ref(),
                passphrase.as_deref(),
            )?;
            let key = key.ok_or(super::key::KeyError::Damaged)?;
            let extensions = order.extensions(&key)?;
            let bytes = Request::signed(&order.subject, &extensions, &key, hash)?;
            let mut told = Object::new();
            if returned {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                told.insert("csr".into(), text.into());
            }
            Ok((bytes, told))
        };
        product.make(probe, acts, (before, after), Box::new(make))
    }

    fn report(&self, probe: &Probe, acts: &mut Acts, order: &Order) -> Result<(), Failure> {
        let or_null = |list: &[String]| match list.is_empty() {
            true => Value::Null,
            false => list.into(),
        };
        let key = self.privatekey_path.as_ref();
        let key = key.map(|path| path.on(probe)).transpose()?;
        acts.value("privatekey", key.map(|path| path.display().to_string()));
        acts.value("filename", self.path.on(probe)?.display().to_string());
        let parts = order.written.iter();
        let parts = parts.map(|(name, value)| Value::from(vec![name.as_str(), value]));
        acts.value("subject", parts.collect::<Vec<_>>());
        acts.value("subjectAltName", or_null(&order.names));
        acts.value("keyUsage", or_null(&self.key_usage));
        acts.value("extendedKeyUsage", or_null(&self.extended_key_usage));
        acts.value("basicConstraints", or_null(&self.basic_constraints));
        acts.value("ocspMustStaple", self.ocsp_must_staple);
        acts.value(
            "name_constraints_permitted",
            self.name_constraints_permitted.as_slice(),
        );
        acts.value(
            "name_constraints_excluded",
            self.name_constraints_excluded.as_slice(),
        );
        Ok(())
    }

    /// The private key; `None`: it is yet to be made.
    fn key(&self, probe: &Probe) -> Result<Option<PrivateKey>, Failure> {
        let (content, path) = (
            self.privatekey_content.as_deref(),
            self.privatekey_path.as_ref(),
        );
        key_of(probe, content, path, self.privatekey_passphrase.as_deref())
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

/// A private key that is given as text, or by its file; `None`: it is yet to be made.
pub(super) fn key_of(
    probe: &Probe,
    content: Option<&str>,
    path: Option<&HostPath>,
    passphrase: Option<&str>,
) -> Result<Option<PrivateKey>, Failure> {
    let found = given(probe, content, path)?;
    let bytes = found.as_ref().and_then(Content::bytes);
    let key = bytes.map(|bytes| PrivateKey::read(bytes, passphrase, None));
    Ok(key.transpose()?)
}

/// What is told of a request that is there.
fn traits(request: &Request) -> Traits {
    let mut traits: Traits = request
        .extensions
        .iter()
        .filter_map(extension::shown)
        .collect();
    traits.insert("subject".into(), request.subject.shown());
    traits
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
    };

    const NAME: &str = "openssl_csr";

    fn with(arguments: &Value, more: Value) -> Value {
        let mut all = arguments.clone();
        let more = more.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        all
    }

    fn key(trial: &mut Trial, scratch: &Scratch, more: Value) {
        let key = json!({"path": scratch.at("key"), "type": "Ed25519"});
        trial.change("openssl_privatekey", with(&key, more));
    }

    fn csr(scratch: &Scratch) -> Value {
        json!({"path": scratch.at("csr"), "privatekey_path": scratch.at("key")})
    }

    #[test]
    fn is_made_anew_when_any_field_changes() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        key(&mut trial, &scratch, json!({}));
        let csr = csr(&scratch);
        trial.change(NAME, csr.clone());
        for field in [
            json!({"common_name": "example.org"}),
            json!({"common_name": "example.org", "use_common_name_for_san": false}),
            json!({"C": "DE", "subject": {"OU": ["a", "b"], "DC": "x"}}),
            json!({"subject_ordered": [{"CN": "b"}, {"CN": "a"}]}),
            json!({"subject_alt_name": "DNS:a,IP:::1,URI:http://x/y", "subject_alt_name_critical": true}),
            json!({"key_usage": ["digitalSignature", "Decipher Only"]}),
            json!({"key_usage": ["digitalSignature"], "keyUsage_critical": true}),
            json!({"extended_key_usage": ["serverAuth", "1.2.3.4"]}),
            json!({"basic_constraints": ["CA:TRUE", "pathlen:0"]}),
            json!({"ocsp_must_staple": true}),
            json!({"name_constraints_permitted": ["DNS:.a"], "name_constraints_excluded": ["IP:10.0.0.0/8"]}),
            json!({"create_subject_key_identifier": true}),
            json!({"subject_key_identifier": "00:11:22"}),
            json!({"authority_key_identifier": "00:11", "authority_cert_issuer": ["DNS:ca"], "authority_cert_serial_number": 12}),
            json!({"crl_distribution_points": [{"full_name": ["URI:http://x/"], "reasons": ["key_compromise"]}]}),
        ] {
            let outcome = trial.change(NAME, with(&csr, field.clone()));
            assert_eq!(outcome.diff.len(), 1, "{field}");
        }
        key(&mut trial, &scratch, json!({"type": "X25519"}));
        let refused = trial.look(NAME, csr);
        assert!(refused.msg.unwrap().contains("cannot sign here"));
    }

    #[test]
    fn the_order_of_names_matters_only_where_it_is_said() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        key(&mut trial, &scratch, json!({}));
        let csr = csr(&scratch);
        let free = with(
            &csr,
            json!({"subject": {"O": "x", "CN": "y"}, "subject_alt_name": ["DNS:a", "DNS:b"]}),
        );
        trial.change(NAME, free);
        let swapped =
            json!({"subject": {"CN": "y", "O": "x"}, "subject_alt_name": ["DNS:b", "DNS:a"]});
        let same = trial.same(NAME, with(&csr, swapped));
        assert_eq!(same["subject"], json!([["CN", "y"], ["O", "x"]]));
        let names = json!({"subject_alt_name": ["DNS:b", "DNS:a"]});
        let ordered = with(
            &names,
            json!({"subject_ordered": [{"CN": "y"}, {"O": "x"}]}),
        );
        trial.change(NAME, with(&csr, ordered));
    }

    #[test]
    fn a_dry_run_goes_on_from_a_key_that_is_yet_to_be_made() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let missing = trial.look(NAME, csr(&scratch));
        assert!(missing.failed, "{missing:?}");
        let new = json!({"path": scratch.at("key"), "type": "Ed25519"});
        assert!(trial.look("openssl_privatekey", new).changed);
        let look = trial.look(NAME, csr(&scratch));
        assert!(look.changed && look.unknown.is_none(), "{look:?}");
        let shown = with(
            &csr(&scratch),
            json!({"path": scratch.at("other"), "return_content": true}),
        );
        assert!(trial.look(NAME, shown).unknown.is_some());
        assert!(!scratch.at("key").exists() && !scratch.at("csr").exists());
    }

    #[test]
    fn returns_its_content_and_goes_away() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        key(&mut trial, &scratch, json!({"passphrase": "pst"}));
        let locked = trial.apply(NAME, csr(&scratch));
        assert!(locked.msg.unwrap().contains("Wrong or empty passphrase"));
        let csr = with(
            &csr(&scratch),
            json!({"return_content": true, "privatekey_passphrase": "pst"}),
        );
        let made = trial.apply(NAME, csr.clone());
        let text = made.data["csr"].as_str().unwrap();
        assert_eq!(text, scratch.read("csr"));
        assert!(text.starts_with("-----BEGIN CERTIFICATE REQUEST-----"));
        assert_eq!(trial.same(NAME, csr)["csr"], text);
        trial.change(NAME, json!({"path": scratch.at("csr"), "state": "absent"}));
    }

    #[test]
    fn says_what_it_cannot_read() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        key(&mut trial, &scratch, json!({}));
        let csr = csr(&scratch);
        for (arguments, said) in [
            (
                json!({"subject_alt_name": ["example"]}),
                "forgot \"DNS:\" prefix?",
            ),
            (
                json!({"subject": {"XX": "y"}}),
                "Cannot find OID for \"XX\"",
            ),
            (
                json!({"key_usage": ["flying"]}),
                "Unknown key usage \"flying\"",
            ),
            (
                json!({"basic_constraints": ["CA:NO"]}),
                "Unknown basic constraint value \"NO\"",
            ),
            (json!({"digest": "md4"}), "Unsupported digest \"md4\""),
            (
                json!({"C": "DE", "subject_ordered": [{"CN": "a"}]}),
                "cannot be combined",
            ),
            (
                json!({"subject_ordered": [{"CN": "a", "O": "b"}]}),
                "exactly one key-value pair",
            ),
            (
                json!({"authority_cert_serial_number": 1}),
                "required together",
            ),
            (json!({"privatekey_content": "x"}), "mutually exclusive"),
            (
                json!({"crl_distribution_points": [{}]}),
                "distribution point #0",
            ),
        ] {
            let outcome = trial.look(NAME, with(&csr, arguments));
            let msg = outcome.msg.unwrap_or_default();
            assert!(outcome.failed && msg.contains(said), "{msg}");
        }
    }
}
