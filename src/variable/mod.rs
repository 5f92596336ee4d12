//! What a variable is on a host at a step: Ansible's precedence, in one place, rendered when used.

mod growth;
mod hostvars;
mod layer;
mod magic;
mod memory;
mod scope;
mod vars;
mod world;

pub use {
    growth::Growth,
    layer::Layer,
    magic::DELEGATED,
    memory::Memory,
    scope::{Scope, Surroundings},
    vars::{Values, Vars},
    world::{PlayContext, Settings, World},
};
