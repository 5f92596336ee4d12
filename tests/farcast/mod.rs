//! The program under test, called as a person calls it, and what it said.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use farcast::event::{Event, Status};

/// A farcast binary, with what it needs around it and nothing else of this machine's environment.
pub struct Farcast {
    program: PathBuf,
    agents: PathBuf,
    home: PathBuf,
}

/// How a run of farcast ended.
pub struct Ran {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Farcast {
    /// `program` is the binary, `home` the directory that is to be the user's own.
    ///
    /// # Errors
    /// What to do where nobody has built the agent.
    pub fn new(program: &str, home: &Path) -> Result<Self, String> {
        let agents = std::env::var_os("FARCAST_AGENT_DIR").map(PathBuf::from).ok_or(
            "FARCAST_AGENT_DIR must name the directory of farcast-agent; `make test` builds it and sets that",
        )?;
        Ok(Self {
            program: program.into(),
            agents,
            home: home.to_owned(),
        })
    }

    /// A call of farcast in `directory`, to be given more and started.
    pub fn command<A: AsRef<OsStr>>(&self, directory: &Path, arguments: &[A]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(directory)
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("HOME", &self.home)
            .env("LC_ALL", "C.UTF-8")
            .env("FARCAST_AGENT_DIR", &self.agents)
            // The whole suite may be run step by step.
            .envs(std::env::var_os("FARCAST_LOOK_AHEAD").map(|steps| ("FARCAST_LOOK_AHEAD", steps)))
            .envs(std::env::var_os("TERM").map(|terminal| ("TERM", terminal)))
            .stdin(Stdio::null());
        command
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Starts a call and waits for its end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn of(mut command: Command) -> Result<Self, String> {
        let output = command
            .output()
            .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        Ok(output.into())
    }

    /// Reads what `--format jsonl` wrote.
    ///
    /// # Errors
    /// The first line that is no event, with all that was said.
    pub fn events(&self) -> Result<Vec<Event>, String> {
        let event = |line: &str| {
            serde_json::from_str(line)
                .map_err(|error| format!("no event ({error}): {line}\n{}", self.stderr))
        };
        self.stdout.lines().map(event).collect()
    }

    /// What it said, for a message: of many events only what failed.
    pub fn said(&self) -> String {
        let told = self.events().unwrap_or_default();
        let failures = told.iter().filter_map(|event| match event {
            Event::HostFinished { host, result, .. } | Event::ItemFinished { host, result, .. }
                if matches!(result.status, Status::Failed | Status::Unreachable) =>
            {
                Some(format!("{host}: {result:#?}\n"))
            }
            _ => None,
        });
        let stdout = if told.is_empty() {
            self.stdout.clone()
        } else {
            failures.collect()
        };
        format!("exit code {}\n{stdout}{}", self.code, self.stderr)
    }
}
