//! Programs that are run to their end: they must succeed.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use super::Outcome;

/// Runs a command to its end and gives what it printed, to both of its outputs.
pub fn finish(mut command: Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output()?;
    judged(&command, output)
}

/// Starts all commands, then waits for all of them.
pub fn finish_all(commands: impl Iterator<Item = Command>) -> Outcome<()> {
    let mut running = Vec::new();
    for mut command in commands {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = quiet.stderr(Stdio::piped()).spawn()?;
        running.push((command, child));
    }
    for (command, child) in running {
        judged(&command, child.wait_with_output()?)?;
    }
    Ok(())
}

/// What a command printed, if it succeeded; else the end of what it said.
pub fn judged(command: &Command, output: Output) -> Outcome<String> {
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let program = Path::new(command.get_program()).file_name();
    let program = program.unwrap_or_default().display();
    let last: Vec<&str> = said.trim_end().lines().rev().take(8).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    Err(format!(
        "{program} ended with {}:\n{}",
        output.status,
        last.join("\n")
    )
    .into())
}
