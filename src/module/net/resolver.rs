use {
    crate::act::{Failure, Probe},
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

/// The addresses of the hosts that a request may speak to, found beforehand.
#[derive(Clone, Debug, Default)]
pub struct Addresses(BTreeMap<String, Vec<IpAddr>>);

impl Addresses {
    /// Finds those of one host. An unknown name is found to be one by the request. Fails if the host has no `getent`.
    pub fn find(probe: &Probe, host: &str) -> Result<Self, Failure> {
        let found = probe.addresses(host)?;
        Ok(Self(BTreeMap::from([(host.to_owned(), found)])))
    }
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
