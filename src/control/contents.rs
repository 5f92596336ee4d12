use {
    crate::{transport::ContentStore, wire::Content},
    sha2::{Digest, Sha256},
    std::{
        collections::HashMap,
        fs::File,
        io::{self, Cursor, Read},
        path::{Path, PathBuf},
        sync::{Arc, Mutex, PoisonError},
    },
};

/// Content shorter than this travels with the arguments, in bytes.
const INLINE: usize = 16 * 1024;

/// What the controller holds for the hosts: rendered text in memory, files where they are. Each is hashed once.
#[derive(Debug, Default)]
pub struct Contents {
    held: Mutex<HashMap<String, Held>>,
    files: Mutex<HashMap<PathBuf, Content>>,
}

#[derive(Clone, Debug)]
enum Held {
    Bytes(Arc<[u8]>),
    File(PathBuf),
}

impl Contents {
    /// Holds bytes; the answer stands for them in a module's arguments.
    pub fn add(&self, bytes: &[u8]) -> Content {
        let sha256 = hex(&Sha256::digest(bytes));
        let inline = (bytes.len() < INLINE)
            .then(|| std::str::from_utf8(bytes).ok())
            .flatten()
            .map(str::to_owned);
        if inline.is_none() {
            self.hold(&sha256, Held::Bytes(bytes.into()));
        }
        Content {
            sha256,
            length: bytes.len() as u64,
            inline,
        }
    }

    /// Holds a file, which stays where it is. Errors: it cannot be read.
    pub fn add_file(&self, path: &Path) -> io::Result<Content> {
        let known = |files: &HashMap<PathBuf, Content>| files.get(path).cloned();
        if let Some(content) = known(&self.files.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(content);
        }
        let mut file = File::open(path)?;
        let mut digest = Sha256::new();
        let length = io::copy(&mut file, &mut Hashing(&mut digest))?;
        let sha256 = hex(&digest.finalize());
        self.hold(&sha256, Held::File(path.to_owned()));
        let content = Content {
            sha256,
            length,
            inline: None,
        };
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_owned(), content.clone());
        Ok(content)
    }

    fn hold(&self, sha256: &str, held: Held) {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(sha256.to_owned(), held);
    }
}

impl ContentStore for Contents {
    fn open(&self, sha256: &str) -> io::Result<Box<dyn Read + Send>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get(sha256).cloned() {
            Some(Held::Bytes(bytes)) => Ok(Box::new(Cursor::new(bytes))),
            Some(Held::File(path)) => Ok(Box::new(File::open(path)?)),
            None => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the controller does not hold this content",
            )),
        }
    }
}

struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
