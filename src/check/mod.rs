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
mod lost_handler;
mod misplaced_meta;
mod missing_file;
mod rule;
mod site;
mod spelling;
mod spot;
mod strategy;
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
    strategy::{no_such_strategy, once_for_all},
    unknown_module::unknown_module,
};
