use {
    super::content_hash::Hashed,
    crate::{source::Stamp, wire::Content},
    sha1::Sha1,
    sha2::{Digest, Sha256},
    std::{
        collections::HashMap,
        ffi::OsString,
        fs::{File, Metadata},
        io::{self, Cursor, Read},
        num::NonZero,
        path::{Path, PathBuf},
        sync::{Arc, Mutex, MutexGuard, PoisonError},
        thread,
    },
};

/// Text up to this many bytes travels inside a module's arguments.
const INLINE: usize = 8 * 1024;

/// So many files are worth a thread of their own.
const SHARE: usize = 64;

/// What the controller holds for the hosts, by its hash: a file is read when a host needs it, and hashed once.
#[derive(Default)]
pub struct ContentStore {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: HashMap<String, Supply>,
    /// By path; of which comparing takes longer than of text.
    files: HashMap<OsString, Arc<Mutex<Known>>>,
}

/// What is known of a file, as it was then. Who finds out holds the lock, so that others wait.
type Known = Option<(Stamp, Hashed)>;

/// Content that is there to be sent.
#[derive(Clone)]
pub(super) enum Supply {
    Bytes(Arc<[u8]>),
    File(PathBuf, Stamp),
}

/// A file whose content is held.
#[derive(Debug)]
pub struct HeldFile {
    /// What stands for it in arguments; never inline.
    pub content: Content,
    /// Its first bytes.
    pub head: Vec<u8>,
}

impl ContentStore {
    /// Holds bytes that were made here, such as a rendered template, and gives what stands for them in arguments.
    pub fn hold(&self, bytes: Vec<u8>) -> Content {
        self.hold_beyond(bytes, INLINE)
    }

    /// The same, with text of up to `inline` bytes inside what stands for it.
    pub fn hold_beyond(&self, bytes: Vec<u8>, inline: usize) -> Content {
        let sha256 = digits(&Sha256::digest(&bytes));
        let length = bytes.len() as u64;
        let bytes = match String::from_utf8(bytes) {
            Ok(text) if text.len() <= inline => {
                return Content {
                    sha256,
                    length,
                    inline: Some(text),
                    sha1: None,
                };
            }
            Ok(text) => text.into_bytes(),
            Err(error) => error.into_bytes(),
        };
        let sha1 = Some(digits(&Sha1::digest(&bytes)));
        let supply = Supply::Bytes(bytes.into());
        self.state().held.insert(sha256.clone(), supply);
        Content {
            sha256,
            length,
            inline: None,
            sha1,
        }
    }

    /// Holds a file, and gives what stands for its content in arguments.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn hold_file(&self, path: &Path) -> io::Result<Content> {
        let (mut file, stamp) = open(path)?;
        if stamp.length <= INLINE as u64 {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            return Ok(self.hold(bytes));
        }
        drop(file);
        let hashed = self.hashed(path, stamp, true)?;
        Ok(hashed.content())
    }

    /// Holds many files, whatever is in them never inside arguments. Takes them with what the file system says of them: one that
    /// is known is not even opened, however many hosts ask.
    ///
    /// # Errors
    /// With the first that cannot be read.
    pub fn hold_files(
        &self,
        files: &[(&Path, &Metadata)],
    ) -> Result<Vec<HeldFile>, (PathBuf, io::Error)> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let share = files.len().div_ceil(cores).max(SHARE);
        let hold = |files: &[(&Path, &Metadata)]| -> Result<Vec<_>, (PathBuf, io::Error)> {
            let each = files.iter().map(|(path, metadata)| {
                let held = self.apart(path, Stamp::of(metadata));
                held.map_err(|error| (path.to_path_buf(), error))
            });
            each.collect()
        };
        if files.len() <= SHARE {
            return hold(files);
        }
        let shares: Vec<_> = thread::scope(|scope| {
            let shares = files.chunks(share);
            let threads: Vec<_> = shares
                .map(|share| (share, scope.spawn(move || hold(share))))
                .collect();
            let ends = threads.into_iter();
            // A thread that fails has its share done again here, and so its failure said.
            ends.map(|(share, thread)| thread.join().unwrap_or_else(|_| hold(share)))
                .collect::<Result<_, _>>()
        })?;
        Ok(shares.into_iter().flatten().collect())
    }

    fn apart(&self, path: &Path, stamp: Stamp) -> io::Result<HeldFile> {
        let hashed = self.hashed(path, stamp, false)?;
        Ok(HeldFile {
            content: hashed.content(),
            head: hashed.head,
        })
    }

    /// What is known of a file, or else found out now; others that want to know it wait.
    fn hashed(&self, path: &Path, stamp: Stamp, with_sha1: bool) -> io::Result<Hashed> {
        let known = {
            let mut state = self.state();
            match state.files.get(path.as_os_str()) {
                Some(known) => Arc::clone(known),
                None => Arc::clone(state.files.entry(path.into()).or_default()),
            }
        };
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, hashed)) = &*known
            && *then == stamp
            && (hashed.sha1.is_some() || !with_sha1)
        {
            return Ok(hashed.clone());
        }
        let (file, stamp) = open(path)?;
        let hashed = Hashed::of(path, file, stamp.length, with_sha1)?;
        let supply = Supply::File(path.to_owned(), stamp.clone());
        self.state().held.insert(hashed.sha256.clone(), supply);
        *known = Some((stamp, hashed.clone()));
        Ok(hashed)
    }

    /// The SHA-256 of a file, in hexadecimal digits.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn digest(&self, path: &Path) -> io::Result<String> {
        let (file, stamp) = open(path)?;
        Hashed::of(path, file, stamp.length, false).map(|hashed| hashed.sha256)
    }

    /// What to send for a SHA-256 (hexadecimal digits); `None`: nothing here has it.
    pub(super) fn supply(&self, sha256: &str) -> Option<Supply> {
        self.state().held.get(sha256).cloned()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(path: &Path) -> io::Result<(File, Stamp)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    match metadata.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok((file, Stamp::of(&metadata))),
    }
}

