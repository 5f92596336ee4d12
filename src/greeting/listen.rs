//! Where the service listens.

use std::{fmt, net::SocketAddr, path::PathBuf, str::FromStr};

/// An address to listen on: `unix:/run/greeting.sock` or `127.0.0.1:8000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// A unix socket, for a proxy on the same machine.
    Unix(PathBuf),
    /// A TCP address; port 0 takes a free one.
    Tcp(SocketAddr),
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address; write unix:/path/to/socket, 127.0.0.1:8000 or [::1]:8000")]
pub struct UnknownListen(String);

impl FromStr for Listen {
    type Err = UnknownListen;

    fn from_str(text: &str) -> Result<Self, UnknownListen> {
        let unknown = || UnknownListen(text.to_owned());
        match text.strip_prefix("unix:") {
            Some("") => Err(unknown()),
            Some(path) => Ok(Self::Unix(path.into())),
            None => text.parse().map(Self::Tcp).map_err(|_| unknown()),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(out, "unix:{}", path.display()),
            Self::Tcp(address) => address.fmt(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        for text in ["unix:/run/greeting.sock", "127.0.0.1:8000", "[::1]:0"] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        for text in [
            "",
            "unix:",
            "localhost:80",
            "/run/greeting.sock",
            "127.0.0.1",
        ] {
            let message = text.parse::<Listen>().unwrap_err().to_string();
            assert!(message.contains("unix:/path/to/socket"), "{message}");
        }
    }
}
