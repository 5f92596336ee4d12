mod form;
mod generate;
mod lock;

pub use {
    form::Form,
    generate::{KeyType, random, rng},
};

use {
    super::{asn1, curve::Curve, fingerprint::fingerprints, pem::Pem},
    crate::act::Failure,
    generate::{montgomery, point, twisted},
    pkcs8::EncryptedPrivateKeyInfoRef,
    serde_json::Value,
    x509_cert::der::{
        Any, Decode,
        asn1::{BitString, ObjectIdentifier, Uint},
        oid::db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION},
    },
};

const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");
const X448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.111");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");

/// The forms that keys have in PEM.
const RSA_PEM: &str = "RSA PRIVATE KEY";
const ELLIPTIC_PEM: &str = "EC PRIVATE KEY";
const PLAIN_PEM: &str = "PRIVATE KEY";
const LOCKED_PEM: &str = "ENCRYPTED PRIVATE KEY";

/// Why a private key cannot be read or written. No message holds anything of the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("Wrong or empty passphrase provided for private key")]
    Locked,
    #[error("Wrong or empty passphrase provided for private key: the key is not encrypted")]
    NotLocked,
    #[error("Wrong passphrase provided for private key, or private key cannot be parsed")]
    WrongPassphrase,
    #[error("private key cannot be parsed")]
    Damaged,
    #[error("private key is encrypted with {0}: only AES is known here")]
    Cipher(String),
    #[error("Unsupported private key type: {0}")]
    Unknown(String),
    #[error("Cryptography backend cannot serialize the private key in the required format \"{0}\"")]
    Form(&'static str),
    #[error("{0}")]
    NotMade(String),
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Failure::refused(error.to_string())
    }
}

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With the length of its modulus in bits.
    Rsa(usize),
    Elliptic(Curve),
    Ed25519,
    Ed448,
    X25519,
    X448,
}

impl Kind {
    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa(_) => "RSA",
            Self::Elliptic(_) => "ECC",
            Self::Ed25519 => "Ed25519",
            Self::Ed448 => "Ed448",
            Self::X25519 => "X25519",
            Self::X448 => "X448",
        }
    }

    /// The algorithm, as public and private keys name it.
    fn algorithm(self) -> Vec<u8> {
        let alone = |oid| asn1::sequence(&[&asn1::number(oid)]);
        match self {
            Self::Rsa(_) => asn1::sequence(&[&asn1::number(&RSA_ENCRYPTION), asn1::NULL]),
            Self::Elliptic(curve) => {
                let curve = asn1::number(&curve.number());
                asn1::sequence(&[&asn1::number(&ID_EC_PUBLIC_KEY), &curve])
            }
            Self::Ed25519 => alone(&ED25519),
            Self::Ed448 => alone(&ED448),
            Self::X25519 => alone(&X25519),
            Self::X448 => alone(&X448),
        }
    }
}

/// A private key, in whatever form it was read.
pub struct PrivateKey {
    pub kind: Kind,
    /// RSA: its numbers as DER (PKCS#1); others: the bytes of the one number.
    secret: pkcs8::der::zeroize::Zeroizing<Vec<u8>>,
    /// RSA: modulus and exponent as DER; others: the bytes of the point.
    public: Option<Vec<u8>>,
}

impl PrivateKey {
    /// Reads a key in any form. What is no PEM is taken for the bytes of a key of the `hinted` type.
    ///
    /// # Errors
    /// It is damaged, of an unknown kind, or the passphrase is missing, wrong or one too many.
    pub fn read(
        bytes: &[u8],
        passphrase: Option<&str>,
        hinted: Option<KeyType>,
    ) -> Result<Self, KeyError> {
        let Some(pem) = Pem::first(bytes) else {
            return match passphrase {
                Some(_) => Err(KeyError::NotLocked),
                None => Self::raw(bytes, hinted),
            };
        };
        let cipher = pem.header(lock::HEADER);
        let der = match (passphrase, cipher, pem.kind == LOCKED_PEM) {
            (None, None, false) => pem.der,
            (Some(_), None, false) => return Err(KeyError::NotLocked),
            (None, ..) => return Err(KeyError::Locked),
            (Some(passphrase), Some(cipher), _) => lock::opened(&pem.der, cipher, passphrase)?,
            (Some(passphrase), None, true) => {
                let locked = EncryptedPrivateKeyInfoRef::from_der(&pem.der);
                let locked = locked.map_err(|_| KeyError::Damaged)?;
                let opened = locked.decrypt(passphrase);
                let opened = opened.map_err(|_| KeyError::WrongPassphrase)?;
                opened.as_bytes().to_vec()
            }
        };
        match pem.kind.as_str() {
            RSA_PEM => Self::rsa(&der).ok_or(KeyError::Damaged),
            ELLIPTIC_PEM => Self::elliptic(&der, None).ok_or(KeyError::Damaged),
            PLAIN_PEM | LOCKED_PEM => Self::pkcs8(&der),
            other => Err(KeyError::Unknown(other.into())),
        }
    }

