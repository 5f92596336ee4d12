//! What the CentOS-like image's repository holds: one entry a package.

/// An RPM made of Debian's binaries in EL's layout.
pub(super) struct Rpm {
    /// Its name on EL.
    pub(super) name: &'static str,
    /// The Debian packages that it takes.
    pub(super) debs: &'static [&'static str],
    /// Dependencies of those that EL's layout does without.
    pub(super) without: &'static [&'static str],
    /// RPMs that it needs besides those that its Debian packages need.
    pub(super) needs: &'static [&'static str],
    /// Capabilities that it provides besides its name.
    pub(super) provides: &'static [&'static str],
    /// Paths that it leaves out.
    pub(super) drops: &'static [&'static str],
    /// Paths that lie elsewhere on EL.
    pub(super) moves: &'static [(&'static str, &'static str)],
    /// Files of ours: path, permission bits, content.
    pub(super) files: &'static [(&'static str, u32, &'static str)],
    /// Symbolic links: path, target.
    pub(super) links: &'static [(&'static str, &'static str)],
    /// A directory of programs that are linked to `/usr/bin`, each by its name.
    pub(super) programs: Option<&'static str>,
    /// Directories that EL has: path.
    pub(super) directories: &'static [&'static str],
    /// Paths with an owner: path, permission bits, user, group.
    pub(super) owned: &'static [(&'static str, u32, &'static str, &'static str)],
    /// The account that it makes.
    pub(super) account: Option<Account>,
    /// Its services.
    pub(super) units: &'static [&'static str],
    /// The image holds its files anyway; the RPM only says so.
    pub(super) hollow: bool,
}

/// A system account with a group of the same name.
pub(super) struct Account {
    /// Its name.
    pub(super) name: &'static str,
    /// Its home directory.
    pub(super) home: &'static str,
    /// Its shell.
    pub(super) shell: &'static str,
}

