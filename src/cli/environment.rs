//! Every environment variable that farcast reads, in one place.

use {
    anyhow::Context,
    std::{collections::BTreeMap, env, ffi::OsString, path::PathBuf},
};

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
    /// `FARCAST_ANSIBLE_PYTHON`: the Python that has ansible-core, if not the one of `ansible` or `python3`.
    pub(super) ansible_python: Option<PathBuf>,
    /// `PATH`.
    pub(super) path: Vec<PathBuf>,
    /// `FARCAST_SANDBOX_DIR`: where throwaway hosts keep what they need, if not in `/var/lib/farcast/sandbox`.
    pub(super) sandbox_dir: Option<PathBuf>,
    /// `TMPDIR`, else `/tmp`: where what is edited lies meanwhile.
    pub(super) scratch: PathBuf,
    /// `VISUAL`, else `EDITOR`: a program and its arguments, as a shell splits them.
    editor: Option<String>,
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
            ansible_python: path("FARCAST_ANSIBLE_PYTHON"),
            path: text("PATH").map_or_else(Vec::new, |text| env::split_paths(&text).collect()),
            sandbox_dir: path("FARCAST_SANDBOX_DIR"),
            scratch: path("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp")),
            editor: text("VISUAL").or_else(|| text("EDITOR")),
            no_colour: text("NO_COLOR").is_some() || text("ANSIBLE_NOCOLOR").is_some(),
            columns: text("COLUMNS").and_then(|columns| columns.parse().ok()),
            all,
        }
    }

    /// A setting of Ansible's, such as `ANSIBLE_FORKS`.
    pub(super) fn ansible(&self, name: &str) -> Option<&str> {
        self.all.get(&format!("ANSIBLE_{name}")).map(String::as_str)
    }

    /// The person's editor: a program and its arguments. It is `vi` where the environment names none.
    pub(super) fn editor(&self) -> anyhow::Result<Vec<OsString>> {
        let named = self.editor.as_deref().unwrap_or("vi");
        let words = shlex::split(named)
            .with_context(|| format!("an unclosed quote in the editor `{named}`"))?;
        Ok(words.into_iter().map(OsString::from).collect())
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
