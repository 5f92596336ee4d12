use {
    super::{VaultError, envelope::Envelope},
    aes::Aes256,
    ctr::{
        Ctr128BE,
        cipher::{KeyIvInit, StreamCipher},
    },
    hmac::{Hmac, KeyInit, Mac},
    sha2::Sha256,
    zeroize::{ZeroizeOnDrop, Zeroizing},
};

/// How often the password is hashed.
const ROUNDS: u32 = 10_000;
const BLOCK: usize = 16;

/// What a password and a salt give: the keys of one vault.
#[derive(ZeroizeOnDrop)]
pub(super) struct Keys {
    cipher: [u8; 32],
    seal: [u8; 32],
    start: [u8; BLOCK],
}

impl Keys {
    /// Slow on purpose: some milliseconds.
    pub(super) fn derive(password: &[u8], salt: &[u8]) -> Self {
        let mut derived = Zeroizing::new([0; 32 + 32 + BLOCK]);
        pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, ROUNDS, derived.as_mut());
        let mut keys = Self {
            cipher: [0; 32],
            seal: [0; 32],
            start: [0; BLOCK],
        };
        keys.cipher.copy_from_slice(&derived[..32]);
        keys.seal.copy_from_slice(&derived[32..64]);
        keys.start.copy_from_slice(&derived[64..]);
        keys
    }

    /// Encrypts a text under the salt that these keys come from.
    pub(super) fn close(&self, plain: &[u8], salt: &[u8], id: Option<&str>) -> Envelope {
        let padding = BLOCK - plain.len() % BLOCK;
        let mut body = Vec::with_capacity(plain.len() + padding);
        body.extend_from_slice(plain);
        body.resize(plain.len() + padding, padding as u8);
        self.stream(&mut body);
        Envelope {
            id: id.map(str::to_owned),
            salt: salt.to_owned(),
            seal: self.authenticate(&body).finalize().into_bytes().to_vec(),
            body,
        }
    }

    /// Decrypts a vault; nothing where these are not its keys.
    pub(super) fn open(
        &self,
        envelope: &Envelope,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let authentic = self
            .authenticate(&envelope.body)
            .verify_slice(&envelope.seal);
        if authentic.is_err() {
            return Ok(None);
        }
        let mut plain = Zeroizing::new(envelope.body.clone());
        self.stream(&mut plain);
        let length = unpadded(&plain).ok_or(VaultError::Damaged {
            what: "its content has no proper end",
        })?;
        plain.truncate(length);
        Ok(Some(plain))
    }

    fn stream(&self, text: &mut [u8]) {
        Ctr128BE::<Aes256>::new(&self.cipher.into(), &self.start.into()).apply_keystream(text);
    }

    fn authenticate(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut seal = Hmac::<Sha256>::new(&hmac_key(&self.seal));
        seal.update(body);
        seal
    }
}

/// The key filled up to the hash's block, as HMAC does with any key that is shorter.
fn hmac_key(key: &[u8; 32]) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut filled = hmac::digest::Key::<Hmac<Sha256>>::default();
    filled[..32].copy_from_slice(key);
    filled
}

/// The length without its padding: the last byte says how many bytes, all alike, were added.
fn unpadded(plain: &[u8]) -> Option<usize> {
    let &padding = plain.last()?;
    let length = plain.len().checked_sub(padding.into())?;
    let proper = (1..=BLOCK).contains(&usize::from(padding))
        && plain.len().is_multiple_of(BLOCK)
        && plain[length..].iter().all(|&byte| byte == padding);
    proper.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_closed_and_nothing_else() {
        let keys = Keys::derive(b"password", b"salt");
        for length in [0, 1, 15, 16, 17, 1000] {
            let plain = vec![b'x'; length];
            let mut envelope = keys.close(&plain, b"salt", None);
            assert_eq!(keys.open(&envelope).unwrap().unwrap().as_slice(), plain);
            envelope.body[0] ^= 1;
            assert!(keys.open(&envelope).unwrap().is_none());
        }
        let other = Keys::derive(b"other", b"salt");
        assert!(
            other
                .open(&keys.close(b"x", b"salt", None))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn knows_proper_padding() {
        assert_eq!(unpadded(&[16; 16]), Some(0));
        assert_eq!(unpadded(b"aaaaaaaaaaaaaaa\x01"), Some(15));
        assert_eq!(unpadded(b"aaaaaaaaaaaaaaa\x02"), None);
        assert_eq!(unpadded(b"aaaaaaaaaaaaaaa\x00"), None);
        assert_eq!(unpadded(b""), None);
        assert_eq!(unpadded(&[17; 32]), None);
    }
}
