//! Where programs run: a home directory of their own, and nothing of the settings of whoever measures.

use std::{path::Path, process::Command};

use super::bench::Bench;

/// A home directory for programs.
pub struct Home<'a> {
    bench: &'a Bench,
    path: &'a Path,
}

impl<'a> Home<'a> {
    /// Programs live, and start, in the directory `path`.
    pub fn new(bench: &'a Bench, path: &'a Path) -> Self {
        Self { bench, path }
    }

    /// A command that inherits nothing but the search path.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.path);
        command.env("HOME", self.path).env("LANG", "C.UTF-8");
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
    }

    /// farcast, with the agents that it delivers.
    pub fn farcast(&self) -> Command {
        let mut command = self.command(&self.bench.farcast);
        command.env("FARCAST_AGENT_DIR", &self.bench.agents);
        command
    }
}
