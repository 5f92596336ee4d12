//! Files as a person wrote them: owned once, with the place of every node.

mod error;
mod fault;
mod file;
mod node;
mod report;
pub mod yaml;

pub use error::YamlError;
pub use fault::{Fault, Note};
pub use file::{Place, SourceFile};
pub use node::{Kind, Node};
pub use report::Report;
