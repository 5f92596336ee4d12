use {
    super::{apply::FORKS, environment::Environment},
    crate::template::Configuration,
    std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::{Path, PathBuf},
    },
};

/// Settings from `ansible.cfg` and `ANSIBLE_*` variables; the environment wins.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub(super) path: Option<PathBuf>,
    /// `section.name` to value.
    values: BTreeMap<String, String>,
    /// The settings that variables of the environment gave.
    of_environment: BTreeSet<String>,
}

/// Settings that mean something to farcast: section and name, and the variable behind `ANSIBLE_`.
const KNOWN: &[(&str, &str)] = &[
    ("defaults.inventory", "INVENTORY"),
    ("defaults.inventory_ignore_extensions", "INVENTORY_IGNORE"),
    (
        "defaults.inventory_ignore_patterns",
        "INVENTORY_IGNORE_REGEX",
    ),
    ("defaults.forks", "FORKS"),
    ("defaults.remote_user", "REMOTE_USER"),
    ("defaults.remote_port", "REMOTE_PORT"),
    ("defaults.private_key_file", "PRIVATE_KEY_FILE"),
    ("defaults.host_key_checking", "HOST_KEY_CHECKING"),
    ("defaults.roles_path", "ROLES_PATH"),
    ("defaults.library", "LIBRARY"),
    ("defaults.module_utils", "MODULE_UTILS"),
    ("defaults.collections_path", "COLLECTIONS_PATH"),
    ("defaults.collections_paths", "COLLECTIONS_PATHS"),
    ("defaults.hash_behaviour", "HASH_BEHAVIOUR"),
    ("defaults.interpreter_python", "PYTHON_INTERPRETER"),
    ("defaults.timeout", "TIMEOUT"),
    ("defaults.gathering", "GATHERING"),
    ("defaults.transport", "TRANSPORT"),
    ("defaults.vault_password_file", "VAULT_PASSWORD_FILE"),
    ("defaults.vault_identity_list", "VAULT_IDENTITY_LIST"),
    ("defaults.ask_pass", "ASK_PASS"),
    ("defaults.ask_vault_pass", "ASK_VAULT_PASS"),
    (
        "defaults.allow_broken_conditionals",
        "ALLOW_BROKEN_CONDITIONALS",
    ),
    ("defaults.force_handlers", "FORCE_HANDLERS"),
    ("defaults.any_errors_fatal", "ANY_ERRORS_FATAL"),
    ("defaults.strategy", "STRATEGY"),
    ("defaults.display_skipped_hosts", "DISPLAY_SKIPPED_HOSTS"),
    ("defaults.display_ok_hosts", "DISPLAY_OK_HOSTS"),
    ("defaults.nocolor", "NOCOLOR"),
    ("inventory.enable_plugins", "INVENTORY_ENABLED"),
    ("inventory.ignore_extensions", "INVENTORY_IGNORE"),
    ("inventory.ignore_patterns", "INVENTORY_IGNORE_REGEX"),
    ("inventory.unparsed_is_failed", "INVENTORY_UNPARSED_FAILED"),
    (
        "inventory.any_unparsed_is_failed",
        "INVENTORY_ANY_UNPARSED_IS_FAILED",
    ),
    (
        "inventory.inventory_unparsed_warning",
        "INVENTORY_UNPARSED_WARNING",
    ),
    ("inventory.export", "INVENTORY_EXPORT"),
    (
        "inventory_plugins.use_extra_vars",
        "INVENTORY_USE_EXTRA_VARS",
    ),
    ("privilege_escalation.become", "BECOME"),
    ("privilege_escalation.become_method", "BECOME_METHOD"),
    ("privilege_escalation.become_user", "BECOME_USER"),
    ("privilege_escalation.become_ask_pass", "BECOME_ASK_PASS"),
    ("ssh_connection.ssh_args", "SSH_ARGS"),
    ("ssh_connection.ssh_common_args", "SSH_COMMON_ARGS"),
    ("ssh_connection.ssh_extra_args", "SSH_EXTRA_ARGS"),
    ("defaults.task_timeout", "TASK_TIMEOUT"),
    ("defaults.poll_interval", "POLL_INTERVAL"),
    ("defaults.async_dir", "ASYNC_DIR"),
    ("defaults.fact_caching", "CACHE_PLUGIN"),
    (
        "defaults.fact_caching_connection",
        "CACHE_PLUGIN_CONNECTION",
    ),
    ("defaults.fact_caching_prefix", "CACHE_PLUGIN_PREFIX"),
    ("defaults.fact_caching_timeout", "CACHE_PLUGIN_TIMEOUT"),
    ("defaults.inject_facts_as_vars", "INJECT_FACT_VARS"),
    ("defaults.show_custom_stats", "SHOW_CUSTOM_STATS"),
    ("diff.always", "DIFF_ALWAYS"),
];

