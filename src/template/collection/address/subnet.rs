//! Networks within networks, and hosts by their place.

use minijinja::{Error, value::Value};

use super::{
    network::Network,
    query::{nth, number, said},
};
use crate::template::failure;

/// A host with its prefix, or a network; nothing where it is neither.
pub(super) fn read(text: &str) -> Result<Option<Network>, Error> {
    let written = match said(text, "type")?.as_deref() {
        Some("address") => said(text, "cidr")?,
        Some(_) => said(text, "subnet")?,
        None => None,
    };
    Ok(written.and_then(|written| Network::parse(&written)))
}

/// `ipsubnet`: how many networks of a size there are within, the one at a place, or the place of one in a larger one.
pub(super) fn subnet(value: &str, query: &str, index: Option<i64>) -> Result<Value, Error> {
    let Some(network) = read(value)?.map(|network| network.whole()) else {
        return Ok(false.into());
    };
    if query.is_empty() {
        return Ok(network.cidr().into());
    }
    if !query.bytes().all(|byte| byte.is_ascii_digit()) {
        return place_within(&network, query);
    }
    match query.parse::<u32>() {
        Ok(prefix) if prefix <= network.width() => sized(&network, prefix, index),
        _ => Ok(false.into()),
    }
}

fn sized(network: &Network, prefix: u32, index: Option<i64>) -> Result<Value, Error> {
    match (index, network.spare()) {
        (None, 0) => supernet(network, prefix, 0),
        (None, _) => count(network, prefix),
        (Some(index), 0) => {
            let (bits, wanted) = (i64::from(network.width()), i64::from(prefix));
            match index > bits + 1 - index || index < wanted - bits {
                true => Ok(false.into()),
                false => supernet(network, prefix, index),
            }
        }
        (Some(index), _) => at(network, prefix, index),
    }
}

/// Of the networks around an address, from a prefix on, the one at a place.
fn supernet(host: &Network, prefix: u32, index: i64) -> Result<Value, Error> {
    let around = i64::from(host.prefix) - i64::from(prefix);
    let place = if index < 0 { around + index } else { index };
    let prefix = u32::try_from(i64::from(prefix) + place).unwrap_or(u32::MAX);
    if !(0..around).contains(&place) {
        return Err(failure::plain(format!(
            "there is no network around {} at that place",
            host.ip()
        )));
    }
    Ok(Network { prefix, ..*host }.whole().cidr().into())
}

/// How many networks of a size there are, as text.
fn count(network: &Network, prefix: u32) -> Result<Value, Error> {
    let Some(bits) = prefix.checked_sub(network.prefix) else {
        return Err(failure::plain(format!(
            "a network of /{prefix} does not fit into {}",
            network.cidr()
        )));
    };
    Ok(match 1_u128.checked_shl(bits) {
        Some(count) => count.to_string().into(),
        None => format!("{}6", u128::MAX / 10).into(),
    })
}

fn at(network: &Network, prefix: u32, index: i64) -> Result<Value, Error> {
    let bits = prefix.saturating_sub(network.prefix);
    let subnets = 1_i128.checked_shl(bits).filter(|count| *count > 0);
    let subnets = subnets.unwrap_or(i128::MAX);
    let mut place = i128::from(index);
    if place < 0 && prefix >= network.prefix {
        place += subnets;
    }
    if !(0..subnets).contains(&place) {
        return Ok(false.into());
    }
    let step = network.width() - prefix;
    let value = network.first() + place.unsigned_abs().checked_shl(step).unwrap_or(0);
    let found = number(value);
    match Network::parse(&format!("{found}/{prefix}")) {
        Some(found) => Ok(found.cidr().into()),
        None => Err(failure::plain(format!(
            "a network of /{prefix} cannot start at {found}"
        ))),
    }
}

/// The place of a network or address within a larger one, counted from 1, as text.
fn place_within(network: &Network, around: &str) -> Result<Value, Error> {
    let Some(outer) = read(around)? else {
        return Err(failure::plain(format!(
            "'{around}' is neither a network nor an address"
        )));
    };
    let shifted = |value: u128| match network.width().checked_sub(outer.prefix) {
        Some(bits) => Ok(value.checked_shr(bits).unwrap_or(0)),
        None => Err(failure::plain("the one is IPv4, the other IPv6")),
    };
    if shifted(network.value)? != shifted(outer.value)? {
        return Err(failure::plain(format!(
            "{} is not in the network {}",
            network.cidr(),
            outer.whole().cidr()
        )));
    }
    let Some(bits) = network.prefix.checked_sub(outer.prefix) else {
        return Err(failure::plain(format!(
            "{} is larger than {}",
            network.cidr(),
            outer.whole().cidr()
        )));
    };
    let mask = 1_u128
        .checked_shl(bits)
        .map_or(u128::MAX, |count| count - 1);
    let place = network.value.checked_shr(network.spare()).unwrap_or(0) & mask;
    Ok((place + 1).to_string().into())
}

/// `nthhost`: the address at a place, which may count from the end.
pub(super) fn nth_host(value: &str, place: &str) -> Result<Value, Error> {
    let (Some(network), Ok(place)) = (read(value)?, place.trim().parse::<i128>()) else {
        return Ok(false.into());
    };
    match nth(&network, place) {
        Some(found) => Ok(network.written(found).into()),
        None if place < 0 => Err(failure::plain("there is no address at that place")),
        None => Ok(false.into()),
    }
}

/// The usable address at a distance; null where that is beyond the network.
pub(super) fn usable(network: &Network, offset: i64, direction: i64) -> Result<Value, Error> {
    let Some((first, last)) = network.usable() else {
        return Ok(().into());
    };
    let step = i128::from(offset) * i128::from(direction);
    let found = network
        .value
        .checked_add_signed(step)
        .ok_or_else(|| failure::plain("there is no address that far away"))?;
    Ok(match first <= found && found <= last {
        true => number(found).into(),
        false => ().into(),
    })
}
