//! The hash of passwords that Apache and old Unix systems make of MD5.

use {
    super::digits::crypt,
    md5::{Digest, Md5},
};

/// So often is the digest digested.
const ROUNDS: usize = 1000;

/// The order in which the bytes of the digest are written.
const ORDER: [[usize; 3]; 5] = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];

/// The hash of a password with a salt of up to eight letters; `magic` is `$apr1$` or `$1$`.
pub fn hash(password: &[u8], salt: &str, magic: &str) -> String {
    let salt = &salt[..salt.len().min(8)];
    let digest = rounds(password, salt.as_bytes(), first(password, salt, magic));
    let mut text = format!("{magic}{salt}$");
    for [high, middle, low] in ORDER {
        let bytes = [0, digest[high], digest[middle], digest[low]];
        text.push_str(&crypt(u32::from_be_bytes(bytes), 4));
    }
    text + &crypt(digest[11].into(), 2)
}

fn first(password: &[u8], salt: &str, magic: &str) -> [u8; 16] {
    let both = [password, salt.as_bytes(), password].concat();
    let both: [u8; 16] = Md5::digest(both).into();
    let mut state = Md5::new();
    state.update(password);
    state.update(magic);
    state.update(salt);
    for piece in password.chunks(16) {
        state.update(&both[..piece.len()]);
    }
    let mut length = password.len();
    while length > 0 {
        match length & 1 {
            1 => state.update([0]),
            _ => state.update(&password[..1]),
        }
        length >>= 1;
    }
    state.finalize().into()
}

fn rounds(password: &[u8], salt: &[u8], mut digest: [u8; 16]) -> [u8; 16] {
    for round in 0..ROUNDS {
        let odd = round % 2 == 1;
        let mut state = Md5::new();
        state.update(if odd { password } else { &digest });
        if round % 3 != 0 {
            state.update(salt);
        }
        if round % 7 != 0 {
            state.update(password);
        }
        state.update(if odd { &digest[..] } else { password });
        digest = state.finalize().into();
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_openssl_does() {
        // openssl passwd -apr1 -salt abcdefgh secret, and -1.
        assert_eq!(
            hash(b"secret", "abcdefgh", "$apr1$"),
            "$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/"
        );
        assert_eq!(
            hash(b"secret", "abcdefgh", "$1$"),
            "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1"
        );
        assert_eq!(
            hash(b"a password of more than sixteen bytes", "xy", "$apr1$"),
            "$apr1$xy$EO3CYijqKkFT2FWhCz64c."
        );
    }
}
