use std::{io, path::PathBuf};

/// What keeps a pull from running a revision.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("the program git cannot be started: {0}; install it")]
    NoGit(io::Error),
    #[error("{} cannot be used: {reason}", path.display())]
    Directory { path: PathBuf, reason: io::Error },
    #[error("{} holds something that is no checkout; name another directory with --directory", .0.display())]
    Foreign(PathBuf),
    #[error("files were changed in {}; --clean throws that away", .0.display())]
    Changed(PathBuf),
    #[error("nothing new can be had from {url}: {said}")]
    Unreachable { url: String, said: String },
    #[error("revision {revision} is not signed by anybody who is trusted{}", behind(.said))]
    Unsigned { revision: String, said: String },
    #[error("git {verb}: {said}")]
    Git { verb: String, said: String },
    #[error("no playbook to run in the repository; looked for {}", names(.0))]
    NoPlaybook(Vec<PathBuf>),
}

/// What a program said, behind a sentence.
fn behind(said: &str) -> String {
    match said {
        "" => String::new(),
        said => format!(": {said}"),
    }
}

fn names(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    names.join(", ")
}
