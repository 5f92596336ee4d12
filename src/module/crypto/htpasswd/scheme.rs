use {
    super::{bcrypt, digits, md5_crypt},
    crate::module::crypto::key::random,
    base64::{Engine as _, prelude::BASE64_STANDARD},
    md5::Md5,
    sha_crypt::{Algorithm, Params, PasswordHasher, PasswordVerifier, ShaCrypt},
    sha1::{Digest, Sha1},
};

/// The work of a hash of bcrypt: each step doubles it.
const COST: u32 = 12;

/// How a password is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    AprMd5,
    Md5,
    Sha256,
    Sha512,
    Bcrypt,
    LdapSha1,
    LdapSaltedSha1,
    LdapMd5,
    LdapSaltedMd5,
    Plain,
}

/// The names that schemes have, with those that mean the strongest scheme of a version of Apache.
const NAMES: [(&str, Scheme); 23] = [
    ("apr_md5_crypt", Scheme::AprMd5),
    ("md5_crypt", Scheme::Md5),
    ("sha256_crypt", Scheme::Sha256),
    ("sha512_crypt", Scheme::Sha512),
    ("bcrypt", Scheme::Bcrypt),
    ("ldap_sha1", Scheme::LdapSha1),
    ("ldap_salted_sha1", Scheme::LdapSaltedSha1),
    ("ldap_md5", Scheme::LdapMd5),
    ("ldap_salted_md5", Scheme::LdapSaltedMd5),
    ("plaintext", Scheme::Plain),
    ("portable_apache_22", Scheme::AprMd5),
    ("portable_apache22", Scheme::AprMd5),
    ("host_apache_22", Scheme::Sha256),
    ("host_apache22", Scheme::Sha256),
    ("linux_apache_22", Scheme::Sha256),
    ("linux_apache22", Scheme::Sha256),
    ("portable_apache_24", Scheme::Bcrypt),
    ("portable_apache24", Scheme::Bcrypt),
    ("host_apache_24", Scheme::Bcrypt),
    ("host_apache24", Scheme::Bcrypt),
    ("linux_apache_24", Scheme::Bcrypt),
    ("linux_apache24", Scheme::Bcrypt),
    ("portable", Scheme::Bcrypt),
];

impl Scheme {
    /// Finds it by a name of passlib.
    pub fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, scheme)| *scheme)
    }

    /// The names that mean one scheme each.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES[..10].iter().map(|(name, _)| *name)
    }

    /// The usual name.
    pub fn name(self) -> &'static str {
        let found = NAMES.iter().find(|(_, scheme)| *scheme == self);
        found.map_or("", |(name, _)| name)
    }

    /// How a stored password is stored. `None`: in a way that is not known here.
    pub fn of(stored: &str) -> Option<Self> {
        let known = [
            ("$apr1$", Self::AprMd5),
            ("$1$", Self::Md5),
            ("$5$", Self::Sha256),
            ("$6$", Self::Sha512),
            ("$2a$", Self::Bcrypt),
            ("$2b$", Self::Bcrypt),
            ("$2y$", Self::Bcrypt),
            ("{SHA}", Self::LdapSha1),
            ("{SSHA}", Self::LdapSaltedSha1),
            ("{MD5}", Self::LdapMd5),
            ("{SMD5}", Self::LdapSaltedMd5),
        ];
        let found = known.iter().find(|(start, _)| stored.starts_with(start));
        match found {
            Some((_, scheme)) => Some(*scheme),
            None if stored.starts_with(['$', '{']) => None,
            None => Some(Self::Plain),
        }
    }

    /// Stores a password, with a random salt where the scheme has one.
    ///
    /// # Errors
    /// What the scheme does not take.
    pub fn store(self, password: &str) -> Result<String, String> {
        let bytes = password.as_bytes();
        let letters = || digits::salt(&random::<8>());
        Ok(match self {
            Self::AprMd5 => md5_crypt::hash(bytes, &letters(), "$apr1$"),
            Self::Md5 => md5_crypt::hash(bytes, &letters(), "$1$"),
            Self::Sha256 => sha(Algorithm::Sha256Crypt, 535_000, bytes)?,
            Self::Sha512 => sha(Algorithm::Sha512Crypt, 656_000, bytes)?,
            Self::Bcrypt => bcrypt::hash(bytes, random(), COST),
            Self::LdapSha1 => ldap::<Sha1>("{SHA}", bytes, &[]),
            Self::LdapMd5 => ldap::<Md5>("{MD5}", bytes, &[]),
            Self::LdapSaltedSha1 => ldap::<Sha1>("{SSHA}", bytes, &random::<8>()),
            Self::LdapSaltedMd5 => ldap::<Md5>("{SMD5}", bytes, &random::<8>()),
            Self::Plain => password.to_owned(),
        })
    }
}

