use {
    super::{
        asn1,
        key::{KeyError, PrivateKey},
        name::Parts,
        pem::Pem,
        signature::{self, Hash},
    },
    x509_cert::{
        der::{Decode, Encode},
        ext::Extension,
        request::CertReq,
        spki::SubjectPublicKeyInfoOwned,
    },
};

/// The attribute of a request that holds the extensions.
const EXTENSIONS: &str = "1.2.840.113549.1.9.14";

const KIND: &str = "CERTIFICATE REQUEST";

/// A request for a certificate.
pub struct Request {
    pub subject: Parts,
    /// The subject as it stands there.
    pub subject_der: Vec<u8>,
    pub key: SubjectPublicKeyInfoOwned,
    pub extensions: Vec<Extension>,
    /// Whether it is signed by its own key; `None` where that cannot be told here.
    pub is_signed: Option<bool>,
}

impl Request {
    /// Reads PEM; `None` if it is no request.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let pem = Pem::first(bytes).filter(|pem| pem.kind.ends_with(KIND))?;
        let request = CertReq::from_der(&pem.der).ok()?;
        let signed = asn1::parts(&pem.der)?.first()?.to_der().ok()?;
        let subject_der = request.info.subject.to_der().ok()?;
        let mut attributes = request.info.attributes.iter();
        let found = attributes.find(|attribute| attribute.oid.to_string() == EXTENSIONS);
        let extensions = match found {
            Some(found) => found.values.iter().next()?.decode_as().ok()?,
            None => Vec::new(),
        };
        let signature = request.signature.raw_bytes();
        let key = request.info.public_key;
        Some(Self {
            subject: Parts::read(&subject_der)?,
            subject_der,
            is_signed: signature::verify(&key, &request.algorithm.oid, &signed, signature),
            extensions,
            key,
        })
    }

    /// Makes a request, as PEM.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn signed(
        subject: &Parts,
        extensions: &[Extension],
        key: &PrivateKey,
        hash: Hash,
    ) -> Result<Vec<u8>, KeyError> {
        let algorithm = signature::algorithm(key.kind, hash)?;
        let public = key.public().ok_or(KeyError::Damaged)?;
        let attributes = match extensions.is_empty() {
            true => Vec::new(),
            false => {
                let extensions = extensions.to_vec().to_der();
                let extensions = extensions.map_err(|_| KeyError::Damaged)?;
                let number = super::number::named(EXTENSIONS).map_err(KeyError::NotMade)?;
                asn1::sequence(&[&asn1::number(&number), &asn1::set(vec![extensions])])
            }
        };
        let info = asn1::sequence(&[
            &asn1::integer(&[0]),
            &subject.der(),
            &public,
            &asn1::tagged(0, &attributes),
        ]);
        let signature = asn1::bits(&signature::sign(key, hash, &info)?);
        let der = asn1::sequence(&[&info, &algorithm, &signature]);
        Ok(Pem::new(KIND, der).text().into_bytes())
    }
}
