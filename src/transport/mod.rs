//! Reaching a host: one connection, one agent for every user, and the pipe between it and the controller.
//!
//! Nothing outside this room knows which program or library carries the bytes. In the order of use: a `Target` says where and how;
//! `Handshakes::connect` gives a `Transport`; `Agent::start` becomes the user, finds or delivers the agent and greets it;
//! `Agent::run` talks with it.

mod agent;
mod bootstrap;
mod content_hash;
mod content_store;
mod conversation;
mod dialogue;
mod escalate;
mod handshakes;
mod key_files;
mod known_files;
mod known_hosts;
mod line;
mod listener;
mod local;
mod openssh;
mod openssh_config;
mod openssh_log;
mod openssh_options;
mod openssh_sight;
mod pipe;
mod program;
mod russh;
mod russh_login;
mod russh_options;
mod tail;
mod target;
mod unreachable;

pub use agent::Agent;
pub use content_store::{ContentStore, HeldFile};
pub use escalate::{Become, Means};
pub use handshakes::Handshakes;
pub use line::{BadWord, Line, Word};
pub use listener::Listener;
pub use pipe::{Exit, Pipe};
pub use program::{AgentProgram, Agents, Shipment};

pub use crate::source::Secret;
pub use target::{HostKeys, Method, Operator, Target};
pub use unreachable::{Lost, Unreachable};

/// A connection to a host. Every process that it starts has a pipe of its own.
#[async_trait::async_trait]
pub trait Transport: Send + Sync {
    /// Starts `line` through the login shell of the user who is logged in.
    ///
    /// # Errors
    /// When the connection is lost or the host refuses another process.
    async fn exec(&self, line: &Line) -> Result<Pipe, Unreachable>;

    /// Ends the connection, and with it every process that reads from a pipe of it. Dropping does the same, less politely.
    async fn close(&self);
}
