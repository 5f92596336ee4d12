//! The command line: arguments and environment become values, verbs call the rooms, and errors become text and an exit code.

mod apply;
mod args;
mod config;
mod ending;
mod environment;
mod exit;
mod extra_vars;
mod findings;
mod option;
mod playbooks;
mod session;
mod terminal;
mod validate;

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
    }
}
