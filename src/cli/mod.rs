//! The command line: arguments and environment become values, verbs call the rooms, and errors become text and an exit code.

mod ad_hoc;
mod apply;
mod args;
mod completions;
mod config;
mod content;
mod doc;
mod ending;
mod environment;
mod exit;
mod extra_vars;
mod fact_cache;
mod facts;
mod findings;
mod inventory;
mod listing;
mod man;
mod open_files;
mod option;
mod persona;
mod playbooks;
mod print;
mod pull;
mod report;
mod sandbox;
mod schema;
mod session;
mod strategy;
mod subject;
mod terminal;
mod test;
mod validate;
mod vault;
mod why;

use {
    args::{Arguments, Verb},
    clap::Parser,
    persona::Persona,
    std::{ffi::OsString, process::ExitCode},
};

/// Runs the program: parse, call, exit.
pub fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let persona = argv.first().and_then(|called| Persona::of(called));
    if persona::asks_version(&argv) {
        let told = match persona {
            Some(persona) => persona.version(),
            // Scripts ask this often: the grammar of all verbs need not be built for it.
            None => print::print(concat!("farcast ", env!("CARGO_PKG_VERSION"), "\n")),
        };
        return ending::exit(told.map(|()| exit::FINE));
    }
    let verb = match persona {
        Some(persona) => persona.parse(&argv),
        None => Arguments::try_parse_from(&argv).map(|arguments| arguments.verb),
    };
    match verb {
        Ok(verb) => ending::exit(run(verb)),
        Err(error) => ending::usage(&error),
    }
}

fn run(verb: Verb) -> anyhow::Result<u8> {
    match verb {
        Verb::Apply(options) => apply::apply(&options),
        Verb::Plan(options) => apply::plan(options),
        Verb::Validate(options) => validate::validate(&options),
        Verb::Run(arguments) => ad_hoc::run(&arguments),
        Verb::Facts(arguments) => facts::facts(&arguments),
        Verb::Inventory(arguments) => inventory::inventory(&arguments),
        Verb::Doc(arguments) => doc::doc(&arguments),
        Verb::Why(arguments) => why::why(&arguments),
        Verb::Schema(arguments) => schema::schema(&arguments),
        Verb::Pull(arguments) => pull::pull(&arguments),
        Verb::Report(arguments) => report::report(&arguments),
        Verb::Vault(arguments) => vault::vault(&arguments),
        Verb::Sandbox(arguments) => sandbox::sandbox(&arguments),
        Verb::Test(arguments) => test::test(&arguments),
        Verb::Completions(arguments) => completions::completions(&arguments),
        Verb::Man(arguments) => man::man(&arguments),
    }
}
