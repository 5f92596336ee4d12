//! Addresses moved, cut, and written in other forms.

use std::net::Ipv6Addr;

use minijinja::{Error, value::Value};

use super::{filter::host, network::Network, query::integer};
use crate::template::failure;

/// More addresses than this are not listed.
const MOST: u128 = 1 << 20;

/// `ipmath`: the address that is so many further on.
pub(super) fn moved(text: &str, amount: i64) -> Result<Value, Error> {
    let network = match text.contains('/') {
        true => Network::parse(text)
            .ok_or_else(|| failure::plain(format!("'{text}' is no IP address")))?,
        false => host(text)?,
    };
    let found = network.value.checked_add_signed(i128::from(amount));
    match found.filter(|value| *value <= network.max()) {
        Some(value) => Ok(network.written(value).into()),
        None => Err(failure::plain(format!(
            "there is no address {amount} from {}",
            network.ip()
        ))),
    }
}

/// `ip4_hex`: the four parts as hexadecimal digits.
pub(super) fn hexadecimal(text: &str, delimiter: &str) -> Result<Value, Error> {
    let address = host(text)?;
    if address.version != 4 {
        return Err(failure::plain(format!("'{text}' is no IPv4 address")));
    }
    let parts = (address.value as u32).to_be_bytes();
    let parts = parts.map(|part| format!("{part:02x}"));
    Ok(parts.join(delimiter).into())
}

/// `ipcut`: so many bits from the start, or from the end, as parts.
pub(super) fn cut(text: &str, amount: i64) -> Result<Value, Error> {
    let address = host(text)?;
    let width = usize::try_from(address.width()).unwrap_or(32);
    let bits = format!("{:0width$b}", address.value);
    let length = usize::try_from(amount.unsigned_abs()).unwrap_or(width);
    let length = length.min(width);
    let kept = match amount < 0 {
        true => &bits[width - length..],
        false => &bits[..length],
    };
    let size = if address.version == 4 { 8 } else { 16 };
    let mut parts = Vec::new();
    for start in (0..kept.len()).step_by(size) {
        let part = &kept[start..kept.len().min(start + size)];
        let part = u32::from_str_radix(part, 2).unwrap_or(0);
        parts.push(match address.version {
            4 => part.to_string(),
            _ => format!("{part:x}"),
        });
    }
    let separator = if address.version == 4 { "." } else { ":" };
    Ok(parts.join(separator).into())
}

/// `ipv6form`: short, with all digits, or as certificates have it.
pub(super) fn form(text: &str, form: &str) -> Result<Value, Error> {
    let address = host(text)?;
    let segments = Ipv6Addr::from_bits(address.value).segments();
    let joined = |parts: Vec<String>| Ok(parts.join(":").into());
    match (form, address.version) {
        ("x509", 4) => Err(failure::plain(format!("'{text}' is no IPv6 address"))),
        (_, 4) => Ok(address.ip().into()),
        ("expand", _) => joined(segments.map(|part| format!("{part:04x}")).into()),
        ("x509", _) => joined(segments.map(|part| format!("{part:x}")).into()),
        _ => Ok(compressed(address.value).into()),
    }
}

/// An address of IPv6 without any part in dots, as Python's `ipaddress` writes it.
pub(in crate::template::collection) fn compressed(value: u128) -> String {
    let address = Ipv6Addr::from_bits(value);
    match address.to_ipv4_mapped() {
        None => address.to_string(),
        Some(_) => {
            let [.., high, low] = address.segments();
            format!("::ffff:{high:x}:{low:x}")
        }
    }
}

/// `usable_range`: every address of a network.
pub(super) fn range(text: &str) -> Result<Value, Error> {
    let network = Network::strict(text)
        .ok_or_else(|| failure::plain(format!("'{text}' is no network without host bits")))?;
    let Some(size) = network.size().filter(|size| *size <= MOST) else {
        return Err(failure::plain(format!(
            "{} has more than {MOST} addresses",
            network.cidr()
        )));
    };
    let written = |distance| match network.version {
        4 => network.written(network.first() + distance),
        _ => compressed(network.first() + distance),
    };
    let all: Value = (0..size)
        .map(|distance| Value::from(written(distance)))
        .collect();
    Ok(Value::from_pairs([
        ("usable_ips", all),
        ("number_of_ips", integer(size)),
    ]))
}
