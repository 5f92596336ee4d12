use {
    super::{
        environment::Environment,
        exit,
        findings::{self, Unfit},
        option::FindingFormat,
    },
    crate::source::{Fault, Report, VaultError},
    std::{
        io::{IsTerminal, Write},
        process::ExitCode,
    },
};

/// Turns how a verb ended into the exit code, and its error into text on standard error.
pub(super) fn exit(result: anyhow::Result<u8>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&error);
            ExitCode::from(exit::BAD_INPUT)
        }
    }
}

/// Tells a person what went wrong.
pub(super) fn complain(error: &anyhow::Error) {
    // Nothing is left to do where standard error is closed.
    let _ = writeln!(std::io::stderr(), "{}", text(error));
}

/// A command line that clap does not accept, or a question that it answers itself.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    match error.use_stderr() {
        true => ExitCode::from(exit::BAD_INPUT),
        false => ExitCode::from(exit::FINE),
    }
}

/// An error as a person reads it: with its place and an excerpt, where it has one.
fn text(error: &anyhow::Error) -> String {
    let environment = Environment::read();
    let stderr = std::io::stderr();
    let colour = stderr.is_terminal() && !environment.no_colour;
    if let Some(Unfit(findings)) = error.downcast_ref() {
        return findings::text(findings, FindingFormat::Human, colour);
    }
    let vault = error.downcast_ref::<VaultError>().map(|error| {
        let fault = Fault::new(error.to_string());
        error.help().into_iter().fold(fault, Fault::help)
    });
    match error.downcast_ref::<Fault>().or(vault.as_ref()) {
        Some(fault) => Report::new(fault, environment.width(), colour).to_string(),
        None => format!("error: {error:#}"),
    }
}
