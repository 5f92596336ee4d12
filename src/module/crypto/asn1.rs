//! DER, written piece by piece.

use x509_cert::der::{
    Any, Decode, Tag, TagNumber, Tagged,
    asn1::{ObjectIdentifier, OctetString},
};

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;
const OCTETS: u8 = 0x04;
const NUMBER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONTEXT: u8 = 0x80;
const CONSTRUCTED: u8 = 0x20;

/// The value null.
pub const NULL: &[u8] = &[0x05, 0];

/// A value: its tag, its length and its content.
pub fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    match content.len() {
        length @ 0..128 => der.push(length as u8),
        length => {
            let bytes = length.to_be_bytes();
            let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(0);
            der.push(0x80 | (bytes.len() - first) as u8);
            der.extend(&bytes[first..]);
        }
    }
    der.extend(content);
    der
}

/// Values in a row.
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    value(SEQUENCE, &parts.concat())
}

/// Values whose order means nothing: they are sorted.
pub fn set(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    value(SET, &parts.concat())
}

/// A number that is not negative, by its bytes, the highest first.
pub fn integer(bytes: &[u8]) -> Vec<u8> {
    let first = bytes.iter().position(|byte| *byte != 0);
    let bytes = &bytes[first.unwrap_or(bytes.len())..];
    match bytes.first() {
        None => value(INTEGER, &[0]),
        Some(high) if high & 0x80 != 0 => value(INTEGER, &[&[0], bytes].concat()),
        Some(_) => value(INTEGER, bytes),
    }
}

pub fn boolean(yes: bool) -> Vec<u8> {
    value(BOOLEAN, &[if yes { 0xff } else { 0 }])
}

pub fn octets(bytes: &[u8]) -> Vec<u8> {
    value(OCTETS, bytes)
}

/// Whole bytes as bits.
pub fn bits(bytes: &[u8]) -> Vec<u8> {
    value(BITS, &[&[0], bytes].concat())
}

/// Named bits as they have to be: without zeros at their end. The first name has the highest bit.
pub fn flags(flags: &[bool]) -> Vec<u8> {
    let Some(last) = flags.iter().rposition(|flag| *flag) else {
        return value(BITS, &[0]);
    };
    let mut bytes = vec![0_u8; last / 8 + 1];
    for at in (0..=last).filter(|at| flags[*at]) {
        bytes[at / 8] |= 0x80 >> (at % 8);
    }
    let unused = (7 - last % 8) as u8;
    value(BITS, &[&[unused], bytes.as_slice()].concat())
}

pub fn number(oid: &ObjectIdentifier) -> Vec<u8> {
    value(NUMBER, oid.as_bytes())
}

/// Something with a number of its own, around values or in place of one that consists of others.
pub fn tagged(number: u8, content: &[u8]) -> Vec<u8> {
    value(CONTEXT | CONSTRUCTED | number, content)
}

/// Something with a number of its own, in place of a plain value.
pub fn tagged_plain(number: u8, content: &[u8]) -> Vec<u8> {
    value(CONTEXT | number, content)
}

/// The values of a sequence; `None` if it is none.
pub fn parts(der: &[u8]) -> Option<Vec<Any>> {
    Vec::<Any>::from_der(der).ok()
}

/// What stands in the part with this number of its own.
pub fn within(parts: &[Any], number: u32) -> Option<&[u8]> {
    let tag = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(number),
    };
    let part = parts.iter().find(|part| part.tag() == tag)?;
    Some(part.value())
}

/// The bytes of an octet string.
pub fn opened(der: &[u8]) -> Option<Vec<u8>> {
    let octets = OctetString::from_der(der).ok()?;
    Some(octets.into_bytes().into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_numbers_are_as_der_has_them() {
        assert_eq!(value(4, &[1; 2]), [4, 2, 1, 1]);
        assert_eq!(&value(4, &[1; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(integer(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0, 0x7f, 1]), [2, 2, 0x7f, 1]);
    }

    #[test]
    fn flags_end_with_the_last_that_is_set() {
        assert_eq!(flags(&[true, false, true]), [3, 2, 5, 0xa0]);
        let ninth = [false, false, false, false, true, false, false, false, true];
        assert_eq!(flags(&ninth), [3, 3, 7, 0x08, 0x80]);
        assert_eq!(flags(&[false]), [3, 1, 0]);
    }
}
