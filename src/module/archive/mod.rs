//! Modules about archives.

#[expect(clippy::module_inception, reason = "the module is called archive")]
pub mod archive;
mod carton;
mod format;
mod glob;
mod member;
pub mod unarchive;

pub use {
    carton::{Carton, Contents},
    format::{Format, Packing},
    glob::matches,
    member::{Member, MemberKind},
};
