//! Extensions of requests and certificates.

use {
    super::{asn1, fingerprint::colons, general_name, number},
    crate::act::hexadecimal,
    sha1::{Digest, Sha1},
    x509_cert::{
        der::{
            Decode, Encode,
            asn1::{BitString, ObjectIdentifier, OctetString},
        },
        ext::Extension,
    },
};

pub const SUBJECT_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
pub const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
pub const NAMES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
pub const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
pub const CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
pub const REVOCATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.31");
pub const AUTHORITY_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
pub const EXTENDED_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
pub const TLS_FEATURE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.24");

/// What a request can ask for, as its arguments are named.
const KNOWN: [(ObjectIdentifier, &str); 9] = [
    (NAMES, "subject_alt_name"),
    (KEY_USAGE, "key_usage"),
    (EXTENDED_USAGE, "extended_key_usage"),
    (BASIC, "basic_constraints"),
    (TLS_FEATURE, "ocsp_must_staple"),
    (CONSTRAINTS, "name_constraints"),
    (SUBJECT_KEY, "subject_key_identifier"),
    (AUTHORITY_KEY, "authority_key_identifier"),
    (REVOCATION, "crl_distribution_points"),
];

/// The uses of a key in the order of their bits, by both names.
const USES: [(&str, &str); 9] = [
    ("digitalSignature", "Digital Signature"),
    ("nonRepudiation", "Non Repudiation"),
    ("keyEncipherment", "Key Encipherment"),
    ("dataEncipherment", "Data Encipherment"),
    ("keyAgreement", "Key Agreement"),
    ("keyCertSign", "Certificate Sign"),
    ("cRLSign", "CRL Sign"),
    ("encipherOnly", "Encipher Only"),
    ("decipherOnly", "Decipher Only"),
];

/// An extension of a value in DER.
///
/// # Errors
/// The value is longer than DER can hold.
pub fn extension(
    id: ObjectIdentifier,
    critical: bool,
    value: Vec<u8>,
) -> Result<Extension, String> {
    Ok(Extension {
        extn_id: id,
        critical,
        extn_value: OctetString::new(value).map_err(|error| error.to_string())?,
    })
}

/// The uses of a key, as users name them.
///
/// # Errors
/// A use is not known, in Ansible's words.
pub fn key_usage(names: &[String]) -> Result<Vec<u8>, String> {
    let mut flags = [false; USES.len()];
    for name in names {
        let at = USES
            .iter()
            .position(|(short, long)| [*short, *long].contains(&name.as_str()));
        flags[at.ok_or_else(|| format!("Unknown key usage \"{name}\""))?] = true;
    }
    Ok(asn1::flags(&flags))
}

/// What the key may be used for by whom.
///
/// # Errors
/// A use is not known.
pub fn extended_usage(names: &[String]) -> Result<Vec<u8>, String> {
    let numbers = names
        .iter()
        .map(|name| Ok(asn1::number(&number::named(name)?)));
    let numbers: Vec<Vec<u8>> = numbers.collect::<Result<_, String>>()?;
    Ok(asn1::value(0x30, &numbers.concat()))
}

/// Whether it is an authority: `CA:TRUE`, `pathlen:0`.
///
/// # Errors
/// Something else stands there, in Ansible's words.
pub fn basic(names: &[String]) -> Result<Vec<u8>, String> {
    let (mut authority, mut length) = (false, None);
    for name in names {
        match name.split_once(':') {
            Some(("CA", "TRUE")) => authority = true,
            Some(("CA", "FALSE")) => authority = false,
            Some(("CA", other)) => {
                return Err(format!("Unknown basic constraint value \"{other}\" for CA"));
            }
            Some(("pathlen", digits)) => {
                let number: u32 = digits.parse().map_err(|error| {
                    format!("Cannot parse path length constraint \"{digits}\" ({error})")
                })?;
                length = Some(asn1::integer(&number.to_be_bytes()));
            }
            _ => return Err(format!("Unknown basic constraint \"{name}\"")),
        }
    }
    let authority = match authority {
        true => asn1::boolean(true),
        false => Vec::new(),
    };
    Ok(asn1::sequence(&[&authority, &length.unwrap_or_default()]))
}

/// What names a public key: the digest of its bits. `None` if it is damaged.
pub fn own_identifier(public: &[u8]) -> Option<Vec<u8>> {
    let parts = asn1::parts(public)?;
    let bits: BitString = parts.get(1)?.decode_as().ok()?;
    Some(Sha1::digest(bits.raw_bytes()).to_vec())
}

/// Whether extensions that a request can ask for are the same, in any order.
pub fn are_same(some: &[Extension], others: &[Extension]) -> bool {
    KNOWN.iter().all(|(id, _)| {
        let [one, other] = [some, others].map(|all| find(all, id));
        match (one, other) {
            (Some(one), Some(other)) => is_same(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    })
}

/// Whether two extensions say the same.
pub fn is_same(one: &Extension, other: &Extension) -> bool {
    one.critical == other.critical && canonical(one) == canonical(other)
}

/// The extension with a number.
pub fn find<'e>(all: &'e [Extension], id: &ObjectIdentifier) -> Option<&'e Extension> {
    all.iter().find(|extension| extension.extn_id == *id)
}