/// Settings that farcast answers by being what it is: no word about them is needed.
const MOOT: &[&str] = &[
    "defaults.stdout_callback",
    "defaults.deprecation_warnings",
    "defaults.retry_files_enabled",
    "defaults.command_warnings",
    "defaults.localhost_warning",
    "defaults.allow_world_readable_tmpfiles",
    "ssh_connection.pipelining",
    "ssh_connection.control_path",
    "ssh_connection.control_path_dir",
    "ssh_connection.scp_if_ssh",
    "ssh_connection.transfer_method",
];

impl Config {
    /// Reads the first `ansible.cfg` there is: `ANSIBLE_CONFIG`, the working directory, the home, `/etc/ansible`.
    pub(super) fn read(environment: &Environment) -> anyhow::Result<Self> {
        let named = environment.ansible("CONFIG").map(PathBuf::from);
        let places = [
            named.clone(),
            Some(PathBuf::from("ansible.cfg")),
            environment
                .home
                .as_ref()
                .map(|home| home.join(".ansible.cfg")),
            Some(PathBuf::from("/etc/ansible/ansible.cfg")),
        ];
        let path = places.into_iter().flatten().find(|path| path.is_file());
        let mut config = match &path {
            Some(path) => Self::parse(&fs::read_to_string(path)?),
            None => Self::default(),
        };
        config.path = path;
        for (name, variable) in KNOWN {
            if let Some(value) = environment.ansible(variable) {
                config.values.insert((*name).to_owned(), value.to_owned());
                config.of_environment.insert((*name).to_owned());
            }
        }
        Ok(config)
    }

    fn parse(text: &str) -> Self {
        let mut config = Self::default();
        let mut section = String::new();
        for line in text.lines().map(str::trim) {
            if let Some(name) = line
                .strip_prefix('[')
                .and_then(|rest| rest.split(']').next())
            {
                section = name.trim().to_owned();
                continue;
            }
            let line = match line.starts_with(['#', ';']) {
                true => continue,
                false => line.split(" ;").next().unwrap_or(line),
            };
            if let Some((name, value)) = line.split_once('=') {
                config.values.insert(
                    format!("{section}.{}", name.trim()),
                    value.trim().to_owned(),
                );
            }
        }
        config
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn bool(&self, name: &str) -> Option<bool> {
        crate::playbook::boolean_text(self.text(name)?)
    }

    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    /// A path: from the directory of the file that names it, or from the working directory where a variable does.
    pub(super) fn path(&self, name: &str, environment: &Environment) -> Option<PathBuf> {
        Some(self.located(name, self.text(name)?, environment))
    }

    /// Paths separated by colons.
    pub(super) fn paths(&self, name: &str, environment: &Environment) -> Vec<PathBuf> {
        let text = self.text(name).unwrap_or_default();
        let named = text.split(':').filter(|path| !path.is_empty());
        named
            .map(|path| self.located(name, path, environment))
            .collect()
    }

    /// Words separated by commas.
    pub(super) fn words(&self, name: &str) -> Vec<String> {
        let words = self.text(name).unwrap_or_default().split(',');
        words
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect()
    }

    fn located(&self, name: &str, text: &str, environment: &Environment) -> PathBuf {
        let path = environment.expand(text);
        let dir = self.path.as_deref().and_then(Path::parent);
        match dir {
            Some(dir) if path.is_relative() && !self.of_environment.contains(name) => {
                dir.join(path)
            }
            _ => path,
        }
    }

    /// What `lookup('config', …)` is told: all that the file says, heeded or not.
    pub(super) fn told(&self) -> Configuration {
        let path = self.path.as_deref();
        // A path that cannot be made absolute stays what it is.
        let path = path.map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        Configuration {
            path,
            values: self.values.clone(),
            own: BTreeMap::from([("DEFAULT_FORKS".to_owned(), FORKS.to_string())]),
        }
    }

    /// Settings of the file that mean nothing here.
    pub(super) fn unheeded(&self) -> Vec<&str> {
        let known =
            |name: &str| KNOWN.iter().any(|(known, _)| *known == name) || MOOT.contains(&name);
        self.values
            .keys()
            .map(String::as_str)
            .filter(|name| !known(name))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sections_comments_and_says_what_it_does_not_heed() {
        let config = Config::parse(
            "[defaults]\n# no\nforks = 7 ; seven\nfancy=1\n[privilege_escalation]\nbecome=yes\n",
        );
        assert_eq!(config.number("defaults.forks"), Some(7));
        assert_eq!(config.bool("privilege_escalation.become"), Some(true));
        assert_eq!(config.unheeded(), ["defaults.fancy"]);
    }

    #[test]
    fn a_path_is_reckoned_from_where_it_was_said() {
        let mut config = Config::parse("[defaults]\nroles_path = mine\nlibrary = modules\n");
        config.path = Some("/etc/ansible/ansible.cfg".into());
        config.of_environment.insert("defaults.library".to_owned());
        let environment = Environment::read();
        let path = |name| config.path(name, &environment).unwrap();
        assert_eq!(path("defaults.roles_path"), Path::new("/etc/ansible/mine"));
        assert_eq!(path("defaults.library"), Path::new("modules"));
    }
}
