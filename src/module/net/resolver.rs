use {
    crate::act::{Failure, Probe, Question},
    std::{
        collections::BTreeMap,
        net::{IpAddr, SocketAddr},
    },
    ureq::{
        Error,
        config::Config,
        http::Uri,
        unversioned::{
            resolver::{ResolvedSocketAddrs, Resolver},
            transport::NextTimeout,
        },
    },
};

/// The addresses of the hosts that a request may speak to. They are asked of the host's own `getent`, which knows all the
/// sources of names that the host is set up with; the agent, being static, cannot load them.
#[derive(Clone, Debug, Default)]
pub struct Addresses(BTreeMap<String, Vec<IpAddr>>);

impl Addresses {
    /// Finds those of one host. An unknown name is found to be one by the request. Fails if the host has no `getent`.
    pub fn find(probe: &Probe, host: &str) -> Result<Self, Failure> {
        let bare = host.trim_matches(['[', ']']);
        let found = match bare.parse() {
            Ok(address) => vec![address],
            Err(_) => read(&probe.ask(&Question::Addresses(bare.into()))?.text()),
        };
        Ok(Self(BTreeMap::from([(host.to_owned(), found)])))
    }
}

/// The first word of each line is an address, once for each kind of socket.
fn read(lines: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for line in lines.lines() {
        let address = line
            .split_whitespace()
            .next()
            .and_then(|word| word.parse().ok());
        match address {
            Some(address) if !found.contains(&address) => found.push(address),
            _ => {}
        }
    }
    found
}

impl Resolver for Addresses {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default();
        let usual = match uri.scheme_str() {
            Some("https") => 443,
            _ => 80,
        };
        let port = uri.port_u16().unwrap_or(usual);
        let mut addresses = self.empty();
        let found = self.0.get(host).into_iter().flatten();
        for address in found.take(8) {
            addresses.push(SocketAddr::new(*address, port));
        }
        match addresses.is_empty() {
            true => Err(Error::HostNotFound),
            false => Ok(addresses),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_address_once() {
        let lines = "::1             STREAM localhost\n::1  DGRAM\n127.0.0.1 STREAM\n\n";
        let found: Vec<String> = read(lines).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["::1", "127.0.0.1"]);
    }
}
