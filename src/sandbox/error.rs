//! What can go wrong with a throwaway host, and what to do about it.

use std::{io, path::PathBuf};

use super::{image::Image, preflight::Missing};

/// Every way in which making, using or ending throwaway hosts fails.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// This machine lacks something that throwaway hosts need.
    #[error("this machine cannot make throwaway hosts:{}", listed(.0))]
    Missing(Vec<Missing>),
    /// An image name that is not in the list.
    #[error("no image is called `{0}`; known images: {known}", known = Image::names())]
    UnknownImage(String),
    /// A run or host name that cannot be a host name.
    #[error(
        "`{name}` is no name for a {what}: use 1 to 32 of a-z, 0-9 and `-`, beginning with a letter or digit"
    )]
    Name {
        /// What it should have named: `run` or `host`.
        what: &'static str,
        /// The name as given.
        name: String,
    },
    /// The same host twice in one run.
    #[error("host `{0}` is named twice in one run; give each host a name of its own")]
    Twice(String),
    /// No run with this name has a state directory.
    #[error("no sandbox run is called `{run}`{}", known_runs(.known))]
    NoRun {
        /// The name asked for.
        run: String,
        /// The runs that exist.
        known: Vec<String>,
    },
    /// The run has no such host.
    #[error("sandbox run `{run}` has no host `{host}`; its hosts: {}", .known.join(", "))]
    NoHost {
        /// The run asked.
        run: String,
        /// The name asked for.
        host: String,
        /// The hosts that it has.
        known: Vec<String>,
    },
    /// Another process works on the same run.
    #[error(
        "sandbox run `{0}` is just being made or ended by another process; wait for it or choose another run name"
    )]
    Busy(String),
    /// Every private subnet is taken.
    #[error(
        "no free subnet within {0}; end sandbox runs that are no longer needed (`farcast sandbox list`, `farcast sandbox down RUN`)"
    )]
    NoSubnet(&'static str),
    /// More hosts than a subnet has addresses.
    #[error("{wanted} hosts asked for, but one run holds at most {most}")]
    TooMany {
        /// Hosts asked for.
        wanted: usize,
        /// Addresses of a subnet.
        most: usize,
    },
    /// A host did not answer in time.
    #[error("host `{host}` did not answer on SSH within {seconds} s{}", quoted(.console))]
    NotReady {
        /// The host.
        host: String,
        /// How long was waited.
        seconds: u64,
        /// The end of its console output.
        console: String,
    },
    /// A host's machine ended while it started.
    #[error("host `{host}` ended while starting{}", quoted(.console))]
    Died {
        /// The host.
        host: String,
        /// The end of its console output.
        console: String,
    },
    /// A machine outlived its killing.
    #[error("processes of host `{host}` do not end: {pids:?}; look at them with `ps -p PID`")]
    Immortal {
        /// The host.
        host: String,
        /// The processes left.
        pids: Vec<u32>,
    },
    /// A program of this machine failed.
    #[error("`{command}` failed ({status}){}", quoted(.output))]
    Tool {
        /// The command line, for reading only.
        command: String,
        /// How it ended.
        status: String,
        /// The end of what it wrote.
        output: String,
    },
    /// A program of this machine could not be started.
    #[error("cannot start `{program}`: {source}")]
    Start {
        /// The program.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// A program answered in a form that is not understood.
    #[error("`{command}` answered something unexpected: {detail}")]
    Answer {
        /// The command line, for reading only.
        command: String,
        /// What is wrong with the answer.
        detail: String,
    },
    /// A Debian package of the image recipe is not to be had.
    #[error(
        "the package sources of this machine have no Debian package `{0}`; run `apt-get update` and look at /etc/apt/sources.list.d"
    )]
    NoPackage(String),
    /// A file operation failed.
    #[error("cannot {what} {}: {source}", .path.display())]
    File {
        /// The verb: read, write, lock …
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A run's state file is broken.
    #[error("{} is no sandbox state: {source}; look for its machines (`ps ax | grep systemd-nspawn`), end them and delete the directory", .path.display())]
    State {
        /// The state file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl SandboxError {
    /// Gives a closure for `map_err` that says which file could not be `what`.
    pub(super) fn file(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }
}

fn listed(missing: &[Missing]) -> String {
    missing.iter().map(|m| format!("\n  - {m}")).collect()
}

fn known_runs(known: &[String]) -> String {
    if known.is_empty() {
        "; there is none (`farcast sandbox up` makes one)".to_owned()
    } else {
        format!("; there are: {}", known.join(", "))
    }
}

fn quoted(output: &str) -> String {
    output.lines().map(|line| format!("\n  | {line}")).collect()
}
