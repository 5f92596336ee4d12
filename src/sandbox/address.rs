//! Private subnets for runs.

use std::{fmt, net::Ipv4Addr, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where runs take their subnets from: a corner of 10/8 that neither home networks nor cluster networks use by habit.
pub(super) const POOL: &str = "10.192.0.0/11";

const POOL_FIRST: u32 = u32::from_be_bytes([10, 192, 0, 0]);
const POOL_BITS: u8 = 11;

/// The size of a run's subnet: 1022 addresses.
const RUN_BITS: u8 = 22;

/// Addresses of a run's subnet that are not for hosts: network, bridge, some room, broadcast.
const FIRST_HOST: u32 = 10;

/// Hosts that one run can have.
pub(super) const MOST_HOSTS: usize = (1 << (32 - RUN_BITS)) - FIRST_HOST as usize - 1;

/// An IPv4 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Subnet {
    first: Ipv4Addr,
    bits: u8,
}

impl Subnet {
    /// All subnets that a run may have, beginning at a place that depends on `seed`.
    pub(super) fn candidates(seed: u32) -> impl Iterator<Item = Self> {
        let count = 1u32 << (RUN_BITS - POOL_BITS);
        (0..count).map(move |step| {
            let place = (seed.wrapping_add(step)) % count;
            Self {
                first: Ipv4Addr::from(POOL_FIRST + (place << (32 - RUN_BITS))),
                bits: RUN_BITS,
            }
        })
    }

    /// True when an address belongs to both.
    pub(super) fn meets(self, other: Self) -> bool {
        let mask = |bits: u8| u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
        let common = mask(self.bits.min(other.bits));
        u32::from(self.first) & common == u32::from(other.first) & common
    }

    /// The bridge's address, which is the hosts' way out.
    pub(super) fn gateway(self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.first) + 1)
    }

    /// The address of the host with this place in its run (below [`MOST_HOSTS`]).
    pub(super) fn host(self, place: usize) -> Ipv4Addr {
        Ipv4Addr::from(
            u32::from(self.first)
                .saturating_add(FIRST_HOST)
                .saturating_add(place as u32),
        )
    }

    /// The length of the network's prefix.
    pub(super) fn bits(self) -> u8 {
        self.bits
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.first, self.bits)
    }
}

/// Reads `10.0.0.0/8`, or a lone address as a network of one.
impl FromStr for Subnet {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (first, bits) = text.split_once('/').unwrap_or((text, "32"));
        let subnet = Self {
            first: first.parse().map_err(drop)?,
            bits: bits.parse().map_err(drop)?,
        };
        if subnet.bits <= 32 {
            Ok(subnet)
        } else {
            Err(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> Subnet {
        text.parse().unwrap()
    }

    #[test]
    fn networks_meet_when_one_holds_the_other() {
        assert!(net("10.0.0.0/8").meets(net("10.192.4.0/22")));
        assert!(net("10.192.4.7").meets(net("10.192.4.0/22")));
        assert!(net("0.0.0.0/0").meets(net("10.192.4.0/22")));
        assert!(!net("10.192.0.0/22").meets(net("10.192.4.0/22")));
    }

    #[test]
    fn candidates_are_all_different_and_within_the_pool() {
        let all: Vec<Subnet> = Subnet::candidates(4_000_000_000).collect();
        assert_eq!(all.len(), 2048);
        assert!(all.iter().all(|subnet| subnet.meets(net(POOL))));
        assert!(all.windows(2).all(|pair| !pair[0].meets(pair[1])));
    }

    #[test]
    fn the_last_host_is_within_its_subnet() {
        let subnet = net("10.192.4.0/22");
        assert_eq!(subnet.gateway().to_string(), "10.192.4.1");
        assert_eq!(subnet.host(0).to_string(), "10.192.4.10");
        assert_eq!(subnet.host(MOST_HOSTS - 1).to_string(), "10.192.7.254");
    }

    #[test]
    fn a_prefix_beyond_32_is_refused() {
        assert!("10.0.0.0/33".parse::<Subnet>().is_err());
    }
}
