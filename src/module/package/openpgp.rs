//! Public keys of OpenPGP, as far as who they are: nothing is verified with them here.

use {
    crate::act::Digest,
    base64::{Engine, engine::general_purpose::STANDARD},
};

const BEGIN: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const END: &str = "-----END PGP PUBLIC KEY BLOCK-----";

const PRIMARY: u8 = 6;
const SUBKEY: u8 = 14;

/// A key with all that belongs to it: subkeys, names, signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The primary key, then its subkeys.
    pub keys: Vec<PublicKey>,
    /// As it is stored.
    pub bytes: Vec<u8>,
}

/// Who a key is, in capital hexadecimal letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    pub fingerprint: String,
    /// 16 letters.
    pub id: String,
}

/// Whether it is text.
pub fn is_armored(bytes: &[u8]) -> bool {
    bytes
        .windows(BEGIN.len())
        .any(|part| part == BEGIN.as_bytes())
}

/// Reads keys, as text (anything around and between the blocks is passed over) or as they are stored. What is no key is none.
pub fn read(bytes: &[u8]) -> Vec<Certificate> {
    match is_armored(bytes) {
        true => certificates(&unarmored(&String::from_utf8_lossy(bytes))),
        false => certificates(bytes),
    }
}

/// What stands in the blocks of a text.
fn unarmored(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for block in text.split(BEGIN).skip(1) {
        let block = block.split(END).next().unwrap_or_default();
        // Headers have a colon, which data have not; a checksum begins with `=`.
        let lines = block
            .lines()
            .map(str::trim)
            .filter(|line| !line.contains(':'));
        let lines = lines.take_while(|line| !line.starts_with('='));
        let data: String = lines.collect();
        bytes.extend(STANDARD.decode(data).unwrap_or_default());
    }
    bytes
}

fn certificates(bytes: &[u8]) -> Vec<Certificate> {
    let mut certificates: Vec<Certificate> = Vec::new();
    let mut rest = bytes;
    while let Some((packet, after)) = Packet::read(rest) {
        let whole = &rest[..rest.len() - after.len()];
        rest = after;
        if packet.tag == PRIMARY {
            certificates.push(Certificate {
                keys: Vec::new(),
                bytes: Vec::new(),
            });
        }
        let Some(last) = certificates.last_mut() else {
            continue;
        };
        last.bytes.extend(whole);
        if [PRIMARY, SUBKEY].contains(&packet.tag) {
            last.keys.extend(PublicKey::read(packet.body));
        }
    }
    certificates.retain(|certificate| !certificate.keys.is_empty());
    certificates
}

struct Packet<'a> {
    tag: u8,
    body: &'a [u8],
}

impl<'a> Packet<'a> {
    /// The first packet, and what follows it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&head, rest) = bytes.split_first()?;
        if head & 0x80 == 0 {
            return None;
        }
        let (tag, length, rest) = match head & 0x40 {
            0 => old_length(head, rest)?,
            _ => new_length(head, rest)?,
        };
        let (body, rest) = rest.split_at_checked(length)?;
        Some((Self { tag, body }, rest))
    }
}

fn number(bytes: &[u8], count: usize) -> Option<(usize, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(count)?;
    let number = digits
        .iter()
        .fold(0, |number, digit| number << 8 | usize::from(*digit));
    Some((number, rest))
}

fn old_length(head: u8, rest: &[u8]) -> Option<(u8, usize, &[u8])> {
    let tag = head >> 2 & 0x0f;
    let (length, rest) = match head & 3 {
        0 => number(rest, 1)?,
        1 => number(rest, 2)?,
        2 => number(rest, 4)?,
        _ => (rest.len(), rest),
    };
    Some((tag, length, rest))
}

fn new_length(head: u8, rest: &[u8]) -> Option<(u8, usize, &[u8])> {
    let tag = head & 0x3f;
    let (first, after) = number(rest, 1)?;
    let (length, rest) = match first {
        0..=191 => (first, after),
        192..=223 => {
            let (second, after) = number(after, 1)?;
            (((first - 192) << 8) + second + 192, after)
        }
        255 => number(after, 4)?,
        // In parts, which keys never are.
        _ => return None,
    };
    Some((tag, length, rest))
}

impl PublicKey {
    fn read(body: &[u8]) -> Option<Self> {
        let length = u32::try_from(body.len()).ok()?.to_be_bytes();
        let fingerprint = |head: &[u8], digest: Digest| {
            let whole = [head, body].concat();
            digest.of(&whole).to_uppercase()
        };
        match body.first()? {
            4 => {
                let fingerprint = fingerprint(&[0x99, length[2], length[3]], Digest::Sha1);
                let id = fingerprint[fingerprint.len() - 16..].to_owned();
                Some(Self { fingerprint, id })
            }
            6 => {
                let head = [&[0x9b], &length[..]].concat();
                let fingerprint = fingerprint(&head, Digest::Sha256);
                let id = fingerprint[..16].to_owned();
                Some(Self { fingerprint, id })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A key made for this test.
    pub const KEY: &str = include_str!("openpgp/key.asc");
    pub const FINGERPRINT: &str = "ED754DF1EEA5F498BE50F6B60665F9B00BF36D85";
    pub const SUBKEY_ID: &str = "C66503A6BABEAAA1";

    #[test]
    fn knows_who_a_key_is() {
        let read = read(KEY.as_bytes());
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].keys[0].fingerprint, FINGERPRINT);
        assert_eq!(read[0].keys[0].id, FINGERPRINT[24..]);
        assert_eq!(read[0].keys[1].id, SUBKEY_ID);
        assert_eq!(super::read(&read[0].bytes), read);
        let headed = KEY.replacen("BLOCK-----\n", "BLOCK-----\nVersion: rpm-4.18.0\n", 1);
        assert_eq!(super::read(headed.as_bytes()), read);
        let twice = [KEY, KEY].concat();
        assert_eq!(super::read(twice.as_bytes()).len(), 2);
    }

    #[test]
    fn what_is_no_key_is_none() {
        for bytes in [
            &b""[..],
            b"hello",
            b"\x99\xff\xff",
            BEGIN.as_bytes(),
            b"\xc6\xff\xff\xff\xff\xff",
        ] {
            assert!(read(bytes).is_empty(), "{bytes:?}");
        }
    }
}
