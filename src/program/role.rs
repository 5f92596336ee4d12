use {
    crate::{
        playbook::{Item, RoleUse},
        variable::Vars,
    },
    std::{path::PathBuf, sync::Arc},
};

/// A role as its directory holds it.
#[derive(Debug)]
pub struct Role {
    /// The name to show, as the play wrote it.
    pub name: String,
    pub path: PathBuf,
    pub defaults: Arc<Vars>,
    pub vars: Arc<Vars>,
    pub tasks: Vec<Item>,
    pub handlers: Vec<Item>,
    pub dependencies: Vec<RoleUse>,
    pub allow_duplicates: bool,
}

/// Which file of each of a role's directories is read; `main` unless an include says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleParts {
    pub tasks: String,
    pub handlers: String,
    pub defaults: String,
    pub vars: String,
}

impl Default for RoleParts {
    fn default() -> Self {
        let main = || "main".to_owned();
        Self {
            tasks: main(),
            handlers: main(),
            defaults: main(),
            vars: main(),
        }
    }
}

impl RoleParts {
    /// `tasks_from: install.yml` and `tasks_from: install` name the same file.
    pub fn stem(name: &str) -> String {
        name.trim_end_matches(".yml")
            .trim_end_matches(".yaml")
            .to_owned()
    }
}
