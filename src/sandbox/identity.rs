//! What makes a host this host and no other: its name, address, keys and number.

use std::{fs, os::unix::fs::chown, path::Path};

use super::{
    debian::{self, OPERATOR},
    error::SandboxError,
    state::HostState,
    tool::Tool,
    tree::Tree,
};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_user_are_its_own() {
        let passwd = "root:x:0:0::/root:/bin/sh\noperators:x:7:8::/:/bin/sh\noperator:x:1000:37::/home/operator:/bin/bash\n";
        assert_eq!(ids_in(passwd, "operator"), Some((1000, 37)));
        assert_eq!(ids_in(passwd, "nobody"), None);
    }
}
