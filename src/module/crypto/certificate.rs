use {
    super::{
        asn1,
        extension::{self, extension},
        key::{KeyError, PrivateKey, random},
        moment,
        name::Parts,
        number,
        pem::Pem,
        signature::{self, Hash},
    },
    x509_cert::{
        certificate::{CertificateInner, Raw},
        der::{Decode, Encode, asn1::ObjectIdentifier},
        ext::Extension,
        spki::SubjectPublicKeyInfoOwned,
    },
};

const KIND: &str = "CERTIFICATE";

/// A certificate that is there.
pub struct Certificate {
    pub subject: Parts,
    /// The subject as it stands there.
    pub subject_der: Vec<u8>,
    pub issuer: Parts,
    pub key: SubjectPublicKeyInfoOwned,
    /// The bytes of the serial number.
    pub serial: Vec<u8>,
    /// Seconds since 1970.
    pub not_before: i64,
    /// Seconds since 1970.
    pub not_after: i64,
    pub extensions: Vec<Extension>,
    /// From 0.
    pub version: u8,
    /// What is signed, how, and the signature.
    signed: (Vec<u8>, ObjectIdentifier, Vec<u8>),
}

impl Certificate {
    /// Reads the first certificate of a PEM file; `None` if there is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let pem = Pem::first(bytes).filter(|pem| pem.kind.ends_with(KIND))?;
        Self::of(&pem.der)
    }

    /// Reads DER.
    pub fn of(der: &[u8]) -> Option<Self> {
        // As it is: many break a rule of the profile, and are still to be compared.
        let certificate = CertificateInner::<Raw>::from_der(der).ok()?;
        let content = certificate.tbs_certificate();
        let subject_der = content.subject().to_der().ok()?;
        let time = |time: &x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
        };
        Some(Self {
            subject: Parts::read(&subject_der)?,
            subject_der,
            issuer: Parts::read(&content.issuer().to_der().ok()?)?,
            key: content.subject_public_key_info().clone(),
            serial: content.serial_number().as_bytes().to_vec(),
            not_before: time(&content.validity().not_before),
            not_after: time(&content.validity().not_after),
            extensions: content.extensions().cloned().unwrap_or_default(),
            version: content.version() as u8,
            signed: (
                asn1::parts(der)?.first()?.to_der().ok()?,
                certificate.signature_algorithm().oid,
                certificate.signature().raw_bytes().to_vec(),
            ),
        })
    }

    /// Whether a key has signed it. What cannot be told here counts as no.
    pub fn is_signed_by(&self, key: &SubjectPublicKeyInfoOwned) -> bool {
        let (content, algorithm, signature) = &self.signed;
        signature::verify(key, algorithm, content, signature) == Some(true)
    }

    /// The name of the algorithm that signed it.
    pub fn algorithm(&self) -> String {
        number::long(&self.signed.1)
    }

    /// What names its key: what it says itself, or the digest of the key.
    pub fn identifier(&self) -> Option<Vec<u8>> {
        let own = extension::find(&self.extensions, &extension::SUBJECT_KEY);
        match own {
            Some(own) => asn1::opened(own.extn_value.as_bytes()),
            None => extension::own_identifier(&self.key.to_der().ok()?),
        }
    }
}

/// A certificate that is yet to be signed.
pub struct Unsigned {
    /// As DER.
    pub issuer: Vec<u8>,
    /// As DER.
    pub subject: Vec<u8>,
    /// The public key as DER.
    pub key: Vec<u8>,
    /// Seconds since 1970.
    pub not_before: i64,
    /// Seconds since 1970.
    pub not_after: i64,
    pub extensions: Vec<Extension>,
}

impl Unsigned {
    /// Signs it, with a random serial number. Gives PEM.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn sign(&self, key: &PrivateKey, hash: Hash) -> Result<Vec<u8>, KeyError> {
        let algorithm = signature::algorithm(key.kind, hash)?;
        let mut serial: [u8; 20] = random();
        // Neither negative nor shorter than others.
        serial[0] = serial[0] & 0x3f | 0x40;
        let validity = [moment::der(self.not_before), moment::der(self.not_after)];
        let extensions = match self.extensions.is_empty() {
            true => Vec::new(),
            false => {
                let extensions = self.extensions.to_der();
                asn1::tagged(3, &extensions.map_err(|_| KeyError::Damaged)?)
            }
        };
        let content = asn1::sequence(&[
            &asn1::tagged(0, &asn1::integer(&[2])),
            &asn1::integer(&serial),
            &algorithm,
            &self.issuer,
            &asn1::sequence(&[&validity[0], &validity[1]]),
            &self.subject,
            &self.key,
            &extensions,
        ]);
        let signature = asn1::bits(&signature::sign(key, hash, &content)?);
        let der = asn1::sequence(&[&content, &algorithm, &signature]);
        Ok(Pem::new(KIND, der).text().into_bytes())
    }
}

/// The extension that names the key of a certificate.
///
/// # Errors
/// The key is damaged.
pub fn subject_key(public: &[u8]) -> Result<Extension, KeyError> {
    let digest = extension::own_identifier(public).ok_or(KeyError::Damaged)?;
    let made = extension(extension::SUBJECT_KEY, false, asn1::octets(&digest));
    made.map_err(KeyError::NotMade)
}

/// The extension that names the key of the authority.
///
/// # Errors
/// The key of the authority is damaged.
pub fn authority_key(authority: &Certificate) -> Result<Extension, KeyError> {
    let identifier = authority.identifier().ok_or(KeyError::Damaged)?;
    let value = asn1::sequence(&[&asn1::tagged_plain(0, &identifier)]);
    extension(extension::AUTHORITY_KEY, false, value).map_err(KeyError::NotMade)
}
