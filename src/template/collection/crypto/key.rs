//! Public keys.

use minijinja::{Error, value::Value};
use x509_cert::{
    der::{
        Decode, Encode,
        asn1::{ObjectIdentifier, Uint},
    },
    spki::SubjectPublicKeyInfoOwned,
};

use super::{fingerprint, number, pem, wrong};

/// What is known of curves: number, name, and bits.
const CURVES: &[(&str, &str, usize)] = &[
    ("1.2.840.10045.3.1.1", "secp192r1", 192),
    ("1.2.840.10045.3.1.7", "secp256r1", 256),
    ("1.3.132.0.33", "secp224r1", 224),
    ("1.3.132.0.34", "secp384r1", 384),
    ("1.3.132.0.35", "secp521r1", 521),
    ("1.3.132.0.10", "secp256k1", 256),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512),
];

/// A key's type, what it consists of, and the key itself as DER.
pub(super) struct Key {
    pub kind: &'static str,
    pub data: Value,
    pub der: Vec<u8>,
}

impl Key {
    pub fn of(info: &SubjectPublicKeyInfoOwned) -> Result<Self, String> {
        let der = info.to_der().map_err(|error| error.to_string())?;
        let bits = info.subject_public_key.raw_bytes();
        let nothing = || Value::from_pairs::<_, Value, Value>([]);
        let (kind, data) = match info.algorithm.oid.to_string().as_str() {
            "1.2.840.113549.1.1.1" => ("RSA", rsa(bits)?),
            "1.2.840.10045.2.1" => ("ECC", elliptic(info, bits)?),
            "1.3.101.110" => ("X25519", nothing()),
            "1.3.101.111" => ("X448", nothing()),
            "1.3.101.112" => ("Ed25519", nothing()),
            "1.3.101.113" => ("Ed448", nothing()),
            other => return Err(format!("its algorithm {other} is not known")),
        };
        Ok(Self { kind, data, der })
    }

    pub fn pem(&self) -> String {
        pem::written("PUBLIC KEY", &self.der)
    }

    /// As certificates and requests show it.
    pub fn entries(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("public_key", self.pem().into()),
            ("public_key_type", self.kind.into()),
            ("public_key_data", self.data.clone()),
            ("public_key_fingerprints", fingerprint::all(&self.der)),
        ]
    }
}

/// `openssl_publickey_info`.
pub(super) fn info(text: &str) -> Result<Value, Error> {
    let fail = |error: String| wrong("public key", error);
    let der = pem::first(text, &["PUBLIC KEY"]);
    let der = der.ok_or_else(|| fail("there is no PUBLIC KEY in PEM form".into()))?;
    let info =
        SubjectPublicKeyInfoOwned::from_der(&der).map_err(|error| fail(error.to_string()))?;
    let key = Key::of(&info).map_err(fail)?;
    Ok(Value::from_pairs([
        ("fingerprints", fingerprint::all(&key.der)),
        ("type", key.kind.into()),
        ("public_data", key.data),
    ]))
}

fn rsa(bits: &[u8]) -> Result<Value, String> {
    let numbers = Vec::<Uint>::from_der(bits).map_err(|error| error.to_string())?;
    let [modulus, exponent] = numbers.as_slice() else {
        return Err("an RSA key has two numbers".into());
    };
    let bytes = modulus.as_bytes();
    let spare = bytes
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    Ok(Value::from_pairs([
        ("size", Value::from(bytes.len() * 8 - spare)),
        ("modulus", number::whole(bytes)),
        ("exponent", number::whole(exponent.as_bytes())),
    ]))
}

fn elliptic(info: &SubjectPublicKeyInfoOwned, bits: &[u8]) -> Result<Value, String> {
    let curve = info.algorithm.parameters.as_ref();
    let curve = curve.and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
    let curve = curve.ok_or("its curve has no name")?.to_string();
    let known = CURVES.iter().find(|(number, ..)| *number == curve);
    let (_, name, size) = known.ok_or_else(|| format!("its curve {curve} is not known"))?;
    let [4, point @ ..] = bits else {
        return Err("its point is compressed".into());
    };
    let (x, y) = point.split_at(point.len() / 2);
    Ok(Value::from_pairs([
        ("curve", Value::from(*name)),
        ("x", number::whole(x)),
        ("y", number::whole(y)),
        ("exponent_size", Value::from(*size)),
    ]))
}
