use {
    super::{
        Foreign, Homes, Shelves,
        route::{Route, Routes},
    },
    crate::{
        control, module,
        program::collection::{Collection, Collections},
        source::Store,
    },
    std::{
        collections::BTreeSet,
        path::{Path, PathBuf},
        sync::{Arc, Mutex},
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
    pub homes: Arc<Homes>,
    /// The collections where short names are looked for first (the keyword `collections`).
    pub asked: Vec<String>,
    looked: Mutex<BTreeSet<String>>,
}

/// Modules that are never looked for in a library: Ansible's part on the controller does their work, or has another module do it.
const NEVER_SHADOWED: [&str; 8] = [
    "fetch",
    "gather_facts",
    "package",
    "raw",
    "script",
    "service",
    "shell",
    "template",
];

/// A name leads from one to another only so often.
const REDIRECTS: usize = 10;

impl<'a> Search<'a> {
    pub fn new(
        shelves: &'a Shelves,
        store: &'a Store,
        homes: Arc<Homes>,
        asked: Vec<String>,
    ) -> Self {
        Self {
            shelves,
            store,
            homes,
            asked,
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
        for collection in self.asked.iter().filter(of_core) {
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

    /// A person's own module wins over farcast's of that name, unless Ansible would not run it either.
    fn legacy(&self, name: &str, redirects: usize) -> Option<Meaning> {
        let never_leaves = control::find(name).is_some() && module::find(name).is_none();
        if never_leaves || NEVER_SHADOWED.contains(&name) {
            return Some(Meaning::Own(name.to_owned()));
        }
        let own = self.homes.libraries(self.shelves);
        let listed = own
            .iter()
            .find_map(|(_, listing)| listing.get(name).cloned());
        let everybodys = || {
            let mut others = self.shelves.places.modules.iter();
            others.find_map(|directory| self.listed(directory, name))
        };
        if let Some(path) = listed.or_else(everybodys) {
            return Some(self.foreign(name.to_owned(), path, self.own_action(name)));
        }
        let found = self.builtin(name, redirects);
        if found.is_none() {
            let own = own.iter().map(|(directory, _)| directory);
            own.for_each(|directory| self.note(directory.display().to_string()));
        }
        found
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
        let collection = self.collection(&format!("{namespace}.{name}"))?;
        let routes = self.shelves.routes(&collection.runtime(), self.store);
        if let Some(found) = self.routed(&routes, rest, redirects) {
            return Some(found);
        }
        let (within, short) = rest.rsplit_once('.').unwrap_or(("", rest));
        let directory = collection.modules().join(within.replace('.', "/"));
        let path = self.listed(&directory, short)?;
        Some(self.foreign(full.to_owned(), path, collection.action(short)))
    }

    fn collection(&self, name: &str) -> Option<Collection> {
        if let Some(found) = self.homes.collections.find(name) {
            return Some(found);
        }
        for place in self.homes.collections.places(name) {
            self.note(place.display().to_string());
        }
        let Some(core) = self.shelves.places.beside.core() else {
            self.note(self.shelves.places.beside.looked());
            return None;
        };
        let found = Collections::new(core.sites.iter().cloned()).find(name);
        if found.is_none() {
            self.note(format!("the collections of {}", core.python.display()));
        }
        found
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
        let mut paths = self.homes.paths.iter().map(|home| home.join(&file));
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
        let asked = collections.iter().map(|&name| name.to_owned()).collect();
        let collections = Collections::new([home.path().join("collections")]);
        let homes = Homes::new(homes.iter().map(AsRef::as_ref), &collections);
        Search::new(&shelves, &store, Arc::new(homes), asked).meaning(name)
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
            ("library/template.sh", ""),
            ("roles/r/library/mine", ""),
        ]);
        assert_eq!(file(&meaning(&home, &[], "copy")), "copy.sh");
        assert_eq!(file(&meaning(&home, &[], "ansible.legacy.copy")), "copy.sh");
        assert_eq!(file(&meaning(&home, &[], "mine")), "mine");
        let own = Meaning::Own("copy".to_owned());
        assert_eq!(meaning(&home, &[], "ansible.builtin.copy"), own);
        for name in ["debug", "template"] {
            assert_eq!(meaning(&home, &[], name), Meaning::Own(name.to_owned()));
        }
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
