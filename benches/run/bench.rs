//! What all scenarios share: the programs, and how often they run.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::Outcome;

/// The root of the repository.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The programs that are measured.
pub struct Bench {
    /// Counted runs of each program.
    pub runs: usize,
    /// farcast itself.
    pub farcast: PathBuf,
    /// The directory of the agents that it delivers.
    pub agents: PathBuf,
    /// The directory of the environments of the peers.
    pub peers: PathBuf,
}

impl Bench {
    /// Finds the programs.
    pub fn new(runs: usize) -> Outcome<Self> {
        Ok(Self {
            runs,
            farcast: env!("CARGO_BIN_EXE_farcast").into(),
            agents: directory("FARCAST_AGENT_DIR")?,
            peers: directory("FARCAST_PEERS")?,
        })
    }

    /// A directory on a real disk for what is too large for one in memory; gone with the value.
    pub fn room(&self) -> Outcome<tempfile::TempDir> {
        Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
    }
}

fn directory(variable: &str) -> Outcome<PathBuf> {
    let named = env::var_os(variable).map(PathBuf::from);
    let found = named.filter(|path| Path::is_dir(path));
    Ok(found.ok_or_else(|| format!("{variable} must name a directory; `make bench` sets it"))?)
}
