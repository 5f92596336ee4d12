//! The proof of the main job: two fresh hosts, one playbook, and what must be true afterwards.
//!
//! `tests/site` runs it as tests, `examples/demo.rs` shows it to a person.

mod authority;
mod baseline;
mod database;
mod door;
#[path = "../../farcast/mod.rs"]
pub mod farcast_program;
mod proof;
mod stage;
mod web;

pub use proof::{PROOFS, settled, unchanged};
pub use stage::Stage;
