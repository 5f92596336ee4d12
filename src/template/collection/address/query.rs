//! What `ipaddr` can be asked about an address or network.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{network::Network, reach};
use crate::template::{call::items, failure, print};

/// The answer where the address is not of the kind that was asked for.
const NO: Value = Value::UNDEFINED;

/// An address that was recognised, and how it was written.
pub(super) struct Subject {
    network: Network,
    /// It was written with a prefix.
    prefixed: bool,
    /// As it was given.
    value: Value,
}

type Answer = Result<Option<Value>, Error>;

type Query = fn(&Subject) -> Answer;

const QUERIES: &[(&str, Query)] = &[
    ("", |on| match on.prefixed {
        true => text(on.network.cidr()),
        false => text(on.network.ip()),
    }),
    ("6to4", six_to_four),
    ("address", ip),
    ("address/prefix", address_prefix),
    ("bool", |_| given(true)),
    ("broadcast", |on| {
        maybe(on.network.broadcast().map(|last| on.network.written(last)))
    }),
    ("cidr", |on| text(on.network.cidr())),
    ("first_usable", |on| {
        let first = on.usable()?.map(|(first, _)| first);
        maybe(first.map(number))
    }),
    ("gateway", address_prefix),
    ("gw", address_prefix),
    ("host", |on| {
        let broadcast = on.network.broadcast().is_some();
        let host = on.network.spare() == 0 || !on.network.starts() || !broadcast;
        maybe(host.then(|| on.network.cidr()))
    }),
    ("host/prefix", address_prefix),
    ("hostmask", hostmask),
    ("hostnet", address_prefix),
    ("int", |on| match on.prefixed {
        true => text(format!("{}/{}", on.network.value, on.network.prefix)),
        false => given(integer(on.network.value)),
    }),
    ("ip", ip),
    ("ip/prefix", |on| {
        maybe(on.inside().then(|| on.network.cidr()))
    }),
    ("ip_netmask", |on| {
        maybe(
            on.inside()
                .then(|| on.pair(on.network.value, on.network.netmask())),
        )
    }),
    ("ipv4", to_ipv4),
    ("ipv6", to_ipv6),
    ("last_usable", |on| {
        maybe(on.usable()?.map(|(_, last)| number(last)))
    }),
    ("link-local", |on| {
        on.if_so(on.host().within(&["169.254.0.0/16", "fe80::/10"]))
    }),
    ("lo", loopback),
    ("loopback", loopback),
    ("multicast", |on| on.if_so(reach::is_multicast(&on.network))),
    ("net", |on| {
        let net = on.network.spare() > 0 && on.network.starts();
        maybe(net.then(|| on.network.cidr()))
    }),
    ("next_usable", |on| {
        on.neighbour(on.network.value.checked_add(1))
    }),
    ("netmask", |on| {
        text(on.network.written(on.network.netmask()))
    }),
    ("network", network),
    ("network_id", network),
    ("network/prefix", |on| text(on.network.whole().cidr())),
    ("network_netmask", |on| {
        text(on.pair(on.network.first(), on.network.netmask()))
    }),
    ("network_wildcard", |on| {
        text(on.pair(on.network.first(), on.network.hostmask()))
    }),
    ("peer", peer),
    ("prefix", |on| given(on.network.prefix)),
    ("previous_usable", |on| {
        on.neighbour(on.network.value.checked_sub(1))
    }),
    ("private", |on| on.if_so(!reach::is_global(&on.host()))),
    ("public", |on| on.if_so(reach::is_public(&on.host()))),
    ("range_usable", |on| {
        let usable = on.usable()?;
        maybe(usable.map(|(first, last)| format!("{}-{}", number(first), number(last))))
    }),
    ("revdns", |on| text(reverse(&on.network))),
    ("router", address_prefix),
    ("size", |on| given(integer(on.size()?))),
    ("size_usable", |on| match on.network.spare() {
        0 => given(0),
        1 => given(2),
        _ => given(integer(on.size()? - 2)),
    }),
    ("subnet", |on| text(on.network.whole().cidr())),
    ("type", |on| {
        text(if on.is_network() {
            "network"
        } else {
            "address"
        })
    }),
    ("unicast", |on| on.if_so(!reach::is_multicast(&on.network))),
    ("version", |on| given(on.network.version)),
    ("wildcard", hostmask),
    ("wrap", |on| match (on.network.version, on.prefixed) {
        (4, _) => given(on.value.clone()),
        (_, true) => text(format!("[{}]/{}", on.network.ip(), on.network.prefix)),
        (_, false) => text(format!("[{}]", on.network.ip())),
    }),
];

