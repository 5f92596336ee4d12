//! Names of hosts, people and places, as certificates have them: `DNS:example.org`, `IP:192.0.2.1`.

use {
    super::{asn1, fingerprint::colons, name::Parts, number},
    crate::act::hexadecimal,
    std::net::{IpAddr, Ipv4Addr, Ipv6Addr},
    x509_cert::der::asn1::ObjectIdentifier,
};

const OTHER: u8 = 0;
const EMAIL: u8 = 1;
const DNS: u8 = 2;
const DIRECTORY: u8 = 4;
const PLACE: u8 = 6;
const ADDRESS: u8 = 7;
const REGISTERED: u8 = 8;
const UTF8: u8 = 0x0c;
/// A plain value with a number of its own.
const CONTEXT: u8 = 0x80;

/// The DER of a name as a user writes it; `what` it is a part of, for the message.
///
/// # Errors
/// It cannot be read, in Ansible's words.
pub fn encoded(name: &str, what: &str) -> Result<Vec<u8>, String> {
    let fail = |why: &str| format!("Cannot parse {what} \"{name}\"{why}");
    let Some((kind, value)) = name.split_once(':') else {
        return Err(fail(" (forgot \"DNS:\" prefix?)"));
    };
    let plain = |number| match value.is_ascii() {
        true => Ok(asn1::tagged_plain(number, value.as_bytes())),
        false => Err(fail(": write names in other letters as xn--…")),
    };
    match kind {
        "DNS" => plain(DNS),
        "email" => plain(EMAIL),
        "URI" => plain(PLACE),
        "IP" => {
            let bytes = address(value).ok_or_else(|| fail(": this is no address or network"))?;
            Ok(asn1::tagged_plain(ADDRESS, &bytes))
        }
        "RID" => {
            let number = ObjectIdentifier::new(value).map_err(|_| fail(""))?;
            Ok(asn1::tagged_plain(REGISTERED, number.as_bytes()))
        }
        "dirName" => {
            let parts = directory(value).map_err(|error| fail(&format!(": {error}")))?;
            Ok(asn1::tagged(DIRECTORY, &parts.der()))
        }
        "otherName" => {
            let bytes = other(value).ok_or_else(|| {
                fail(", must be in the format \"otherName:<OID>;UTF8:<text>\" or \"otherName:<OID>;<hex string>\"")
            })?;
            Ok(asn1::tagged(OTHER, &bytes))
        }
        _ => Err(fail(" (potentially unsupported by cryptography backend)")),
    }
}

/// The DER of names in a row.
///
/// # Errors
/// As [`encoded`].
pub fn all(names: &[String], what: &str) -> Result<Vec<u8>, String> {
    let names = names.iter().map(|name| encoded(name, what));
    let names: Vec<Vec<u8>> = names.collect::<Result<_, _>>()?;
    Ok(names.concat())
}

/// A name for people, from its DER.
pub fn shown(der: &[u8]) -> String {
    let Some((tag, value)) = der.first().zip(der.get(2..)) else {
        return String::new();
    };
    let text = String::from_utf8_lossy(value);
    match tag.wrapping_sub(CONTEXT) {
        DNS => format!("DNS:{text}"),
        EMAIL => format!("email:{text}"),
        PLACE => format!("URI:{text}"),
        ADDRESS => match (<[u8; 4]>::try_from(value), <[u8; 16]>::try_from(value)) {
            (Ok(four), _) => format!("IP:{}", Ipv4Addr::from(four)),
            (_, Ok(sixteen)) => format!("IP:{}", Ipv6Addr::from(sixteen)),
            _ => format!("IP:{}", colons(&hexadecimal(value))),
        },
        _ => colons(&hexadecimal(der)),
    }
}

/// The bytes of an address, or of a network and its mask.
fn address(text: &str) -> Option<Vec<u8>> {
    let bytes = |address: IpAddr| match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let Some((network, ones)) = text.split_once('/') else {
        return text.parse().ok().map(bytes);
    };
    let network = bytes(network.parse().ok()?);
    let ones: usize = ones
        .parse()
        .ok()
        .filter(|ones| *ones <= network.len() * 8)?;
    let mask: Vec<u8> = (0..network.len())
        .map(|at| match ones.saturating_sub(at * 8) {
            0 => 0,
            ones @ 1..8 => 0xff << (8 - ones),
            _ => 0xff,
        })
        .collect();
    let inside = network
        .iter()
        .zip(&mask)
        .all(|(byte, mask)| byte & !mask == 0);
    inside.then(|| [network, mask].concat())
}

/// `1.2.3;UTF8:text`, or `1.2.3;0c:04:…`, the DER in hexadecimal.
fn other(text: &str) -> Option<Vec<u8>> {
    let (number, value) = text.split_once(';')?;
    let number = ObjectIdentifier::new(number).ok()?;
    let value = match value.split_once(':') {
        Some(("UTF8" | "UTF8String", text)) => asn1::value(UTF8, text.as_bytes()),
        _ => {
            let pairs = value.split(':').map(|pair| u8::from_str_radix(pair, 16));
            pairs.collect::<Result<_, _>>().ok()?
        }
    };
    Some([asn1::number(&number), asn1::tagged(0, &value)].concat())
}

/// `/C=DE/CN=a` or `CN=a,C=DE`; the last part stands first in the name.
fn directory(text: &str) -> Result<Parts, String> {
    let text = text.trim_start();
    let (separator, text) = match text.strip_prefix('/') {
        Some(rest) => ('/', rest),
        None => (',', text),
    };
    let mut parts = Vec::new();
    let mut rest = text.chars().peekable();
    while rest.peek().is_some() {
        let mut part = String::new();
        while let Some(letter) = rest.next() {
            match letter {
                '\\' => part.extend(rest.next()),
                letter if letter == separator => break,
                letter => part.push(letter),
            }
        }
        let (name, value) = part.split_once('=').ok_or("a part has no =")?;
        let number = number::named(name.trim())?;
        parts.push((number, value.trim_start().to_owned()));
    }
    parts.reverse();
    Ok(Parts(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHAT: &str = "Subject Alternative Name";

    #[test]
    fn names_are_as_der_has_them() {
        let der = |name| encoded(name, WHAT).unwrap();
        assert_eq!(der("DNS:a.b"), b"\x82\x03a.b");
        assert_eq!(der("IP:127.0.0.1"), [0x87, 4, 127, 0, 0, 1]);
        assert_eq!(der("IP:10.0.0.0/9"), [0x87, 8, 10, 0, 0, 0, 255, 128, 0, 0]);
        assert_eq!(der("RID:1.2.3"), [0x88, 2, 0x2a, 3]);
        let other = der("otherName:1.2.3;UTF8:a");
        assert_eq!(other, [0xa0, 9, 6, 2, 0x2a, 3, 0xa0, 3, 0x0c, 1, b'a']);
        assert_eq!(der("otherName:1.2.3;0c:01:61"), other);
        assert_eq!(der("dirName:/C=DE/CN=a"), der("dirName:C=DE, CN = a"));
        for name in ["DNS:a.b", "IP:::1", "email:a@b", "URI:http://x/"] {
            assert_eq!(shown(&der(name)), name);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let error = |name| encoded(name, WHAT).unwrap_err();
        assert!(error("example").contains("forgot \"DNS:\" prefix?"));
        assert!(error("XYZ:a").contains("potentially unsupported"));
        assert!(error("IP:10.0.0.1/8").contains("no address"));
        assert!(error("DNS:bücher.de").contains("xn--"));
    }
}
