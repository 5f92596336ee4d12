use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

/// `known_hosts` files, each read once in a run, and again only after it has changed.
#[derive(Default)]
pub(super) struct KnownFiles {
    read: Mutex<HashMap<PathBuf, Arc<KnownFile>>>,
}

/// A `known_hosts` file whose lines about a host are found without reading them all.
#[derive(Default)]
pub(super) struct KnownFile {
    /// Length and time of the last change; `None` where there was no file.
    stamp: Option<(u64, SystemTime)>,
    lines: Vec<String>,
    /// The lines that name a host as it is.
    plain: HashMap<String, Vec<usize>>,
    /// Those that name hosts by patterns or hashes.
    patterns: Vec<usize>,
}

impl KnownFiles {
    /// What the file says now; a missing file says nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn file(&self, path: &Path) -> io::Result<Arc<KnownFile>> {
        // Held while reading, so that many hosts at once read it once.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(path)?;
        if let Some(file) = read.get(path).filter(|file| file.stamp == stamp) {
            return Ok(Arc::clone(file));
        }
        let file = match stamp {
            None => KnownFile::default(),
            Some(_) => KnownFile::new(stamp, &fs::read_to_string(path)?),
        };
        let file = Arc::new(file);
        read.insert(path.to_owned(), Arc::clone(&file));
        Ok(file)
    }
}

fn stamp(path: &Path) -> io::Result<Option<(u64, SystemTime)>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some((metadata.len(), metadata.modified()?))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl KnownFile {
    fn new(stamp: Option<(u64, SystemTime)>, text: &str) -> Self {
        let mut file = Self {
            stamp,
            lines: text.lines().map(str::to_owned).collect(),
            ..Self::default()
        };
        for (index, line) in file.lines.iter().enumerate() {
            let mut words = line.split_ascii_whitespace();
            let names = words.find(|word| !word.starts_with('@')).unwrap_or("#");
            if names.starts_with('#') {
                continue;
            }
            if names.contains(['*', '?', '!', '|']) {
                file.patterns.push(index);
                continue;
            }
            for name in names.split(',') {
                let lines = file.plain.entry(name.to_lowercase()).or_default();
                lines.push(index);
            }
        }
        file
    }

    /// The lines that may be about a host, from the first to the last, with their numbers from 1.
    pub(super) fn about(&self, host: &str) -> impl Iterator<Item = (usize, &str)> {
        let plain = self.plain.get(host).map(Vec::as_slice).unwrap_or_default();
        let mut indices = [plain, self.patterns.as_slice()].concat();
        indices.sort_unstable();
        let line = move |index: usize| Some((index + 1, self.lines.get(index)?.as_str()));
        indices.into_iter().filter_map(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_name_or_may_be_about_anyone() {
        let text = "# web1 x\nweb1,Web2 a\n\n@revoked web3 b\n*.org c\n|1|salt|hash d\nweb1 e\n";
        let file = KnownFile::new(None, text);
        let about = |host: &str| file.about(host).map(|(line, _)| line).collect::<Vec<_>>();
        assert_eq!(about("web1"), [2, 5, 6, 7]);
        assert_eq!(about("web2"), [2, 5, 6]);
        assert_eq!(about("web3"), [4, 5, 6]);
        assert_eq!(about("web4"), [5, 6]);
    }

    #[test]
    fn a_file_is_read_again_when_it_has_changed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("known_hosts");
        let files = KnownFiles::default();
        assert_eq!(files.file(&path).unwrap().about("web1").count(), 0);
        fs::write(&path, "web1 a\n").unwrap();
        let first = files.file(&path).unwrap();
        assert_eq!(first.about("web1").count(), 1);
        assert!(Arc::ptr_eq(&first, &files.file(&path).unwrap()));
        fs::write(&path, "web1 a\nweb1 b\n").unwrap();
        assert_eq!(files.file(&path).unwrap().about("web1").count(), 2);
    }
}
