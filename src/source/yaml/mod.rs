//! YAML 1.1 as Ansible reads it, with the place of every node.

mod hint;
mod key;
mod limit;
mod load;
mod loader;
mod map;
mod offset;
mod relaxed;
mod resolve;
mod spot;
mod tag;
mod wording;

pub use load::{load, load_one};
