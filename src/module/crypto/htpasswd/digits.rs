//! Bytes as letters, six bits each: the alphabets of password hashes, and their orders.

/// Of `crypt`: the lowest bits first.
pub const CRYPT: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Of bcrypt: the highest bits first.
const BCRYPT: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A number as so many letters of `crypt`.
pub fn crypt(mut number: u32, count: usize) -> String {
    let mut text = String::new();
    for _ in 0..count {
        text.push(char::from(CRYPT[(number & 63) as usize]));
        number >>= 6;
    }
    text
}

/// Random letters of `crypt` from random bytes.
pub fn salt(bytes: &[u8]) -> String {
    let letters = bytes.iter().map(|byte| CRYPT[usize::from(byte & 63)]);
    letters.map(char::from).collect()
}

/// Bytes as bcrypt writes them.
pub fn bcrypt(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let mut three = [0; 3];
        three[..group.len()].copy_from_slice(group);
        let number = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for at in 0..=group.len() {
            let letter = number >> (18 - 6 * at) & 63;
            text.push(char::from(BCRYPT[letter as usize]));
        }
    }
    text
}

/// The bytes that bcrypt wrote so; `None` if it did not.
pub fn bcrypt_bytes(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.bytes() {
        let value = BCRYPT.iter().position(|known| *known == letter)?;
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bytes: Vec<u8> = (100..116).collect();
        assert_eq!(bcrypt(&bytes).len(), 22);
        assert_eq!(bcrypt_bytes(&bcrypt(&bytes)), Some(bytes));
        assert_eq!(bcrypt_bytes("a!"), None);
        assert_eq!(crypt(0o1_00_77, 3), "z./");
    }
}
