//! Addresses of network cards.

use minijinja::{Error, value::Value};

use super::{
    query::{integer, said},
    subnet,
};
use crate::template::failure;

/// An address of 48 or 64 bits.
#[derive(Clone, Copy, Debug)]
struct Hardware {
    bits: u32,
    value: u64,
}

impl Hardware {
    /// Reads groups of digits between colons, hyphens or dots, digits alone, or a number.
    fn parse(text: &str) -> Option<Self> {
        let six = read(text, &[(6, 1, 2, ":-"), (3, 1, 4, ":-."), (2, 5, 6, "-:")])
            .or_else(|| bare(text, &[12, 11]));
        let eight =
            || read(text, &[(8, 1, 2, ":-"), (4, 1, 4, ":-.")]).or_else(|| bare(text, &[16]));
        let number = || text.trim().parse::<u64>().ok();
        let small = |value: &u64| *value < 1 << 48;
        let of = |bits| move |value| Self { bits, value };
        six.or_else(|| number().filter(small))
            .map(of(48))
            .or_else(|| eight().or_else(number).map(of(64)))
    }

    fn written(&self, size: usize, separator: &str, digits: usize) -> Result<Value, Error> {
        if self.bits != 48 {
            return Err(failure::plain("addresses of 64 bits have no such form"));
        }
        let parts = (0..48 / size).rev().map(|at| {
            let part = self.value >> (at * size) & ((1 << size) - 1);
            format!("{part:0digits$x}")
        });
        Ok(parts.collect::<Vec<_>>().join(separator).into())
    }
}

/// Groups of digits: how many, their least and greatest length, and what may stand between them.
fn read(text: &str, forms: &[(usize, usize, usize, &str)]) -> Option<u64> {
    forms.iter().find_map(|(count, least, most, separators)| {
        separators.chars().find_map(|separator| {
            let parts: Vec<&str> = text.split(separator).collect();
            let fits = |part: &&str| {
                (*least..=*most).contains(&part.len())
                    && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            };
            if parts.len() != *count || !parts.iter().all(fits) {
                return None;
            }
            let padded = parts.iter().map(|part| format!("{part:0>most$}"));
            u64::from_str_radix(&padded.collect::<String>(), 16).ok()
        })
    })
}

fn bare(text: &str, lengths: &[usize]) -> Option<u64> {
    let fits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

/// `hwaddr`: the address itself, whether it is one, or another form of it.
pub(super) fn hwaddr(text: &str, query: &str) -> Result<Value, Error> {
    let address = match (Hardware::parse(text), query) {
        (Some(address), _) => address,
        (None, "" | "bool") => return Ok(().into()),
        (None, _) => {
            return Err(failure::plain(format!(
                "'{text}' is no address of a network card"
            )));
        }
    };
    match query {
        "" => Ok(text.into()),
        "bool" => Ok(true.into()),
        "int" => Ok(integer(address.value.into())),
        "bare" => upper(&address.written(48, "", 12)?),
        "cisco" => address.written(16, ".", 4),
        "eui48" | "win" => upper(&address.written(8, "-", 2)?),
        "linux" => address.written(8, ":", 2),
        "pgsql" | "postgresql" | "psql" => address.written(24, ":", 6),
        "unix" => address.written(8, ":", 1),
        _ => Err(failure::plain(format!(
            "'{query}' is nothing that can be asked of a network card's address; bare, bool, cisco, eui48, int, linux, pgsql, unix and win are"
        ))),
    }
}

fn upper(value: &Value) -> Result<Value, Error> {
    Ok(value.as_str().unwrap_or_default().to_uppercase().into())
}

/// `slaac`: the address that a card gives itself in a network of IPv6.
pub(super) fn slaac(network: &str, mac: &str) -> Result<Value, Error> {
    let network = match said(network, "version")?.as_deref() {
        Some("6") => subnet::read(network)?,
        _ => None,
    };
    let (Some(network), Some(card)) = (network, Hardware::parse(mac)) else {
        return Ok(false.into());
    };
    let long = match card.bits {
        48 => (card.value >> 24) << 40 | 0xff_fe00_0000 | card.value & 0xff_ffff,
        _ => card.value,
    };
    let identifier = u128::from(long ^ 0x0200_0000_0000_0000);
    match network.first().checked_add(identifier) {
        Some(value) => Ok(network.written(value).into()),
        None => Err(failure::plain("there is no address beyond")),
    }
}
