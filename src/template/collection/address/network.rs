use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address with the length of its network's prefix, of IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    /// 4 or 6.
    pub version: u8,
    /// The address itself, which need not be the network's first.
    pub value: u128,
    pub prefix: u32,
}

impl Network {
    /// A number as an address: IPv4 where it is small enough.
    pub fn of_number(value: u128) -> Self {
        let version = if value <= u128::from(u32::MAX) { 4 } else { 6 };
        Self::host(version, value)
    }

    /// A single address.
    pub fn host(version: u8, value: u128) -> Self {
        let prefix = if version == 4 { 32 } else { 128 };
        Self {
            version,
            value,
            prefix,
        }
    }

    /// Reads `address`, `address/prefix`, `address/netmask` or `address/hostmask`.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let host = address.parse::<IpAddr>().ok().map(Self::from)?;
        let Some(length) = length else {
            return Some(host);
        };
        let number = length.trim().trim_start_matches('+');
        let prefix = match number.parse::<u32>() {
            Ok(prefix) => prefix,
            Err(_) => masked(Self::from(length.parse::<IpAddr>().ok()?), host.version)?,
        };
        (prefix <= host.width()).then_some(Self { prefix, ..host })
    }

    /// Reads an address as Python's `ipaddress` does: it may name the interface that it belongs to.
    pub fn scoped(text: &str) -> Option<Self> {
        let (address, scope) = text.split_once('%').unwrap_or((text, ""));
        let host = address.parse::<IpAddr>().ok().map(Self::from)?;
        let fits = host.version == 6 && !scope.is_empty() && !scope.contains('%');
        (address == text || fits).then_some(host)
    }

    /// Reads a network as Python's `ipaddress` does: no bit may be set behind the prefix.
    pub fn strict(text: &str) -> Option<Self> {
        let Some((address, length)) = text.split_once('/') else {
            return Self::scoped(text);
        };
        let host = Self::scoped(address)?;
        let network = Self::parse(&format!("{}/{length}", host.ip()))?;
        let plain = length.bytes().all(|byte| byte.is_ascii_digit()) || network.version == 4;
        (plain && network.value == network.first() && !length.contains(char::is_whitespace))
            .then_some(network)
    }

    /// Bits of an address.
    pub fn width(&self) -> u32 {
        if self.version == 4 { 32 } else { 128 }
    }

    /// The highest address there is.
    pub fn max(&self) -> u128 {
        if self.version == 4 {
            u128::from(u32::MAX)
        } else {
            u128::MAX
        }
    }

    /// Bits behind the prefix.
    pub fn spare(&self) -> u32 {
        self.width() - self.prefix
    }

    pub fn hostmask(&self) -> u128 {
        match self.spare() {
            128 => u128::MAX,
            bits => (1 << bits) - 1,
        }
    }

    pub fn netmask(&self) -> u128 {
        self.max() ^ self.hostmask()
    }

    pub fn first(&self) -> u128 {
        self.value & self.netmask()
    }

    pub fn last(&self) -> u128 {
        self.value | self.hostmask()
    }

    /// How many addresses it has; nothing for all of IPv6.
    pub fn size(&self) -> Option<u128> {
        1_u128.checked_shl(self.spare())
    }

    /// Whether the address is the first of its network.
    pub fn starts(&self) -> bool {
        self.value == self.first()
    }

    /// The last address, where there are more than two.
    pub fn broadcast(&self) -> Option<u128> {
        (self.spare() > 1).then(|| self.last())
    }

    /// The first and last address for hosts; nothing where there is but one address.
    pub fn usable(&self) -> Option<(u128, u128)> {
        match self.spare() {
            0 => None,
            1 => Some((self.first(), self.last())),
            _ => Some((self.first() + 1, self.last() - 1)),
        }
    }

    /// The same without the bits behind the prefix.
    pub fn whole(&self) -> Self {
        Self {
            value: self.first(),
            ..*self
        }
    }

    /// Whether all of another lies within.
    pub fn holds(&self, other: &Self) -> bool {
        self.version == other.version
            && self.first() <= other.first()
            && other.last() <= self.last()
    }

    /// Whether it lies within one of these.
    pub fn within(&self, networks: &[&str]) -> bool {
        networks
            .iter()
            .filter_map(|text| Self::parse(text))
            .any(|network| network.holds(self))
    }

    /// The address as text.
    pub fn ip(&self) -> String {
        self.written(self.value)
    }

    /// `address/prefix`.
    pub fn cidr(&self) -> String {
        format!("{}/{}", self.ip(), self.prefix)
    }

    /// Another address of the same version as text.
    pub fn written(&self, value: u128) -> String {
        if self.version == 4 {
            return Ipv4Addr::from_bits(value as u32).to_string();
        }
        match value >> 32 {
            // IPv4-compatible addresses are written in dots, as the C library does.
            0 if value > 0xffff => format!("::{}", Ipv4Addr::from_bits(value as u32)),
            _ => Ipv6Addr::from_bits(value).to_string(),
        }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::host(4, u128::from(address.to_bits())),
            IpAddr::V6(address) => Self::host(6, address.to_bits()),
        }
    }
}

/// The prefix that a netmask or hostmask stands for.
fn masked(mask: Network, version: u8) -> Option<u32> {
    if mask.version != version {
        return None;
    }
    let inverted = mask.value ^ mask.max();
    let ones = |bits: u128| bits.checked_add(1).is_none_or(u128::is_power_of_two);
    if ones(inverted) {
        return Some(mask.width() - inverted.count_ones());
    }
    ones(mask.value).then(|| mask.width() - mask.value.count_ones())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_masks_are_read() {
        let cidr = |text| Network::parse(text).map(|network| network.cidr());
        assert_eq!(cidr("1.2.3.4/255.255.255.0").as_deref(), Some("1.2.3.4/24"));
        assert_eq!(cidr("1.2.3.4/0.0.0.255").as_deref(), Some("1.2.3.4/24"));
        assert_eq!(cidr("::1/ffff::").as_deref(), Some("::1/16"));
        assert_eq!(cidr("1.2.3.4/33"), None);
        assert_eq!(cidr("1.2.3.4/255.0.255.0"), None);
        assert_eq!(cidr("::1.2.3.4").as_deref(), Some("::1.2.3.4/128"));
    }

    #[test]
    fn the_largest_network_has_no_size() {
        let all = Network::parse("::/0").unwrap();
        assert_eq!((all.size(), all.last()), (None, u128::MAX));
        assert_eq!(all.usable(), Some((1, u128::MAX - 1)));
    }
}
