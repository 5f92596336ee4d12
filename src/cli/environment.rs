//! Every environment variable that farcast reads, in one place.

use std::{collections::BTreeMap, env, path::PathBuf};

/// What the environment says.
pub(super) struct Environment {
    /// `HOME`.
    pub(super) home: Option<PathBuf>,
    /// `USER`, else `LOGNAME`.
    pub(super) user: Option<String>,
    /// `SSH_AUTH_SOCK`: the socket of the ssh agent.
    pub(super) agent_socket: Option<PathBuf>,
    /// `FARCAST_AGENT_DIR`: where the agents to deliver are, if not beside farcast.
    pub(super) agent_dir: Option<PathBuf>,
    /// `NO_COLOR` or `ANSIBLE_NOCOLOR`.
    pub(super) no_colour: bool,
    /// `COLUMNS`.
    columns: Option<usize>,
    /// All of it, for `lookup('env', …)` and the `ANSIBLE_*` settings.
    pub(super) all: BTreeMap<String, String>,
}

impl Environment {
    pub(super) fn read() -> Self {
        let all: BTreeMap<_, _> = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let text = |name: &str| all.get(name).filter(|value| !value.is_empty()).cloned();
        let path = |name: &str| text(name).map(PathBuf::from);
        Self {
            home: path("HOME"),
            user: text("USER").or_else(|| text("LOGNAME")),
            agent_socket: path("SSH_AUTH_SOCK"),
            agent_dir: path("FARCAST_AGENT_DIR"),
            no_colour: text("NO_COLOR").is_some() || text("ANSIBLE_NOCOLOR").is_some(),
            columns: text("COLUMNS").and_then(|columns| columns.parse().ok()),
            all,
        }
    }

    /// A setting of Ansible's, such as `ANSIBLE_FORKS`.
    pub(super) fn ansible(&self, name: &str) -> Option<&str> {
        self.all.get(&format!("ANSIBLE_{name}")).map(String::as_str)
    }

    /// How wide text on the terminal may be, in columns.
    pub(super) fn width(&self) -> usize {
        let terminal = || {
            rustix::termios::tcgetwinsize(std::io::stderr())
                .ok()
                .map(|size| usize::from(size.ws_col))
        };
        self.columns
            .or_else(terminal)
            .filter(|width| *width > 20)
            .unwrap_or(80)
    }

    /// `~/` at the beginning of a path stands for the home directory.
    pub(super) fn expand(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        }
    }
}
