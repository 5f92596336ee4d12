//! Modules about files.

#[cfg(feature = "full")]
pub mod acl;
pub mod blockinfile;
pub mod copy;
mod edit;
pub mod fetch;
#[expect(clippy::module_inception, reason = "the module is called file")]
pub mod file;
pub mod find;
#[cfg(feature = "full")]
pub mod ini_file;
pub mod lineinfile;
mod pattern;
mod placement;
pub mod replace;
mod report;
pub mod slurp;
pub mod stat;
pub mod tempfile;

pub use {pattern::Pattern, placement::Placement, report::report};
