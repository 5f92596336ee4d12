use {
    super::{Shelves, listing::Listing},
    crate::program::collection::{Collections, holder_of},
    std::{
        collections::HashSet,
        ffi::OsStr,
        path::{Path, PathBuf},
        sync::{Arc, OnceLock},
    },
};

/// The directories that modules may come with: the playbook's, then those of roles in the order of their use.
#[derive(Debug, Default)]
pub struct Homes {
    pub paths: Vec<PathBuf>,
    /// Where collections are, besides those of the installed Ansible: those that the homes lie in among them.
    pub collections: Collections,
    libraries: OnceLock<Vec<(PathBuf, Arc<Listing>)>>,
}

impl Homes {
    /// Takes each path once.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a Path>, collections: &Collections) -> Self {
        // As text: comparing many paths part by part takes its time.
        let mut known = HashSet::<&OsStr>::new();
        let paths = paths
            .into_iter()
            .filter(|path| known.insert(path.as_os_str()));
        let paths: Vec<_> = paths.map(Path::to_owned).collect();
        let around = Collections::new(paths.iter().filter_map(|path| holder_of(path)));
        Self {
            collections: collections.clone().before(&around),
            paths,
            libraries: OnceLock::new(),
        }
    }

    pub fn has(&self, path: &Path) -> bool {
        let text = path.as_os_str();
        self.paths.iter().any(|home| home.as_os_str() == text)
    }

    /// Their directories of modules, and what is in them.
    pub(super) fn libraries(&self, shelves: &Shelves) -> &[(PathBuf, Arc<Listing>)] {
        self.libraries.get_or_init(|| {
            let paths = self.paths.iter().map(|home| home.join("library"));
            let listed = paths.map(|path| {
                let listing = shelves.listing(&path);
                (path, listing)
            });
            listed.collect()
        })
    }
}
