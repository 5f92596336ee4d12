use super::Program;

/// The read-only commands that a look may run: a closed list, each with a fixed argument vector, so that looking cannot write.
/// To add one: a variant named by what it asks, and its line in `argv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// An account that `/etc/passwd` does not hold (LDAP and the like), as a passwd line.
    Account(String),
    /// A group that `/etc/group` does not hold, as a group line.
    Group(String),
    /// The crontab of a user; `None`: of the agent's user.
    Crontab(Option<String>),
    /// A database of the name service switch, or one entry of it, from one service or all.
    Database {
        database: String,
        key: Option<String>,
        service: Option<String>,
    },
    /// The length, hash and comment of an SSH key.
    Fingerprint(String),
    /// What the content of a file is, as `TYPE; charset=NAME`.
    MimeType(String),
}

impl Question {
    fn argv(&self) -> Vec<&str> {
        match self {
            Self::Account(name) => vec!["getent", "passwd", "--", name],
            Self::Group(name) => vec!["getent", "group", "--", name],
            Self::Crontab(Some(user)) => vec!["crontab", "-u", user, "-l"],
            Self::Crontab(None) => vec!["crontab", "-l"],
            Self::Database {
                database,
                key,
                service,
            } => {
                let mut argv = vec!["getent"];
                if let Some(service) = service {
                    argv.extend(["-s", service]);
                }
                argv.extend(["--", database]);
                argv.extend(key.as_deref());
                argv
            }
            Self::Fingerprint(path) => vec!["ssh-keygen", "-l", "-f", path],
            Self::MimeType(path) => vec!["file", "--brief", "--mime", "--", path],
        }
    }

    /// The command, with messages in English.
    pub(super) fn program(&self) -> Program {
        Program::new(self.argv()).env("LC_ALL", "C.UTF-8")
    }
}
