//! Keys that are encrypted in OpenSSL's own old way: the lines `Proc-Type` and `DEK-Info` say so.

use {
    super::KeyError,
    crate::{act::hexadecimal, module::crypto::pem::Pem},
    aes::{
        Aes128, Aes192, Aes256,
        cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
    },
    md5::{Digest, Md5},
};

const BLOCK: usize = 16;

/// What tells that a key is encrypted, and how.
pub const HEADER: &str = "DEK-Info";

/// Decrypts what the value of `DEK-Info` tells about, such as `AES-256-CBC,00112233…`.
pub fn opened(content: &[u8], cipher: &str, passphrase: &str) -> Result<Vec<u8>, KeyError> {
    let (name, start) = cipher.split_once(',').unwrap_or((cipher, ""));
    let start = bytes(start.trim()).filter(|start| start.len() == BLOCK);
    let start = start.ok_or(KeyError::Damaged)?;
    let key = |length| stretched(passphrase.as_bytes(), &start[..8], length);
    let plain = match name.trim() {
        "AES-128-CBC" => decrypted::<Aes128>(content, &key(16), &start),
        "AES-192-CBC" => decrypted::<Aes192>(content, &key(24), &start),
        "AES-256-CBC" => decrypted::<Aes256>(content, &key(32), &start),
        other => return Err(KeyError::Cipher(other.to_owned())),
    };
    plain.and_then(unpadded).ok_or(KeyError::WrongPassphrase)
}

/// Encrypts a key of a kind (`RSA PRIVATE KEY`). `start` is random.
pub fn sealed(kind: &str, plain: &[u8], passphrase: &str, start: [u8; BLOCK]) -> Option<Pem> {
    let key = stretched(passphrase.as_bytes(), &start[..8], 32);
    let cipher = Aes256::new_from_slice(&key).ok()?;
    let fill = BLOCK - plain.len() % BLOCK;
    let mut padded = plain.to_vec();
    padded.resize(plain.len() + fill, fill as u8);
    let mut before = start.to_vec();
    let mut content = Vec::with_capacity(padded.len());
    for piece in padded.chunks(BLOCK) {
        let laid: Vec<u8> = piece.iter().zip(&before).map(|(a, b)| a ^ b).collect();
        let mut block = Array::try_from(laid.as_slice()).ok()?;
        cipher.encrypt_block(&mut block);
        before = block.to_vec();
        content.extend(&before);
    }
    let start = hexadecimal(&start).to_uppercase();
    Some(Pem {
        kind: kind.into(),
        headers: vec![
            ("Proc-Type".into(), "4,ENCRYPTED".into()),
            (HEADER.into(), format!("AES-256-CBC,{start}")),
        ],
        der: content,
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

/// A key out of a passphrase: digests of digests, until there is enough.
fn stretched(passphrase: &[u8], salt: &[u8], length: usize) -> Vec<u8> {
    let (mut key, mut last) = (Vec::new(), Vec::new());
    while key.len() < length {
        let mut digest = Md5::new();
        digest.update(&last);
        digest.update(passphrase);
        digest.update(salt);
        last = digest.finalize().to_vec();
        key.extend(&last);
    }
    key.truncate(length);
    key
}

/// Each block is decrypted, and then laid over the one before it.
fn decrypted<C: KeyInit + BlockCipherDecrypt>(
    content: &[u8],
    key: &[u8],
    start: &[u8],
) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key).ok()?;
    let mut before = start;
    let mut plain = Vec::with_capacity(content.len());
    for sealed in content.chunks(BLOCK) {
        let mut block = Array::try_from(sealed).ok()?;
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
        before = sealed;
    }
    Some(plain)
}

/// Without what fills the last block.
fn unpadded(mut plain: Vec<u8>) -> Option<Vec<u8>> {
    let count = usize::from(*plain.last()?);
    let kept = plain.len().checked_sub(count)?;
    let whole = (1..=BLOCK).contains(&count);
    let fits = plain[kept..].iter().all(|byte| usize::from(*byte) == count);
    plain.truncate(kept);
    (whole && fits).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        for length in [0, 1, 15, 16, 33] {
            let plain = vec![7; length];
            let pem = sealed("RSA PRIVATE KEY", &plain, "secret", [9; 16]).unwrap();
            let cipher = pem.header(HEADER).unwrap();
            assert_eq!(opened(&pem.der, cipher, "secret").unwrap(), plain);
        }
        let pem = sealed("RSA PRIVATE KEY", &[1; 40], "secret", [9; 16]).unwrap();
        let cipher = pem.header(HEADER).unwrap();
        // A wrong passphrase opens one in some 256 tries by chance, but to something else.
        assert!(!opened(&pem.der, cipher, "other").is_ok_and(|plain| plain == [1; 40]));
        assert!(matches!(
            opened(&pem.der, "DES-EDE3-CBC,0011223344556677", "secret"),
            Err(KeyError::Damaged)
        ));
    }
}
