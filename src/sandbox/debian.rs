//! The Debian image: what debootstrap makes, a login user, and a network that waits for its address.

use std::{fs, path::Path};

use super::{apt_source, error::SandboxError, image::ROOT, tool::Tool, tree::Tree};

/// What the smallest Debian lacks to be a host that is logged in to.
const PACKAGES: &str =
    "systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,ca-certificates,cron";

/// The login user of every host.
pub(super) const OPERATOR: &str = "operator";

/// The password `operator`, as SHA-512 crypt. These hosts live on a bridge within one machine.
const OPERATOR_PASSWORD: &str = "$6$farcastsandbox$eY0O5tqfcXsrDRCdng2uZfIL/41oYvbYYMgcl0gQoCXVsudf2uFJyYtxomuZXdR6KiE6q.vmgmuDal/Z1THTq1";

/// Password logins stay as the distribution has them, so that a proof of "no password login" proves something.
const SSHD: &str = "# Many connections at once are what these hosts are for.\nUseDNS no\nMaxStartups 500:30:1000\nMaxSessions 500\n";

/// Builds the image in `workshop`.
pub(super) fn build(workshop: &Path, progress: &dyn Fn(&str)) -> Result<(), SandboxError> {
    let tree = Tree::new(workshop.join(ROOT));
    progress("fetching Debian's base system");
    Tool::new("debootstrap")
        .args([
            "--variant=minbase",
            &format!("--include={PACKAGES}"),
            apt_source::SUITE,
        ])
        .arg(tree.root())
        .arg(apt_source::mirror())
        .run()?;
    apt_source::install(&tree)?;
    name_servers(&tree)?;
    progress("reading Debian's package lists");
    tree.run(&["apt-get", "update"])?;
    tree.run(&["apt-get", "clean"])?;
    add_operator(&tree)?;
    open_to_ssh(&tree)?;
    use_networkd(&tree)?;
    keep_quiet(&tree)?;
    forget_identity(&tree)
}

/// Gives the tree this machine's name servers.
pub(super) fn name_servers(tree: &Tree) -> Result<(), SandboxError> {
    /// What a machine with systemd-resolved asks itself; its own file names only the loopback.
    const BEHIND_RESOLVED: &str = "/run/systemd/resolve/resolv.conf";
    const OWN: &str = "/etc/resolv.conf";
    let own = fs::read_to_string(OWN).map_err(SandboxError::file("read", OWN))?;
    let real = if only_loopback(&own) {
        fs::read_to_string(BEHIND_RESOLVED).unwrap_or(own)
    } else {
        own
    };
    tree.write("/etc/resolv.conf", 0o644, real)
}

fn only_loopback(resolv_conf: &str) -> bool {
    let mut servers = resolv_conf
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"));
    servers.all(|server| server.trim().starts_with("127."))
}

fn add_operator(tree: &Tree) -> Result<(), SandboxError> {
    // Debian has a group of this name already.
    tree.run(&[
        "useradd",
        "-m",
        "-s",
        "/bin/bash",
        "-N",
        "-g",
        OPERATOR,
        "-p",
        OPERATOR_PASSWORD,
        OPERATOR,
    ])?;
    tree.write(
        "/etc/sudoers.d/operator",
        0o440,
        format!("{OPERATOR} ALL=(ALL) NOPASSWD: ALL\n"),
    )
}

fn open_to_ssh(tree: &Tree) -> Result<(), SandboxError> {
    tree.write("/etc/ssh/sshd_config.d/50-sandbox.conf", 0o644, SSHD)
}

fn use_networkd(tree: &Tree) -> Result<(), SandboxError> {
    tree.run(&["systemctl", "enable", "systemd-networkd.service"])?;
    tree.remove("/etc/systemd/system/sockets.target.wants/systemd-networkd.socket")?;
    // A host must not wait with its boot for a network that is there already.
    tree.run(&["systemctl", "mask", "systemd-networkd-wait-online.service"])
        .map(drop)
}

/// Turns off what would change a host's disk, or hold its package manager's lock, at a time of its own choosing; and lets
/// users in as soon as sshd answers, not only when the boot is over.
fn keep_quiet(tree: &Tree) -> Result<(), SandboxError> {
    for timer in [
        "apt-daily",
        "apt-daily-upgrade",
        "dpkg-db-backup",
        "e2scrub_all",
        "fstrim",
        "systemd-tmpfiles-clean",
    ] {
        tree.run(&["systemctl", "mask", &format!("{timer}.timer")])?;
    }
    tree.link("/etc/tmpfiles.d/systemd-nologin.conf", "/dev/null")
}

/// Removes what no two hosts may share.
fn forget_identity(tree: &Tree) -> Result<(), SandboxError> {
    for kind in ["rsa", "ecdsa", "ed25519"] {
        tree.remove(&format!("/etc/ssh/ssh_host_{kind}_key"))?;
        tree.remove(&format!("/etc/ssh/ssh_host_{kind}_key.pub"))?;
    }
    tree.write("/etc/machine-id", 0o444, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_name_server_is_of_no_use_to_a_host() {
        assert!(only_loopback("nameserver 127.0.0.53\noptions edns0\n"));
        assert!(!only_loopback(
            "nameserver 127.0.0.53\nnameserver 192.0.2.1\n"
        ));
    }
}
