use crate::{
    inventory::{range::RangeFault, words::Unclosed},
    source::{Fault, Place},
};
use std::path::PathBuf;

/// What can be wrong in an inventory, in a variables' directory or in a host pattern.
#[derive(Debug, thiserror::Error)]
pub enum Mistake {
    #[error("{0}")]
    Range(#[from] RangeFault),
    #[error("{0}")]
    Unclosed(#[from] Unclosed),
    #[error("section [{section}] has the unknown type `{kind}`")]
    SectionKind { section: String, kind: String },
    #[error("`{0}` is no section header")]
    Section(String),
    #[error("expected `name=value`, found `{0}`")]
    Assignment(String),
    #[error("expected the name of a group, found `{0}`")]
    GroupName(String),
    #[error("`---` begins a YAML file, but this file is read as INI")]
    YamlMarker,
    #[error("`{0}` ends in `:` but no port follows")]
    Port(String),
    #[error("section [{0}:vars] is for a group that is defined nowhere")]
    VarsOfUndefined(String),
    #[error("section [{parent}:children] includes the group `{child}`, which is defined nowhere")]
    UndefinedChild { parent: String, child: String },
    #[error("group `{child}` cannot be a child of `{parent}`: it contains `{parent}` already")]
    Cycle { parent: String, child: String },
    #[error("group `{0}` cannot be its own child")]
    OwnChild(String),
    #[error("a group's name must not be empty")]
    EmptyGroupName,
    #[error("a host's name must not be empty")]
    EmptyHostName,
    #[error("ansible_group_priority must be a whole number, found {0}")]
    Priority(&'static str),
    #[error("{what} must be {expected}, found {found}")]
    Shape {
        what: String,
        expected: &'static str,
        found: &'static str,
    },
    #[error("the file configures the inventory plugin `{0}`, which farcast does not have")]
    Plugin(String),
    #[error(
        "the file configures the inventory plugin `{0}`, but nothing that is enabled reads such a file of this name"
    )]
    DormantPlugin(String),
    #[error("`{0}` is an inventory format, and takes no configuration")]
    NoConfiguration(&'static str),
    #[error("none of the enabled inventory plugins ({enabled}) reads `{path}`")]
    NoReader { path: String, enabled: String },
    #[error("`{pattern}` in `ignore_patterns` is no regular expression: {reason}")]
    IgnorePattern { pattern: String, reason: String },
    #[error("cannot set `{what}` for host `{host}`: {reason}")]
    Construct {
        what: String,
        host: String,
        reason: String,
    },
    #[error("the key `{key}` of host `{host}` is empty")]
    EmptyKey { key: String, host: String },
    #[error(
        "the key `{key}` of host `{host}` is {found}: a group is named by a string, a list of them or a map"
    )]
    KeyKind {
        key: String,
        host: String,
        found: &'static str,
    },
    #[error("`default_value` and `trailing_separator` exclude each other")]
    DefaultOrTrailing,
    #[error("a parent of `{0}` has no name")]
    NamelessParent(String),
    #[error("{path} holds {what}, but no host in it: {reason}")]
    NoMachine {
        path: PathBuf,
        what: &'static str,
        reason: String,
    },
    #[error("{path} is a Terraform state of version {version}, which farcast does not read")]
    StateVersion { path: PathBuf, version: String },
    #[error("broken TOML: {0}")]
    Toml(String),
    #[error("the inventory names more than {0} hosts")]
    TooManyHosts(usize),
    #[error("the inventory is empty")]
    EmptyFile,
    #[error("no inventory source names a host: {0}")]
    NoHosts(String),
    #[error("there is no inventory `{0}`")]
    Missing(String),
    #[error("the inventory `{path}` cannot be read: {reason}")]
    Unreadable { path: PathBuf, reason: String },
    #[error("the inventory script `{path}` cannot be started: {reason}")]
    Start { path: PathBuf, reason: String },
    #[error("the inventory script `{command}` failed with {status}{stderr}")]
    Script {
        command: String,
        status: String,
        stderr: String,
    },
    #[error("the inventory script `{command}` printed no JSON: {reason}{stderr}")]
    NoJson {
        command: String,
        reason: String,
        stderr: String,
    },
    #[error("no host at the position that `{0}` asks for")]
    Subscript(String),
    #[error("`{pattern}` is no valid host pattern: {reason}")]
    Pattern { pattern: String, reason: String },
    #[error("the limit file `{path}` cannot be read: {reason}")]
    LimitFile { path: PathBuf, reason: String },
    #[error("there is no group `{0}`")]
    NoGroup(String),
    #[error("`{pattern}` names {count} hosts where one is needed")]
    NotOneHost { pattern: String, count: usize },
}

