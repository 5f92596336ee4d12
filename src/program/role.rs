use {
    crate::{
        playbook::{Item, RoleUse},
        source::Node,
        variable::Vars,
    },
    std::{path::PathBuf, sync::Arc},
};

/// A role as its directory holds it.
#[derive(Debug)]
pub struct Role {
    /// The name to show: with its collection, where it belongs to one.
    pub name: String,
    /// `NAMESPACE.NAME`, where it belongs to a collection.
    pub collection: Option<String>,
    /// The collections in which its steps look for roles by their short names.
    pub collections: Vec<String>,
    pub parts: RoleParts,
    pub path: PathBuf,
    pub defaults: Arc<Vars>,
    pub vars: Arc<Vars>,
    pub tasks: Vec<Item>,
    pub handlers: Vec<Item>,
    pub dependencies: Vec<RoleUse>,
    pub allow_duplicates: bool,
    /// What `meta` says of its arguments, by entry point.
    pub argument_specs: Option<Node>,
}

impl Role {
    /// The name without its collection.
    pub fn short_name(&self) -> &str {
        match &self.collection {
            Some(_) => self.name.rsplit('.').next().unwrap_or(&self.name),
            None => &self.name,
        }
    }
}

/// The names of the roles that a play uses.
#[derive(Clone, Debug, Default)]
pub struct RoleNames {
    /// Those that the play or its steps name, in order.
    pub direct: Vec<String>,
    /// Those that others depend on.
    pub dependent: Vec<String>,
}

impl RoleNames {
    pub fn extend(&mut self, other: &RoleNames) {
        self.direct.extend_from_slice(&other.direct);
        self.dependent.extend_from_slice(&other.dependent);
    }
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
