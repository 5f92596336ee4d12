//! What a variable is on a host at a step: Ansible's precedence, in one place, rendered when used.

mod fact_cache;
mod foresight;
mod growth;
mod hostvars;
mod layer;
mod ledger;
mod level;
mod magic;
mod memory;
mod merge;
mod roster;
mod scope;
mod shelf;
mod vars;
mod world;
mod written;

pub use {
    fact_cache::{FactCache, Recalled},
    foresight::Foresight,
    growth::Growth,
    layer::Layer,
    ledger::Ledger,
    level::Level,
    magic::{DELEGATED, NAMES as MAGIC_NAMES},
    memory::Memory,
    merge::merged,
    roster::Rosters,
    scope::{Scope, Surroundings},
    vars::{Values, Vars},
    world::{PlayContext, Settings, World},
};
