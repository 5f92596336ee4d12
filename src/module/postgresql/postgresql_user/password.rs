//! Compares a password with what the server keeps of it.

use {
    super::super::client::Session,
    crate::act::Failure,
    base64::{Engine, engine::general_purpose::STANDARD},
    postgres_protocol::password::{md5, scram_sha_256},
    ring::{hmac, pbkdf2},
    std::num::NonZeroU32,
};

/// What is to be done about a password.
#[derive(Debug, PartialEq, Eq)]
pub enum Password {
    Right,
    /// The role shall have none.
    None,
    /// In the form in which the server keeps it, as far as it keeps hashes.
    New(String),
}

/// Compares with what is stored of a role that is there.
pub fn compare(
    session: &mut Session,
    user: &str,
    wanted: &str,
    encrypted: bool,
    stored: Option<Option<&str>>,
) -> Result<Password, Failure> {
    let known = stored.flatten();
    if wanted.is_empty() {
        return Ok(match known {
            Some(_) => Password::None,
            None => Password::Right,
        });
    }
    let hashed = Verifier::read(wanted).is_some() || is_md5(wanted);
    if hashed || !encrypted {
        return Ok(match known == Some(wanted) {
            true => Password::Right,
            false => Password::New(wanted.into()),
        });
    }
    let rows = session.rows("SHOW password_encryption", &[])?;
    let kind = rows.names().pop().unwrap_or_default();
    Ok(of_plain(user, wanted, &kind, known))
}

/// As for a password that is not hashed yet. A stored verifier of a strong kind is good, whatever kind is usual now.
fn of_plain(user: &str, wanted: &str, kind: &str, known: Option<&str>) -> Password {
    let strong = kind == "scram-sha-256";
    match known.map(|known| (known, Verifier::read(known))) {
        Some((_, Some(verifier))) if verifier.fits(wanted) => return Password::Right,
        Some((known, None)) if !strong && known == md5(wanted.as_bytes(), user) => {
            return Password::Right;
        }
        _ => {}
    }
    Password::New(match strong {
        true => scram_sha_256(wanted.as_bytes()),
        false => md5(wanted.as_bytes(), user),
    })
}

fn is_md5(text: &str) -> bool {
    text.len() == 35 && text.starts_with("md5")
}

/// What a server keeps of a password: `SCRAM-SHA-256$ROUNDS:SALT$STORED:SERVER`.
struct Verifier {
    rounds: NonZeroU32,
    salt: Vec<u8>,
    server: Vec<u8>,
}

impl Verifier {
    fn read(text: &str) -> Option<Self> {
        let (head, keys) = text.strip_prefix("SCRAM-SHA-256$")?.split_once('$')?;
        let (rounds, salt) = head.split_once(':')?;
        let (stored, server) = keys.split_once(':')?;
        STANDARD.decode(stored).ok()?;
        Some(Self {
            rounds: rounds.parse().ok()?,
            salt: STANDARD.decode(salt).ok()?,
            server: STANDARD.decode(server).ok()?,
        })
    }

    /// Whether it was made of this password.
    fn fits(&self, password: &str) -> bool {
        let prepared = stringprep::saslprep(password);
        let prepared = prepared.as_deref().unwrap_or(password);
        let mut salted = [0; 32];
        let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
        pbkdf2::derive(
            algorithm,
            self.rounds,
            &self.salt,
            prepared.as_bytes(),
            &mut salted,
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, &salted);
        hmac::verify(&key, b"Server Key", &self.server).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_hashes_again() {
        for (kind, prefix) in [("scram-sha-256", "SCRAM-SHA-256$4096:"), ("md5", "md5")] {
            let Password::New(stored) = of_plain("ada", "s3crét", kind, None) else {
                panic!("a new password");
            };
            assert!(stored.starts_with(prefix), "{stored}");
            assert_eq!(
                of_plain("ada", "s3crét", kind, Some(&stored)),
                Password::Right
            );
            assert_ne!(
                of_plain("ada", "other", kind, Some(&stored)),
                Password::Right
            );
        }
    }

    #[test]
    fn a_weak_hash_becomes_a_strong_one() {
        let weak = md5(b"secret", "ada");
        assert_eq!(
            of_plain("ada", "secret", "md5", Some(&weak)),
            Password::Right
        );
        let strong = of_plain("ada", "secret", "scram-sha-256", Some(&weak));
        assert!(matches!(strong, Password::New(_)));
    }
}
