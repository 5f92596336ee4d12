//! Command lines that enter a host, with its key known and no question asked.

use std::{ffi::OsString, net::Ipv4Addr, path::Path};

/// How `ssh` gets to a host.
pub(super) struct Login<'a> {
    /// The account on the host.
    pub(super) user: &'a str,
    /// The host.
    pub(super) address: Ipv4Addr,
    /// The private key.
    pub(super) key: &'a Path,
    /// The file with the host's public key.
    pub(super) known_hosts: &'a Path,
}

impl Login<'_> {
    /// The argument vector that opens a session; a remote command may follow.
    pub(super) fn argv(&self) -> Vec<OsString> {
        let mut known_hosts = OsString::from("UserKnownHostsFile=");
        known_hosts.push(self.known_hosts);
        let plain = |text: &str| OsString::from(text);
        vec![
            plain("ssh"),
            // The operator's own configuration must not reach into throwaway hosts.
            plain("-F"),
            plain("none"),
            plain("-i"),
            self.key.as_os_str().to_owned(),
            plain("-o"),
            known_hosts,
            plain("-o"),
            plain("GlobalKnownHostsFile=none"),
            plain("-o"),
            plain("IdentitiesOnly=yes"),
            plain("-o"),
            plain("StrictHostKeyChecking=yes"),
            plain("-o"),
            plain("BatchMode=yes"),
            plain("-o"),
            plain("ConnectTimeout=20"),
            OsString::from(format!("{}@{}", self.user, self.address)),
        ]
    }
}
