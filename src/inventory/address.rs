use fancy_regex::Regex;
use std::{net::Ipv6Addr, sync::LazyLock};

/// `[first:last]` or `[first:last:step]`, of numbers or of two letters.
const RANGE: &str = r"\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]";

static HOST_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let label = format!(r"(?:\w|{RANGE})(?:[\w-]|{RANGE})*(?<![_-])");
    Regex::new(&format!(r"(?i)\A{label}(?:\.{label})*\z")).ok()
});

static HEXADECIMAL_RANGE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\[([0-9a-f]+):[0-9a-f]+(?::[0-9]+)?\]").ok());

/// A host's name or address, perhaps with ranges, and the port that was written behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub host: String,
    pub port: Option<u16>,
}

impl Address {
    /// Reads `host`, `host:port`, an IPv6 address, or `[host]:port`.
    ///
    /// Gives none where the text is not one host: it may still be a list of patterns, or a name of a kind that only
    /// its connection understands.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = split_port(text);
        (is_host_name(host) || is_ipv6(host)).then(|| Self {
            host: host.to_owned(),
            port,
        })
    }

    pub fn has_range(&self) -> bool {
        self.host.contains('[')
    }
}

/// True where the name is an address rather than a name whose first label would be its short form.
pub fn is_ip(name: &str) -> bool {
    name.parse::<std::net::IpAddr>().is_ok()
}

fn split_port(text: &str) -> (&str, Option<u16>) {
    let Some((host, digits)) = text.rsplit_once(':') else {
        return (text, None);
    };
    let Ok(port) = digits.parse::<u16>() else {
        return (text, None);
    };
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match inside {
        Some(inside) if inside.contains(':') && !inside.contains('[') => (inside, Some(port)),
        _ if colons_only_in_ranges(host) => (host, Some(port)),
        _ => (text, None),
    }
}

fn colons_only_in_ranges(host: &str) -> bool {
    let mut depth = 0_i32;
    host.chars().all(|c| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            ':' if depth == 0 => return false,
            _ => {}
        }
        (0..=1).contains(&depth)
    }) && depth == 0
}

fn is_host_name(host: &str) -> bool {
    let Some(regex) = HOST_NAME.as_ref() else {
        return false;
    };
    regex.is_match(host).unwrap_or(false)
}

fn is_ipv6(host: &str) -> bool {
    let Some(regex) = HEXADECIMAL_RANGE.as_ref() else {
        return false;
    };
    host.contains(':') && regex.replace_all(host, "$1").parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(String, Option<u16>)> {
        Address::parse(text).map(|address| (address.host, address.port))
    }

    #[test]
    fn separates_the_port() {
        let cases = [
            ("web", "web", None),
            ("web:22", "web", Some(22)),
            ("10.0.0.1:2222", "10.0.0.1", Some(2222)),
            ("web[1:3]", "web[1:3]", None),
            ("web[1:3]:22", "web[1:3]", Some(22)),
            ("2001:db8::1", "2001:db8::1", None),
            ("[2001:db8::1]:22", "2001:db8::1", Some(22)),
            ("2001:db8::[1:f]", "2001:db8::[1:f]", None),
            ("::1", "::1", None),
            ("a_b.example.com", "a_b.example.com", None),
        ];
        for (text, host, port) in cases {
            assert_eq!(parsed(text), Some((host.to_owned(), port)), "{text}");
        }
    }

    #[test]
    fn leaves_what_is_not_one_host() {
        for text in [
            "web:prod", "web:!db", "web*", "~web", "web-", "a@b:22", "web:", "web[1]", "",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
