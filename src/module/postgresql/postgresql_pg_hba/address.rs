use {crate::act::Failure, std::net::IpAddr};

/// Where connections come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A host, a domain (`.example.org`), or `all`, `samehost`, `samenet`.
    Name(String),
    /// A network, and how many bits of it count.
    Network(IpAddr, u8),
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Network(address, bits) => write!(f, "{address}/{bits}"),
        }
    }
}

impl Address {
    /// Reads a field, with the mask that belongs to an address that does not say its own.
    pub fn read(text: &str, mask: Option<&str>) -> Result<Self, Failure> {
        let bare = super::tokens::bare(text);
        let (address, bits) = match bare.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (bare, None),
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            return name(text, mask);
        };
        let bits = match (bits, mask) {
            (Some(_), Some(_)) => {
                return refused(
                    "Rule can't contain a netmask if address is a full CIDR or hostname",
                );
            }
            (Some(bits), None) => bits.parse().ok().filter(|bits| *bits <= width(address)),
            (None, Some(mask)) => Some(bits_of(address, mask)?),
            (None, None) => {
                return refused(
                    "If the address is a bare ip-address without a CIDR suffix, the rule needs to contain a netmask",
                );
            }
        };
        let Some(bits) = bits else {
            return unknown(text);
        };
        match number(address) & ones(width(address) - bits) == 0 {
            true => Ok(Self::Network(address, bits)),
            false => refused(&format!("{text} has host bits set")),
        }
    }

    /// Whether a field is an address that needs a mask beside it.
    pub fn wants_mask(text: &str) -> bool {
        super::tokens::bare(text).parse::<IpAddr>().is_ok()
    }
}

fn name(text: &str, mask: Option<&str>) -> Result<Address, Failure> {
    let digits =
        |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit());
    let numbers = text
        .split('/')
        .next()
        .is_some_and(|text| text.split('.').count() == 4 && text.split('.').all(digits));
    match (
        mask,
        text.contains([':', '\\', '/', '@', '+', ' ']) || numbers,
    ) {
        (_, true) => unknown(text),
        (Some(_), false) => {
            refused("Rule can't contain a netmask if address is a full CIDR or hostname")
        }
        (None, false) => Ok(Address::Name(text.into())),
    }
}

fn bits_of(address: IpAddr, mask: &str) -> Result<u8, Failure> {
    let Ok(read) = super::tokens::bare(mask).parse::<IpAddr>() else {
        return refused(&format!("The string '{mask}' is not a valid netmask"));
    };
    if read.is_ipv4() != address.is_ipv4() {
        return refused("Can't mix IPv4 and IPv6 netmasks and addresses");
    }
    let (number, width) = (number(read), width(read));
    let zeros = u8::try_from(number.trailing_zeros())
        .unwrap_or(width)
        .min(width);
    match number == ones(width) & !ones(zeros) {
        true => Ok(width - zeros),
        false => refused(&format!(
            "IP mask {mask} is invalid (binary value has 1 after 0)"
        )),
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// An address as one number.
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// So many ones.
fn ones(count: u8) -> u128 {
    match count {
        128 => u128::MAX,
        count => (1 << count) - 1,
    }
}

fn unknown<T>(text: &str) -> Result<T, Failure> {
    refused(&format!(
        "The string '{text}' is neither a valid IP address, network, hostname or keyword"
    ))
}

fn refused<T>(text: &str) -> Result<T, Failure> {
    Err(Failure::refused(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses() {
        let read = |text, mask| Address::read(text, mask).map(|address| address.to_string());
        assert_eq!(read("10.0.0.0/8", None).unwrap(), "10.0.0.0/8");
        assert_eq!(read("10.0.0.0", Some("255.0.0.0")).unwrap(), "10.0.0.0/8");
        assert_eq!(read("0.0.0.0", Some("0.0.0.0")).unwrap(), "0.0.0.0/0");
        assert_eq!(read("::0/0", None).unwrap(), "::/0");
        assert_eq!(read("2001:DB8::/32", None).unwrap(), "2001:db8::/32");
        assert_eq!(read("samehost", None).unwrap(), "samehost");
        assert_eq!(read(".example.org", None).unwrap(), ".example.org");
        for (text, mask, said) in [
            ("10.0.0.1/8", None, "has host bits set"),
            ("10.0.0.1", None, "needs to contain a netmask"),
            ("10.0.0.0/33", None, "neither a valid IP"),
            ("10.0.0.300", None, "neither a valid IP"),
            ("10.0.0.0", Some("255.0.255.0"), "1 after 0"),
            ("10.0.0.0", Some("ffff::"), "Can't mix"),
            ("10.0.0.0/8", Some("255.0.0.0"), "full CIDR"),
            ("a b", None, "neither"),
        ] {
            let error = read(text, mask).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
