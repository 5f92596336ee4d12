use {
    super::super::{
        curve::Curve,
        key::{Form, KeyError, Kind, PrivateKey, rng},
        pem::Pem,
    },
    rsa::{RsaPrivateKey, pkcs1::DecodeRsaPrivateKey},
    ssh_key::{
        Algorithm, EcdsaCurve, HashAlg, LineEnding, PublicKey,
        private::{EcdsaKeypair, Ed25519Keypair, KeypairData, RsaKeypair},
    },
};

/// A private key in OpenSSH's own form has this name in PEM.
const OWN_FORM: &str = "OPENSSH PRIVATE KEY";

/// A private key of SSH.
pub struct SshKey(ssh_key::PrivateKey);

impl SshKey {
    /// Reads a key in any form.
    ///
    /// # Errors
    /// It is damaged, or the passphrase is missing, wrong or one too many.
    pub fn read(bytes: &[u8], passphrase: Option<&str>) -> Result<Self, KeyError> {
        if !is_own_form(bytes) {
            return Self::of(&PrivateKey::read(bytes, passphrase, None)?, "");
        }
        let key = ssh_key::PrivateKey::from_openssh(bytes).map_err(|_| KeyError::Damaged)?;
        match (key.is_encrypted(), passphrase) {
            (false, None) => Ok(Self(key)),
            (false, Some(_)) => Err(KeyError::NotLocked),
            (true, None) => Err(KeyError::Locked),
            (true, Some(passphrase)) => {
                let opened = key.decrypt(passphrase);
                opened.map(Self).map_err(|_| KeyError::WrongPassphrase)
            }
        }
    }

    /// Takes a key for SSH.
    ///
    /// # Errors
    /// SSH has no keys of its kind.
    pub fn of(key: &PrivateKey, comment: &str) -> Result<Self, KeyError> {
        let pair = pair(key).ok_or_else(|| KeyError::Unknown(key.kind.name().into()))?;
        let key = ssh_key::PrivateKey::new(pair, comment);
        key.map(Self).map_err(|_| KeyError::Damaged)
    }

    /// Its type as users write it, and its length in bits.
    pub fn kind(&self) -> (String, u32) {
        match self.0.key_data() {
            KeypairData::Rsa(pair) => ("rsa".into(), pair.key_size()),
            KeypairData::Ed25519(_) => ("ed25519".into(), 256),
            KeypairData::Ecdsa(pair) => match pair.curve() {
                EcdsaCurve::NistP256 => ("ecdsa".into(), 256),
                EcdsaCurve::NistP384 => ("ecdsa".into(), 384),
                EcdsaCurve::NistP521 => ("ecdsa".into(), 521),
            },
            other => {
                let name = other.algorithm().unwrap_or(Algorithm::Dsa).to_string();
                (name, 0)
            }
        }
    }

    /// `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The public half, with a comment.
    pub fn public(&self, comment: &str) -> PublicKey {
        let mut public = self.0.public_key().clone();
        public.set_comment(comment);
        public
    }

    /// The key in OpenSSH's own form, encrypted if there is a passphrase.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn written(&self, passphrase: Option<&str>) -> Result<Vec<u8>, KeyError> {
        let fail = |_| KeyError::Form("ssh");
        let sealed = passphrase.map(|passphrase| self.0.encrypt(&mut rng(), passphrase));
        let sealed = sealed.transpose().map_err(fail)?;
        let key = sealed.as_ref().unwrap_or(&self.0);
        let text = key.to_openssh(LineEnding::LF).map_err(fail)?;
        Ok(text.as_bytes().to_vec())
    }
}

/// Whether a file holds a key in this form; `None` is OpenSSH's own.
pub fn is_in(bytes: &[u8], form: Option<Form>) -> bool {
    match form {
        None => is_own_form(bytes),
        Some(form) => !is_own_form(bytes) && Form::of(bytes) == form,
    }
}

fn is_own_form(bytes: &[u8]) -> bool {
    Pem::first(bytes).is_some_and(|pem| pem.kind == OWN_FORM)
}

fn pair(key: &PrivateKey) -> Option<KeypairData> {
    Some(match key.kind {
        Kind::Rsa(_) => {
            let key = RsaPrivateKey::from_pkcs1_der(key.secret()).ok()?;
            RsaKeypair::try_from(key).ok()?.into()
        }
        Kind::Ed25519 => Ed25519Keypair::from_seed(key.secret().try_into().ok()?).into(),
        Kind::Elliptic(Curve::Secp256r1) => {
            let key = p256::SecretKey::from_slice(key.secret()).ok()?;
            let public = key.public_key().into();
            let private = key.into();
            EcdsaKeypair::NistP256 { public, private }.into()
        }
        Kind::Elliptic(Curve::Secp384r1) => {
            let key = p384::SecretKey::from_slice(key.secret()).ok()?;
            let public = key.public_key().into();
            let private = key.into();
            EcdsaKeypair::NistP384 { public, private }.into()
        }
        Kind::Elliptic(Curve::Secp521r1) => {
            let key = p521::SecretKey::from_slice(key.secret()).ok()?;
            let public = key.public_key().into();
            let private = key.into();
            EcdsaKeypair::NistP521 { public, private }.into()
        }
        _ => return None,
    })
}
