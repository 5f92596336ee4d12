use {
    super::{
        Foreign, Shelves,
        collection::{Collection, Route, Routes},
    },
    crate::{control, module, program::collection::holder_of, source::Store},
    std::{
        collections::BTreeSet,
        path::{Path, PathBuf},
        sync::Mutex,
    },
};

/// What the name of a task's module means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A module or step of farcast's own, under this name.
    Own(String),
    Foreign(Foreign),
    /// It is gone from its collection, which says why.
    Gone(String),
    /// Nobody has it; where it was looked for.
    Nowhere(Vec<String>),
}

/// Looks for modules where a task stands.
pub struct Search<'a> {
    pub shelves: &'a Shelves,
    pub store: &'a Store,
    /// The directory of the playbook, then those of the play's roles in the order of their use.
    pub homes: Vec<PathBuf>,
    /// Where short names are looked for first (the keyword `collections`).
    pub collections: Vec<String>,
    looked: Mutex<BTreeSet<String>>,
}

/// A name leads from one to another only so often.
const REDIRECTS: usize = 10;

impl<'a> Search<'a> {
    pub fn new(
        shelves: &'a Shelves,
        store: &'a Store,
        homes: Vec<PathBuf>,
        collections: Vec<String>,
    ) -> Self {
        Self {
            shelves,
            store,
            homes,
            collections,
            looked: Mutex::default(),
        }
    }

    /// What a name means, as a task has it.
    pub fn meaning(&self, name: &str) -> Meaning {
        self.lead(name, REDIRECTS)
    }

    fn lead(&self, name: &str, redirects: usize) -> Meaning {
        let found = match name.rsplit_once('.') {
            None => self.short(name, redirects),
            Some(("ansible.legacy", short)) => self.legacy(short, redirects),
            Some(("ansible.builtin", short)) => self.builtin(short, redirects),
            Some(_) => self.in_collection(name, redirects),
        };
        found.unwrap_or_else(|| {
            let looked = self
                .looked
                .lock()
                .map(|looked| looked.iter().cloned().collect());
            Meaning::Nowhere(looked.unwrap_or_default())
        })
    }

    fn short(&self, name: &str, redirects: usize) -> Option<Meaning> {
        let of_core = |collection: &&String| !collection.starts_with("ansible.legacy");
        for collection in self.collections.iter().filter(of_core) {
            let full = format!("{collection}.{name}");
            let found = match collection.as_str() {
                "ansible.builtin" => self.builtin(name, redirects),
                _ => self.in_collection(&full, redirects),
            };
            if found.is_some() {
                return found;
            }
        }
        self.legacy(name, redirects)
    }

    /// A person's own module wins over farcast's of that name, unless that never leaves the controller.
    fn legacy(&self, name: &str, redirects: usize) -> Option<Meaning> {
        if control::find(name).is_some() && module::find(name).is_none() {
            return Some(Meaning::Own(name.to_owned()));
        }
        let own = self.homes.iter().map(|home| home.join("library"));
        for directory in own.chain(self.shelves.places.modules.iter().cloned()) {
            if let Some(path) = self.listed(&directory, name) {
                return Some(self.foreign(name.to_owned(), path, self.own_action(name)));
            }
        }
        self.builtin(name, redirects)
    }

    fn builtin(&self, name: &str, redirects: usize) -> Option<Meaning> {
        if module::find(name).is_some() || control::find(name).is_some() {
            return Some(Meaning::Own(name.to_owned()));
        }
        let Some(core) = self.shelves.places.beside.core() else {
            self.note(self.shelves.places.beside.looked());
            return None;
        };
        if let Some(path) = self.listed(&core.modules(), name) {
            let action = core.core.join("plugins/action").join(format!("{name}.py"));
            let action = action.is_file().then_some(action);
            return Some(self.foreign(format!("ansible.builtin.{name}"), path, action));
        }
        let runtime = core.core.join("config/ansible_builtin_runtime.yml");
        self.routed(&self.shelves.routes(&runtime, self.store), name, redirects)
    }

