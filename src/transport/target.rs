use {
    crate::source::Secret,
    std::{path::PathBuf, time::Duration},
};

/// Where a host is, and how to reach it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The name in the inventory.
    pub name: String,
    /// A name or an address; with `Method::Ssh` also an alias from the user's ssh configuration.
    pub address: String,
    /// `None`: what the ssh configuration says, or 22.
    pub port: Option<u16>,
    /// `None`: what the ssh configuration says, or the name of the user who runs farcast.
    pub user: Option<String>,
    pub method: Method,
    /// Only this key is offered. `None`: the keys of the ssh agent and the usual files.
    pub key_file: Option<PathBuf>,
    /// For password and keyboard-interactive login; also tried on a key file that is locked by a passphrase.
    pub password: Option<Secret>,
    /// More options for ssh, one word each (`ansible_ssh_common_args`, `ansible_ssh_extra_args`, `--ssh-common-args`).
    pub common_args: Vec<String>,
    /// `None`: `~/.ssh/known_hosts`, and what the ssh configuration says.
    pub known_hosts: Option<PathBuf>,
    pub host_keys: HostKeys,
    /// For the connection and the greeting of the server.
    pub connect_timeout: Duration,
    /// How often to ask a silent host whether it is there; after three questions without an answer the connection is lost.
    pub keepalive: Duration,
    /// What the environment says about the user who runs farcast.
    pub operator: Operator,
}

/// The user who runs farcast, as far as a connection needs it. The edge of the program reads it from the environment.
#[derive(Clone, Debug, Default)]
pub struct Operator {
    /// The login name.
    pub user: Option<String>,
    /// The home directory, which holds `.ssh`.
    pub home: Option<PathBuf>,
    /// The socket of the ssh agent.
    pub agent_socket: Option<PathBuf>,
}

/// What carries the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The user's own `ssh`, with its configuration, agent and jump hosts. It never asks for a password: with one, `Russh` is used.
    Ssh,
    /// The ssh client inside farcast, which needs no `ssh` program.
    Russh,
    /// A process on this machine.
    Local,
}

/// What to do about a host whose key is not in any `known_hosts`. A key that has changed is refused in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostKeys {
    #[default]
    Verify,
    /// Believe it this time, and add it to `known_hosts`.
    AcceptNew,
}

impl Target {
    /// The method in effect: `ssh` itself takes passwords from a terminal only.
    pub(super) fn method(&self) -> Method {
        match self.method {
            Method::Ssh if self.password.is_some() => Method::Russh,
            method => method,
        }
    }

    /// The address, and the port where one is given, for messages.
    pub(super) fn place(&self) -> String {
        match self.port {
            Some(port) if self.address.contains(':') => format!("[{}]:{port}", self.address),
            Some(port) => format!("{}:{port}", self.address),
            None => self.address.clone(),
        }
    }
}
