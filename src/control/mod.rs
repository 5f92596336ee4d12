//! The controller's half of steps: those that never leave the controller, and what must be prepared before a module is sent.

mod add_host;
mod argument_kind;
mod argument_rule;
mod argument_spec;
mod assert;
mod async_status;
mod call;
mod copy;
mod debug;
mod fail;
mod fetch;
mod file_source;
pub mod foreign;
mod group_by;
mod include_role;
mod include_tasks;
mod include_vars;
mod meta;
mod pause;
mod registry;
mod script;
mod set_fact;
mod set_stats;
mod template;
mod unarchive;
mod uri;
mod validate_argument_spec;
mod wait_for_connection;

pub use {
    argument_spec::violations,
    async_status::async_dir,
    call::{Call, Change, Done, Include, Keep, Prepared, Remote, Wait, fault},
    fetch::write_here,
    meta::Meta,
    pause::Pausing,
    registry::{Entry, all, find, runs_as_job},
};

use {crate::source::Fault, schemars::JsonSchema, serde::de::DeserializeOwned};

/// A step of the playbook language that the controller does, or begins, itself. The struct is its arguments,
/// described as a module's are; where Ansible has the step, Ansible's documentation specifies it.
pub trait Control: DeserializeOwned + JsonSchema + 'static {
    const NAME: &'static str;
    /// The argument that free text fills.
    const FREE_FORM: Option<&'static str> = None;
    /// Takes arguments of any name besides those described.
    const OPEN: bool = false;
    /// Runs on one host for the whole batch.
    const ONCE: bool = false;
    /// May be made ready before its turn: it has no effect but the changes that it asks for, and takes no time.
    const EARLY: bool = false;
    /// Arguments that are conditions or templates to be evaluated later, and so are not rendered.
    const RAW: &'static [&'static str] = &[];

    /// Does the step, or says what remains to be done. Errors are the step's failure.
    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault>;
}
