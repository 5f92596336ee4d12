//! Modules about packages and where they come from.

pub mod apt;

mod change;

mod dpkg;
mod nearest;

mod said;
mod wildcard;
