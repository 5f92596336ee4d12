//! Modules about archives.

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
