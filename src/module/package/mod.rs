//! Modules about packages and where they come from.

pub mod apt;
mod change;
pub mod dnf;
mod dpkg;
mod nearest;
#[expect(clippy::module_inception, reason = "the module is called package")]
pub mod package;
mod rpm;
mod said;
mod wildcard;
