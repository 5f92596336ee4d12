//! Containers: modules that speak to an engine (Docker, Podman) over its socket.
//!
//! A look has an [`Engine`], which can only ask. An apply has a [`Control`], too, and only an apply can have one.

mod arguments;
mod call;
mod config_file;
pub mod container;
pub mod container_info;
mod context;
mod control;
mod endpoint;
mod engine;
mod foresight;
mod ignore;
pub mod image;
mod part;
mod reference;
mod text;

use {
    call::Call,
    config_file::ConfigFile,
    context::Context,
    control::{Control, LONG},
    endpoint::Endpoint,
    engine::Engine,
    ignore::Ignore,
    part::Part,
    reference::Reference,
};
