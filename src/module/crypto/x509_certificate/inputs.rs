use {
    super::{Provider, X509Certificate},
    crate::{
        act::{Failure, Probe},
        module::{
            HostPath,
            crypto::{
                asn1,
                certificate::Certificate,
                key::{KeyError, PrivateKey},
                product::{Content, given},
                request::Request,
            },
        },
    },
    x509_cert::der::Encode,
};

/// Where what a certificate is made of comes from.
pub struct Sources {
    provider: Provider,
    request: Source,
    key: Source,
    passphrase: Option<String>,
    authority: Source,
    authority_key: Source,
    authority_passphrase: Option<String>,
}

/// Text that is given, or a file on the host.
struct Source {
    text: Option<String>,
    path: Option<HostPath>,
}

/// What a certificate is made of.
pub struct Inputs {
    pub request: Option<Request>,
    pub key: Option<PrivateKey>,
    /// Its certificate and its key; `None`: it signs itself.
    pub authority: Option<(Certificate, PrivateKey)>,
}

impl Source {
    fn of(text: &Option<String>, path: &Option<HostPath>, names: &str) -> Result<Self, Failure> {
        if text.is_some() && path.is_some() {
            let why = format!("parameters are mutually exclusive: {names}");
            return Err(Failure::refused(why));
        }
        Ok(Self {
            text: text.clone(),
            path: path.clone(),
        })
    }

    fn is_given(&self) -> bool {
        self.text.is_some() || self.path.is_some()
    }

    fn read(&self, probe: &Probe) -> Result<Option<Content>, Failure> {
        given(probe, self.text.as_deref(), self.path.as_ref())
    }
}

impl Sources {
    /// Takes the arguments.
    ///
    /// # Errors
    /// Something is given twice, or missing.
    pub fn of(wanted: &X509Certificate, provider: Provider) -> Result<Self, Failure> {
        let sources = Self {
            provider,
            request: Source::of(
                &wanted.csr_content,
                &wanted.csr_path,
                "csr_path|csr_content",
            )?,
            key: Source::of(
                &wanted.privatekey_content,
                &wanted.privatekey_path,
                "privatekey_path|privatekey_content",
            )?,
            passphrase: wanted.privatekey_passphrase.clone(),
            authority: Source::of(
                &wanted.ownca_content,
                &wanted.ownca_path,
                "ownca_path|ownca_content",
            )?,
            authority_key: Source::of(
                &wanted.ownca_privatekey_content,
                &wanted.ownca_privatekey_path,
                "ownca_privatekey_path|ownca_privatekey_content",
            )?,
            authority_passphrase: wanted.ownca_privatekey_passphrase.clone(),
        };
        match sources.missing() {
            Some(why) => Err(Failure::refused(why)),
            None => Ok(sources),
        }
    }

    fn missing(&self) -> Option<&'static str> {
        let own = self.provider == Provider::Selfsigned;
        let checks = [
            (
                own && !self.key.is_given(),
                "One of privatekey_path and privatekey_content must be specified for the selfsigned provider.",
            ),
            (
                !own && !self.authority.is_given(),
                "One of ownca_path and ownca_content must be specified for the ownca provider.",
            ),
            (
                !own && !self.authority_key.is_given(),
                "One of ownca_privatekey_path and ownca_privatekey_content must be specified for the ownca provider.",
            ),
            (
                !own && !self.request.is_given(),
                "csr_path or csr_content is required for ownca provider",
            ),
        ];
        let mut missing = checks.into_iter().filter(|(is_missing, _)| *is_missing);
        missing.next().map(|(_, why)| why)
    }

    /// Reads everything. `None`: some of it is yet to be made by an earlier step of a dry run.
    pub fn read(&self, probe: &Probe) -> Result<Option<Inputs>, Failure> {
        let contents = [
            &self.request,
            &self.key,
            &self.authority,
            &self.authority_key,
        ];
        let [request, key, authority, authority_key] = contents.map(|source| source.read(probe));
        let contents = [request?, key?, authority?, authority_key?];
        let to_come = |content: &Option<Content>| matches!(content, Some(Content::ToCome));
        if contents.iter().any(to_come) {
            return Ok(None);
        }
        let [request, key, authority, authority_key] = contents
            .each_ref()
            .map(|content| content.as_ref().and_then(Content::bytes));
        let request = request.map(|bytes| {
            let why = "the certificate signing request cannot be parsed";
            Request::read(bytes).ok_or_else(|| Failure::refused(why))
        });
        let key = key.map(|bytes| PrivateKey::read(bytes, self.passphrase.as_deref(), None));
        Ok(Some(Inputs {
            request: request.transpose()?,
            key: key.transpose()?,
            authority: match (self.provider, authority, authority_key) {
                (Provider::Ownca, Some(authority), Some(key)) => {
                    Some(self.authority(authority, key)?)
                }
                _ => None,
            },
        }))
    }

    fn authority(&self, bytes: &[u8], key: &[u8]) -> Result<(Certificate, PrivateKey), Failure> {
        let certificate = Certificate::read(bytes);
        let certificate =
            certificate.ok_or_else(|| Failure::refused("the CA certificate cannot be parsed"))?;
        let key = PrivateKey::read(key, self.authority_passphrase.as_deref(), None)?;
        match key.public() == certificate.key.to_der().ok() {
            true => Ok((certificate, key)),
            false => Err(Failure::refused(
                "The CA private key does not belong to the CA certificate",
            )),
        }
    }
}

impl Inputs {
    /// The key that signs.
    ///
    /// # Errors
    /// There is none: the arguments were not checked.
    pub fn signer(&self) -> Result<&PrivateKey, KeyError> {
        let authority = self.authority.as_ref().map(|(_, key)| key);
        authority.or(self.key.as_ref()).ok_or(KeyError::Damaged)
    }

    /// Whom the certificate is for, and its public key, both as DER.
    ///
    /// # Errors
    /// The public key cannot be told.
    pub fn subject(&self) -> Result<(Vec<u8>, Vec<u8>), KeyError> {
        let subject = match &self.request {
            Some(request) => request.subject_der.clone(),
            None => asn1::sequence(&[]),
        };
        let own = || self.key.as_ref().and_then(PrivateKey::public);
        let key = match (&self.authority, &self.request) {
            (Some(_), Some(request)) => request.key.to_der().ok(),
            _ => own(),
        };
        Ok((subject, key.ok_or(KeyError::Damaged)?))
    }
}
