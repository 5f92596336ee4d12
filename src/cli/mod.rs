//! The command line: arguments and environment become values, verbs call the rooms, and errors become text and an exit code.

mod apply;
mod args;
mod completions;
mod config;
mod doc;
mod ending;
mod environment;
mod exit;
mod extra_vars;
mod findings;
mod inventory;
mod listing;
mod man;
mod option;
mod playbooks;
mod print;
mod session;
mod terminal;
mod validate;
mod vault;

use {
    args::{Arguments, Verb},
    clap::Parser,
    std::process::ExitCode,
};

/// Runs the program: parse, call, exit.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return ending::usage(&error),
    };
    ending::exit(run(arguments))
}

fn run(arguments: Arguments) -> anyhow::Result<u8> {
    match arguments.verb {
        Verb::Apply(options) => apply::apply(&options),
        Verb::Plan(options) => apply::plan(options),
        Verb::Validate(options) => validate::validate(&options),
        Verb::Inventory(arguments) => inventory::inventory(&arguments),
        Verb::Doc(arguments) => doc::doc(&arguments),
        Verb::Vault(arguments) => vault::vault(&arguments),
        Verb::Completions(arguments) => completions::completions(&arguments),
        Verb::Man(arguments) => man::man(&arguments),
    }
}
