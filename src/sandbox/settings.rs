//! Where throwaway hosts keep what they need on this machine.

use std::path::PathBuf;

/// The directories of the sandbox. Whoever calls decides; nothing here reads the environment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Holds `images/` (built once, kept) and `runs/` (one directory a run, gone with it).
    pub root: PathBuf,
}

impl Default for Settings {
    /// The machine's usual place, `/var/lib/farcast/sandbox`.
    fn default() -> Self {
        Self {
            root: PathBuf::from("/var/lib/farcast/sandbox"),
        }
    }
}

impl Settings {
    /// The directory of all images.
    pub(super) fn images(&self) -> PathBuf {
        self.root.join("images")
    }

    /// The directory of all runs.
    pub(super) fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }
}
