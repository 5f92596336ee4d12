//! The CentOS-like image: Debian's base directory with EL's face, dnf in place of apt, and a repository of its own.
//!
//! No genuine mirror is needed, so it works where none can be reached. What it is not: EL's own binaries, SELinux.

use std::{fs, path::Path};

use super::{
    error::SandboxError,
    image::ROOT,
    repository,
    rpm::{RELEASE, TABLE},
    tool::Tool,
    tree::Tree,
};

/// Directories of programs, in which nothing of Debian's package management stays.
const PROGRAMS: [&str; 2] = ["/usr/bin", "/usr/sbin"];

/// How names of Debian's package management begin.
const DEBIAN_PROGRAMS: [&str; 6] = ["apt", "dpkg", "deb-", "debconf", "adduser", "addgroup"];

/// What else tells that the base is Debian's.
const DEBIAN_FILES: [&str; 12] = [
    "/etc/apt",
    "/etc/debian_version",
    "/etc/dpkg",
    "/etc/debconf.conf",
    "/etc/issue",
    "/etc/os-release",
    "/usr/lib/os-release",
    "/usr/lib/apt",
    "/var/cache/apt",
    "/var/cache/debconf",
    "/var/lib/apt",
    "/var/lib/dpkg",
];

/// Packages that a fresh EL has although the image does not hold them: dnf brings them from the repository.
const PREINSTALLED: [&str; 1] = ["cronie"];

/// Builds the image in `workshop`, out of the finished Debian image at `debian`.
pub(super) fn build(
    debian: &Path,
    workshop: &Path,
    progress: &dyn Fn(&str),
) -> Result<(), SandboxError> {
    let tree = Tree::new(workshop.join(ROOT));
    Tool::new("cp")
        .args(["-a", "--reflink=auto"])
        .arg(debian)
        .arg(tree.root())
        .run()?;
    progress("installing dnf and rpm");
    tree.run(&["apt-get", "update"])?;
    tree.run(&["apt-get", "purge", "-y", "cron", "cron-daemon-common"])?;
    tree.run(&[
        "apt-get",
        "install",
        "-y",
        "--no-install-recommends",
        "dnf",
        "rpm",
    ])?;
    configure_as_el(&tree)?;
    repository::build(&tree, progress)?;
    progress("giving the image EL's face");
    rename_sshd(&tree)?;
    use_wheel(&tree)?;
    forget_debian(&tree)?;
    install_base(&tree)
}

/// Settings of rpm, dnf, systemd and the shell where Debian's packages differ from EL's.
fn configure_as_el(tree: &Tree) -> Result<(), SandboxError> {
    tree.write(
        "/etc/rpm/macros",
        0o644,
        "%_dbpath /var/lib/rpm\n%dist .el9\n%rhel 9\n%centos 9\n",
    )?;
    tree.write("/etc/dnf/dnf.conf", 0o644, include_str!("el/dnf.conf"))?;
    tree.write(
        "/etc/yum.repos.d/sandbox.repo",
        0o644,
        include_str!("el/sandbox.repo"),
    )?;
    tree.directory("/etc/sysconfig", 0o755)?;
    tree.write(
        "/usr/lib/systemd/system-preset/99-default-disable.preset",
        0o644,
        "disable *\n",
    )?;
    tree.write(
        "/usr/lib/systemd/system-preset/90-default.preset",
        0o644,
        "enable sshd.service\nenable crond.service\n",
    )?;
    tree.link("/etc/yum.conf", "dnf/dnf.conf")?;
    tree.link("/usr/bin/sh", "bash")?;
    tree.link("/usr/bin/yum", "dnf")
}

/// Makes `sshd.service` the unit's real name.
fn rename_sshd(tree: &Tree) -> Result<(), SandboxError> {
    let old = "/usr/lib/systemd/system/ssh.service";
    let text =
        fs::read_to_string(tree.at(old)).map_err(SandboxError::file("read", tree.at(old)))?;
    let lines = text
        .lines()
        .filter(|line| !line.starts_with("Alias="))
        .map(|line| format!("{line}\n"));
    tree.run(&["systemctl", "disable", "ssh.service"])?;
    tree.remove(old)?;
    tree.write(
        "/usr/lib/systemd/system/sshd.service",
        0o644,
        lines.collect::<String>(),
    )?;
    tree.run(&["systemctl", "enable", "sshd.service"]).map(drop)
}

fn use_wheel(tree: &Tree) -> Result<(), SandboxError> {
    tree.run(&["groupadd", "-r", "wheel"])?;
    tree.run(&["groupdel", "sudo"])?;
    tree.write("/etc/sudoers", 0o440, include_str!("el/sudoers"))
}

fn forget_debian(tree: &Tree) -> Result<(), SandboxError> {
    for directory in PROGRAMS {
        let place = tree.at(directory);
        let entries = fs::read_dir(&place).map_err(SandboxError::file("read", &place))?;
        for name in entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
        {
            if DEBIAN_PROGRAMS.iter().any(|begin| name.starts_with(begin)) {
                tree.remove(&format!("{directory}/{name}"))?;
            }
        }
    }
    DEBIAN_FILES.iter().try_for_each(|path| tree.remove(path))
}

/// Fills rpm's database with what the image holds, and installs what a fresh EL has.
fn install_base(tree: &Tree) -> Result<(), SandboxError> {
    let held = TABLE.iter().filter(|rpm| rpm.hollow).map(|rpm| rpm.name);
    let mut argv = vec!["dnf", "install", "-y", "--quiet", "--releasever=9", RELEASE];
    argv.extend(held.chain(PREINSTALLED));
    tree.run(&argv)?;
    tree.run(&["systemctl", "enable", "crond.service"])
        .map(drop)
}
