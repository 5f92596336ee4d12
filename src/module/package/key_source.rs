//! Where keys come from that sign packages.

use crate::{
    act::{Failure, Probe, Thing},
    module::net::{Address, Client, Order, Redirects, Trust},
};
use std::{path::Path, time::Duration};

/// Keys are small.
const LIMIT: usize = 16 * 1024 * 1024;

/// How long to wait for a connection, and for each piece of an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Fetches a key from a URL: `http`, `https` or `file`. Gives what was said where it could not be had.
pub fn fetch(probe: &Probe, url: &str, validate: bool) -> Result<Vec<u8>, Failure> {
    if let Some(path) = url.strip_prefix("file://") {
        return file(probe, Path::new(path));
    }
    let address = Address::read(url)?;
    let client = Client {
        patience: PATIENCE,
        trust: Trust {
            blind: !validate,
            ..Trust::default()
        },
        use_proxy: true,
        decompress: true,
        name: "ansible-httpget".into(),
        unix_socket: None,
    };
    let order = Order {
        method: "GET".into(),
        headers: Vec::new(),
        unredirected: Vec::new(),
        payload: None,
        credentials: address.credentials.clone(),
        eager: false,
        redirects: Redirects::Usual,
        address,
    };
    let mut answer = client.send(probe, &order)?;
    match answer.status {
        200 => answer.content(probe, LIMIT),
        status => Err(Failure::refused(format!(
            "HTTP Error {status}: {}",
            answer.reason
        ))),
    }
}

/// Reads a key from a file on the host.
pub fn file(probe: &Probe, path: &Path) -> Result<Vec<u8>, Failure> {
    match probe.follow(path)? {
        Some(_) => probe.read(path),
        None => Err(Failure::missing(Thing::Path, path.display().to_string())),
    }
}
