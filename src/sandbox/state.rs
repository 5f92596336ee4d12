//! What a run is made of, on disk, so that another process can list, enter and end it.

use std::{
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{address::Subnet, error::SandboxError, image::Image, process::Process};

/// The name of the state file in a run's directory.
const FILE: &str = "state.json";

/// A run as recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    /// The run's name.
    pub(super) run: String,
    /// The bridge, also the name of the nftables table; none before they are chosen.
    pub(super) bridge: Option<String>,
    /// The hosts' network; none before it is chosen.
    pub(super) subnet: Option<Subnet>,
    /// The hosts, in the order asked for.
    pub(super) hosts: Vec<HostState>,
}

/// A host as recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct HostState {
    /// Its name.
    pub(super) name: String,
    /// Its system.
    pub(super) image: Image,
    /// The root directory of that system, below what the host itself writes.
    pub(super) image_root: PathBuf,
    /// Its address.
    pub(super) address: Ipv4Addr,
    /// The `systemd-nspawn` that runs it; none before it is started.
    pub(super) nspawn: Option<Process>,
}

impl State {
    /// Reads the state in a run's directory; `None` when there is none.
    pub(super) fn read(directory: &Path) -> Result<Option<Self>, SandboxError> {
        let path = directory.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|source| SandboxError::State { path, source }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SandboxError::file("read", path)(error)),
        }
    }

    /// Writes the state into a run's directory, whole or not at all.
    pub(super) fn write(&self, directory: &Path) -> Result<(), SandboxError> {
        let path = directory.join(FILE);
        let text = serde_json::to_vec_pretty(self).map_err(|source| SandboxError::State {
            path: path.clone(),
            source,
        })?;
        let beside = PathBuf::from(format!("{}.new", path.display()));
        fs::write(&beside, text).map_err(SandboxError::file("write", &beside))?;
        fs::rename(&beside, &path).map_err(SandboxError::file("write", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let directory = tempfile::tempdir().unwrap();
        assert!(State::read(directory.path()).unwrap().is_none());
        let host = HostState {
            name: "web1".into(),
            image: Image::Centos9,
            image_root: "/images/centos".into(),
            address: Ipv4Addr::new(10, 192, 0, 10),
            nspawn: Process::of(std::process::id()),
        };
        let subnet = "10.192.0.0/22".parse().ok();
        let state = State {
            run: "demo".into(),
            bridge: Some("fc000001".into()),
            subnet,
            hosts: vec![host],
        };
        state.write(directory.path()).unwrap();
        let read = State::read(directory.path()).unwrap().unwrap();
        assert_eq!(
            serde_json::to_value(&read).unwrap(),
            serde_json::to_value(&state).unwrap()
        );
    }

    #[test]
    fn a_broken_state_names_its_file() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), "{").unwrap();
        let error = State::read(directory.path()).unwrap_err().to_string();
        assert!(error.contains("state.json is no sandbox state"), "{error}");
    }
}