impl Hashed {
    fn content(&self) -> Content {
        Content {
            sha256: self.sha256.clone(),
            length: self.length,
            inline: None,
            sha1: self.sha1.clone(),
        }
    }
}

impl Supply {
    /// Opens it for reading from its beginning.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Self::Bytes(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            Self::File(path, stamp) => {
                let (file, now) = open(path)?;
                if now == *stamp {
                    return Ok(Box::new(file));
                }
                let path = path.display();
                Err(io::Error::other(format!(
                    "{path} was changed during the run"
                )))
            }
        }
    }

    /// In bytes.
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, stamp) => stamp.length,
        }
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn digits(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    nibbles
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
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
        assert!(store.supply(&small.sha256).is_none());
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

    #[test]
    fn many_files_are_held_in_their_order_and_never_inline() {
        let directory = tempfile::tempdir().unwrap();
        let path = |number: usize| directory.path().join(number.to_string());
        let paths: Vec<_> = (0..300).map(path).collect();
        for path in &paths {
            std::fs::write(path, path.display().to_string()).unwrap();
        }
        let store = ContentStore::default();
        let held = hold(&store, &paths).unwrap();
        for (path, held) in paths.iter().zip(&held) {
            let text = path.display().to_string();
            assert_eq!(read(&store, &held.content).unwrap(), text.as_bytes());
            assert_eq!((&held.content.inline, &held.content.sha1), (&None, &None));
            assert!(text.as_bytes().starts_with(&held.head));
        }
        std::fs::remove_file(&paths[0]).unwrap();
        let metadata = std::fs::metadata(&paths[1]).unwrap();
        assert!(store.hold_files(&[(&paths[1], &metadata)]).is_ok());
        let lost = store.hold_files(&[(&paths[1], &metadata), (&paths[0], &metadata)]);
        assert_eq!(lost.unwrap_err().0, paths[0]);
        assert!(store.hold_files(&[]).unwrap().is_empty());
    }

    fn hold(store: &ContentStore, paths: &[PathBuf]) -> io::Result<Vec<HeldFile>> {
        let metadata = paths.iter().map(std::fs::metadata);
        let metadata = metadata.collect::<io::Result<Vec<_>>>()?;
        let files = paths.iter().map(PathBuf::as_path).zip(&metadata);
        let held = store.hold_files(&files.collect::<Vec<_>>());
        held.map_err(|(_, error)| error)
    }

    fn read(store: &ContentStore, content: &Content) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let supply = store.supply(&content.sha256).unwrap();
        assert_eq!(supply.length(), content.length);
        supply.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
