use {
    super::{Inventory, VarsOrigin},
    crate::source::{Fault, Store},
};

impl Inventory {
    /// The same sources, read anew; directories of variables that came with the playbook stay.
    ///
    /// # Errors
    /// As for [`Self::load`].
    pub fn refreshed(&self, sources: &[String], store: &Store) -> Result<Self, Fault> {
        let mut fresh = match sources {
            [] => Self::default(),
            sources => {
                let settings = self.settings.clone().unwrap_or_default();
                Self::load(sources, store, &settings)?
            }
        };
        let with_playbook = |dir: &&super::VarsDir| dir.origin() == VarsOrigin::Playbook;
        for dir in self.vars_dirs.iter().filter(with_playbook) {
            fresh.add_vars_dir(dir.path(), VarsOrigin::Playbook);
        }
        Ok(fresh)
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        std::{fs, sync::Arc},
    };

    #[test]
    fn what_changed_in_a_file_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("hosts");
        fs::write(&file, "a\n").unwrap();
        let sources = [file.display().to_string()];
        let store = Store::default();
        let inventory = Inventory::load(&sources, &store, &Arc::default()).unwrap();
        fs::write(&file, "a\nb\n").unwrap();
        store.forget();
        let fresh = inventory.refreshed(&sources, &store).unwrap();
        let names: Vec<_> = fresh.hosts().map(|host| host.name()).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
