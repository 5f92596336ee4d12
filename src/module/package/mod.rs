//! Modules about packages and where they come from.

pub mod apt;
pub mod apt_repository;
mod change;
pub mod dnf;
mod dpkg;
mod known;
mod nearest;
#[expect(clippy::module_inception, reason = "the module is called package")]
pub mod package;
pub mod package_facts;
mod repository;
mod repository_file;
mod rpm;
mod said;
mod source_list;
mod wildcard;
pub mod yum_repository;
