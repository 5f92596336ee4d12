use {
    super::{KeyError, Kind, PrivateKey},
    crate::module::crypto::curve::Curve,
    curve25519_dalek::MontgomeryPoint,
    getrandom::SysRng,
    p256::elliptic_curve::Generate,
    rsa::{RsaPrivateKey, pkcs1::EncodeRsaPrivateKey, rand_core::UnwrapErr},
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

/// The least and the greatest length of an RSA key, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 1024..=16384;

/// The kinds of keys that users can ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum KeyType {
    #[serde(rename = "DSA")]
    Dsa,
    #[serde(rename = "ECC")]
    Ecc,
    Ed25519,
    Ed448,
    #[default]
    #[serde(rename = "RSA")]
    Rsa,
    X25519,
    X448,
}

impl KeyType {
    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dsa => "DSA",
            Self::Ecc => "ECC",
            Self::Ed25519 => "Ed25519",
            Self::Ed448 => "Ed448",
            Self::Rsa => "RSA",
            Self::X25519 => "X25519",
            Self::X448 => "X448",
        }
    }
}

/// The kernel's random numbers. Linux has them always, once it has booted.
pub fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// Random bytes.
pub fn random<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    rsa::rand_core::Rng::fill_bytes(&mut rng(), &mut bytes);
    bytes
}

impl Kind {
    /// What is asked for, if keys of this kind can be made.
    ///
    /// # Errors
    /// They cannot, or the curve is missing.
    pub fn asked(wanted: KeyType, bits: usize, curve: Option<Curve>) -> Result<Self, KeyError> {
        let not_made = |what: String| Err(KeyError::NotMade(what));
        match (wanted, curve) {
            (KeyType::Rsa, _) if RSA_BITS.contains(&bits) => Ok(Self::Rsa(bits)),
            (KeyType::Rsa, _) => not_made(format!(
                "size: an RSA key has from {} to {} bits, not {bits}",
                RSA_BITS.start(),
                RSA_BITS.end()
            )),
            (KeyType::Ecc, Some(curve)) => Ok(Self::Elliptic(curve)),
            (KeyType::Ecc, None) => {
                not_made("type is ECC but all of the following are missing: curve".into())
            }
            (KeyType::Ed25519, _) => Ok(Self::Ed25519),
            (KeyType::Ed448, _) => Ok(Self::Ed448),
            (KeyType::X25519, _) => Ok(Self::X25519),
            (KeyType::X448, _) => Ok(Self::X448),
            (KeyType::Dsa, _) => not_made(
                "Cryptography backend does not support the algorithm required for DSA: \
                 nothing should use it any more; take type: Ed25519, ECC or RSA"
                    .into(),
            ),
        }
    }

    /// Whether new keys of this kind can be made here.
    ///
    /// # Errors
    /// They cannot: with what to take instead.
    pub fn makable(self) -> Result<(), KeyError> {
        match self {
            Self::Rsa(_) | Self::Ed25519 | Self::X25519 => Ok(()),
            Self::Elliptic(Curve::Secp256r1 | Curve::Secp384r1 | Curve::Secp521r1) => Ok(()),
            Self::Elliptic(curve) => Err(KeyError::NotMade(format!(
                "no key on the curve {} can be made here; take secp256r1, secp384r1 or secp521r1",
                curve.name()
            ))),
            Self::Ed448 | Self::X448 => Err(KeyError::NotMade(format!(
                "Cryptography backend does not support the algorithm required for {}; \
                 take Ed25519 or X25519",
                self.name()
            ))),
        }
    }
}

impl PrivateKey {
    /// Makes a key.
    ///
    /// # Errors
    /// Those of [`Kind::makable`].
    pub fn generate(kind: Kind) -> Result<Self, KeyError> {
        kind.makable()?;
        match kind {
            Kind::Rsa(bits) => {
                let key = RsaPrivateKey::new(&mut rng(), bits);
                let der = key.ok().and_then(|key| key.to_pkcs1_der().ok());
                let made = der.and_then(|der| Self::rsa(der.as_bytes()));
                made.ok_or_else(|| {
                    KeyError::NotMade(format!("no RSA key of {bits} bits was found"))
                })
            }
            Kind::Elliptic(curve) => {
                let secret = scalar(curve);
                Ok(Self {
                    kind,
                    public: point(curve, &secret),
                    secret: secret.into(),
                })
            }
            _ => Ok(Self::seed(kind, &random::<32>())),
        }
    }
}

/// A random number that is a key on a curve.
fn scalar(curve: Curve) -> Vec<u8> {
    match curve {
        Curve::Secp521r1 => p521::SecretKey::generate_from_rng(&mut rng())
            .to_bytes()
            .to_vec(),
        Curve::Secp384r1 => p384::SecretKey::generate_from_rng(&mut rng())
            .to_bytes()
            .to_vec(),
        _ => p256::SecretKey::generate_from_rng(&mut rng())
            .to_bytes()
            .to_vec(),
    }
}

/// The public point of a key on a curve; `None` where the curve is not known here.
pub(super) fn point(curve: Curve, secret: &[u8]) -> Option<Vec<u8>> {
    Some(match curve {
        Curve::Secp256r1 => {
            let key = p256::SecretKey::from_slice(secret).ok()?;
            key.public_key().to_sec1_bytes().to_vec()
        }
        Curve::Secp384r1 => {
            let key = p384::SecretKey::from_slice(secret).ok()?;
            key.public_key().to_sec1_bytes().to_vec()
        }
        Curve::Secp521r1 => {
            let key = p521::SecretKey::from_slice(secret).ok()?;
            key.public_key().to_sec1_bytes().to_vec()
        }
        _ => return None,
    })
}

/// The public key of Ed25519.
pub(super) fn twisted(seed: &[u8]) -> Option<Vec<u8>> {
    let key = ed25519_dalek::SigningKey::from_bytes(seed.try_into().ok()?);
    Some(key.verifying_key().to_bytes().to_vec())
}

/// The public key of X25519.
pub(super) fn montgomery(seed: &[u8]) -> Option<Vec<u8>> {
    let point = MontgomeryPoint::mul_base_clamped(seed.try_into().ok()?);
    Some(point.to_bytes().to_vec())
}
