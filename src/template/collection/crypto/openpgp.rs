//! `gpg_fingerprint`: what names a key of OpenPGP.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use minijinja::{Error, value::Value};
use sha1::{Digest, Sha1};

use super::{text, wrong};
use crate::template::{
    call::Call,
    failure,
    lookup::{Lookup, found},
    print,
};

const SECRET_KEY: u8 = 5;
const PUBLIC_KEY: u8 = 6;

/// The first line of a key as text ends with this.
const BLOCK: &str = "KEY BLOCK-----";

/// The filter: takes a key, as text.
pub(super) fn filter(call: &mut Call) -> Result<Value, Error> {
    let key = text(call, &["input"])?;
    fingerprint(key.as_bytes()).map(Value::from)
}

/// The lookup: takes files that hold a key each.
pub(super) const LOOKUP: Lookup = |call, terms| {
    let context = call.context()?;
    let read = |term: &Value| {
        let path = found(&context, "files", &print::text(term))?;
        let key = std::fs::read(&path)
            .map_err(|error| failure::plain(format!("cannot read {}: {error}", path.display())))?;
        fingerprint(&key).map(Value::from)
    };
    terms.iter().map(read).collect()
};

fn fingerprint(key: &[u8]) -> Result<String, Error> {
    let fail = |error: &str| wrong("OpenPGP key", error);
    let bytes = match std::str::from_utf8(key) {
        Ok(text) if text.contains(BLOCK) => unarmored(text).map_err(fail)?,
        _ => key.to_vec(),
    };
    let mut rest = bytes.as_slice();
    while let Some((tag, body, after)) = packet(rest) {
        if tag == PUBLIC_KEY || tag == SECRET_KEY {
            let public = public(body, tag).map_err(fail)?;
            return Ok(digest(public));
        }
        rest = after;
    }
    Err(fail("there is no key in it"))
}

/// The digest of a public key of version 4, in capital letters.
fn digest(public: &[u8]) -> String {
    let mut digest = Sha1::new();
    digest.update([0x99]);
    // A key that is longer was refused by `packet`: its length has two bytes here.
    digest.update((public.len() as u16).to_be_bytes());
    digest.update(public);
    let bytes = digest.finalize();
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The bytes of the first block of a text.
fn unarmored(text: &str) -> Result<Vec<u8>, &'static str> {
    let mut lines = text.lines().map(str::trim_end);
    lines
        .find(|line| line.starts_with("-----BEGIN PGP ") && line.ends_with(BLOCK))
        .ok_or("there is no KEY BLOCK in it")?;
    let mut inside = lines.skip_while(|line| !line.is_empty());
    let (mut encoded, mut sum) = (String::new(), None);
    loop {
        let line = inside.next().ok_or("its block has no end")?;
        match line.strip_prefix('=') {
            _ if line.starts_with("-----END PGP ") => break,
            Some(given) if given.len() == 4 => sum = Some(given),
            _ => encoded.push_str(line.trim()),
        }
    }
    let bytes = BASE64_STANDARD.decode(encoded);
    let bytes = bytes.map_err(|_| "its block is not base64")?;
    let own = BASE64_STANDARD.encode(&checksum(&bytes).to_be_bytes()[1..]);
    match sum {
        Some(sum) if sum != own => Err("its checksum is another one: it is damaged"),
        _ => Ok(bytes),
    }
}

/// CRC-24, as it stands behind a block.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = 0x00b7_04ce_u32;
    for byte in bytes {
        sum ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            sum <<= 1;
            if sum & 0x0100_0000 != 0 {
                sum ^= 0x0186_4cfb;
            }
        }
    }
    sum
}

/// The first packet: its tag, its body and what is behind it; nothing where there is none that a key could be.
fn packet(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&head, rest) = bytes.split_first()?;
    if head & 0x80 == 0 {
        return None;
    }
    let (tag, length, rest) = match head & 0x40 {
        0 => {
            let size = match head & 3 {
                3 => return None,
                kind => 1 << kind,
            };
            let (length, rest) = number(rest, size)?;
            (head >> 2 & 0xf, length, rest)
        }
        _ => {
            let (&first, after) = rest.split_first()?;
            let (length, rest) = match first {
                0..192 => (usize::from(first), after),
                192..224 => {
                    let (&second, after) = after.split_first()?;
                    let high = usize::from(first) - 192;
                    ((high << 8) + usize::from(second) + 192, after)
                }
                255 => number(after, 4)?,
                _ => return None,
            };
            (head & 0x3f, length, rest)
        }
    };
    let (body, after) = rest.split_at_checked(length)?;
    (length <= usize::from(u16::MAX)).then_some((tag, body, after))
}

fn number(bytes: &[u8], size: usize) -> Option<(usize, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(size)?;
    let number = digits
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte));
    Some((number, rest))
}

/// The public part of a key's packet.
fn public(body: &[u8], tag: u8) -> Result<&[u8], &'static str> {
    let [4, _, _, _, _, algorithm, parts @ ..] = body else {
        return Err("only keys of version 4 have a fingerprint that is known here");
    };
    if tag == PUBLIC_KEY {
        return Ok(body);
    }
    let rest = skipped(*algorithm, parts).ok_or("its algorithm is not known, or it is damaged")?;
    Ok(&body[..body.len() - rest.len()])
}

/// What stands behind the public numbers of an algorithm.
fn skipped(algorithm: u8, parts: &[u8]) -> Option<&[u8]> {
    let integers = |mut rest, count| {
        for _ in 0..count {
            let (bits, after) = number(rest, 2)?;
            (_, rest) = after.split_at_checked(bits.div_ceil(8))?;
        }
        Some(rest)
    };
    // A curve, and how a shared secret becomes a key, begin with their length.
    let counted = |rest| {
        let (length, after) = number(rest, 1)?;
        Some(after.split_at_checked(length)?.1)
    };
    match algorithm {
        1..=3 => integers(parts, 2),
        16 => integers(parts, 3),
        17 => integers(parts, 4),
        18 => counted(integers(counted(parts)?, 1)?),
        19 | 22 => integers(counted(parts)?, 1),
        25 | 27 => parts.get(32..),
        26 => parts.get(56..),
        28 => parts.get(57..),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_an_error() {
        let message = |text: &str| fingerprint(text.as_bytes()).unwrap_err().to_string();
        assert!(message("hello").contains("there is no key in it"));
        let damaged = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZQ==\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n";
        assert!(message(damaged).contains("damaged"));
    }

    #[test]
    fn sums_are_those_of_the_standard() {
        assert_eq!(checksum(b"123456789"), 0x0021_cf02);
    }
}
