//! `cidr_merge`: the fewest networks that cover the same addresses, or the one that spans them.

use minijinja::{Error, value::Value};

use super::network::Network;
use crate::template::failure;

pub(super) fn merge(texts: &[String], action: &str) -> Result<Value, Error> {
    let read = |text: &String| {
        Network::parse(text).ok_or_else(|| failure::plain(format!("'{text}' is no network")))
    };
    let networks: Vec<Network> = texts.iter().map(read).collect::<Result<_, _>>()?;
    match (action, networks.as_slice()) {
        ("merge", networks) => Ok(merged(networks)
            .iter()
            .map(|network| Value::from(network.cidr()))
            .collect()),
        ("span", []) => Ok(().into()),
        ("span", [one]) => Ok(one.cidr().into()),
        ("span", networks) => spanning(networks),
        _ => Err(failure::plain(format!(
            "'{action}' is nothing that can be done with networks; merge and span are"
        ))),
    }
}

fn merged(networks: &[Network]) -> Vec<Network> {
    let mut ranges: Vec<(u8, u128, u128)> = networks
        .iter()
        .map(|network| (network.version, network.first(), network.last()))
        .collect();
    ranges.sort_unstable();
    let mut joined: Vec<(u8, u128, u128)> = Vec::new();
    for (version, first, last) in ranges {
        match joined.last_mut() {
            Some(before) if before.0 == version && first <= before.2.saturating_add(1) => {
                before.2 = before.2.max(last);
            }
            _ => joined.push((version, first, last)),
        }
    }
    joined.into_iter().flat_map(covered).collect()
}

/// The fewest networks from one address to another.
fn covered((version, first, last): (u8, u128, u128)) -> Vec<Network> {
    let mut networks = Vec::new();
    let mut at = Some(first);
    while let Some(start) = at.filter(|start| *start <= last) {
        let mut network = Network::host(version, start);
        while network.prefix > 0 {
            let wider = Network {
                prefix: network.prefix - 1,
                ..network
            };
            if wider.first() != start || wider.last() > last {
                break;
            }
            network = wider;
        }
        at = network.last().checked_add(1);
        networks.push(network);
    }
    networks
}

fn spanning(networks: &[Network]) -> Result<Value, Error> {
    let key = |network: &&Network| (network.version, network.first(), network.prefix);
    let least = networks.iter().min_by_key(key);
    let (Some(least), Some(most)) = (least, networks.iter().max_by_key(key)) else {
        return Ok(().into());
    };
    if least.version != most.version {
        return Err(failure::plain("IPv4 and IPv6 have no network in common"));
    }
    let mut span = Network {
        value: most.last(),
        ..*most
    };
    while span.prefix > 0 && span.value > least.first() {
        span.prefix -= 1;
        span = span.whole();
    }
    Ok(span.cidr().into())
}