/// The value with its members in order, where their order means nothing.
fn canonical(extension: &Extension) -> Vec<u8> {
    let value = extension.extn_value.as_bytes();
    let sorted = |der: &[u8]| {
        let mut members = members(der);
        members.sort();
        members.dedup();
        members.concat()
    };
    match extension.extn_id {
        id if [NAMES, EXTENDED_USAGE].contains(&id) => sorted(value),
        CONSTRAINTS => {
            let lists = members(value);
            lists
                .iter()
                .flat_map(|list| [&list[..1], &sorted(list)].concat())
                .collect()
        }
        _ => value.to_vec(),
    }
}

/// The values in a value that consists of others, as DER.
fn members(der: &[u8]) -> Vec<Vec<u8>> {
    let Ok(whole) = x509_cert::der::Any::from_der(der) else {
        return Vec::new();
    };
    let members = asn1::parts(&asn1::value(0x30, whole.value()));
    let members = members.unwrap_or_default();
    members
        .iter()
        .filter_map(|member| member.to_der().ok())
        .collect()
}

/// The name and the value for people. `None` for what no argument is about.
pub fn shown(extension: &Extension) -> Option<(String, String)> {
    let (_, name) = KNOWN.iter().find(|(id, _)| *id == extension.extn_id)?;
    let value = extension.extn_value.as_bytes();
    let text = match extension.extn_id {
        NAMES => members(value)
            .iter()
            .map(|name| general_name::shown(name))
            .collect(),
        KEY_USAGE => uses(value),
        EXTENDED_USAGE => {
            let numbers = Vec::<ObjectIdentifier>::from_der(value).unwrap_or_default();
            numbers.iter().map(number::short).collect()
        }
        BASIC => vec![match value.get(2) {
            Some(1) => "CA:TRUE".to_owned() + &length(value),
            _ => "CA:FALSE".to_owned() + &length(value),
        }],
        _ => vec![colons(&hexadecimal(value))],
    };
    let critical = if extension.critical {
        " (critical)"
    } else {
        ""
    };
    Some(((*name).to_owned(), text.join(", ") + critical))
}

fn length(basic: &[u8]) -> String {
    let parts = asn1::parts(basic).unwrap_or_default();
    let length = parts.iter().find_map(|part| part.decode_as::<u32>().ok());
    length.map_or(String::new(), |length| format!(", pathlen:{length}"))
}

fn uses(value: &[u8]) -> Vec<String> {
    let Ok(bits) = BitString::from_der(value) else {
        return Vec::new();
    };
    let uses = bits.bits().zip(USES).filter(|(is_set, _)| *is_set);
    uses.map(|(_, (name, _))| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn text(id: ObjectIdentifier, value: Vec<u8>) -> String {
        shown(&extension(id, false, value).unwrap()).unwrap().1
    }

    #[test]
    fn uses_and_constraints_are_written_and_shown() {
        let usage = key_usage(&words(&["keyCertSign", "Digital Signature"])).unwrap();
        assert_eq!(usage, [3, 2, 2, 0x84]);
        assert_eq!(text(KEY_USAGE, usage), "digitalSignature, keyCertSign");
        let authority = basic(&words(&["CA:TRUE", "pathlen:0"])).unwrap();
        assert_eq!(authority, [0x30, 6, 1, 1, 0xff, 2, 1, 0]);
        assert_eq!(text(BASIC, authority), "CA:TRUE, pathlen:0");
        assert_eq!(
            text(BASIC, basic(&words(&["CA:FALSE"])).unwrap()),
            "CA:FALSE"
        );
        let usage = extended_usage(&words(&["serverAuth", "1.2.3"])).unwrap();
        assert_eq!(text(EXTENDED_USAGE, usage), "serverAuth, 1.2.3");
        assert!(
            key_usage(&words(&["flying"]))
                .unwrap_err()
                .contains("flying")
        );
        assert!(basic(&words(&["CA:MAYBE"])).unwrap_err().contains("MAYBE"));
    }

    #[test]
    fn order_means_nothing_and_being_critical_does() {
        let names = |names: &[&str], critical| {
            let names = names
                .iter()
                .map(|name| general_name::encoded(name, "").unwrap());
            let value = asn1::value(0x30, &names.collect::<Vec<_>>().concat());
            vec![extension(NAMES, critical, value).unwrap()]
        };
        let one = names(&["DNS:a", "DNS:b"], false);
        assert!(are_same(&one, &names(&["DNS:b", "DNS:a"], false)));
        assert!(!are_same(&one, &names(&["DNS:b", "DNS:a"], true)));
        assert!(!are_same(&one, &names(&["DNS:a"], false)));
        assert!(!are_same(&one, &[]));
    }
}
