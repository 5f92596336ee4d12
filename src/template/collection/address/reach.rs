//! How far an address reaches: as netaddr, which `ipaddr` asks, and Python's `ipaddress`, which the tests ask, tell it.

use super::network::Network;

const NOT_GLOBAL: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
];

const STILL_GLOBAL: &[&str] = &[
    "192.0.0.9/32",
    "192.0.0.10/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
];

const MULTICAST: &[&str] = &["224.0.0.0/4", "ff00::/8"];

const RESERVED: &[&str] = &[
    "240.0.0.0/4",
    "::/8",
    "100::/8",
    "200::/7",
    "400::/6",
    "800::/5",
    "1000::/4",
    "4000::/3",
    "6000::/3",
    "8000::/3",
    "a000::/3",
    "c000::/3",
    "e000::/4",
    "f000::/5",
    "f800::/6",
    "fe00::/9",
];

/// Whether the internet carries it to others.
pub(super) fn is_global(host: &Network) -> bool {
    !host.within(NOT_GLOBAL) || host.within(STILL_GLOBAL)
}

pub(super) fn is_multicast(network: &Network) -> bool {
    network.within(MULTICAST)
}

pub(super) fn is_reserved(network: &Network) -> bool {
    network.within(RESERVED)
}

/// Whether a host on the internet can have it: no multicast, and nothing that looks like a mask.
pub(super) fn is_public(host: &Network) -> bool {
    let ones = |bits: u128| bits.checked_add(1).is_none_or(u128::is_power_of_two);
    let mask = ones(host.value) || ones(host.value ^ host.max());
    is_global(host) && !is_multicast(host) && !mask
}
