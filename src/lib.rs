//! farcast: brings Linux hosts into the state that Ansible playbooks declare.
//!
//! The rooms stand in the order in which data passes through them; nothing flows back but outcomes and events.
//! `docs/architecture.md` tells the same story in prose.

#[cfg(feature = "controller")]
pub mod source;

pub mod act;
pub mod agent;
pub mod fact;
pub mod module;
pub mod wire;
