//! What this machine must have before a host can be made.

use std::{fmt, path::Path};

use super::{error::SandboxError, tool};

/// One thing that is missing, and how to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What is not there.
    pub what: String,
    /// What makes it be there.
    pub cure: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.what, self.cure)
    }
}

/// Programs that running a host needs, with the Debian package that brings each.
const TO_RUN: [(&str, &str); 7] = [
    ("systemd-nspawn", "systemd-container"),
    ("ip", "iproute2"),
    ("nft", "nftables"),
    ("ssh", "openssh-client"),
    ("ssh-keygen", "openssh-client"),
    ("setsid", "util-linux"),
    ("cp", "coreutils"),
];

/// Programs that building an image needs besides.
const TO_BUILD: [(&str, &str); 2] = [("debootstrap", "debootstrap"), ("dpkg-deb", "dpkg")];

/// Checks that hosts can be made here.
///
/// # Errors
/// [`SandboxError::Missing`] with everything that is missing, not only the first.
pub(super) fn check_running() -> Result<(), SandboxError> {
    let mut missing = without_programs(&TO_RUN);
    if !rustix::process::geteuid().is_root() {
        missing.push(Missing {
            what: "not root".into(),
            cure: "call it as root, for example `sudo farcast sandbox up …`".into(),
        });
    }
    if !Path::new("/sys/fs/cgroup").is_dir() {
        missing.push(Missing {
            what: "no /sys/fs/cgroup".into(),
            cure: "mount the kernel's control groups".into(),
        });
    }
    refuse(missing)
}

/// Checks that an image can be built here.
///
/// # Errors
/// [`SandboxError::Missing`].
pub(super) fn check_building() -> Result<(), SandboxError> {
    refuse(without_programs(&TO_BUILD))
}

fn refuse(missing: Vec<Missing>) -> Result<(), SandboxError> {
    if missing.is_empty() {
        Ok(())
    } else {
        Err(SandboxError::Missing(missing))
    }
}

fn without_programs(wanted: &[(&str, &str)]) -> Vec<Missing> {
    let absent = wanted
        .iter()
        .filter(|(program, _)| tool::find(program).is_none());
    absent
        .map(|(program, package)| Missing {
            what: format!("program `{program}` is not installed"),
            cure: format!("apt-get install {package}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_names_its_package() {
        let missing = without_programs(&[("sh", "dash"), ("no-such-program", "its-package")]);
        assert_eq!(missing.len(), 1);
        assert_eq!(
            missing[0].to_string(),
            "program `no-such-program` is not installed: apt-get install its-package"
        );
    }
}
