//! The compiled playbook: its steps in order, a pure function of files.

mod compile;
pub mod foreign;
mod frame;
mod import;
mod library;
mod order;
mod role;
mod step;
mod tag;

pub(crate) use library::sorted_files;
pub use {
    compile::{Compiler, Included, PlayProgram, Program},
    frame::{Frame, FrameKind},
    library::Library,
    order::Order,
    role::{Role, RoleParts},
    step::{Element, Section, Step},
    tag::TagFilter,
};
