use {
    anyhow::{Context, Result, bail},
    rustix::{
        fs::{FlockOperation, flock},
        io::Errno,
    },
    std::{
        fs::{self, DirBuilder, File},
        os::unix::fs::{DirBuilderExt, MetadataExt},
        path::Path,
    },
};

/// The directory of a pull, held so that no other pull works there. The kernel lets it go however the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    _directory: File,
}

impl Lock {
    /// Takes the directory, which is made where it is missing.
    ///
    /// # Errors
    /// Another pull has it, or it cannot be made.
    pub(super) fn take(path: &Path) -> Result<Self> {
        loop {
            let mut builder = DirBuilder::new();
            builder
                .recursive(true)
                .mode(0o700)
                .create(path)
                .with_context(|| format!("cannot make the directory {}", path.display()))?;
            let directory =
                File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
            match flock(&directory, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) if is_current(&directory, path) => {
                    return Ok(Self {
                        _directory: directory,
                    });
                }
                // Whoever had it has removed it (`--purge`).
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => {
                    bail!("another pull is at work in {}", path.display());
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot lock {}", path.display()));
                }
            }
        }
    }
}

/// Whether the directory is still the one at that path.
fn is_current(directory: &File, path: &Path) -> bool {
    match (directory.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(found)) => (held.dev(), held.ino()) == (found.dev(), found.ino()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_held_by_one_and_let_go() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("deep/pull");
        let held = Lock::take(&path).unwrap();
        let message = Lock::take(&path).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("another pull is at work in {}", path.display())
        );
        drop(held);
        Lock::take(&path).unwrap();
    }

    #[test]
    fn a_directory_that_was_removed_is_another_one() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("pull");
        let _held = Lock::take(&path).unwrap();
        fs::remove_dir(&path).unwrap();
        Lock::take(&path).unwrap();
        assert!(path.is_dir());
    }
}
