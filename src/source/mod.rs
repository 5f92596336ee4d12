//! Files as a person wrote them: owned once, with the place of every node; vaults opened, secrets masked.

mod error;
mod fault;
mod file;
mod node;
mod redactor;
mod report;
mod secret;
mod stamp;
mod store;
pub mod vault;
pub mod yaml;

pub use error::YamlError;
pub use fault::{Fault, Note, Topic};
pub use file::{Place, SourceFile};
pub use node::{Kind, Node};
pub use redactor::Redactor;
pub use report::Report;
pub use secret::{MASK, Secret};
pub use stamp::Stamp;
pub use store::Store;
pub use vault::VaultError;
