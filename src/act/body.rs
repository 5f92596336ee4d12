use {
    super::Failure,
    std::{
        fs::{File, OpenOptions},
        io::{self, BufRead, Cursor, Read, Seek, Write},
        os::unix::fs::OpenOptionsExt,
        path::Path,
        sync::atomic::{AtomicU64, Ordering},
    },
};

/// The most bytes of content that are held in memory.
const IN_MEMORY: u64 = 1024 * 1024;

/// Content from the controller: in memory when small, else in a file that has no name any more.
#[derive(Debug)]
pub enum Body {
    Memory(Vec<u8>),
    Spool(File),
}

/// A reader that can go back.
pub trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

impl Body {
    /// An empty body to be filled with `extend`.
    pub fn new() -> Self {
        Self::Memory(Vec::new())
    }

    /// All that a reader gives.
    pub fn read(from: &mut dyn BufRead) -> Result<Self, Failure> {
        let mut body = Self::new();
        loop {
            let piece = from
                .fill_buf()
                .map_err(Failure::io("read", Path::new("received content")))?;
            if piece.is_empty() {
                return Ok(body);
            }
            body.extend(piece)?;
            let count = piece.len();
            from.consume(count);
        }
    }

    /// Adds bytes; moves to a file when there are many.
    pub fn extend(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let spool = std::env::temp_dir();
        let failed = Failure::io("write a temporary file in", &spool);
        match self {
            Self::Memory(held) if (held.len() + bytes.len()) as u64 <= IN_MEMORY => {
                held.extend_from_slice(bytes);
            }
            Self::Memory(held) => {
                let mut file = nameless(&spool).map_err(&failed)?;
                file.write_all(held)
                    .and_then(|()| file.write_all(bytes))
                    .map_err(&failed)?;
                *self = Self::Spool(file);
            }
            Self::Spool(file) => file.write_all(bytes).map_err(&failed)?,
        }
        Ok(())
    }

    /// Reads from the beginning. Only one reader at a time is of use.
    pub fn reader(&self) -> io::Result<Box<dyn Seekable + '_>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(Cursor::new(bytes)),
            Self::Spool(file) => {
                let mut file = file.try_clone()?;
                file.rewind()?;
                Box::new(file)
            }
        })
    }

    /// All bytes at once: for content that is known to be small.
    pub fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        self.reader()
            .and_then(|mut reader| reader.read_to_end(&mut bytes))
            .map_err(Failure::io("read", Path::new("received content")))?;
        Ok(bytes)
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::new()
    }
}

/// A private file that vanishes with its last handle, however this process ends.
fn nameless(directory: &Path) -> io::Result<File> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = directory.join(format!(".farcast-{}-{count}", std::process::id()));
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_content_is_whole_and_leaves_memory() {
        let mut body = Body::new();
        let piece = vec![9; 300_000];
        for _ in 0..5 {
            body.extend(&piece).unwrap();
        }
        assert!(matches!(body, Body::Spool(_)));
        assert_eq!(body.bytes().unwrap(), vec![9; 1_500_000]);
        assert_eq!(body.bytes().unwrap().len(), 1_500_000);
    }
}
