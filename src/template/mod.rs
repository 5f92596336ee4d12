//! Jinja2 as Ansible has it, for playbooks and `.j2` files, and Tera for `.tera` files.
//!
//! Filters, tests and lookups are plain functions over values, one file a family; [`Engine`] is the way in.

mod access;
mod bound;
mod braces;
mod builtin;
mod call;
mod collection;
mod compile;
mod condition;
mod context;
mod convert;
mod edit;
mod engine;
mod error;
mod escape;
mod exchange;
mod failure;
mod fault;
mod file;
mod filter;
mod finish;
#[cfg(test)]
mod fixture;
mod function;
mod growing;
mod lazy;
mod lookup;
mod looping;
mod loose;
mod method;
mod moment;
mod need;
mod node;
mod omit;
mod operator;
mod percent;
mod print;
mod recursion;
mod rewrite;
mod spec;
mod statement;
mod tera;
mod test;
mod turn;
mod variables;

pub use convert::{describe, display, strings, to_node};
pub use engine::{Configuration, Engine, Settings};
pub use error::{ErrorKind, TemplateError};
pub use exchange::{from_json, raw, to_json};
pub use lazy::{is_lazy, whole};
pub use loose::never_boolean;
pub use minijinja::value::{Value, ValueKind};
pub use need::{Need, Needs};
pub use omit::{is_omit, omit};
pub use variables::{Reach, Variables};
