use super::{GroupId, Variables};
use std::{path::Path, sync::Arc};

/// A machine by the name that the inventory gives it.
#[derive(Clone, Debug)]
pub struct Host {
    name: String,
    implicit: bool,
    pub(super) source: Option<String>,
    pub(super) groups: Vec<GroupId>,
    pub(super) variables: Arc<Variables>,
}

impl Host {
    pub(super) fn new(name: &str, source: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            implicit: false,
            source: source.map(str::to_owned),
            groups: Vec::new(),
            variables: Arc::default(),
        }
    }

    pub(super) fn implicit(name: &str, variables: Variables) -> Self {
        Self {
            implicit: true,
            variables: Arc::new(variables),
            ..Self::new(name, None)
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// True for the `localhost` that exists although no inventory names it.
    pub fn is_implicit(&self) -> bool {
        self.implicit
    }

    /// The magic variable `inventory_file`: the source that named the host first.
    pub fn inventory_file(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The magic variable `inventory_dir`: where that source lies; none for a list given as an argument.
    pub fn inventory_dir(&self) -> Option<&Path> {
        let source = Path::new(self.source.as_deref()?);
        source.is_absolute().then(|| source.parent())?
    }

    /// The variables that the inventory itself gives to the host, without `host_vars/`.
    pub fn variables(&self) -> &Variables {
        &self.variables
    }
}
