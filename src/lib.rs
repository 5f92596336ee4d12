//! farcast: brings Linux hosts into the state that Ansible playbooks declare.
//!
//! The rooms stand in the order in which data passes through them; nothing flows back but outcomes and events.
//! `docs/architecture.md` tells the same story in prose.

// The operator's side, in the order of the data.
#[cfg(feature = "controller")]
pub mod check;
#[cfg(feature = "controller")]
pub mod cli;
#[cfg(feature = "controller")]
pub mod control;
#[cfg(feature = "controller")]
pub mod inventory;
#[cfg(feature = "controller")]
pub mod playbook;
#[cfg(feature = "controller")]
pub mod program;
#[cfg(feature = "controller")]
pub mod schedule;
#[cfg(feature = "controller")]
pub mod source;
#[cfg(feature = "controller")]
pub mod template;
#[cfg(feature = "controller")]
pub mod transport;
#[cfg(feature = "controller")]
pub mod variable;

// What both sides share.
pub mod wire;

// The host's side: nothing here knows the operator's.
pub mod act;
pub mod agent;
pub mod fact;
pub mod module;

// What happened, and how it is shown.
#[cfg(feature = "controller")]
pub mod event;
#[cfg(feature = "controller")]
pub mod render;

// What comes along.
#[cfg(feature = "greeting")]
pub mod greeting;
#[cfg(feature = "controller")]
pub mod sandbox;
