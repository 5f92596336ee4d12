//! `openssl_privatekey_info`.

use minijinja::{Error, value::Value};
use pkcs8::EncryptedPrivateKeyInfoRef;
use ring::signature::{Ed25519KeyPair, KeyPair};
use x509_cert::{
    der::{
        Any, Decode, Encode, Tag, TagNumber, Tagged,
        asn1::{BitString, ObjectIdentifier, OctetString, Uint},
    },
    spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned},
};

use super::{Arguments, fingerprint, key::Key, locked, number, pem, wrong};
use crate::template::call::Call;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The filter: takes a key, the passphrase that opens it, and whether to show what is private.
pub(super) fn info(call: &mut Call) -> Result<Value, Error> {
    let names = &["data", "passphrase", "return_private_key_data"];
    let text = super::text(call, names)?;
    let given = Arguments::of(call, names)?;
    let passphrase = given.text("passphrase");
    let shown = given.flag("return_private_key_data", false)?;
    let fail = |error| wrong("private key", error);
    let private = Private::read(&text, passphrase.as_deref()).map_err(fail)?;
    let key = Key::of(&private.public).map_err(fail)?;
    let mut entries = vec![
        ("public_key", key.pem().into()),
        ("public_key_fingerprints", fingerprint::all(&key.der)),
        ("type", key.kind.into()),
        ("public_data", key.data),
    ];
    if shown {
        entries.push(("private_data", Value::from_pairs(private.secrets)));
    }
    Ok(Value::from_pairs(entries))
}

/// A private key: what is public of it, and its own numbers.
struct Private {
    public: SubjectPublicKeyInfoOwned,
    secrets: Vec<(&'static str, Value)>,
}

impl Private {
    fn read(text: &str, passphrase: Option<&str>) -> Result<Self, String> {
        let pem::Labelled {
            kind,
            headers,
            content: der,
        } = pem::labelled(text, "PRIVATE KEY").ok_or("there is no PRIVATE KEY in PEM form")?;
        let cipher = headers.iter().find(|(name, _)| name == "DEK-Info");
        if passphrase.is_some() && cipher.is_none() && kind != "ENCRYPTED PRIVATE KEY" {
            return Err("there is a passphrase, but the key is not encrypted".into());
        }
        let der = match cipher {
            Some((_, cipher)) => locked::opened(&der, cipher, passphrase.ok_or(LOCKED)?)?,
            None => der,
        };
        match kind.as_str() {
            "RSA PRIVATE KEY" => Self::rsa(&der),
            "EC PRIVATE KEY" => Self::elliptic(&der, None),
            "PRIVATE KEY" => Self::pkcs8(&der),
            "ENCRYPTED PRIVATE KEY" => {
                let passphrase = passphrase.ok_or(LOCKED)?;
                let locked = EncryptedPrivateKeyInfoRef::from_der(&der).map_err(said)?;
                let opened = locked.decrypt(passphrase);
                let opened =
                    opened.map_err(|error| format!("{error}: is the passphrase right?"))?;
                Self::pkcs8(opened.as_bytes())
            }
            other => Err(format!("a key in the form '{other}' cannot be read")),
        }
    }

    fn pkcs8(der: &[u8]) -> Result<Self, String> {
        let parts = Vec::<Any>::from_der(der).map_err(said)?;
        let [_, algorithm, key, ..] = parts.as_slice() else {
            return Err("parts of it are missing".into());
        };
        let algorithm: AlgorithmIdentifierOwned = algorithm.decode_as().map_err(said)?;
        let key: OctetString = key.decode_as().map_err(said)?;
        let key = key.as_bytes();
        match algorithm.oid {
            oid if oid == RSA => Self::rsa(key),
            oid if oid == ELLIPTIC => Self::elliptic(key, algorithm.parameters),
            oid if oid == ED25519 => Self::ed25519(key),
            other => Err(format!("its algorithm {other} is not known")),
        }
    }

    fn rsa(der: &[u8]) -> Result<Self, String> {
        let numbers = Vec::<Uint>::from_der(der).map_err(said)?;
        let [_, modulus, exponent, secret, first, second, ..] = numbers.as_slice() else {
            return Err("an RSA key has more numbers".into());
        };
        let bits = vec![modulus.clone(), exponent.clone()]
            .to_der()
            .map_err(said)?;
        Ok(Self {
            public: public(RSA, Some(Any::null()), &bits)?,
            secrets: vec![
                ("p", number::whole(first.as_bytes())),
                ("q", number::whole(second.as_bytes())),
                ("exponent", number::whole(secret.as_bytes())),
            ],
        })
    }

    /// The curve stands outside, or within.
    fn elliptic(der: &[u8], curve: Option<Any>) -> Result<Self, String> {
        let parts = Vec::<Any>::from_der(der).map_err(said)?;
        let part = |number| {
            let tag = Tag::ContextSpecific {
                constructed: true,
                number: TagNumber(number),
            };
            parts.iter().find(|part| part.tag() == tag)
        };
        let within = || part(0).map(|part| Any::from_der(part.value()));
        let curve = match curve {
            Some(curve) => curve,
            None => within().ok_or("its curve has no name")?.map_err(said)?,
        };
        let point = part(1).ok_or("its public key does not stand beside it")?;
        let point = BitString::from_der(point.value()).map_err(said)?;
        let secret = parts.get(1).ok_or("parts of it are missing")?;
        Ok(Self {
            public: public(ELLIPTIC, Some(curve), point.raw_bytes())?,
            secrets: vec![("multiplier", number::whole(secret.value()))],
        })
    }

    fn ed25519(der: &[u8]) -> Result<Self, String> {
        let seed = OctetString::from_der(der).map_err(said)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_bytes());
        let pair = pair.map_err(|_| "an Ed25519 key has 32 bytes")?;
        Ok(Self {
            public: public(ED25519, None, pair.public_key().as_ref())?,
            secrets: Vec::new(),
        })
    }
}

const LOCKED: &str = "it is encrypted, and there is no passphrase";

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn public(
    oid: ObjectIdentifier,
    parameters: Option<Any>,
    bits: &[u8],
) -> Result<SubjectPublicKeyInfoOwned, String> {
    Ok(SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned { oid, parameters },
        subject_public_key: BitString::from_bytes(bits).map_err(said)?,
    })
}