impl Rpm {
    /// A package that takes `debs` as they are.
    const fn plain(name: &'static str, debs: &'static [&'static str]) -> Self {
        Self {
            name,
            debs,
            without: &[],
            needs: &[],
            provides: &[],
            drops: &[],
            moves: &[],
            files: &[],
            links: &[],
            programs: None,
            directories: &[],
            owned: &[],
            account: None,
            units: &[],
            hollow: false,
        }
    }

    /// A package whose files the image holds anyway.
    const fn hollow(name: &'static str, debs: &'static [&'static str]) -> Self {
        Self {
            hollow: true,
            ..Self::plain(name, debs)
        }
    }
}

/// What says that the system is CentOS; installed into the image.
pub(super) const RELEASE: &str = "centos-stream-release";

/// Every package that has a place of its own on EL. Libraries that these need become packages under their Debian names.
pub(super) static TABLE: [Rpm; 39] = [
    Rpm {
        provides: &[
            "system-release = 9",
            "system-release(releasever) = 9",
            "centos-release = 9",
        ],
        files: &[
            ("/usr/lib/os-release", 0o644, include_str!("el/os-release")),
            (
                "/etc/centos-release",
                0o644,
                include_str!("el/centos-release"),
            ),
        ],
        links: &[
            ("/etc/os-release", "../usr/lib/os-release"),
            ("/etc/redhat-release", "centos-release"),
            ("/etc/system-release", "centos-release"),
        ],
        ..Rpm::plain(RELEASE, &[])
    },
    Rpm {
        drops: &[
            "/lib/systemd/system/cron.service",
            "/var/spool/cron/crontabs",
        ],
        moves: &[
            ("/usr/sbin/cron", "/usr/sbin/crond"),
            ("/etc/pam.d/cron", "/etc/pam.d/crond"),
        ],
        files: &[
            (
                "/usr/lib/systemd/system/crond.service",
                0o644,
                include_str!("el/crond.service"),
            ),
            ("/etc/sysconfig/crond", 0o644, "CRONDARGS=\n"),
        ],
        // Debian's cron looks for users' tables one directory deeper than EL has them.
        links: &[
            ("/var/spool/cron/crontabs", "."),
            ("/etc/pam.d/cron", "crond"),
        ],
        owned: &[
            ("/usr/bin/crontab", 0o2755, "root", "crontab"),
            ("/var/spool/cron", 0o1730, "root", "crontab"),
        ],
        account: Some(Account {
            name: "crontab",
            home: "/var/spool/cron",
            shell: "/sbin/nologin",
        }),
        units: &["crond.service"],
        provides: &["crontabs"],
        ..Rpm::plain("cronie", &["cron", "cron-daemon-common"])
    },
    Rpm {
        drops: &[
            "/etc/nginx/nginx.conf",
            "/etc/nginx/sites-available",
            "/etc/nginx/sites-enabled",
            "/etc/nginx/modules-available",
            "/etc/nginx/modules-enabled",
            "/etc/nginx/snippets",
            "/etc/nginx/proxy_params",
            "/etc/ufw",
            "/usr/lib/systemd/system/nginx.service",
            "/usr/share/apport",
            // A link into Debian's directory of modules.
            "/usr/share/nginx/modules",
        ],
        files: &[
            (
                "/etc/nginx/nginx.conf",
                0o644,
                include_str!("el/nginx.conf"),
            ),
            (
                "/usr/lib/systemd/system/nginx.service",
                0o644,
                include_str!("el/nginx.service"),
            ),
        ],
        directories: &[
            "/etc/nginx/conf.d",
            "/etc/nginx/default.d",
            "/usr/share/nginx/modules",
            "/var/log/nginx",
            "/var/lib/nginx",
        ],
        owned: &[
            ("/var/lib/nginx", 0o770, "nginx", "root"),
            ("/var/log/nginx", 0o711, "root", "root"),
        ],
        account: Some(Account {
            name: "nginx",
            home: "/var/lib/nginx",
            shell: "/sbin/nologin",
        }),
        units: &["nginx.service"],
        provides: &["webserver"],
        ..Rpm::plain("nginx", &["nginx", "nginx-common"])
    },
    Rpm {
        needs: &["python3"],
        drops: &[
            "/etc/supervisor",
            "/usr/lib/systemd/system/supervisor.service",
        ],
        files: &[
            (
                "/etc/supervisord.conf",
                0o600,
                include_str!("el/supervisord.conf"),
            ),
            (
                "/usr/lib/systemd/system/supervisord.service",
                0o644,
                include_str!("el/supervisord.service"),
            ),
        ],
        directories: &["/etc/supervisord.d", "/var/log/supervisor"],
        units: &["supervisord.service"],
        ..Rpm::plain("supervisor", &["supervisor"])
    },
    Rpm {
        without: &["postgresql-client-common"],
        drops: &[
            "/usr/share/postgresql/15/man",
            "/usr/lib/postgresql/15/lib/pgxs",
        ],
        programs: Some("/usr/lib/postgresql/15/bin"),
        ..Rpm::plain("postgresql", &["postgresql-client-15"])
    },
    Rpm {
        needs: &["postgresql"],
        without: &["postgresql-common", "ssl-cert", "locales", "libllvm14"],
        drops: &[
            "/usr/share/postgresql/15/man",
            "/usr/lib/postgresql/15/lib/bitcode",
            "/usr/lib/postgresql/15/lib/llvmjit.so",
        ],
        files: &[
            (
                "/usr/bin/postgresql-setup",
                0o755,
                include_str!("el/postgresql-setup"),
            ),
            (
                "/usr/lib/systemd/system/postgresql.service",
                0o644,
                include_str!("el/postgresql.service"),
            ),
            (
                "/usr/lib/tmpfiles.d/postgresql.conf",
                0o644,
                "d /run/postgresql 0755 postgres postgres -\n",
            ),
        ],
        programs: Some("/usr/lib/postgresql/15/bin"),
        directories: &[
            "/var/lib/pgsql",
            "/var/lib/pgsql/data",
            "/var/lib/pgsql/backups",
        ],
        owned: &[
            ("/var/lib/pgsql", 0o700, "postgres", "postgres"),
            ("/var/lib/pgsql/data", 0o700, "postgres", "postgres"),
            ("/var/lib/pgsql/backups", 0o700, "postgres", "postgres"),
        ],
        account: Some(Account {
            name: "postgres",
            home: "/var/lib/pgsql",
            shell: "/bin/bash",
        }),
        units: &["postgresql.service"],
        ..Rpm::plain("postgresql-server", &["postgresql-15"])
    },
    Rpm {
        moves: &[("/usr/bin/vim.basic", "/usr/bin/vim")],
        provides: &["vim"],
        ..Rpm::plain("vim-enhanced", &["vim"])
    },
    Rpm::plain("curl", &["curl"]),
    Rpm::plain("wget", &["wget"]),
    Rpm::plain("nano", &["nano"]),
    Rpm::plain("jq", &["jq"]),
    Rpm::plain("tar", &["tar"]),
    Rpm::plain("unzip", &["unzip"]),
    Rpm::plain("zip", &["zip"]),
    Rpm::plain("bzip2", &["bzip2"]),
    Rpm::plain("xz", &["xz-utils"]),
    Rpm::plain("rsync", &["rsync"]),
    Rpm::plain("tree", &["tree"]),
    // Scriptlets need the shell by its path.
    Rpm {
        provides: &["/bin/sh", "/usr/bin/sh", "/bin/bash"],
        ..Rpm::hollow("bash", &["bash"])
    },
    Rpm::hollow("ca-certificates", &["ca-certificates"]),
    Rpm::hollow("coreutils", &["coreutils"]),
    Rpm::hollow("dbus", &["dbus"]),
    Rpm {
        provides: &["yum"],
        ..Rpm::hollow("dnf", &["dnf"])
    },
    Rpm::hollow("findutils", &["findutils"]),
    Rpm::hollow("glibc", &["libc6"]),
    Rpm::hollow("grep", &["grep"]),
    Rpm::hollow("gzip", &["gzip"]),
    Rpm::hollow("iproute", &["iproute2"]),
    Rpm::hollow("openssh-clients", &["openssh-client"]),
    Rpm::hollow("openssh-server", &["openssh-server"]),
    Rpm::hollow("procps-ng", &["procps"]),
    Rpm::hollow("python3", &["python3"]),
    Rpm::hollow("python3-dnf", &["python3-dnf"]),
    Rpm::hollow("rpm", &["rpm"]),
    Rpm::hollow("sed", &["sed"]),
    Rpm::hollow("shadow-utils", &["passwd"]),
    Rpm::hollow("sudo", &["sudo"]),
    Rpm::hollow("systemd", &["systemd"]),
    Rpm::hollow("tzdata", &["tzdata"]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_package_and_no_debian_package_appears_twice() {
        let names: BTreeSet<_> = TABLE.iter().map(|rpm| rpm.name).collect();
        assert_eq!(names.len(), TABLE.len());
        let debs: Vec<_> = TABLE.iter().flat_map(|rpm| rpm.debs).collect();
        assert_eq!(debs.iter().collect::<BTreeSet<_>>().len(), debs.len());
    }

    #[test]
    fn what_a_package_needs_is_in_the_table() {
        for need in TABLE.iter().flat_map(|rpm| rpm.needs) {
            assert!(TABLE.iter().any(|rpm| rpm.name == *need), "{need}");
        }
    }
}
