use super::Program;

/// The read-only commands that a look may run: a closed list, each with a fixed argument vector, so that looking cannot write.
/// To add one: a variant named by what it asks, and its line in `argv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// An account that `/etc/passwd` does not hold (LDAP and the like), as a passwd line.
    Account(String),
    /// The addresses of a host name, an address at the beginning of each line.
    Addresses(String),
    /// A group that `/etc/group` does not hold, as a group line.
    Group(String),
    /// What the content of a file is, as `TYPE; charset=NAME`.
    MimeType(String),
}

impl Question {
    fn argv(&self) -> Vec<&str> {
        match self {
            Self::Account(name) => vec!["getent", "passwd", "--", name],
            Self::Addresses(name) => vec!["getent", "ahosts", "--", name],
            Self::Group(name) => vec!["getent", "group", "--", name],
            Self::MimeType(path) => vec!["file", "--brief", "--mime", "--", path],
        }
    }

    /// The command, with messages in English.
    pub(super) fn program(&self) -> Program {
        Program::new(self.argv()).env("LC_ALL", "C.UTF-8")
    }
}
