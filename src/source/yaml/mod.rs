//! YAML 1.1 as Ansible reads it, with the place of every node.

mod hint;
mod key;
mod limit;
mod load;
mod map;
mod offset;
mod resolve;
mod tag;

pub use load::{load, load_one};
