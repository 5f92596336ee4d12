use {
    crate::wire::{Diff, Effect, Side},
    std::collections::BTreeMap,
};

/// A package that comes, goes, or changes its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub name: String,
    /// The version now; `None`: it is not installed.
    pub before: Option<String>,
    /// The version afterwards; `None`: it is gone.
    pub after: Option<String>,
}

impl Change {
    /// A package that comes, in a version that only an apply can tell.
    pub fn coming(name: &str) -> Self {
        Self {
            name: name.into(),
            before: None,
            after: Some("known after apply".into()),
        }
    }

    /// A package that goes.
    pub fn going(name: &str, version: &str) -> Self {
        Self {
            name: name.into(),
            before: Some(version.into()),
            after: None,
        }
    }

    pub fn diff(&self) -> Diff {
        Diff {
            what: format!("package {}", self.name),
            before: side(self.before.as_ref()),
            after: side(self.after.as_ref()),
        }
    }

    /// What later looks see; a new version alone is nothing that they ask for.
    pub fn effect(&self) -> Option<Effect> {
        let installed = self.after.is_some();
        (installed != self.before.is_some()).then(|| Effect::Package {
            name: self.name.clone(),
            installed,
        })
    }
}

fn side(version: Option<&String>) -> Side {
    match version {
        None => Side::Absent,
        Some(version) => {
            let version = ("version".to_owned(), version.clone());
            Side::State(BTreeMap::from([version]))
        }
    }
}
