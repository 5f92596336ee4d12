//! Names of subjects and issuers.

use {
    super::{asn1, number},
    std::collections::BTreeSet,
    x509_cert::{
        attr::AttributeTypeAndValue,
        der::{Decode, Tag, Tagged, asn1::ObjectIdentifier},
        name::Name,
    },
};

const PRINTABLE: u8 = 0x13;
const UTF8: u8 = 0x0c;
const IA5: u8 = 0x16;

/// A name: its parts, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts(pub Vec<(ObjectIdentifier, String)>);

impl Parts {
    /// Takes parts as users write them.
    ///
    /// # Errors
    /// A part is not known, or cannot be its value.
    pub fn of(written: &[(String, String)]) -> Result<Self, String> {
        let part = |(name, value): &(String, String)| {
            let number = number::named(name)?;
            let country = ["C", "jurisdictionC"].contains(&number::short(&number).as_str());
            if country && value.len() != 2 {
                return Err("Country name must be a 2 character country code".to_owned());
            }
            Ok((number, value.clone()))
        };
        Ok(Self(written.iter().map(part).collect::<Result<_, _>>()?))
    }

    /// Reads DER; `None` if it is no name.
    pub fn read(der: &[u8]) -> Option<Self> {
        let name = Name::from_der(der).ok()?;
        let parts = name.iter().map(|part| (part.oid, text(part)));
        Some(Self(parts.collect()))
    }

    /// As DER, each part by itself.
    pub fn der(&self) -> Vec<u8> {
        let parts: Vec<Vec<u8>> = self.0.iter().map(part).collect();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        asn1::sequence(&parts)
    }

    /// Whether it is the same name, in any order.
    pub fn is_same_set(&self, other: &Self) -> bool {
        self.0.iter().collect::<BTreeSet<_>>() == other.0.iter().collect::<BTreeSet<_>>()
    }

    /// For people: `CN=example.org, O=Example`.
    pub fn shown(&self) -> String {
        let parts = self.0.iter();
        let parts = parts.map(|(number, value)| format!("{}={value}", number::short(number)));
        parts.collect::<Vec<_>>().join(", ")
    }
}

fn part((number, value): &(ObjectIdentifier, String)) -> Vec<u8> {
    let tag = match number::short(number).as_str() {
        "C" | "jurisdictionC" | "serialNumber" | "dnQualifier" => PRINTABLE,
        "emailAddress" | "DC" => IA5,
        _ => UTF8,
    };
    let value = asn1::value(tag, value.as_bytes());
    asn1::set(vec![asn1::sequence(&[&asn1::number(number), &value])])
}

fn text(part: &AttributeTypeAndValue) -> String {
    let bytes = part.value.value();
    match part.value.tag() {
        Tag::BmpString => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| u16::from(pair[0]) << 8 | u16::from(pair[1]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        Tag::TeletexString => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(written: &[(&str, &str)]) -> Result<Parts, String> {
        let written = written
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Parts::of(&written.collect::<Vec<_>>())
    }

    #[test]
    fn what_is_written_is_read() {
        let name = parts(&[("C", "DE"), ("CN", "Ädä"), ("E", "ada@example.org")]).unwrap();
        assert_eq!(Parts::read(&name.der()), Some(name.clone()));
        assert_eq!(name.shown(), "C=DE, CN=Ädä, emailAddress=ada@example.org");
        let other = parts(&[
            ("CN", "Ädä"),
            ("emailAddress", "ada@example.org"),
            ("C", "DE"),
        ]);
        let other = other.unwrap();
        assert!(name.is_same_set(&other) && name != other);
    }

    #[test]
    fn a_country_has_two_letters() {
        assert!(parts(&[("C", "DEU")]).unwrap_err().contains("2 character"));
        assert!(
            parts(&[("XY", "z")])
                .unwrap_err()
                .contains("Cannot find OID")
        );
    }
}
