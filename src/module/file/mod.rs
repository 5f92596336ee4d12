//! Modules about files.

pub mod copy;
#[expect(clippy::module_inception, reason = "the module is called file")]
pub mod file;
mod placement;
mod report;
pub mod stat;

pub use {placement::Placement, report::report};
