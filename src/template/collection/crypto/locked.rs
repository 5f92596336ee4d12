//! Keys that OpenSSL has encrypted in its own old way: the lines `Proc-Type` and `DEK-Info` say so.

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{Array, BlockCipherDecrypt, KeyInit},
};
use md5::{Digest, Md5};

const BLOCK: usize = 16;

/// Decrypts what the line `DEK-Info` tells about, such as `AES-256-CBC,00112233…`.
///
/// # Errors
/// A cipher that is not AES, or a wrong passphrase.
pub(super) fn opened(content: &[u8], cipher: &str, passphrase: &str) -> Result<Vec<u8>, String> {
    let (name, start) = cipher.split_once(',').unwrap_or((cipher, ""));
    let start = bytes(start.trim()).filter(|start| start.len() == BLOCK);
    let start = start.ok_or("its line DEK-Info is damaged")?;
    let key = |length| stretched(passphrase.as_bytes(), &start[..8], length);
    let plain = match name.trim() {
        "AES-128-CBC" => chained::<Aes128>(content, &key(16), &start),
        "AES-192-CBC" => chained::<Aes192>(content, &key(24), &start),
        "AES-256-CBC" => chained::<Aes256>(content, &key(32), &start),
        other => {
            return Err(format!(
                "it is encrypted with {other}: only AES is known here"
            ));
        }
    };
    plain
        .and_then(unpadded)
        .ok_or_else(|| "it cannot be decrypted: is the passphrase right?".to_owned())
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
fn chained<C: KeyInit + BlockCipherDecrypt>(
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
