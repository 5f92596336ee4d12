//! Files as a person wrote them: owned once, with the place of every node.

mod file;
mod node;

pub use file::{Place, SourceFile};
pub use node::{Kind, Node};
