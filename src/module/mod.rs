//! What a step can do on a host: one file a module, one line a module in `registry.rs`.
//!
//! To write one, take `file/stat.rs` (only looks) or `file/slurp.rs`, `file/copy.rs` (change things) as the example:
//!
//! 1. a struct with the arguments as Ansible documents them; the doc comment on the struct is what `farcast doc` shows first,
//!    the doc comment on a field documents the argument;
//! 2. `impl Module for` it, with `look`: compare what is asked for with what [`Probe`] sees; push the [`Act`](crate::act::Act)s
//!    that are missing on [`Acts`]; set the return values that Ansible documents; end with `Ok(acts.into_look())`;
//! 3. its line in the registry; tests with [`Trial`](trial::Trial).
//!
//! How arguments are declared (`serde` reads them, `schemars` gives the schema that checks them on the controller):
//!
//! | want | write |
//! |---|---|
//! | required argument | `name: String` |
//! | optional argument | `comment: Option<String>` with `#[serde(default)]` |
//! | default value | `#[serde(default = "function")] retries: u32`, or plain `#[serde(default)] force: bool` for false |
//! | another name for it | `#[schemars(extend("aliases" = ["dest", "name"]))]` (never serde's alias: the controller sends canonical names) |
//! | choices | an enum field with `#[serde(rename_all = "snake_case")]` (or `lowercase`) and unit variants |
//! | list | `Vec<String>` with `#[serde(default)]`; users may give one value or a comma separated string |
//! | file mode | `Option<Permissions>` |
//! | path on the host | `HostPath` (expands `~` and `$VARIABLES`) |
//! | content from the controller | `Option<wire::Content>` |
//! | any value | `serde_json::Value` |
//! | secret | `#[schemars(extend("secret" = true))]` |
//!
//! Users write `yes`, `"5"`, `0644` and the like; the schema turns them into what the field declares before they get here.

#[cfg(feature = "full")]
pub mod archive;
#[cfg(any(test, feature = "controller"))]
pub mod argument;
#[cfg(feature = "full")]
pub mod build;
pub mod command;
mod context;
#[cfg(feature = "full")]
pub mod crypto;
#[cfg(feature = "full")]
pub mod docker;
pub mod file;
pub mod foreign;
mod host_path;
pub mod job;
pub mod net;
mod ownership;
pub mod package;
mod permissions;
mod ping;
#[cfg(feature = "full")]
pub mod postgresql;
pub mod registry;
mod run;
pub mod service;
pub mod setup;
pub mod system;
#[cfg(test)]
pub mod trial;
pub mod user;
#[cfg(feature = "full")]
mod word;

#[cfg(feature = "controller")]
pub use argument::{ArgumentError, Schema};
pub use registry::{Edition, Entry, all, find};
#[cfg(feature = "full")]
pub use word::Word;
pub use {
    crate::act::{Acts, Delta, Failure, Look, Probe},
    host_path::HostPath,
    ownership::{Owner, Ownership},
    permissions::Permissions,
    run::run,
};
use {schemars::JsonSchema, serde::de::DeserializeOwned};

/// Makes one delta of several.
pub type Join<D> = fn(Vec<D>) -> D;

/// Something that a step can ask for: its arguments, and how to find out what has to change.
pub trait Module: DeserializeOwned + JsonSchema + 'static {
    /// The canonical short name: `copy`.
    const NAME: &'static str;

    /// Other short names for the same module: `yum` for `dnf`.
    const ALIASES: &'static [&'static str] = &[];

    /// The collection it has in Ansible: tasks may name it `COLLECTION.NAME`, too (and `ansible.builtin.NAME`,
    /// `ansible.legacy.NAME`).
    const COLLECTION: &'static str = "ansible.builtin";

    /// The argument that free text after the module's name fills: `cmd` for `command`.
    const FREE_FORM: Option<&'static str> = None;

    /// Makes one delta of those that the items of a loop found, to be applied at once (packages in one transaction). With it,
    /// all items are looked at before anything is applied. Without it (the default), each item is looked at and applied in
    /// turn, so that an item sees what the one before it did.
    const JOIN: Option<Join<Self::Delta>> = None;

    /// Whether it is to be sent by itself, when its turn has come: its look reaches beyond the host's own state (the network, the
    /// clock), waits, or gives facts that later steps read as variables.
    const ALONE: bool = false;
    /// It is about a file, and takes the arguments that Ansible has for its SELinux context: [`run`] heeds them.
    const FILES: bool = false;

    /// What would change: [`Acts`] for nearly every module.
    type Delta: Delta;

    /// Compares the host with the arguments. It must not change anything, and has no means to.
    ///
    /// Errors: [`Failure::Missing`] if something that the step builds on is not there (a dry run turns that into "known after
    /// apply" when an earlier step may bring it); [`Failure::refused`] for arguments that cannot be fulfilled, in Ansible's
    /// words where a playbook may test for them.
    fn look(&self, probe: &Probe) -> Result<Look<Self::Delta>, Failure>;
}