    /// The bytes of a key alone: their number tells the kind.
    fn raw(bytes: &[u8], hinted: Option<KeyType>) -> Result<Self, KeyError> {
        let kind = match (bytes.len(), hinted) {
            (32, Some(KeyType::Ed25519)) => Kind::Ed25519,
            (32, _) => Kind::X25519,
            (56, _) => Kind::X448,
            (57, _) => Kind::Ed448,
            _ => return Err(KeyError::Damaged),
        };
        Ok(Self::seed(kind, bytes))
    }

    fn pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let read = || {
            let parts = asn1::parts(der)?;
            let [_, algorithm, key, ..] = parts.as_slice() else {
                return None;
            };
            let algorithm: Vec<Any> = algorithm.decode_as().ok()?;
            let oid: ObjectIdentifier = algorithm.first()?.decode_as().ok()?;
            Some((oid, algorithm.get(1).cloned(), key.value().to_vec()))
        };
        let (oid, parameters, key) = read().ok_or(KeyError::Damaged)?;
        let seed = |kind| asn1::opened(&key).map(|seed| Self::seed(kind, &seed));
        let found = match oid {
            RSA_ENCRYPTION => Self::rsa(&key),
            ID_EC_PUBLIC_KEY => Self::elliptic(&key, parameters),
            X25519 => seed(Kind::X25519),
            X448 => seed(Kind::X448),
            ED25519 => seed(Kind::Ed25519),
            ED448 => seed(Kind::Ed448),
            other => return Err(KeyError::Unknown(other.to_string())),
        };
        found.ok_or(KeyError::Damaged)
    }

    fn rsa(der: &[u8]) -> Option<Self> {
        let numbers = Vec::<Uint>::from_der(der).ok()?;
        let [_, modulus, exponent, ..] = numbers.as_slice() else {
            return None;
        };
        let leading = modulus.as_bytes().first()?.leading_zeros() as usize;
        let [modulus, exponent] = [modulus, exponent].map(|number| number.as_bytes());
        Some(Self {
            kind: Kind::Rsa(modulus.len() * 8 - leading),
            secret: der.to_vec().into(),
            public: Some(asn1::sequence(&[
                &asn1::integer(modulus),
                &asn1::integer(exponent),
            ])),
        })
    }

    /// The curve stands outside, or within.
    fn elliptic(der: &[u8], curve: Option<Any>) -> Option<Self> {
        let parts = asn1::parts(der)?;
        let curve = match curve {
            Some(curve) => curve,
            None => Any::from_der(asn1::within(&parts, 0)?).ok()?,
        };
        let curve = Curve::numbered(&curve.decode_as().ok()?)?;
        let secret = parts.get(1)?.value();
        let given = asn1::within(&parts, 1);
        let given = given.and_then(|given| BitString::from_der(given).ok());
        let given = given.map(|given| given.raw_bytes().to_vec());
        Some(Self {
            kind: Kind::Elliptic(curve),
            secret: secret.to_vec().into(),
            public: given.or_else(|| point(curve, secret)),
        })
    }

    fn seed(kind: Kind, seed: &[u8]) -> Self {
        Self {
            kind,
            secret: seed.to_vec().into(),
            public: match kind {
                Kind::Ed25519 => twisted(seed),
                Kind::X25519 => montgomery(seed),
                _ => None,
            },
        }
    }

    /// What is secret of it: RSA: its numbers as DER; others: the bytes of the one number.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The public key as DER, with its algorithm. `None` where it cannot be told from the private one.
    pub fn public(&self) -> Option<Vec<u8>> {
        let public = asn1::bits(self.public.as_ref()?);
        Some(asn1::sequence(&[&self.kind.algorithm(), &public]))
    }

    /// The digests of the public key; null where there is none.
    pub fn fingerprints(&self) -> Value {
        let public = self.public();
        public.map_or(Value::Null, |public| fingerprints(&public))
    }
}
