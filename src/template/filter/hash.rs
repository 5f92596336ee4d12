//! Digests, password hashes and identifiers made of names.

use minijinja::{Error, value::Value};
use sha2::Digest;

use super::random;
use crate::template::{bound, builtin::Run, call::Call, failure};

pub(super) const ALL: &[(&str, Run)] = &[
    ("hash", |call| {
        let kind = call.text(1, "hashtype").unwrap_or_else(|| "sha1".into());
        digest(&call.subject(), &kind)
    }),
    ("sha1", |call| digest(&call.subject(), "sha1")),
    ("checksum", |call| digest(&call.subject(), "sha1")),
    ("md5", |call| digest(&call.subject(), "md5")),
    ("password_hash", password_hash),
    ("to_uuid", to_uuid),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(text: &str, kind: &str) -> Result<Value, Error> {
    let text = text.as_bytes();
    Ok(match kind {
        "md5" => hex(&md5::Md5::digest(text)),
        "sha1" => hex(&sha1::Sha1::digest(text)),
        "sha224" => hex(&sha2::Sha224::digest(text)),
        "sha256" => hex(&sha2::Sha256::digest(text)),
        "sha384" => hex(&sha2::Sha384::digest(text)),
        "sha512" => hex(&sha2::Sha512::digest(text)),
        other => {
            let message =
                format!("'{other}' is no digest; md5, sha1, sha224, sha256, sha384 and sha512 are");
            return Err(failure::plain(message));
        }
    }
    .into())
}

const CRYPT: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn password_hash(call: &mut Call) -> Result<Value, Error> {
    let kind = call.text(1, "hashtype").unwrap_or_else(|| "sha512".into());
    let salt = match call.text(2, "salt") {
        Some(salt) => salt,
        None => random::word(
            call.int(3, "salt_size")?
                .and_then(|size| size.try_into().ok())
                .unwrap_or(16),
            "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        )?,
    };
    if salt.is_empty() || salt.len() > 16 || !salt.bytes().all(|byte| CRYPT.contains(&byte)) {
        return Err(failure::plain(
            "the salt is 1 to 16 of the characters ./0-9A-Za-z",
        ));
    }
    let rounds = match call.int(4, "rounds")? {
        Some(rounds) => {
            Some(u32::try_from(rounds).map_err(|_| failure::plain("'rounds' is too large"))?)
        }
        None => None,
    };
    crypt(&call.subject(), &kind, &salt, rounds).map(Value::from)
}

/// A password as `/etc/shadow` holds it; `kind` is `sha512` or `sha256`.
pub(in crate::template) fn crypt(
    password: &str,
    kind: &str,
    salt: &str,
    rounds: Option<u32>,
) -> Result<String, Error> {
    let usual = sha_crypt::Params::RECOMMENDED_ROUNDS;
    // Ansible's own numbers, so that a hash with a fixed salt stays what it was.
    let count = rounds.unwrap_or(if kind.starts_with("sha256") {
        535_000
    } else {
        656_000
    });
    let params = sha_crypt::Params::new(bound::rounds(count)?)
        .map_err(|_| failure::plain("'rounds' is 1000 to 999999999"))?;
    let shown = if count == usual {
        String::new()
    } else {
        format!("rounds={count}$")
    };
    let (password, bytes) = (password.as_bytes(), salt.as_bytes());
    Ok(match kind.trim_end_matches("_crypt") {
        "sha512" => {
            let digest = sha_crypt::sha512_crypt(password, bytes, params);
            format!(
                "$6${shown}{salt}${}",
                encoded(&digest, &triples(21, [0, 1, 2]), &[63])
            )
        }
        "sha256" => {
            let digest = sha_crypt::sha256_crypt(password, bytes, params);
            format!(
                "$5${shown}{salt}${}",
                encoded(&digest, &triples(10, [0, 2, 1]), &[30, 31])
            )
        }
        other => {
            let message =
                format!("'{other}' is no password hash that is made here; sha512 and sha256 are");
            return Err(failure::plain(message));
        }
    })
}

/// The order in which the algorithm takes bytes: three rows of the digest, each time starting with another row.
fn triples(length: usize, first: [usize; 3]) -> Vec<[usize; 3]> {
    (0..length)
        .map(|at| {
            let start = first[at % 3];
            [0, 1, 2].map(|step| (start + step) % 3 * length + at)
        })
        .collect()
}

fn encoded(digest: &[u8], triples: &[[usize; 3]], rest: &[usize]) -> String {
    let mut out = String::new();
    let mut put = |mut bits: u32, count: usize| {
        for _ in 0..count {
            out.push(char::from(CRYPT[(bits & 63) as usize]));
            bits >>= 6;
        }
    };
    for [high, middle, low] in triples {
        let bits = u32::from(digest[*high]) << 16
            | u32::from(digest[*middle]) << 8
            | u32::from(digest[*low]);
        put(bits, 4);
    }
    match rest {
        [one] => put(u32::from(digest[*one]), 2),
        [one, two] => put(u32::from(digest[*two]) << 8 | u32::from(digest[*one]), 3),
        _ => {}
    }
    out
}

/// Ansible's own namespace for identifiers.
const NAMESPACE: &str = "361e6d51-faec-444a-9079-341386da8e2e";

fn to_uuid(call: &mut Call) -> Result<Value, Error> {
    let namespace = call
        .text(1, "namespace")
        .unwrap_or_else(|| NAMESPACE.into());
    let digits: String = namespace.chars().filter(char::is_ascii_hexdigit).collect();
    if digits.len() != 32 {
        return Err(failure::plain(format!("'{namespace}' is no UUID")));
    }
    let mut bytes: Vec<u8> = (0..16)
        .filter_map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).ok())
        .collect();
    bytes.extend(call.subject().bytes());
    let mut id: [u8; 16] = [0; 16];
    id.copy_from_slice(&sha1::Sha1::digest(&bytes)[..16]);
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    let text = hex(&id);
    let parts = [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ];
    Ok(parts.join("-").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_hash_as_crypt_does() {
        assert_eq!(
            crypt("Hello world!", "sha512", "saltstring", Some(5000)).unwrap(),
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"
        );
        assert_eq!(
            crypt("Hello world!", "sha256", "saltstring", Some(5000)).unwrap(),
            "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"
        );
    }
}
