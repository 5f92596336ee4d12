use {
    crate::wire::Content,
    sha2::{Digest, Sha256},
    std::{
        collections::BTreeMap,
        fs::{File, Metadata},
        io::{self, Cursor, Read},
        os::unix::fs::MetadataExt,
        path::{Path, PathBuf},
        sync::{Arc, Mutex, MutexGuard, PoisonError},
    },
};

/// Text up to this many bytes travels inside a module's arguments.
const INLINE: usize = 8 * 1024;

/// What the controller holds for the hosts, by its hash: a file is read when a host needs it, and hashed once.
#[derive(Default)]
pub struct ContentStore {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: BTreeMap<String, Held>,
    hashed: BTreeMap<PathBuf, (Stamp, Content)>,
}

enum Held {
    Bytes(Arc<[u8]>),
    File(PathBuf, Stamp),
}

/// Tells whether a file is still the one that was hashed.
#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    seconds: i64,
    nanoseconds: i64,
}

impl ContentStore {
    /// Holds bytes that were made here, such as a rendered template, and gives what stands for them in arguments.
    pub fn hold(&self, bytes: Vec<u8>) -> Content {
        let sha256 = digits(&Sha256::digest(&bytes));
        let length = bytes.len() as u64;
        let bytes = match String::from_utf8(bytes) {
            Ok(text) if text.len() <= INLINE => {
                return Content {
                    sha256,
                    length,
                    inline: Some(text),
                };
            }
            Ok(text) => text.into_bytes(),
            Err(error) => error.into_bytes(),
        };
        let held = Held::Bytes(bytes.into());
        self.state().held.insert(sha256.clone(), held);
        Content {
            sha256,
            length,
            inline: None,
        }
    }

    /// Holds a file, and gives what stands for its content in arguments.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn hold_file(&self, path: &Path) -> io::Result<Content> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let stamp = Stamp::of(&metadata);
        if let Some((hashed, content)) = self.state().hashed.get(path)
            && *hashed == stamp
        {
            return Ok(content.clone());
        }
        let content = if metadata.len() <= INLINE as u64 {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            self.hold(bytes)
        } else {
            let content = hash(file)?;
            let held = Held::File(path.to_owned(), stamp.clone());
            self.state().held.insert(content.sha256.clone(), held);
            content
        };
        let known = (stamp, content.clone());
        self.state().hashed.insert(path.to_owned(), known);
        Ok(content)
    }

    /// The SHA-256 of a file, in hexadecimal digits.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn digest(&self, path: &Path) -> io::Result<String> {
        hash(File::open(path)?).map(|content| content.sha256)
    }

    /// Opens the content with this SHA-256 (hexadecimal digits) for reading from its beginning.
    pub(super) fn open(&self, sha256: &str) -> io::Result<Box<dyn Read + Send>> {
        match self.state().held.get(sha256) {
            Some(Held::Bytes(bytes)) => Ok(Box::new(Cursor::new(bytes.clone()))),
            Some(Held::File(path, stamp)) => {
                let file = File::open(path)?;
                if Stamp::of(&file.metadata()?) == *stamp {
                    return Ok(Box::new(file));
                }
                let path = path.display();
                Err(io::Error::other(format!(
                    "{path} was changed during the run"
                )))
            }
            None => Err(io::Error::other(format!(
                "the controller holds no content with the hash {sha256}"
            ))),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            length: metadata.len(),
            seconds: metadata.mtime(),
            nanoseconds: metadata.mtime_nsec(),
        }
    }
}

/// Hashes a file piece by piece, so that a large one is never in memory.
fn hash(mut file: File) -> io::Result<Content> {
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 256 * 1024];
    let mut length = 0;
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
        length += read as u64;
    }
    Ok(Content {
        sha256: digits(&hasher.finalize()),
        length,
        inline: None,
    })
}

/// Bytes as hexadecimal digits.
pub(super) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_text_is_inline_and_the_rest_is_held() {
        let store = ContentStore::default();
        let small = store.hold(b"hello".to_vec());
        assert_eq!(small.inline.as_deref(), Some("hello"));
        assert_eq!(
            small.sha256,
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        );
        assert!(store.open(&small.sha256).is_err());
        for bytes in [vec![0xff], vec![b'x'; INLINE + 1]] {
            let held = store.hold(bytes.clone());
            assert_eq!(held.inline, None);
            assert_eq!(read(&store, &held).unwrap(), bytes);
        }
    }

    #[test]
    fn a_file_that_changes_during_the_run_is_not_sent() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("large");
        std::fs::write(&path, vec![7; INLINE + 1]).unwrap();
        let store = ContentStore::default();
        let one = store.hold_file(&path).unwrap();
        assert_eq!(read(&store, &one).unwrap().len(), INLINE + 1);
        assert_eq!(one, store.hold(vec![7; INLINE + 1]).clone());

        let store = ContentStore::default();
        let one = store.hold_file(&path).unwrap();
        std::fs::write(&path, vec![8; INLINE + 2]).unwrap();
        assert!(read(&store, &one).is_err());
        assert_ne!(store.hold_file(&path).unwrap(), one);
        assert!(store.hold_file(directory.path()).is_err());
    }

    fn read(store: &ContentStore, content: &Content) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        store.open(&content.sha256)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
