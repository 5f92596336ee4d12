use {
    super::{
        ELLIPTIC_PEM, KeyError, Kind, LOCKED_PEM, PLAIN_PEM, PrivateKey, RSA_PEM, lock, random,
    },
    crate::module::crypto::{asn1, pem::Pem},
    pkcs8::pkcs5::{EncryptionScheme, pbes2::Parameters},
    x509_cert::der::Encode,
};

/// So often is a passphrase digested before it is a key.
const ROUNDS: u32 = 100_000;

/// How a private key stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// PEM, each kind in its own way.
    Pkcs1,
    /// PEM, all kinds in one way.
    Pkcs8,
    /// Its bytes alone.
    Raw,
    /// PEM of something else.
    Other,
}

impl Form {
    /// The form of what is in a file.
    pub fn of(bytes: &[u8]) -> Self {
        match Pem::first(bytes).map(|pem| pem.kind) {
            None => Self::Raw,
            Some(kind) if kind == PLAIN_PEM || kind == LOCKED_PEM => Self::Pkcs8,
            Some(kind) if kind.ends_with(" PRIVATE KEY") => Self::Pkcs1,
            Some(_) => Self::Other,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Pkcs1 => "pkcs1",
            Self::Pkcs8 => "pkcs8",
            Self::Raw => "raw",
            Self::Other => "unknown-pem",
        }
    }

    /// Whether a key of a kind can stand so.
    pub fn suits(self, kind: Kind, locked: bool) -> bool {
        let named = matches!(kind, Kind::Rsa(_) | Kind::Elliptic(_));
        match self {
            Self::Pkcs1 => named,
            Self::Pkcs8 => true,
            Self::Raw => !named && !locked,
            Self::Other => false,
        }
    }
}

impl PrivateKey {
    /// The key as it stands in a file, encrypted if there is a passphrase.
    ///
    /// # Errors
    /// Keys of its kind have no such form.
    pub fn written(&self, form: Form, passphrase: Option<&str>) -> Result<Vec<u8>, KeyError> {
        let unfit = || KeyError::Form(form.name());
        if !form.suits(self.kind, passphrase.is_some()) {
            return Err(unfit());
        }
        let pem = match (form, passphrase) {
            (Form::Raw | Form::Other, _) => return Ok(self.secret().to_vec()),
            (Form::Pkcs1, None) => {
                let (kind, der) = self.pkcs1().ok_or_else(unfit)?;
                Pem::new(kind, der)
            }
            (Form::Pkcs1, Some(passphrase)) => {
                let (kind, der) = self.pkcs1().ok_or_else(unfit)?;
                lock::sealed(kind, &der, passphrase, random()).ok_or_else(unfit)?
            }
            (Form::Pkcs8, None) => Pem::new(PLAIN_PEM, self.to_pkcs8()),
            (Form::Pkcs8, Some(passphrase)) => {
                let salt: [u8; 16] = random();
                let how = Parameters::generate_pbkdf2_sha256_aes256cbc(ROUNDS, &salt, random());
                let how = how.map_err(|_| unfit())?;
                let sealed = how.encrypt(passphrase, &self.to_pkcs8());
                let sealed = asn1::octets(&sealed.map_err(|_| unfit())?);
                let how = EncryptionScheme::from(how).to_der();
                let how = how.map_err(|_| unfit())?;
                Pem::new(LOCKED_PEM, asn1::sequence(&[&how, &sealed]))
            }
        };
        Ok(pem.text().into_bytes())
    }

    /// The old form of its kind, with the name that it has in PEM.
    fn pkcs1(&self) -> Option<(&'static str, Vec<u8>)> {
        match self.kind {
            Kind::Rsa(_) => Some((RSA_PEM, self.secret().to_vec())),
            Kind::Elliptic(curve) => {
                let curve = asn1::tagged(0, &asn1::number(&curve.number()));
                Some((ELLIPTIC_PEM, self.number(&curve)))
            }
            _ => None,
        }
    }

    /// The one form for all kinds.
    pub fn to_pkcs8(&self) -> Vec<u8> {
        let key = match self.kind {
            Kind::Rsa(_) => self.secret().to_vec(),
            Kind::Elliptic(_) => self.number(&[]),
            _ => asn1::octets(self.secret()),
        };
        let algorithm = self.kind.algorithm();
        asn1::sequence(&[&asn1::integer(&[0]), &algorithm, &asn1::octets(&key)])
    }

    /// The number of a key on a curve, with the curve or without, and its point.
    fn number(&self, curve: &[u8]) -> Vec<u8> {
        let point = self.public.as_ref();
        let point = point.map(|point| asn1::tagged(1, &asn1::bits(point)));
        let point = point.unwrap_or_default();
        let secret = asn1::octets(self.secret());
        asn1::sequence(&[&asn1::integer(&[1]), &secret, curve, &point])
    }
}
