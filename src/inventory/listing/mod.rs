//! What `inventory --list`, `--host` and `--graph` print, as data and text: as `ansible-inventory` prints it.

mod graph;
mod json;
mod list;
mod python;
mod toml;
mod yaml;

pub use graph::graph;
pub use json::to_json;
pub use list::{Listing, host, list, tree, variables};
pub use toml::{tables, to_toml};
pub use yaml::to_yaml;
