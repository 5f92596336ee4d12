use {
    super::{Role, collection::Collections, foreign::Homes},
    std::{
        ops::Deref,
        path::Path,
        sync::{Arc, OnceLock},
    },
};

/// The roles that a whole play sees, in the order of their use, and where its steps look for modules.
#[derive(Debug, Default)]
pub struct Roles {
    list: Vec<Arc<Role>>,
    homes: OnceLock<Arc<Homes>>,
}

impl Roles {
    pub fn new(list: Vec<Arc<Role>>) -> Self {
        Self {
            list,
            homes: OnceLock::new(),
        }
    }

    /// These, then one more.
    pub fn with(&self, role: &Arc<Role>) -> Self {
        let more = self.list.iter().chain([role]);
        Self::new(more.cloned().collect())
    }

    /// Where a step that stands in `around`, innermost first, looks for modules: in the playbook's directory and in those of roles.
    pub(super) fn homes<'a>(
        &self,
        dir: &Path,
        collections: &Collections,
        around: impl Iterator<Item = &'a Arc<Role>>,
    ) -> Arc<Homes> {
        let homes = self.homes.get_or_init(|| {
            let of_roles = self.list.iter().map(|role| role.path.as_path());
            let paths = std::iter::once(dir).chain(of_roles);
            Arc::new(Homes::new(paths, collections))
        });
        let is_listed = |role: &Arc<Role>| self.list.iter().any(|other| Arc::ptr_eq(role, other));
        let mut others = around
            .filter(|role| !is_listed(role))
            .map(|role| role.path.as_path())
            .filter(|path| !homes.has(path))
            .peekable();
        if others.peek().is_none() {
            return Arc::clone(homes);
        }
        let paths = homes.paths.iter().map(AsRef::as_ref).chain(others);
        Arc::new(Homes::new(paths, collections))
    }
}

impl Deref for Roles {
    type Target = [Arc<Role>];

    fn deref(&self) -> &Self::Target {
        &self.list
    }
}
