use std::{fmt::Debug, path::PathBuf};

use minijinja::value::Value;

use super::TemplateError;

/// What a template can see: answers a variable's name with its value, rendered when asked for.
pub trait Variables: Send + Sync + Debug {
    /// The value of a variable, or the reason why it cannot be had; nothing where no such variable exists.
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>>;

    /// The names of all variables, for `varnames` and for "did you mean".
    fn names(&self) -> Vec<String>;

    /// The directories in which lookups and includes search, nearest first; kind is `files`, `templates` or `vars`.
    fn search_path(&self, kind: &str) -> Vec<PathBuf>;

    /// The hosts that a pattern chooses; none where there is no inventory, or the pattern is none.
    fn hosts(&self, _pattern: &str) -> Vec<String> {
        Vec::new()
    }

    /// Whether a step could name this module: farcast's own, or one that comes with the playbook.
    fn has_module(&self, _name: &str) -> bool {
        false
    }

    /// Whether an expression may reach there now: not where it is evaluated before its turn.
    fn may_reach(&self, _reach: Reach) -> bool {
        true
    }
}

/// What an expression can reach besides variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Files of the controller.
    Files,
    /// What may have effects or take its time: programs, the network, files that are written.
    World,
}

/// No variables at all.
#[derive(Debug)]
pub(super) struct Nothing;

impl Variables for Nothing {
    fn get(&self, _name: &str) -> Option<Result<Value, TemplateError>> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn search_path(&self, _kind: &str) -> Vec<PathBuf> {
        Vec::new()
    }
}
