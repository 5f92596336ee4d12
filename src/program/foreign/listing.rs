use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The modules in a directory, by name: what stands before the ending of a file.
#[derive(Debug, Default)]
pub(super) struct Listing(BTreeMap<String, PathBuf>);

/// Endings of files beside modules that are none themselves.
const NO_MODULES: [&str; 12] = [
    "pyc", "pyo", "swp", "bak", "rpm", "md", "txt", "rst", "yaml", "yml", "ini", "orig",
];

/// Modules may stand in directories of directories, as in Ansible.
const DEPTH: usize = 2;

impl Listing {
    /// Lists a directory and those in it; one that is not there or cannot be read has no modules.
    pub fn of(directory: &Path) -> Self {
        let mut listing = Self::default();
        listing.add(directory, DEPTH);
        listing
    }

    pub fn get(&self, name: &str) -> Option<&PathBuf> {
        self.0.get(name)
    }

    fn add(&mut self, directory: &Path, depth: usize) {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        // Of two files of the same name the one in Python comes first, as in Ansible; what is nearer wins.
        paths.sort_by_key(|path| {
            (
                path.extension().is_none_or(|ending| ending != "py"),
                path.clone(),
            )
        });
        let (directories, files): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| path.is_dir());
        for path in files {
            if let Some(name) = module_name(&path) {
                self.0.entry(name).or_insert(path);
            }
        }
        for directory in directories.iter().filter(|_| depth > 0) {
            self.add(directory, depth - 1);
        }
    }
}

fn module_name(path: &Path) -> Option<String> {
    let ending = path.extension().map(|ending| ending.to_string_lossy());
    let name = path.file_stem()?.to_str()?;
    let is_none = ending.is_some_and(|ending| NO_MODULES.contains(&ending.as_ref()));
    let is_hidden = name.starts_with('.') || name == "__init__" || name.ends_with('~');
    (!is_none && !is_hidden).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_files_without_their_endings() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("net")).unwrap();
        for name in ["a.sh", "a.py", "b", "README.md", "net/c.pl", "net/b"] {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        let listing = Listing::of(directory.path());
        let found = |name| {
            listing
                .get(name)
                .and_then(|path| path.strip_prefix(directory.path()).ok())
        };
        assert_eq!(found("a"), Some(Path::new("a.py")));
        assert_eq!(found("b"), Some(Path::new("b")));
        assert_eq!(found("c"), Some(Path::new("net/c.pl")));
        assert_eq!(found("README"), None);
    }
}
