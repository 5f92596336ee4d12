//! The compiled playbook: its steps in order, a pure function of files.

mod action_group;
mod collection;
mod compile;
pub mod foreign;
mod frame;
mod import;
mod library;
mod order;
mod reading;
mod role;
mod roles;
mod step;
mod tag;
mod usage;
mod validation;

pub(crate) use library::sorted_files;
pub use {
    collection::{Collections, collection_of},
    compile::{Compiler, Included, PlayProgram, Program},
    frame::{Frame, FrameKind},
    library::Library,
    order::Order,
    role::{Role, RoleNames, RoleParts},
    roles::Roles,
    step::{Element, Section, Step},
    tag::TagFilter,
    usage::RoleUsage,
};
