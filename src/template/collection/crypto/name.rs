//! Names: of subjects and issuers, of algorithms and uses.

use minijinja::value::Value;
use std::net::{IpAddr, Ipv6Addr};
use x509_cert::{
    attr::AttributeTypeAndValue,
    der::{Encode, Tag, Tagged, asn1::ObjectIdentifier},
    ext::pkix::name::GeneralName,
    name::Name,
};

use super::{
    super::{address::compressed, key::put},
    fingerprint::colons,
};

/// Number, name, and the short name that stands in a name of a directory.
const KNOWN: &[(&str, &str, &str)] = &[
    ("2.5.4.3", "commonName", "CN"),
    ("2.5.4.4", "surname", "SN"),
    ("2.5.4.5", "serialNumber", "serialNumber"),
    ("2.5.4.6", "countryName", "C"),
    ("2.5.4.7", "localityName", "L"),
    ("2.5.4.8", "stateOrProvinceName", "ST"),
    ("2.5.4.9", "streetAddress", "street"),
    ("2.5.4.10", "organizationName", "O"),
    ("2.5.4.11", "organizationalUnitName", "OU"),
    ("2.5.4.12", "title", "title"),
    ("2.5.4.13", "description", "description"),
    ("2.5.4.15", "businessCategory", "businessCategory"),
    ("2.5.4.17", "postalCode", "postalCode"),
    ("2.5.4.41", "name", "name"),
    ("2.5.4.42", "givenName", "GN"),
    ("2.5.4.43", "initials", "initials"),
    ("2.5.4.44", "generationQualifier", "generationQualifier"),
    ("2.5.4.46", "dnQualifier", "dnQualifier"),
    ("2.5.4.65", "pseudonym", "pseudonym"),
    (
        "2.5.4.97",
        "organizationIdentifier",
        "organizationIdentifier",
    ),
    ("0.9.2342.19200300.100.1.1", "userId", "UID"),
    ("0.9.2342.19200300.100.1.25", "domainComponent", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress", "emailAddress"),
    (
        "1.3.6.1.4.1.311.60.2.1.1",
        "jurisdictionLocalityName",
        "jurisdictionL",
    ),
    (
        "1.3.6.1.4.1.311.60.2.1.2",
        "jurisdictionStateOrProvinceName",
        "jurisdictionST",
    ),
    (
        "1.3.6.1.4.1.311.60.2.1.3",
        "jurisdictionCountryName",
        "jurisdictionC",
    ),
    (
        "1.3.6.1.5.5.7.3.1",
        "TLS Web Server Authentication",
        "serverAuth",
    ),
    (
        "1.3.6.1.5.5.7.3.2",
        "TLS Web Client Authentication",
        "clientAuth",
    ),
    ("1.3.6.1.5.5.7.3.3", "Code Signing", "codeSigning"),
    ("1.3.6.1.5.5.7.3.4", "E-mail Protection", "emailProtection"),
    ("1.3.6.1.5.5.7.3.5", "IPSec End System", "ipsecEndSystem"),
    ("1.3.6.1.5.5.7.3.6", "IPSec Tunnel", "ipsecTunnel"),
    ("1.3.6.1.5.5.7.3.7", "IPSec User", "ipsecUser"),
    ("1.3.6.1.5.5.7.3.8", "Time Stamping", "timeStamping"),
    ("1.3.6.1.5.5.7.3.9", "OCSP Signing", "OCSPSigning"),
    (
        "1.3.6.1.5.5.7.3.17",
        "ipsec Internet Key Exchange",
        "ipsecIKE",
    ),
    (
        "2.5.29.37.0",
        "Any Extended Key Usage",
        "anyExtendedKeyUsage",
    ),
    (
        "1.3.6.1.4.1.311.20.2.2",
        "Microsoft Smartcardlogin",
        "msSmartcardLogin",
    ),
    ("1.3.6.1.5.2.3.4", "PKINIT Client Auth", "pkInitClientAuth"),
    ("1.3.6.1.5.2.3.5", "Signing KDC Response", "pkInitKDC"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption", "RSA-MD5"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", "RSA-SHA1"),
    ("1.2.840.113549.1.1.10", "rsassaPss", "RSASSA-PSS"),
    (
        "1.2.840.113549.1.1.11",
        "sha256WithRSAEncryption",
        "RSA-SHA256",
    ),
    (
        "1.2.840.113549.1.1.12",
        "sha384WithRSAEncryption",
        "RSA-SHA384",
    ),
    (
        "1.2.840.113549.1.1.13",
        "sha512WithRSAEncryption",
        "RSA-SHA512",
    ),
    (
        "1.2.840.113549.1.1.14",
        "sha224WithRSAEncryption",
        "RSA-SHA224",
    ),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1", "ecdsa-with-SHA1"),
    (
        "1.2.840.10045.4.3.1",
        "ecdsa-with-SHA224",
        "ecdsa-with-SHA224",
    ),
    (
        "1.2.840.10045.4.3.2",
        "ecdsa-with-SHA256",
        "ecdsa-with-SHA256",
    ),
    (
        "1.2.840.10045.4.3.3",
        "ecdsa-with-SHA384",
        "ecdsa-with-SHA384",
    ),
    (
        "1.2.840.10045.4.3.4",
        "ecdsa-with-SHA512",
        "ecdsa-with-SHA512",
    ),
    ("1.3.101.112", "ED25519", "ED25519"),
    ("1.3.101.113", "ED448", "ED448"),
];

/// What a number stands for; the number itself where we do not know it.
pub(super) fn known(number: &ObjectIdentifier) -> String {
    let number = number.to_string();
    let found = KNOWN.iter().find(|(known, ..)| *known == number);
    found.map_or(number.clone(), |(_, name, _)| (*name).to_owned())
}

fn short(number: &ObjectIdentifier) -> String {
    let number = number.to_string();
    let found = KNOWN.iter().find(|(known, ..)| *known == number);
    found.map_or(number.clone(), |(.., short)| (*short).to_owned())
}

fn text(part: &AttributeTypeAndValue) -> String {
    let bytes = part.value.value();
    match part.value.tag() {
        Tag::BmpString => {
            let units = bytes.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xfffd,
            });
            char::decode_utf16(units)
                .map(|letter| letter.unwrap_or('\u{fffd}'))
                .collect()
        }
        Tag::TeletexString => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The parts of a name by what they are, and as they stand there.
pub(super) fn parts(name: &Name) -> (Value, Value) {
    let ordered: Vec<(String, String)> = name
        .iter()
        .map(|part| (known(&part.oid), text(part)))
        .collect();
    let mut unique: Vec<(String, Value)> = Vec::new();
    for (key, value) in &ordered {
        put(&mut unique, key.clone(), value.as_str().into());
    }
    let pairs = ordered
        .into_iter()
        .map(|(key, value)| Value::from(vec![key, value]));
    (Value::from_pairs(unique), pairs.collect())
}

/// A name of a host, a person or a place, with its kind.
pub(super) fn general(name: &GeneralName) -> Result<String, String> {
    Ok(match name {
        GeneralName::DnsName(name) => format!("DNS:{name}"),
        GeneralName::Rfc822Name(name) => format!("email:{name}"),
        GeneralName::UniformResourceIdentifier(name) => format!("URI:{name}"),
        GeneralName::RegisteredId(number) => format!("RID:{number}"),
        GeneralName::IpAddress(bytes) => format!("IP:{}", address(bytes.as_bytes())?),
        GeneralName::DirectoryName(name) => format!("dirName:{}", directory(name)),
        GeneralName::OtherName(other) => {
            let value = other.value.to_der().map_err(|error| error.to_string())?;
            format!("otherName:{};{}", other.type_id, colons(&value))
        }
        GeneralName::EdiPartyName(_) => return Err("it holds an EDI party's name".into()),
    })
}

/// An address, or a network with its mask.
fn address(bytes: &[u8]) -> Result<String, String> {
    let half = bytes.len() / 2;
    match bytes.len() {
        4 | 16 => host(bytes),
        8 | 32 => {
            let ones: u32 = bytes[half..].iter().map(|byte| byte.count_ones()).sum();
            Ok(format!("{}/{ones}", host(&bytes[..half])?))
        }
        length => Err(format!("an IP address has {length} bytes")),
    }
}

fn host(bytes: &[u8]) -> Result<String, String> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Ok(IpAddr::from(bytes).to_string());
    }
    let bytes = <[u8; 16]>::try_from(bytes).map_err(|error| error.to_string())?;
    Ok(compressed(Ipv6Addr::from(bytes).to_bits()))
}

/// The parts from the last to the first, with what has a meaning there escaped.
fn directory(name: &Name) -> String {
    let mut parts: Vec<String> = name
        .iter()
        .map(|part| format!("{}={}", short(&part.oid), escaped(&text(part))))
        .collect();
    parts.reverse();
    parts.join(",")
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in text.char_indices() {
        let last = at + c.len_utf8() == text.len();
        match c {
            '\0' => out.push_str("\\00"),
            '\\' | ',' | '+' | '<' | '>' | ';' | '"' => out.extend(['\\', c]),
            '#' if at == 0 => out.push_str("\\#"),
            ' ' if at == 0 || last => out.push_str("\\ "),
            c => out.push(c),
        }
    }
    out
}
