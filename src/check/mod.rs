//! What can be proven without a host: each finding points at its place.
//!
//! To add a rule: one file with a function that takes the [`Survey`](survey::Survey), its line in [`rule`], a code in `finding.rs`,
//! and a case under `tests/check`.

mod argument;
mod bad_argument;
mod broken_inventory;
mod decimal_mode;
mod file;
mod finding;
mod frames;
mod knowledge;
mod loose_condition;
mod lost_handler;
mod missing_file;
mod rule;
mod site;
mod spelling;
mod spot;
mod survey;
mod template_syntax;
mod text;
mod undefined_variable;
mod unknown_host_pattern;
mod unknown_module;
mod unsupported_keyword;
mod walker;
mod yaml_trap;

pub use {
    argument::bad_arguments,
    finding::{Code, Finding, Severity, bad_input},
    rule::{Circumstances, examine},
    unknown_module::unknown_module,
};