impl Mistake {
    /// The same as a fault at a place.
    pub fn at(self, place: &Place) -> Fault {
        Fault::from(self).at(place)
    }

    fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Range(_) => "write ranges as web[01:10] or db-[a:f], with a step as in [0:20:5]",
            Self::Unclosed(_) => "close the quote, or write the quote character as \\\" or \\'",
            Self::SectionKind { .. } => "a section is [GROUP], [GROUP:children] or [GROUP:vars]",
            Self::Section(_) => "write [GROUP], [GROUP:children] or [GROUP:vars], without spaces",
            Self::Assignment(_) => "put values with spaces in quotes: name=\"a b\"",
            Self::GroupName(_) => "a [GROUP:children] section holds one group's name a line",
            Self::YamlMarker => "name the file .yml if it is YAML",
            Self::Port(_) => "write HOST:PORT, or HOST alone",
            Self::VarsOfUndefined(_) | Self::UndefinedChild { .. } => {
                "add a section for the group, or correct its name"
            }
            Self::Cycle { .. } | Self::OwnChild(_) => {
                "remove one of the two from the other's children"
            }
            Self::Plugin(_) => {
                "use a static inventory, or an executable script that prints JSON, such as `ansible-inventory --list`"
            }
            Self::DormantPlugin(_) => {
                "name the file .yml or .yaml, or add the plugin to `enable_plugins` in the [inventory] section of ansible.cfg"
            }
            Self::NoConfiguration(_) => "remove `plugin:`, and write the inventory itself",
            Self::NoReader { .. } => {
                "see `enable_plugins` in the [inventory] section of ansible.cfg"
            }
            Self::Construct { .. } | Self::EmptyKey { .. } => {
                "with `strict: false` such hosts are left out"
            }
            Self::NoMachine { .. } => "docs/inventory.md says what is read as a host",
            Self::StateVersion { .. } => {
                "let a Terraform of version 0.12 or later write it, or use `terraform show -json`"
            }
            Self::EmptyFile | Self::NoHosts(_) => {
                "name at least one host, or pass a list: -i HOST,"
            }
            Self::Missing(_) => "check the path; a list of hosts needs a comma: -i HOST,",
            Self::Start { .. } => {
                "check the script's first line (#!) and that its interpreter is installed"
            }
            Self::Script { .. } | Self::NoJson { .. } => {
                "run the script by hand with --list to see what it does"
            }
            Self::Subscript(_) => "positions count from 0; negative ones count from the end",
            Self::NoGroup(_) => "list the groups with --graph",
            Self::NotOneHost { .. } => "name one host that the inventory holds",
            _ => return None,
        })
    }
}

/// Gives a fault a place, unless it has a closer one already.
pub fn within(place: &Place) -> impl Fn(Fault) -> Fault {
    move |fault| match fault.place() {
        Some(_) => fault,
        None => fault.at(place),
    }
}

impl From<Mistake> for Fault {
    fn from(mistake: Mistake) -> Self {
        let fault = Fault::new(mistake.to_string());
        match mistake.help() {
            Some(help) => fault.help(help),
            None => fault,
        }
    }
}
