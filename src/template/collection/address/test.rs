//! The tests by their names: they read addresses as Python's `ipaddress` does.

use std::net::ToSocketAddrs;

use minijinja::{Error, value::Value};

use super::{network::Network, reach};
use crate::template::{
    builtin::Run,
    call::{Call, items},
    collection::{Named, arguments::Arguments},
    print,
};

pub(in crate::template::collection) const ALL: &[Named<Run>] = &[
    ("ansible.utils.ip", |call| of_network(call, |_| true)),
    ("ansible.utils.ipv4", |call| {
        of_network(call, |network| network.version == 4)
    }),
    ("ansible.utils.ipv6", |call| {
        of_network(call, |network| network.version == 6)
    }),
    ("ansible.utils.ip_address", |call| of_host(call, |_| true)),
    ("ansible.utils.ipv4_address", |call| {
        of_host(call, |host| host.version == 4)
    }),
    ("ansible.utils.ipv6_address", |call| {
        of_host(call, |host| host.version == 6)
    }),
    ("ansible.utils.ipv4_netmask", |call| {
        is_mask(call, "mask", Network::netmask)
    }),
    ("ansible.utils.ipv4_hostmask", |call| {
        is_mask(call, "ip", Network::hostmask)
    }),
    ("ansible.utils.ipv6_ipv4_mapped", |call| {
        of_host(call, |host| mapped(host).is_some())
    }),
    ("ansible.utils.ipv6_sixtofour", |call| {
        of_host(call, |host| host.within(&["2002::/16"]))
    }),
    ("ansible.utils.ipv6_teredo", |call| {
        of_host(call, |host| host.within(&["2001::/32"]))
    }),
    ("ansible.utils.loopback", |call| {
        of_host(call, |host| host.within(&["127.0.0.0/8", "::1"]))
    }),
    ("ansible.utils.multicast", |call| {
        of_host(call, reach::is_multicast)
    }),
    ("ansible.utils.private", |call| {
        of_host(call, |host| {
            let host = mapped(host).unwrap_or(*host);
            !reach::is_global(&host) && !host.within(&["100.64.0.0/10"])
        })
    }),
    ("ansible.utils.public", |call| {
        of_host(call, |host| {
            let mapped = mapped(host);
            // Python asks the mapped address only whether it is private.
            let shared = mapped.is_some_and(|host| host.within(&["100.64.0.0/10"]));
            shared || reach::is_global(&mapped.unwrap_or(*host))
        })
    }),
    ("ansible.utils.reserved", |call| {
        of_host(call, reach::is_reserved)
    }),
    ("ansible.utils.unspecified", |call| {
        of_host(call, |host| host.value == 0)
    }),
    ("ansible.utils.resolvable", resolvable),
    ("ansible.utils.in_network", |call| {
        both(call, &["ip", "network"], |ip, network| network.holds(ip))
    }),
    ("ansible.utils.subnet_of", |call| {
        both(call, &["network_a", "network_b"], |inner, outer| {
            outer.holds(inner)
        })
    }),
    ("ansible.utils.supernet_of", |call| {
        both(call, &["network_a", "network_b"], |outer, inner| {
            outer.holds(inner)
        })
    }),
    ("ansible.utils.in_any_network", |call| {
        among(call, |count| count > 0)
    }),
    ("ansible.utils.in_one_network", |call| {
        among(call, |count| count == 1)
    }),
    ("ansible.utils.mac", is_mac),
];

fn of_host(call: &mut Call, is: fn(&Network) -> bool) -> Result<Value, Error> {
    let given = Arguments::of(call, &["ip"])?;
    let host = Network::scoped(&given.need_text("ip")?);
    Ok(host.is_some_and(|host| is(&host)).into())
}

fn of_network(call: &mut Call, is: fn(&Network) -> bool) -> Result<Value, Error> {
    let given = Arguments::of(call, &["ip"])?;
    let network = Network::strict(&given.need_text("ip")?);
    Ok(network.is_some_and(|network| is(&network)).into())
}

fn mapped(host: &Network) -> Option<Network> {
    let inside = host.within(&["::ffff:0:0/96"]);
    inside.then(|| Network::host(4, host.value & u128::from(u32::MAX)))
}

fn is_mask(
    call: &mut Call,
    name: &'static str,
    mask: fn(&Network) -> u128,
) -> Result<Value, Error> {
    let names: &'static [&'static str] = if name == "ip" { &["ip"] } else { &["mask"] };
    let given = Arguments::of(call, names)?;
    let text = given.need_text(name)?;
    let network = Network::strict(&format!("10.0.0.0/{text}"));
    Ok(network
        .is_some_and(|network| network.written(mask(&network)) == text)
        .into())
}

fn both(
    call: &mut Call,
    names: &'static [&'static str],
    is: fn(&Network, &Network) -> bool,
) -> Result<Value, Error> {
    let given = Arguments::of(call, names)?;
    let left = Network::strict(&given.need_text(names[0])?);
    let right = Network::strict(&given.need_text(names[1])?);
    let so = left
        .zip(right)
        .is_some_and(|(left, right)| is(&left, &right));
    Ok(so.into())
}

fn among(call: &mut Call, enough: fn(usize) -> bool) -> Result<Value, Error> {
    let given = Arguments::of(call, &["ip", "networks"])?;
    let ip = Network::strict(&given.need_text("ip")?);
    let networks = match given.need("networks")? {
        // A single network is not taken for a list of one, as in Ansible.
        text if text.as_str().is_some() => Vec::new(),
        networks => items(&networks)?,
    };
    let holds = |network: &&Value| {
        let network = Network::strict(&print::text(network));
        network
            .zip(ip)
            .is_some_and(|(network, ip)| network.holds(&ip))
    };
    Ok(enough(networks.iter().filter(holds).count()).into())
}

/// Asks the system's resolver, as `/etc/hosts` and DNS are set up on the controller.
fn resolvable(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, &["host"])?;
    let name = given.need_text("host")?;
    let found = (name.as_str(), 0).to_socket_addrs();
    Ok(found.is_ok_and(|mut found| found.next().is_some()).into())
}

/// Six pairs of digits, three groups of four, or twelve digits.
fn is_mac(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, &["mac"])?;
    let text = given.need_text("mac")?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let groups = |separators: &[char], count: usize, length: usize| {
        let parts: Vec<&str> = text.split(separators).collect();
        let fits = |part: &&str| part.len() == length && digits(part);
        parts.len() == count && parts.iter().all(fits)
    };
    let is = groups(&[':', '-'], 6, 2) || groups(&['.'], 3, 4) || groups(&[], 1, 12);
    Ok(is.into())
}
