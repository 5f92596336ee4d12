//! Modules about getting and building software that no package manager of the system brings.

pub mod git;
pub mod pip;
