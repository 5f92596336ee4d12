//! Modules that run what the user wrote. Nobody can tell before an apply what that changes.

mod clock;
#[expect(clippy::module_inception, reason = "the module is called command")]
pub mod command;
mod condition;
mod glob;
mod launch;
pub mod raw;
pub mod script;
pub mod shell;
mod words;

pub use {condition::Condition, glob::glob, launch::Launch, words::words};
