//! Where a request comes from.

use std::net::IpAddr;

use axum::{
    extract::{ConnectInfo, FromRequestParts, connect_info::Connected},
    http::{Extensions, HeaderMap, HeaderName, request::Parts},
    serve::IncomingStream,
};
use tokio::net::TcpListener;

use super::{refusal::Refusal, unix_socket::UnixSocket};

const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// Who is at the other end of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// The proxy, which says in `X-Real-IP` for whom it asks.
    Proxy,
    /// Somebody over TCP, whose headers prove nothing.
    Direct(IpAddr),
}

impl Connected<IncomingStream<'_, UnixSocket>> for Peer {
    fn connect_info(_stream: IncomingStream<'_, UnixSocket>) -> Self {
        Self::Proxy
    }
}

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self::Direct(stream.remote_addr().ip())
    }
}

/// The address a request comes from: the peer's over TCP, the proxy's word over the unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin(pub IpAddr);

impl Origin {
    /// The origin of a request with these parts, or nothing when it is not known.
    pub fn of_request(extensions: &Extensions, headers: &HeaderMap) -> Option<Self> {
        let ConnectInfo(peer) = extensions.get::<ConnectInfo<Peer>>()?;
        Self::of(*peer, headers)
    }

    /// The origin of a request with these headers over a connection to `peer`, or nothing when the proxy does not say it.
    fn of(peer: Peer, headers: &HeaderMap) -> Option<Self> {
        let address = match peer {
            Peer::Direct(address) => address,
            Peer::Proxy => stated(headers)?,
        };
        // The same client must not count twice because one listener is IPv6.
        Some(Self(address.to_canonical()))
    }
}

/// The one address in `X-Real-IP`; two headers are no better than none.
fn stated(headers: &HeaderMap) -> Option<IpAddr> {
    let mut values = headers.get_all(REAL_IP).iter();
    let only = values.next().filter(|_| values.next().is_none())?;
    only.to_str().ok()?.trim().parse().ok()
}

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        Self::of_request(&parts.extensions, &parts.headers).ok_or(Refusal::UnknownOrigin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(addresses: &[&'static str]) -> HeaderMap {
        addresses
            .iter()
            .map(|address| (REAL_IP, axum::http::HeaderValue::from_static(address)))
            .collect()
    }

    fn origin(peer: Peer, addresses: &[&'static str]) -> Option<String> {
        Origin::of(peer, &headers(addresses)).map(|origin| origin.0.to_string())
    }

    #[test]
    fn the_proxy_is_believed() {
        assert_eq!(
            origin(Peer::Proxy, &["203.0.113.9"]).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(
            origin(Peer::Proxy, &["2001:db8::9"]).as_deref(),
            Some("2001:db8::9")
        );
    }

    #[test]
    fn a_proxy_that_does_not_say_it_plainly_is_not_guessed() {
        assert_eq!(origin(Peer::Proxy, &[]), None);
        assert_eq!(origin(Peer::Proxy, &["unknown"]), None);
        assert_eq!(origin(Peer::Proxy, &["203.0.113.9", "203.0.113.10"]), None);
    }

    #[test]
    fn a_direct_peer_cannot_pretend() {
        let peer = Peer::Direct("::ffff:192.0.2.7".parse().unwrap());
        assert_eq!(origin(peer, &["203.0.113.9"]).as_deref(), Some("192.0.2.7"));
    }
}