/// Asks about a value, or about each of a list; of a list those answers remain that are true.
///
/// What is no address gives `false`; what is none of the kind that is asked for gives null, or `false`.
pub(super) fn ipaddr(value: &Value, query: &str, version: Option<u8>) -> Result<Value, Error> {
    if matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        let mut found = Vec::new();
        for item in items(value)? {
            let answer = ipaddr(&item, query, version)?;
            found.extend(answer.is_true().then_some(answer));
        }
        return Ok(found.into());
    }
    let Some(subject) = Subject::read(value, version) else {
        return Ok(false.into());
    };
    if version.is_some_and(|version| version != subject.network.version) {
        return Ok(false.into());
    }
    let answer = match QUERIES.iter().find(|(name, _)| *name == query) {
        Some((_, ask)) => ask(&subject)?,
        None => subject.other(query)?,
    };
    Ok(match answer {
        Some(answer) if answer.is_undefined() => false.into(),
        Some(answer) => answer,
        None => ().into(),
    })
}

/// What a query answers as text; nothing where it answers nothing that is true.
pub(super) fn said(value: &str, query: &str) -> Result<Option<String>, Error> {
    let answer = ipaddr(&value.into(), query, None)?;
    Ok(answer.is_true().then(|| print::text(&answer)))
}

impl Subject {
    /// Recognises numbers, addresses, networks, and numbers with a prefix.
    fn read(value: &Value, version: Option<u8>) -> Option<Self> {
        if !value.is_true() || value.kind() == ValueKind::Bool {
            return None;
        }
        let written = print::text(value);
        let subject = |network: Network, prefixed, value| Self {
            network,
            prefixed,
            value,
        };
        if written.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = written.parse().ok()?;
            let network = match version {
                Some(6) => Network::host(6, number),
                _ => Network::of_number(number),
            };
            return Some(subject(network, false, network.cidr().into()));
        }
        if let Some(network) = Network::parse(&written) {
            let prefixed = written.matches('/').count() == 1;
            return Some(subject(network, prefixed, value.clone()));
        }
        let (number, prefix) = written.split_once('/')?;
        let (number, prefix) = (number.trim().parse().ok()?, prefix.trim().parse().ok()?);
        let mut network = Network::of_number(number);
        if prefix > network.width() {
            network = Network::host(6, number);
        }
        network.prefix = prefix;
        (prefix <= network.width()).then(|| subject(network, true, network.cidr().into()))
    }

    /// The address alone.
    fn host(&self) -> Network {
        Network::host(self.network.version, self.network.value)
    }

    fn is_network(&self) -> bool {
        self.network.spare() > 0 && self.network.starts()
    }

    /// Whether it is a host with the prefix of its network.
    fn inside(&self) -> bool {
        self.network.spare() == 1 || (self.network.spare() > 1 && !self.network.starts())
    }

    fn pair(&self, left: u128, right: u128) -> String {
        let written = |value| self.network.written(value);
        format!("{} {}", written(left), written(right))
    }

    fn if_so(&self, so: bool) -> Answer {
        Ok(so.then(|| self.value.clone()))
    }

    /// The range for hosts; an address without a prefix has none.
    fn usable(&self) -> Result<Option<(u128, u128)>, Error> {
        match self.prefixed {
            true => Ok(self.network.usable()),
            false => Err(failure::plain(format!(
                "'{}' is no network: it has no prefix",
                self.network.ip()
            ))),
        }
    }

    fn neighbour(&self, other: Option<u128>) -> Answer {
        let Some((first, last)) = self.usable()? else {
            return Ok(None);
        };
        let other = other.ok_or_else(|| failure::plain("there is no address beyond"))?;
        maybe((first <= other && other <= last).then(|| number(other)))
    }

    fn size(&self) -> Result<u128, Error> {
        self.network
            .size()
            .ok_or_else(|| failure::plain("the size of all IPv6 is beyond what can be counted"))
    }

    /// A query that has no name: a network that is to hold the address, or the place of an address within the network.
    fn other(&self, query: &str) -> Answer {
        let digits = query.bytes().all(|byte| byte.is_ascii_digit());
        if !digits && let Some(around) = Self::read(&query.into(), None) {
            return self.if_so(around.network.holds(&self.network));
        }
        if query.trim().parse::<f64>().is_err() {
            return Err(failure::plain(format!(
                "'{query}' is nothing that can be asked of an address"
            )));
        }
        if self.network.spare() == 0 {
            return QUERIES[0].1(self);
        }
        let place = query.trim().parse().ok();
        Ok(Some(
            match place.and_then(|place| nth(&self.network, place)) {
                Some(value) => {
                    let found = Network {
                        value,
                        ..self.network
                    };
                    found.cidr().into()
                }
                None => NO,
            },
        ))
    }
}

