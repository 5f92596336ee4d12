//! Programs of this machine, called by argument vector.

use std::{
    ffi::{OsStr, OsString},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use super::error::SandboxError;

/// Where programs are looked for, whatever `PATH` an operator's login has (`su` leaves out the `sbin` directories).
const PLACES: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// Lines of a failed program's output that its error shows.
const SHOWN_LINES: usize = 15;

/// Gives the path of `program` when this machine has it.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    PLACES
        .iter()
        .map(|place| Path::new(place).join(program))
        .find(|path| path.is_file())
}

/// One call of a program.
pub(super) struct Tool {
    program: String,
    args: Vec<OsString>,
    input: Option<String>,
}

impl Tool {
    /// Names the program to call.
    pub(super) fn new(program: &str) -> Self {
        Self {
            program: program.to_owned(),
            args: Vec::new(),
            input: None,
        }
    }

    /// Adds one argument.
    pub(super) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds several arguments.
    pub(super) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets what the program reads on its standard input; without this it reads nothing.
    pub(super) fn input(mut self, text: String) -> Self {
        self.input = Some(text);
        self
    }

    /// The call as a person would read it.
    pub(super) fn line(&self) -> String {
        let args = self
            .args
            .iter()
            .map(|arg| arg.to_string_lossy().into_owned());
        std::iter::once(self.program.clone())
            .chain(args)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The call as a [`Command`], for a caller that handles its streams itself.
    pub(super) fn command(&self) -> Command {
        let mut command =
            Command::new(find(&self.program).unwrap_or_else(|| PathBuf::from(&self.program)));
        command.args(&self.args);
        command
    }

    /// Runs it to its end and gives what came out, however it ended.
    pub(super) fn output(&self) -> Result<Output, SandboxError> {
        let start = |source| SandboxError::Start {
            program: self.program.clone(),
            source,
        };
        let stdin = if self.input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        };
        let mut child = self
            .command()
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(start)?;
        if let (Some(text), Some(mut pipe)) = (&self.input, child.stdin.take()) {
            // A program that ends early closes the pipe; its exit status then tells why.
            let _ = pipe.write_all(text.as_bytes());
        }
        child.wait_with_output().map_err(start)
    }

    /// Runs it and gives its standard output.
    ///
    /// # Errors
    /// [`SandboxError::Tool`] with the end of its output when it does not end with 0.
    pub(super) fn run(&self) -> Result<String, SandboxError> {
        let output = self.output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let all = [output.stdout, output.stderr].concat();
        Err(SandboxError::Tool {
            command: self.line(),
            status: output.status.to_string(),
            output: last_lines(&String::from_utf8_lossy(&all), SHOWN_LINES),
        })
    }

    /// Runs it and reads its standard output as JSON.
    pub(super) fn json(&self) -> Result<serde_json::Value, SandboxError> {
        let text = self.run()?;
        // `ip -j` says nothing at all instead of an empty list.
        let text = if text.trim().is_empty() { "[]" } else { &text };
        serde_json::from_str(text).map_err(|error| SandboxError::Answer {
            command: self.line(),
            detail: error.to_string(),
        })
    }
}

/// The last `count` lines of `text`.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_program_shows_its_last_words() {
        let error = Tool::new("ls")
            .arg("/no-such-directory")
            .run()
            .unwrap_err()
            .to_string();
        assert!(error.contains("`ls /no-such-directory` failed"), "{error}");
        assert!(
            error.contains("\n  | ") && error.contains("cannot access"),
            "{error}"
        );
    }

    #[test]
    fn a_program_reads_its_input() {
        assert_eq!(
            Tool::new("cat").input("word".to_owned()).run().unwrap(),
            "word"
        );
    }

    #[test]
    fn only_the_end_of_long_output_is_kept() {
        assert_eq!(last_lines("a\nb\n\nc\n", 2), "b\nc");
    }
}