    fn in_collection(&self, full: &str, redirects: usize) -> Option<Meaning> {
        if module::find(full).is_some() {
            return Some(Meaning::Own(full.to_owned()));
        }
        let mut parts = full.splitn(3, '.');
        let (namespace, name, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let collection = self.collection(namespace, name)?;
        let routes = self.shelves.routes(&collection.runtime(), self.store);
        if let Some(found) = self.routed(&routes, rest, redirects) {
            return Some(found);
        }
        let (within, short) = rest.rsplit_once('.').unwrap_or(("", rest));
        let directory = collection.modules().join(within.replace('.', "/"));
        let path = self.listed(&directory, short)?;
        Some(self.foreign(full.to_owned(), path, collection.action(short)))
    }

    fn collection(&self, namespace: &str, name: &str) -> Option<Collection> {
        let roots = self.collection_roots();
        if let Some(found) = Collection::find(&roots, namespace, name) {
            return Some(found);
        }
        for root in roots {
            self.note(format!(
                "{}",
                root.join("ansible_collections")
                    .join(namespace)
                    .join(name)
                    .display()
            ));
        }
        let Some(core) = self.shelves.places.beside.core() else {
            self.note(self.shelves.places.beside.looked());
            return None;
        };
        let found = Collection::find(&core.sites, namespace, name);
        if found.is_none() {
            self.note(format!("the collections of {}", core.python.display()));
        }
        found
    }

    /// The directories that hold `ansible_collections`, without those of the installed Ansible.
    pub fn collection_roots(&self) -> Vec<PathBuf> {
        let beside = self.homes.first().map(|home| home.join("collections"));
        let around = self.homes.iter().filter_map(|home| holder_of(home));
        let given = self.shelves.places.collections.iter().cloned();
        beside.into_iter().chain(around).chain(given).collect()
    }

    fn routed(&self, routes: &Routes, name: &str, redirects: usize) -> Option<Meaning> {
        match routes.get(name)? {
            Route::Gone(why) => Some(Meaning::Gone(why.clone())),
            Route::To(_) if redirects == 0 => None,
            Route::To(name) => Some(self.lead(name, redirects - 1)),
        }
    }

    fn listed(&self, directory: &Path, name: &str) -> Option<PathBuf> {
        let found = self.shelves.listing(directory).get(name).cloned();
        if found.is_none() {
            self.note(directory.display().to_string());
        }
        found
    }

    /// The action plugin of a person's own module.
    fn own_action(&self, name: &str) -> Option<PathBuf> {
        let file = format!("action_plugins/{name}.py");
        let mut paths = self.homes.iter().map(|home| home.join(&file));
        paths.find(|path| path.is_file())
    }

    fn foreign(&self, name: String, path: PathBuf, action: Option<PathBuf>) -> Meaning {
        let path = path.canonicalize().unwrap_or(path);
        Meaning::Foreign(Foreign { name, path, action })
    }

    fn note(&self, place: String) {
        if let Ok(mut looked) = self.looked.lock() {
            looked.insert(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::program::foreign::{Beside, Places},
    };

    /// A playbook's directory with these files.
    fn home(files: &[(&str, &str)]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = home.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        home
    }

    fn shelves() -> Shelves {
        Shelves::new(Places {
            beside: Beside::new(Some("/no/such/python".into()), Vec::new()),
            ..Places::default()
        })
    }

    fn meaning(home: &tempfile::TempDir, collections: &[&str], name: &str) -> Meaning {
        let (shelves, store) = (shelves(), Store::default());
        let homes = ["", "roles/r"].map(|part| home.path().join(part)).to_vec();
        let collections = collections.iter().map(|&name| name.to_owned()).collect();
        Search::new(&shelves, &store, homes, collections).meaning(name)
    }

    fn file(meaning: &Meaning) -> &str {
        match meaning {
            Meaning::Foreign(foreign) => foreign.path.file_name().unwrap().to_str().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_library_wins_over_what_farcast_has_but_not_by_the_full_name() {
        let home = home(&[
            ("library/copy.sh", ""),
            ("library/debug.sh", ""),
            ("roles/r/library/mine", ""),
        ]);
        assert_eq!(file(&meaning(&home, &[], "copy")), "copy.sh");
        assert_eq!(file(&meaning(&home, &[], "ansible.legacy.copy")), "copy.sh");
        assert_eq!(file(&meaning(&home, &[], "mine")), "mine");
        let own = Meaning::Own("copy".to_owned());
        assert_eq!(meaning(&home, &[], "ansible.builtin.copy"), own);
        assert_eq!(
            meaning(&home, &[], "debug"),
            Meaning::Own("debug".to_owned())
        );
    }

    #[test]
    fn collections_lead_from_name_to_name() {
        let base = "collections/ansible_collections";
        let runtime = "plugin_routing:\n  modules:\n    old: {redirect: a.b.new}\n    gone: {tombstone: {warning_text: Use x.}}\n    \
                       own: {redirect: ansible.builtin.copy}\n    loop: {redirect: a.b.loop}\n";
        let home = home(&[
            (&format!("{base}/a/b/plugins/modules/new.py"), ""),
            (&format!("{base}/a/b/plugins/modules/sub/deep.py"), ""),
            (&format!("{base}/a/b/plugins/action/deep.py"), ""),
            (&format!("{base}/a/b/meta/runtime.yml"), runtime),
        ]);
        assert_eq!(file(&meaning(&home, &[], "a.b.old")), "new.py");
        assert_eq!(file(&meaning(&home, &["a.b"], "new")), "new.py");
        assert_eq!(
            meaning(&home, &[], "a.b.gone"),
            Meaning::Gone("Use x.".to_owned())
        );
        assert_eq!(
            meaning(&home, &[], "a.b.own"),
            Meaning::Own("copy".to_owned())
        );
        assert!(matches!(meaning(&home, &[], "new"), Meaning::Nowhere(_)));
        assert!(matches!(
            meaning(&home, &[], "a.b.loop"),
            Meaning::Nowhere(_)
        ));
        match meaning(&home, &[], "a.b.sub.deep") {
            Meaning::Foreign(foreign) => assert!(foreign.action.is_some()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_nobody_has_was_looked_for() {
        match meaning(&home(&[]), &[], "nothing") {
            Meaning::Nowhere(looked) => {
                assert!(
                    looked.iter().any(|place| place.ends_with("library")),
                    "{looked:?}"
                );
                assert!(
                    looked.iter().any(|place| place.contains("/no/such/python")),
                    "{looked:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}
