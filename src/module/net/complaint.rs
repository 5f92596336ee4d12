//! What went wrong with a connection, in words.

use {
    super::Address,
    rustls::{CertificateError, Error as Tls},
    std::{io, time::Duration},
    ureq::{Error, Timeout},
};

/// Says why there is no answer from an address.
pub fn complaint(error: &Error, address: &Address, patience: Duration) -> String {
    let host = address.host();
    let why = match error {
        Error::HostNotFound => {
            format!("the host name {host} is not known; check the name, and the host's DNS")
        }
        Error::Timeout(timeout) => late(*timeout, patience),
        Error::Rustls(error) => tls(error, host),
        Error::Io(error) => io(error, host),
        Error::Tls(what) => format!("TLS: {what}"),
        Error::ConnectProxyFailed(what) => format!("the proxy refused: {what}"),
        other => other.to_string(),
    };
    format!("Request failed: {address}: {why}")
}

/// The same for an error while a body is read.
pub fn broken_off(error: io::Error, address: &Address, patience: Duration) -> String {
    complaint(&Error::from(error), address, patience)
}

fn late(timeout: Timeout, patience: Duration) -> String {
    let doing = match timeout {
        Timeout::Resolve => "no answer from DNS",
        Timeout::Connect => "no connection",
        _ => "no answer",
    };
    format!("{doing} within {} seconds (timeout)", patience.as_secs())
}

fn io(error: &io::Error, host: &str) -> String {
    let inner = error.get_ref();
    if let Some(inner) = inner.and_then(|inner| inner.downcast_ref::<Tls>()) {
        return tls(inner, host);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "the connection was refused: nothing listens there, or a firewall is in between".into()
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "there is no way through the network".into()
        }
        io::ErrorKind::UnexpectedEof => "the server hung up before the end of its answer".into(),
        _ if error.to_string().contains("lookup address") => {
            format!("the host name {host} is not known; check the name, and the host's DNS")
        }
        _ => error.to_string(),
    }
}

fn tls(error: &Tls, host: &str) -> String {
    let Tls::InvalidCertificate(problem) = error else {
        return format!("TLS: {error}");
    };
    let what = match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired".into(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "is not valid yet; check the host's clock".into()
        }
        CertificateError::UnknownIssuer => {
            "was issued by an authority that this host does not trust; name that authority's certificate with ca_path".into()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("is not for the name {host}")
        }
        CertificateError::Revoked => "was revoked".into(),
        CertificateError::BadSignature => "has a wrong signature".into(),
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "is self-signed; name it with ca_path".into()
        }
        other => format!("is not valid: {other}"),
    };
    format!("TLS: the server's certificate {what}")
}
