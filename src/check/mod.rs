//! What can be proven without a host: each finding points at its place.
//!
//! To add a rule: one file with a function that takes the [`Survey`](survey::Survey), its line in [`rule`], a code in `finding.rs`,
//! and a case under `tests/check`.

mod argument;
mod bad_argument;
mod broken_inventory;
mod decimal_mode;
mod declared;
mod file;
mod finding;
mod foreign_module;
mod frames;
mod knowledge;
mod loose_condition;
mod lost_handler;
mod misplaced_meta;
mod missing_file;
mod native_module;
mod plain_secret;
mod role_argument;
mod rule;
mod site;
mod spelling;
mod spot;
mod strategy;
mod survey;
mod template_syntax;
mod text;
mod trace;
mod undefined_variable;
mod unknown_host_pattern;
mod unknown_module;
mod unsupported_keyword;
mod unused_variables;
mod walker;
mod yaml_trap;

pub use {
    argument::bad_arguments,
    declared::{Declared, declared},
    finding::{Code, Finding, Severity, bad_input, in_order},
    rule::{Circumstances, Inspection, examine, inspect},
    strategy::{no_such_strategy, once_for_all},
    trace::{Definition, PlayTrace, Reader, trace},
    unknown_module::{missing_module, unknown_module},
};
