//! Signatures of requests and certificates.

use {
    super::{
        asn1,
        curve::Curve,
        key::{KeyError, Kind, PrivateKey, rng},
    },
    ed25519_dalek::Signer,
    p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier},
    rsa::{
        Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey, pkcs1::DecodeRsaPrivateKey,
        pkcs8::DecodePublicKey,
    },
    sha1::Sha1,
    sha2::{Digest, Sha256, Sha384, Sha512},
    x509_cert::{
        der::{Encode, asn1::ObjectIdentifier},
        spki::SubjectPublicKeyInfoOwned,
    },
};

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// The digests that are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// Each digest with the number of its signatures by RSA and on curves.
const SIGNATURES: [(Hash, &str, &str); 4] = [
    (Hash::Sha1, "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"),
    (Hash::Sha256, "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2"),
    (Hash::Sha384, "1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3"),
    (Hash::Sha512, "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4"),
];

impl Hash {
    /// Finds what a user names for new signatures.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sha256" => Some(Self::Sha256),
            "sha384" => Some(Self::Sha384),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(message).to_vec(),
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    fn padding(self) -> Pkcs1v15Sign {
        match self {
            Self::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
            Self::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Self::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Self::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        }
    }
}

/// The name of a signature as DER: by a key with a digest, which some kinds of keys choose themselves.
///
/// # Errors
/// Keys of this kind do not sign, or not here.
pub fn algorithm(kind: Kind, hash: Hash) -> Result<Vec<u8>, KeyError> {
    let known = SIGNATURES.iter().find(|(known, ..)| *known == hash);
    let oid = |text: &str| asn1::number(&ObjectIdentifier::new_unwrap(text));
    match (kind, known) {
        (Kind::Rsa(_), Some((_, number, _))) => Ok(asn1::sequence(&[&oid(number), asn1::NULL])),
        (Kind::Elliptic(curve), Some((.., number))) if signs(curve) => {
            Ok(asn1::sequence(&[&oid(number)]))
        }
        (Kind::Ed25519, _) => Ok(asn1::sequence(&[&asn1::number(&ED25519)])),
        _ => Err(cannot(kind)),
    }
}

/// Signs a message.
///
/// # Errors
/// Keys of this kind do not sign, or not here.
pub fn sign(key: &PrivateKey, hash: Hash, message: &[u8]) -> Result<Vec<u8>, KeyError> {
    let signed = match key.kind {
        Kind::Rsa(_) => rsa_sign(key.secret(), hash, message),
        Kind::Elliptic(curve) => elliptic_sign(curve, key.secret(), &hash.of(message)),
        Kind::Ed25519 => key.secret().try_into().ok().map(|seed| {
            let key = ed25519_dalek::SigningKey::from_bytes(seed);
            key.sign(message).to_bytes().to_vec()
        }),
        _ => None,
    };
    signed.ok_or_else(|| cannot(key.kind))
}

fn cannot(kind: Kind) -> KeyError {
    let name = match kind {
        Kind::Elliptic(curve) => curve.name(),
        kind => kind.name(),
    };
    KeyError::NotMade(format!("a key of the type {name} cannot sign here"))
}

fn signs(curve: Curve) -> bool {
    matches!(
        curve,
        Curve::Secp256r1 | Curve::Secp384r1 | Curve::Secp521r1
    )
}

/// Blinded by random numbers, so that the time it takes tells nothing of the key.
fn rsa_sign(key: &[u8], hash: Hash, message: &[u8]) -> Option<Vec<u8>> {
    let key = RsaPrivateKey::from_pkcs1_der(key).ok()?;
    let signed = key.sign_with_rng(&mut rng(), hash.padding(), &hash.of(message));
    signed.ok()
}

fn elliptic_sign(curve: Curve, secret: &[u8], digest: &[u8]) -> Option<Vec<u8>> {
    match curve {
        Curve::Secp256r1 => {
            let key = p256::ecdsa::SigningKey::from_slice(secret).ok()?;
            let signed: p256::ecdsa::DerSignature = key.sign_prehash(digest).ok()?;
            Some(signed.as_bytes().to_vec())
        }
        Curve::Secp384r1 => {
            let key = p384::ecdsa::SigningKey::from_slice(secret).ok()?;
            let signed: p384::ecdsa::DerSignature = key.sign_prehash(digest).ok()?;
            Some(signed.as_bytes().to_vec())
        }
        Curve::Secp521r1 => {
            let key = p521::ecdsa::SigningKey::from_slice(secret).ok()?;
            let signed: p521::ecdsa::DerSignature = key.sign_prehash(digest).ok()?;
            Some(signed.as_bytes().to_vec())
        }
        _ => None,
    }
}

/// Whether a public key has signed a message. `None` where its algorithm is not known here.
pub fn verify(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &ObjectIdentifier,
    message: &[u8],
    signature: &[u8],
) -> Option<bool> {
    let text = algorithm.to_string();
    let mut known = SIGNATURES.iter();
    let hash = known.find(|(_, rsa, elliptic)| [*rsa, *elliptic].contains(&text.as_str()));
    let hash = hash.map(|(hash, ..)| *hash);
    match (key.algorithm.oid, hash) {
        (oid, Some(hash)) if oid == RSA => {
            let key = RsaPublicKey::from_public_key_der(&key.to_der().ok()?).ok()?;
            let right = key.verify(hash.padding(), &hash.of(message), signature);
            Some(right.is_ok())
        }
        (oid, Some(hash)) if oid == ELLIPTIC => {
            let curve = key.algorithm.parameters.as_ref()?.decode_as().ok()?;
            let point = key.subject_public_key.raw_bytes();
            elliptic_verify(
                Curve::numbered(&curve)?,
                point,
                &hash.of(message),
                signature,
            )
        }
        (oid, None) if oid == ED25519 && *algorithm == ED25519 => {
            let key = key.subject_public_key.raw_bytes().try_into().ok()?;
            let key = ed25519_dalek::VerifyingKey::from_bytes(key).ok()?;
            let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
            Some(key.verify_strict(message, &signature).is_ok())
        }
        _ => None,
    }
}

fn elliptic_verify(curve: Curve, point: &[u8], digest: &[u8], signature: &[u8]) -> Option<bool> {
    let right = match curve {
        Curve::Secp256r1 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            let signature = p256::ecdsa::DerSignature::from_bytes(signature).ok()?;
            key.verify_prehash(digest, &signature).is_ok()
        }
        Curve::Secp384r1 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            let signature = p384::ecdsa::DerSignature::from_bytes(signature).ok()?;
            key.verify_prehash(digest, &signature).is_ok()
        }
        Curve::Secp521r1 => {
            let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            let signature = p521::ecdsa::DerSignature::from_bytes(signature).ok()?;
            key.verify_prehash(digest, &signature).is_ok()
        }
        _ => return None,
    };
    Some(right)
}
