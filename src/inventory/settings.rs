use super::{Mistake, Plugin};
use crate::{
    source::{Fault, Node},
    template::{self, Engine},
};
use fancy_regex::Regex;
use std::collections::BTreeMap;

/// What an inventory directory holds beside inventories.
const IGNORED_NAMES: [&str; 3] = ["host_vars", "group_vars", "vars_plugins"];
const IGNORED_ENDS: [&str; 12] = [
    ".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry",
];

/// What Terraform leaves beside its state: an older state.
const OLD_STATE: &str = ".tfstate.backup";

/// How sources are read: the `[inventory]` section of `ansible.cfg`, and what constructed groups need.
#[derive(Debug)]
pub struct Settings {
    /// The formats and plugins that may read a source, in the order in which they are tried.
    pub enabled: Vec<Plugin>,
    /// Endings of names that a directory of sources leaves out.
    pub ignored_ends: Vec<String>,
    /// Names that a directory of sources leaves out.
    pub ignored_patterns: Vec<Regex>,
    /// A source that cannot be read ends the program; else it is left out with a warning.
    pub refuse_unparsed: bool,
    /// Sources that name no host at all end the program.
    pub refuse_empty: bool,
    /// Where they do not: whether to warn.
    pub warn_empty: bool,
    /// Whether constructed variables and groups see `-e`, where their file does not say.
    pub use_extra_vars: bool,
    /// `-e`.
    pub extra: Vec<(String, Node)>,
    /// Renders what plugins construct.
    pub engine: Engine,
}

impl Settings {
    /// What Ansible does where nobody says otherwise, but that what cannot be read is an error.
    pub fn new(engine: Engine) -> Self {
        Self {
            enabled: Plugin::USUAL.to_vec(),
            ignored_ends: IGNORED_ENDS.map(str::to_owned).to_vec(),
            ignored_patterns: Vec::new(),
            refuse_unparsed: true,
            refuse_empty: true,
            warn_empty: true,
            use_extra_vars: false,
            extra: Vec::new(),
            engine,
        }
    }

    /// Takes the regular expressions of `ignore_patterns`.
    ///
    /// # Errors
    /// One that is none.
    pub fn ignore(&mut self, patterns: &[String]) -> Result<(), Fault> {
        for pattern in patterns {
            let regex = Regex::new(pattern).map_err(|error| Mistake::IgnorePattern {
                pattern: pattern.clone(),
                reason: error.to_string(),
            })?;
            self.ignored_patterns.push(regex);
        }
        Ok(())
    }

    /// Whether a directory of sources leaves this name out.
    pub(super) fn ignores(&self, name: &str) -> bool {
        name.starts_with('.')
            || IGNORED_NAMES.contains(&name)
            || name.ends_with(OLD_STATE)
            || self.ignored_ends.iter().any(|end| name.ends_with(end))
            || self
                .ignored_patterns
                .iter()
                .any(|pattern| pattern.is_match(name).unwrap_or(false))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new(Engine::new(template::Settings {
            environment: BTreeMap::new(),
            configuration: template::Configuration::default(),
            strict_conditions: false,
            decrypt: Box::new(|_| Err("no vault password is at hand".to_owned())),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_directory_leaves_out_can_be_said() {
        let mut settings = Settings::default();
        assert!(settings.ignores("notes.txt"));
        assert!(settings.ignores("terraform.tfstate.backup"));
        assert!(!settings.ignores("terraform.tfstate"));
        settings.ignored_ends = vec![".off".to_owned()];
        settings.ignore(&["^0[0-9]-".to_owned()]).unwrap();
        assert!(settings.ignores("hosts.off") && settings.ignores("01-hosts"));
        assert!(!settings.ignores("notes.txt") && !settings.ignores("10-hosts"));
        let fault = settings.ignore(&["(".to_owned()]).unwrap_err();
        assert!(
            fault.message().starts_with("`(` in `ignore_patterns`"),
            "{fault}"
        );
    }
}
