//! One throwaway host: a machine of its own over a shared image.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use rustix::{
    io::Errno,
    mount::{MountFlags, UnmountFlags, mount, unmount},
};

use super::{
    cgroup::Groups,
    error::SandboxError,
    process::{self, Process},
    tool::{Tool, last_lines},
    tree,
};

/// Where `systemd-nspawn` keeps a directory for each machine.
const NSPAWN_PROPAGATE: &str = "/run/systemd/nspawn/propagate";

/// The one directory of a host that is no overlay: Docker lays overlays of its own there, and the kernel does not lay an
/// overlay on an overlay.
const DOCKER: &str = "/var/lib/docker";

/// Lines of a host's console that an error shows.
const CONSOLE_LINES: usize = 20;

/// The directory of one host within its run.
pub(super) struct HostDirectory(PathBuf);

impl HostDirectory {
    /// The directory of host `name` in the run at `run`.
    pub(super) fn new(run: &Path, name: &str) -> Self {
        Self(run.join("hosts").join(name))
    }

    /// What the host itself wrote.
    pub(super) fn upper(&self) -> PathBuf {
        self.0.join("upper")
    }

    /// The host's whole file system.
    pub(super) fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    fn work(&self) -> PathBuf {
        self.0.join("work")
    }

    /// What lies under [`DOCKER`] in the host.
    fn docker(&self) -> PathBuf {
        self.0.join("docker")
    }

    fn console(&self) -> PathBuf {
        self.0.join("console.log")
    }

    /// The end of what the host said on its console.
    pub(super) fn last_words(&self) -> String {
        let said = fs::read(self.console()).unwrap_or_default();
        last_lines(&String::from_utf8_lossy(&said), CONSOLE_LINES)
    }

    /// Lays a fresh layer over `image`.
    pub(super) fn mount_over(&self, image: &Path) -> Result<(), SandboxError> {
        for directory in [self.upper(), self.work(), self.root(), self.docker()] {
            fs::create_dir_all(&directory)
                .map_err(SandboxError::file("make directory", &directory))?;
        }
        let [lower, upper, work] = [image, &self.upper(), &self.work()].map(overlay_path);
        let options =
            std::ffi::CString::new(format!("lowerdir={lower},upperdir={upper},workdir={work}"))
                .map_err(|error| SandboxError::file("mount", self.root())(error.into()))?;
        mount(
            "farcast-sandbox",
            self.root(),
            "overlay",
            MountFlags::empty(),
            options.as_c_str(),
        )
        .map_err(|error| SandboxError::file("mount an overlay at", self.root())(error.into()))
    }

    fn unmount(&self) -> Result<(), SandboxError> {
        let attempt = || match unmount(self.root(), UnmountFlags::NOFOLLOW) {
            // It is no mount, or not there.
            Err(Errno::INVAL | Errno::NOENT) => Ok(()),
            done => done.map_err(io::Error::from),
        };
        process::once_free(attempt).map_err(SandboxError::file("unmount", self.root()))
    }

    /// Ends the machine and whatever of it is left, and removes all that it wrote.
    pub(super) fn end(&self, host: &str, nspawn: Option<Process>) -> Result<(), SandboxError> {
        let root = self.root();
        // The machine's first process takes all others with it; nspawn, its parent, then clears up and ends by itself.
        let first = || {
            process::within(&root)
                .into_iter()
                .filter(|p| process::is_first(*p))
                .collect()
        };
        process::kill_all(first);
        nspawn.into_iter().for_each(process::await_end);
        let left = process::kill_all(|| {
            let within = process::within(&root).into_iter();
            within
                .chain(nspawn.filter(|process| process.runs()))
                .collect()
        });
        if !left.is_empty() {
            let pids = left.into_iter().map(Process::pid).collect();
            return Err(SandboxError::Immortal {
                host: host.to_owned(),
                pids,
            });
        }
        self.unmount()?;
        tree::remove_all(&self.0)
    }
}

/// Escapes what separates options and layers in an overlay's mount options.
fn overlay_path(path: &Path) -> String {
    let mut escaped = String::new();
    for character in path.to_string_lossy().chars() {
        if matches!(character, '\\' | ',' | ':') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Waits for a line, so that the process can be put into its control groups, and becomes the program in its arguments.
const WAIT_AND_BECOME: &str = r#"read -r go && exec setsid "$@" </dev/null"#;

/// Starts the machine in control groups and a session of its own, so that it outlives this process and its terminal.
pub(super) fn start(
    directory: &HostDirectory,
    name: &str,
    machine: &str,
    bridge: &str,
) -> Result<Child, SandboxError> {
    let console = directory.console();
    let log = File::create(&console).map_err(SandboxError::file("write", &console))?;
    let errors = log
        .try_clone()
        .map_err(SandboxError::file("write", &console))?;
    let groups = Groups::of(machine);
    groups.make()?;
    let mut command = Tool::new("sh")
        .args(["-c", WAIT_AND_BECOME, "sh"])
        .args(nspawn(directory, name, machine, bridge))
        .command();
    let spawned = command
        .stdin(Stdio::piped())
        .stdout(log)
        .stderr(errors)
        .spawn();
    let mut child = spawned.map_err(|source| SandboxError::Start {
        program: "systemd-nspawn".into(),
        source,
    })?;
    groups.enter(child.id())?;
    if let Some(mut go) = child.stdin.take() {
        go.write_all(b"go\n")
            .map_err(SandboxError::file("start the machine at", directory.root()))?;
    }
    Ok(child)
}

/// The command line that boots the machine.
fn nspawn(directory: &HostDirectory, name: &str, machine: &str, bridge: &str) -> Vec<OsString> {
    let plain = [
        "systemd-nspawn",
        "-q",
        "-M",
        machine,
        "--register=no",
        "--keep-unit",
        "--settings=no",
        "--link-journal=no",
        "--timezone=off",
        "--resolv-conf=off",
        "--capability=all",
        "--system-call-filter=add_key keyctl bpf",
        "-b",
    ];
    let mut argv: Vec<OsString> = plain.map(OsString::from).to_vec();
    argv.extend([
        format!("--hostname={name}").into(),
        format!("--network-bridge={bridge}").into(),
    ]);
    let docker = directory.docker().display().to_string().replace(':', "\\:");
    argv.push(format!("--bind={docker}:{DOCKER}").into());
    argv.extend(Groups::of(machine).nspawn_args());
    argv.extend([OsString::from("-D"), directory.root().into_os_string()]);
    argv
}

/// Removes what a machine that has ended leaves behind: `systemd-nspawn`'s directory in `/run`, and its control groups.
pub(super) fn forget_machine(machine: &str) -> Result<(), SandboxError> {
    Groups::of(machine).remove()?;
    tree::remove_all(&Path::new(NSPAWN_PROPAGATE).join(machine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_in_a_path_do_not_split_mount_options() {
        assert_eq!(overlay_path(Path::new("/a,b:c\\d")), "/a\\,b\\:c\\\\d");
    }
}
