//! Whether networks lie within each other; what is no network counts as the address 0, as in Ansible.

use minijinja::{Error, value::Value};

use super::{network::Network, query::said};

/// The first and last address, by one query each or else the address itself.
fn bounds(text: &str, first: &str, last: &str) -> Result<(u128, u128), Error> {
    let subnet = said(text, "subnet")?.unwrap_or_default();
    let end = |query: &str| {
        let found = match said(&subnet, query)? {
            Some(found) => Some(found),
            None => said(&subnet, "address")?,
        };
        let network = found.as_deref().and_then(Network::parse);
        Ok::<_, Error>(network.map_or(0, |network| network.value))
    };
    Ok((end(first)?, end(last)?))
}

fn covers(outer: (u128, u128), inner: (u128, u128)) -> bool {
    let holds = |value| outer.0 <= value && value <= outer.1;
    holds(inner.0) && holds(inner.1)
}

pub(super) fn in_network(outer: &str, inner: &str) -> Result<bool, Error> {
    let (outer, inner) = (all(outer)?, all(inner)?);
    Ok(covers(outer, inner))
}

pub(super) fn in_usable(outer: &str, inner: &str) -> Result<bool, Error> {
    let outer = bounds(outer, "first_usable", "last_usable")?;
    Ok(covers(outer, all(inner)?))
}

/// Those of some addresses that lie within a network.
pub(super) fn reduced(addresses: Vec<String>, network: &str) -> Result<Vec<Value>, Error> {
    let outer = all(network)?;
    let mut kept = Vec::new();
    for address in addresses {
        if covers(outer, all(&address)?) {
            kept.push(address.into());
        }
    }
    Ok(kept)
}

fn all(text: &str) -> Result<(u128, u128), Error> {
    bounds(text, "network", "broadcast")
}
