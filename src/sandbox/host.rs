//! One throwaway host: a machine of its own over a shared image.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use rustix::{
    io::Errno,
    mount::{MountFlags, UnmountFlags, mount, unmount},
};

use super::{
    cgroup::Groups,
    debian::{self, OPERATOR},
    error::SandboxError,
    process::{self, Process},
    state::HostState,
    tool::{Tool, last_lines},
    tree::{self, Tree},
};

/// Where `systemd-nspawn` keeps a directory for each machine.
const NSPAWN_PROPAGATE: &str = "/run/systemd/nspawn/propagate";

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
        for directory in [self.upper(), self.work(), self.root()] {
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

/// What a host is given before its first boot.
pub(super) struct Identity<'a> {
    /// The host.
    pub(super) host: &'a HostState,
    /// All hosts of the run, which know each other by name.
    pub(super) neighbours: &'a [HostState],
    /// Its address with the prefix' length.
    pub(super) address: String,
    /// The way out.
    pub(super) gateway: String,
    /// The public key that may log in.
    pub(super) login_key: &'a str,
}

impl Identity<'_> {
    /// Writes it into the host's file system. Gives the host's public SSH key.
    pub(super) fn write_into(&self, root: &Path) -> Result<String, SandboxError> {
        let tree = Tree::new(root);
        let name = &self.host.name;
        tree.write("/etc/hostname", 0o644, format!("{name}\n"))?;
        tree.write("/etc/hosts", 0o644, self.hosts_file())?;
        tree.write("/etc/machine-id", 0o444, machine_id()?)?;
        tree.write(
            "/etc/systemd/network/10-host0.network",
            0o644,
            self.network_file(),
        )?;
        debian::name_servers(&tree)?;
        self.allow_login(&tree, "/root", (0, 0))?;
        self.allow_login(&tree, &format!("/home/{OPERATOR}"), operator_ids(&tree)?)?;
        make_key(&tree.at("/etc/ssh/ssh_host_ed25519_key"), name)
    }

    fn hosts_file(&self) -> String {
        let all = self
            .neighbours
            .iter()
            .map(|host| format!("{} {}\n", host.address, host.name));
        std::iter::once("127.0.0.1 localhost\n::1 localhost\n".to_owned())
            .chain(all)
            .collect()
    }

    fn network_file(&self) -> String {
        format!(
            "[Match]\nName=host0\n\n[Network]\nAddress={}\nGateway={}\nIPv6AcceptRA=no\n",
            self.address, self.gateway
        )
    }

    fn allow_login(
        &self,
        tree: &Tree,
        home: &str,
        (user, group): (u32, u32),
    ) -> Result<(), SandboxError> {
        let directory = format!("{home}/.ssh");
        let file = format!("{directory}/authorized_keys");
        tree.directory(&directory, 0o700)?;
        tree.write(&file, 0o600, self.login_key)?;
        for path in [directory, file].map(|path| tree.at(&path)) {
            chown(&path, Some(user), Some(group))
                .map_err(SandboxError::file("give away", &path))?;
        }
        Ok(())
    }
}

/// A random number in the form of systemd's machine-id.
fn machine_id() -> Result<String, SandboxError> {
    const SOURCE: &str = "/proc/sys/kernel/random/uuid";
    let uuid = fs::read_to_string(SOURCE).map_err(SandboxError::file("read", SOURCE))?;
    Ok(uuid.replace('-', ""))
}

/// The user and group number of the login user.
fn operator_ids(tree: &Tree) -> Result<(u32, u32), SandboxError> {
    let path = tree.at("/etc/passwd");
    let passwd = fs::read_to_string(&path).map_err(SandboxError::file("read", &path))?;
    let absent = || std::io::Error::other(format!("the image has no user {OPERATOR}"));
    ids_in(&passwd, OPERATOR).ok_or_else(|| SandboxError::file("use", path)(absent()))
}

fn ids_in(passwd: &str, user: &str) -> Option<(u32, u32)> {
    let fields = passwd
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>());
    let entry = fields.into_iter().find(|fields| fields[0] == user)?;
    Some((entry.get(2)?.parse().ok()?, entry.get(3)?.parse().ok()?))
}

/// Makes an ed25519 key pair at `path`. Gives the public key as one line.
pub(super) fn make_key(path: &Path, comment: &str) -> Result<String, SandboxError> {
    Tool::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f"])
        .arg(path)
        .run()?;
    let public = path.with_extension("pub");
    fs::read_to_string(&public).map_err(SandboxError::file("read", &public))
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

    #[test]
    fn the_numbers_of_a_user_are_its_own() {
        let passwd = "root:x:0:0::/root:/bin/sh\noperators:x:7:8::/:/bin/sh\noperator:x:1000:37::/home/operator:/bin/bash\n";
        assert_eq!(ids_in(passwd, "operator"), Some((1000, 37)));
        assert_eq!(ids_in(passwd, "nobody"), None);
    }
}