/// The address at a place in a network; a place below 0 counts from the end.
pub(super) fn nth(network: &Network, place: i128) -> Option<u128> {
    let distance = place.unsigned_abs();
    if place < 0 {
        return (distance - 1 <= network.hostmask()).then(|| network.last() - (distance - 1));
    }
    (distance <= network.hostmask()).then(|| network.first() + distance)
}

/// A number as address, IPv4 where it is small enough.
pub(super) fn number(value: u128) -> String {
    Network::of_number(value).ip()
}

/// A number as a value.
pub(super) fn integer(value: u128) -> Value {
    match i64::try_from(value) {
        Ok(small) => small.into(),
        Err(_) => value.into(),
    }
}

fn given(value: impl Into<Value>) -> Answer {
    Ok(Some(value.into()))
}

fn text(text: impl Into<String>) -> Answer {
    Ok(Some(text.into().into()))
}

fn maybe(text: Option<String>) -> Answer {
    Ok(text.map(Value::from))
}

fn ip(on: &Subject) -> Answer {
    let network = &on.network;
    let is = network.spare() == 0
        || !network.starts()
        || network.broadcast().is_none()
        || network.version == 6;
    maybe(is.then(|| network.ip()))
}

fn address_prefix(on: &Subject) -> Answer {
    let network = &on.network;
    if network.spare() > 1 && (network.starts() || network.value == network.last()) {
        return Ok(Some(NO));
    }
    text(network.cidr())
}

fn hostmask(on: &Subject) -> Answer {
    text(on.network.written(on.network.hostmask()))
}

fn network(on: &Subject) -> Answer {
    text(on.network.written(on.network.first()))
}

fn loopback(on: &Subject) -> Answer {
    on.if_so(on.host().within(&["127.0.0.0/8", "::1"]))
}

fn six_to_four(on: &Subject) -> Answer {
    let network = &on.network;
    let single = network.spare() == 0 || !network.starts();
    let plain = network.version == 4;
    if plain && single && (reach::is_public(&on.host()) || !reach::is_global(&on.host())) {
        let [a, b, c, d] = (network.value as u32).to_be_bytes();
        return text(format!("2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1/48"));
    }
    let inside = match on.prefixed {
        true => !network.starts() && on.host().within(&["2002::/16"]),
        false => on.host().within(&["2002::/16"]),
    };
    match (plain, inside, on.prefixed) {
        (false, true, _) => given(on.value.clone()),
        _ => Ok(Some(NO)),
    }
}

/// Mapped and compatible addresses become those of IPv4.
fn to_ipv4(on: &Subject) -> Answer {
    let network = &on.network;
    if network.version == 4 {
        return given(on.value.clone());
    }
    let small = match network.value {
        value if value <= u128::from(u32::MAX) => Some(value),
        value => value
            .checked_sub(0xffff_0000_0000)
            .filter(|value| *value <= u128::from(u32::MAX)),
    };
    Ok(Some(match (small, network.prefix.checked_sub(96)) {
        (Some(value), Some(prefix)) => {
            let mut host = Network::host(4, value);
            host.prefix = prefix;
            host.cidr().into()
        }
        _ => NO,
    }))
}

fn to_ipv6(on: &Subject) -> Answer {
    let network = &on.network;
    if network.version == 6 {
        return given(on.value.clone());
    }
    let mut mapped = Network::host(6, network.value + 0xffff_0000_0000);
    mapped.prefix = network.prefix + 96;
    text(mapped.cidr())
}

/// The other end of a link between two.
fn peer(on: &Subject) -> Answer {
    on.usable()?;
    let value = on.network.value;
    let other = match (on.network.spare(), value % 4) {
        (1, _) => value ^ 1,
        (2, 0) => return Err(failure::plain("the address of a /30 network has no peer")),
        (2, 3) => return Err(failure::plain("the broadcast address of a /30 has no peer")),
        (2, _) => value ^ 3,
        _ => return Err(failure::plain("the network is no link between two")),
    };
    text(number(other))
}

/// The name under which an address stands in DNS.
fn reverse(network: &Network) -> String {
    if network.version == 4 {
        let [a, b, c, d] = (network.value as u32).to_be_bytes();
        return format!("{d}.{c}.{b}.{a}.in-addr.arpa.");
    }
    let digits = format!("{:032x}", network.value);
    let reversed: String = digits
        .chars()
        .rev()
        .flat_map(|digit| [digit, '.'])
        .collect();
    format!("{reversed}ip6.arpa.")
}
