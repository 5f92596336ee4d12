use {
    crate::source::{Fault, Node, SourceFile, Store},
    std::{
        collections::HashMap,
        path::{Path, PathBuf},
        sync::{Arc, Mutex, PoisonError},
    },
};

/// What was made of files, once each, however many hosts ask for them; made anew of a file that the store has read again.
#[derive(Debug)]
pub(super) struct Readings<T> {
    made: Mutex<HashMap<PathBuf, (Arc<SourceFile>, T)>>,
}

impl<T> Default for Readings<T> {
    fn default() -> Self {
        let made = Mutex::default();
        Self { made }
    }
}

impl<T: Clone> Readings<T> {
    /// What a file was made into, now or before.
    pub(super) fn of(
        &self,
        path: &Path,
        store: &Store,
        make: impl FnOnce(&Node) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let file = store.file(path)?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = made.get(path).filter(|(of, _)| Arc::ptr_eq(of, &file)) {
            return Ok(known.clone());
        }
        let new = make(&store.document(path)?)?;
        made.insert(path.to_owned(), (file, new.clone()));
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_until_the_store_forgets_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.yml");
        std::fs::write(&path, "old").unwrap();
        let store = Store::default();
        let readings = Readings::default();
        let times = std::cell::Cell::new(0);
        let read = || {
            let make = |node: &Node| {
                times.set(times.get() + 1);
                Ok(node.as_str().unwrap_or_default().to_owned())
            };
            readings.of(&path, &store, make).unwrap()
        };
        assert_eq!(
            (read(), read(), times.get()),
            ("old".into(), "old".into(), 1)
        );
        std::fs::write(&path, "new").unwrap();
        store.forget();
        assert_eq!((read(), times.get()), ("new".into(), 2));
    }
}
