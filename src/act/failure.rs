use {
    super::{Finished, Program},
    crate::wire::{Object, Outcome},
    serde_json::Value,
    std::{io, path::Path, time::Duration},
};

/// Why a step on a host ended badly. The text is what the user reads: what, where, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something that the step builds on is not there. In a dry run this becomes "known after apply" when an earlier step
    /// may bring it.
    #[error("{what} {name} is not there{}", what.hint())]
    Missing { what: Thing, name: String },
    /// Dry run only: the step depends on something that nobody can know before an apply.
    #[error("known after apply: {0}")]
    Unforeseeable(String),
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// A verb phrase, such as "read" or "change the owner of".
        doing: &'static str,
        path: String,
        source: io::Error,
    },
    /// A program that had to succeed did not.
    #[error("{} ended with code {}: {}", argv.join(" "), finished.rc, finished.complaint())]
    Program {
        argv: Vec<String>,
        finished: Finished,
    },
    /// The module's own refusal, with return values.
    #[error("{msg}")]
    Refused { msg: String, data: Object },
    /// A question that was not answered in the time that it was given.
    #[error("{} did not answer within {} seconds", argv.join(" "), limit.as_secs_f64())]
    Unanswered { argv: Vec<String>, limit: Duration },
    #[error("the step was cancelled")]
    Cancelled,
    /// In Ansible's words.
    #[error("Task failed: Timed out after {0} second(s).")]
    Late(u64),
}

/// The kinds of things that can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    Path,
    Parent,
    Account,
    Group,
    Command,
    Service,
    Package,
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Parent => "the parent directory",
            Self::Account => "user",
            Self::Group => "group",
            Self::Command => "command",
            Self::Service => "service",
            Self::Package => "package",
        })
    }
}

impl Thing {
    fn hint(self) -> &'static str {
        match self {
            Self::Parent => "; create it first (module file, state: directory)",
            Self::Command => "; install the package that brings it",
            _ => "",
        }
    }
}

impl Failure {
    /// The module's own refusal, without return values.
    pub fn refused(msg: impl Into<String>) -> Self {
        Self::Refused {
            msg: msg.into(),
            data: Object::new(),
        }
    }

    pub fn missing(what: Thing, name: impl Into<String>) -> Self {
        Self::Missing {
            what,
            name: name.into(),
        }
    }

    /// For `map_err`: what was being done (a verb phrase) and to which path.
    pub fn io(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io {
            doing,
            path: path.display().to_string(),
            source,
        }
    }

    /// For `map_err` of rustix calls, as `io`.
    pub fn os(doing: &'static str, path: &Path) -> impl Fn(rustix::io::Errno) -> Self {
        let wrap = Self::io(doing, path);
        move |errno| wrap(errno.into())
    }

    /// A finished program that had to succeed.
    pub fn program(program: &Program, finished: Finished) -> Self {
        Self::Program {
            argv: program.argv.clone(),
            finished,
        }
    }

    /// The failed outcome that the controller gets.
    pub fn into_outcome(self) -> Outcome {
        let msg = self.to_string();
        let data = match self {
            Self::Refused { data, .. } => data,
            Self::Program { argv, finished } => {
                let mut data = finished.values();
                data.insert("cmd".into(), Value::from(argv));
                data
            }
            Self::Late(seconds) => {
                let period = Object::from_iter([("period".to_owned(), seconds.into())]);
                Object::from_iter([("timedout".to_owned(), period.into())])
            }
            _ => Object::new(),
        };
        Outcome {
            failed: true,
            msg: Some(msg),
            data,
            ..Outcome::default()
        }
    }
}
