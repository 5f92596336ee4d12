//! Modules that are not farcast's own: where they are found, of what kind they are, and what is sent of them.

mod beside;
mod homes;
mod kind;
mod listing;
mod payload;
mod route;
mod search;
mod shelves;

pub use {
    beside::{Beside, Core},
    homes::Homes,
    kind::{ARGUMENTS_MARK, Kind, interpreter},
    payload::{Payload, PayloadError},
    search::{Meaning, Search},
    shelves::{Places, Shelves},
};

use std::path::PathBuf;

/// A module that is not farcast's own, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Its name: with its collection, where it has one.
    pub name: String,
    pub path: PathBuf,
    /// The plugin in Python that Ansible runs on the controller before the module, if there is one.
    pub action: Option<PathBuf>,
}

impl Foreign {
    /// The name without a collection.
    pub fn short_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}
