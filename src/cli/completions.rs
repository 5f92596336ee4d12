use {
    super::{args::Arguments, exit, print::print},
    anyhow::Result,
    clap::{Args, CommandFactory},
    clap_complete::Shell,
};

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell to complete in.
    shell: Shell,
}

/// `farcast completions`.
pub(super) fn completions(arguments: &CompletionsArguments) -> Result<u8> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "farcast", &mut script);
    print(script)?;
    Ok(exit::FINE)
}
