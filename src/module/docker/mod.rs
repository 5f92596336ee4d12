//! Containers: modules that speak to an engine (Docker, Podman) over its socket.
//!
//! A look has an [`Engine`], which can only ask. An apply has a [`Control`], too, and only an apply can have one.

mod arguments;
mod call;
pub mod compose;
mod config_file;
pub mod container;
pub mod container_info;
mod context;
mod control;
mod differing;
mod endpoint;
mod engine;
mod foresight;
mod ignore;
pub mod image;
pub mod login;
pub mod network;
mod part;
pub mod prune;
mod reference;
mod text;
pub mod volume;

use {
    call::Call,
    config_file::ConfigFile,
    context::Context,
    control::{Control, LONG},
    differing::Differing,
    endpoint::Endpoint,
    engine::Engine,
    ignore::Ignore,
    part::Part,
    reference::Reference,
};