/// Whether what is stored is of a password. What is stored in an unknown way is not.
pub fn is_of(stored: &str, password: &str) -> bool {
    let bytes = password.as_bytes();
    let md5 = |magic: &str| {
        let rest = stored.strip_prefix(magic).unwrap_or_default();
        let salt = rest.split('$').next().unwrap_or_default();
        md5_crypt::hash(bytes, salt, magic) == stored
    };
    match Scheme::of(stored) {
        Some(Scheme::AprMd5) => md5("$apr1$"),
        Some(Scheme::Md5) => md5("$1$"),
        Some(Scheme::Sha256 | Scheme::Sha512) => {
            ShaCrypt::default().verify_password(bytes, stored).is_ok()
        }
        Some(Scheme::Bcrypt) => bcrypt::is_of(stored, bytes),
        Some(Scheme::LdapSha1) => ldap::<Sha1>("{SHA}", bytes, &[]) == stored,
        Some(Scheme::LdapMd5) => ldap::<Md5>("{MD5}", bytes, &[]) == stored,
        Some(Scheme::LdapSaltedSha1) => salted::<Sha1>("{SSHA}", stored, bytes),
        Some(Scheme::LdapSaltedMd5) => salted::<Md5>("{SMD5}", stored, bytes),
        Some(Scheme::Plain) => stored == password,
        None => false,
    }
}

fn sha(algorithm: Algorithm, rounds: u32, password: &[u8]) -> Result<String, String> {
    let params = Params::new(rounds).map_err(|error| error.to_string())?;
    // Twelve bytes are sixteen letters.
    let hash = ShaCrypt::new(algorithm, params).hash_password_with_salt(password, &random::<12>());
    hash.map(|hash| hash.as_str().to_owned())
        .map_err(|error| error.to_string())
}

/// The digest of the password and the salt, and the salt.
fn ldap<D: Digest>(start: &str, password: &[u8], salt: &[u8]) -> String {
    let digest = D::new()
        .chain_update(password)
        .chain_update(salt)
        .finalize();
    start.to_owned() + &BASE64_STANDARD.encode([&digest, salt].concat())
}

fn salted<D: Digest>(start: &str, stored: &str, password: &[u8]) -> bool {
    let encoded = stored.strip_prefix(start).unwrap_or_default();
    let bytes = BASE64_STANDARD.decode(encoded).unwrap_or_default();
    let salt = bytes
        .get(<D as Digest>::output_size()..)
        .unwrap_or_default();
    ldap::<D>(start, password, salt) == stored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_it_stores_and_nothing_else() {
        for name in Scheme::names() {
            let scheme = Scheme::named(name).unwrap();
            let scheme = match scheme {
                // The same with less work: minutes otherwise.
                Scheme::Sha256 | Scheme::Sha512 | Scheme::Bcrypt => continue,
                scheme => scheme,
            };
            let stored = scheme.store("pst!").unwrap();
            assert_eq!(Scheme::of(&stored), Some(scheme), "{stored}");
            assert_eq!(scheme.name(), name);
            assert!(is_of(&stored, "pst!"), "{stored}");
            assert!(!is_of(&stored, "pst"), "{stored}");
        }
    }

    #[test]
    fn knows_what_other_programs_stored() {
        for stored in [
            // htpasswd -s
            "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
            // openssl passwd -5 and -6
            "$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.",
            "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.",
            "secret",
        ] {
            assert!(is_of(stored, "secret"), "{stored}");
            assert!(!is_of(stored, "Secret"), "{stored}");
        }
        assert!(!is_of("$y$j9T$x$y", "secret"));
        let written = sha(Algorithm::Sha512Crypt, 1000, b"secret").unwrap();
        assert!(written.starts_with("$6$rounds=1000$"), "{written}");
        assert!(is_of(&written, "secret"));
    }
}
