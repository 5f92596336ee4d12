//! What can be proven without a host: each finding points at its place.

mod argument;
mod unknown_module;

pub use {argument::bad_arguments, unknown_module::unknown_module};
