use {
    super::{
        Beside, Payload, PayloadError,
        listing::Listing,
        route::{Routes, routes},
    },
    crate::source::Store,
    std::{
        collections::HashMap,
        hash::Hash,
        path::{Path, PathBuf},
        sync::{Arc, Mutex, OnceLock, PoisonError},
    },
};

/// Where modules that are not farcast's own may be, besides what belongs to a playbook.
#[derive(Debug, Default)]
pub struct Places {
    /// Directories of modules (`library` in ansible.cfg).
    pub modules: Vec<PathBuf>,
    /// Directories of what modules in Python import.
    pub module_utils: Vec<PathBuf>,
    /// The Python of hosts that do not say (`interpreter_python` in ansible.cfg).
    pub python: Option<String>,
    /// The ansible-core that is installed here.
    pub beside: Beside,
}

/// Modules that are not farcast's own. Each place is looked at once, and each module is packed once.
#[derive(Debug, Default)]
pub struct Shelves {
    pub places: Places,
    listings: Once<PathBuf, Arc<Listing>>,
    routes: Once<PathBuf, Arc<Routes>>,
    payloads: Once<Vec<PathBuf>, Result<Arc<Payload>, PayloadError>>,
}

/// Values that are made once.
type Once<K, V> = Mutex<HashMap<K, Arc<OnceLock<V>>>>;

impl Shelves {
    pub fn new(places: Places) -> Self {
        Self {
            places,
            ..Self::default()
        }
    }

    pub(super) fn listing(&self, directory: &Path) -> Arc<Listing> {
        let list = || Arc::new(Listing::of(directory));
        once(&self.listings, directory.to_owned(), list)
    }

    pub(super) fn routes(&self, file: &Path, store: &Store) -> Arc<Routes> {
        let read = || Arc::new(routes(file, store));
        once(&self.routes, file.to_owned(), read)
    }

    /// The payload of a module with these directories to import from, made by `make` when it is asked for first.
    pub(super) fn payload(
        &self,
        key: Vec<PathBuf>,
        make: impl FnOnce() -> Result<Arc<Payload>, PayloadError>,
    ) -> Result<Arc<Payload>, PayloadError> {
        once(&self.payloads, key, make)
    }
}

/// Whoever asks for the same waits until it is made; who asks for another does not.
fn once<K: Eq + Hash, V: Clone>(made: &Once<K, V>, key: K, make: impl FnOnce() -> V) -> V {
    let mut all = made.lock().unwrap_or_else(PoisonError::into_inner);
    let cell = Arc::clone(all.entry(key).or_default());
    drop(all);
    cell.get_or_init(make).clone()
}
