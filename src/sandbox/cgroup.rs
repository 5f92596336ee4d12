//! A machine's own control groups. Without them all machines would share one tree, and the systemd of one would meet
//! the services of another.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use super::{error::SandboxError, process};

/// Where the kernel's control groups are mounted.
const MOUNT: &str = "/sys/fs/cgroup";

/// Hierarchies that `systemd-nspawn` mounts for a machine by itself, for writing.
const MOUNTED_BY_NSPAWN: [&str; 2] = ["systemd", "unified"];

/// What a cpuset group must be told before a process may enter it.
const CPUSET: [&str; 2] = ["cpuset.cpus", "cpuset.mems"];

/// The control groups of one machine, one in each hierarchy, by the machine's name.
pub(super) struct Groups {
    hierarchies: Vec<PathBuf>,
    machine: String,
}

impl Groups {
    /// The groups of `machine`, whether they exist or not.
    pub(super) fn of(machine: &str) -> Self {
        Self {
            hierarchies: hierarchies(Path::new(MOUNT)),
            machine: machine.to_owned(),
        }
    }

    /// Makes the groups.
    pub(super) fn make(&self) -> Result<(), SandboxError> {
        for hierarchy in &self.hierarchies {
            let group = hierarchy.join(&self.machine);
            fs::create_dir_all(&group).map_err(SandboxError::file("make control group", &group))?;
            for file in CPUSET.iter().filter(|file| hierarchy.join(file).exists()) {
                let given = hierarchy.join(file);
                let all = fs::read(&given).map_err(SandboxError::file("read", &given))?;
                fs::write(group.join(file), all)
                    .map_err(SandboxError::file("write", group.join(file)))?;
            }
        }
        Ok(())
    }

    /// Puts a process into the groups.
    pub(super) fn enter(&self, pid: u32) -> Result<(), SandboxError> {
        self.hierarchies
            .iter()
            .map(|hierarchy| hierarchy.join(&self.machine).join("cgroup.procs"))
            .try_for_each(|file| {
                fs::write(&file, pid.to_string()).map_err(SandboxError::file("write", &file))
            })
    }

    /// Arguments with which `systemd-nspawn` shows the machine its own groups where the kernel's place is, for writing
    /// (a Docker daemon in a host needs that).
    pub(super) fn nspawn_args(&self) -> Vec<OsString> {
        let by_us = self
            .hierarchies
            .iter()
            .filter(|hierarchy| !is_mounted_by_nspawn(hierarchy));
        let binds = by_us.map(|hierarchy| {
            let [inside, outside] = [hierarchy.clone(), hierarchy.join(&self.machine)];
            format!("--bind={}:{}", outside.display(), inside.display()).into()
        });
        let binds: Vec<OsString> = binds.collect();
        if binds.is_empty() {
            binds
        } else {
            [vec![format!("--tmpfs={MOUNT}").into()], binds].concat()
        }
    }

    /// Removes the groups of a machine that has ended.
    pub(super) fn remove(&self) -> Result<(), SandboxError> {
        self.hierarchies
            .iter()
            .map(|hierarchy| hierarchy.join(&self.machine))
            .try_for_each(|group| {
                remove_group(&group).map_err(SandboxError::file("remove control group", &group))
            })
    }
}

fn is_mounted_by_nspawn(hierarchy: &Path) -> bool {
    // A kernel with the unified hierarchy alone has it at the place itself.
    hierarchy == Path::new(MOUNT)
        || MOUNTED_BY_NSPAWN
            .iter()
            .any(|name| hierarchy.ends_with(name))
}

fn hierarchies(mount: &Path) -> Vec<PathBuf> {
    if mount.join("cgroup.procs").exists() {
        return vec![mount.to_owned()];
    }
    let entries = fs::read_dir(mount).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// Removes a group and those below it; the files in them are the kernel's and go along.
fn remove_group(group: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(group) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_group(&entry.path())?;
        }
    }
    // A killed process leaves its group a moment after it has left the process table.
    process::once_free(|| fs::remove_dir(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unified_kernel_has_one_hierarchy_and_a_hybrid_one_several() {
        let mount = tempfile::tempdir().unwrap();
        for name in ["memory", "systemd"] {
            fs::create_dir(mount.path().join(name)).unwrap();
        }
        assert_eq!(
            hierarchies(mount.path()),
            [mount.path().join("memory"), mount.path().join("systemd")]
        );
        fs::write(mount.path().join("cgroup.procs"), "").unwrap();
        assert_eq!(hierarchies(mount.path()), [mount.path().to_owned()]);
    }

    #[test]
    fn a_machine_sees_its_own_group_in_the_kernels_place() {
        let place = |name: &str| Path::new(MOUNT).join(name);
        let groups = Groups {
            hierarchies: vec![place("memory"), place("unified")],
            machine: "fc0".into(),
        };
        assert_eq!(
            groups.nspawn_args(),
            [
                "--tmpfs=/sys/fs/cgroup",
                "--bind=/sys/fs/cgroup/memory/fc0:/sys/fs/cgroup/memory"
            ]
        );
        let unified = Groups {
            hierarchies: vec![MOUNT.into()],
            machine: "fc0".into(),
        };
        assert!(unified.nspawn_args().is_empty());
    }

    #[test]
    fn groups_within_groups_are_removed_from_below() {
        let top = tempfile::tempdir().unwrap();
        let group = top.path().join("fc0");
        fs::create_dir_all(group.join("payload/system.slice")).unwrap();
        remove_group(&group).unwrap();
        assert!(!group.exists());
        remove_group(&group).unwrap();
    }
}
