//! Locks between processes: held while the value lives, freed by the kernel however its process ends.

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

use super::error::SandboxError;

/// A held lock.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Waits until the lock at `path` is free and takes it. Says through `waiting` when it has to wait.
    pub(super) fn take(path: &Path, waiting: &dyn Fn()) -> Result<Self, SandboxError> {
        if let Some(lock) = Self::try_take(path)? {
            return Ok(lock);
        }
        waiting();
        loop {
            let lock = Self::open(path)?;
            flock(&lock.file, FlockOperation::LockExclusive)
                .map_err(|e| SandboxError::file("lock", path)(e.into()))?;
            if lock.is_current() {
                return Ok(lock);
            }
        }
    }

    /// Takes the lock at `path` unless another process holds it.
    pub(super) fn try_take(path: &Path) -> Result<Option<Self>, SandboxError> {
        loop {
            let lock = Self::open(path)?;
            match flock(&lock.file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) if lock.is_current() => return Ok(Some(lock)),
                Ok(()) => {}
                Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
                Err(error) => return Err(SandboxError::file("lock", path)(error.into())),
            }
        }
    }

    /// Frees the lock and removes its file.
    pub(super) fn remove(self) -> Result<(), SandboxError> {
        fs::remove_file(&self.path).map_err(SandboxError::file("remove", &self.path))
    }

    /// False when whoever held the lock before removed its file, so that the next one locks another file.
    fn is_current(&self) -> bool {
        let (Ok(held), Ok(found)) = (self.file.metadata(), fs::metadata(&self.path)) else {
            return false;
        };
        (held.dev(), held.ino()) == (found.dev(), found.ino())
    }

    fn open(path: &Path) -> Result<Self, SandboxError> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)
                .map_err(SandboxError::file("make directory", directory))?;
        }
        let file = File::options()
            .create(true)
            .append(true)
            .open(path)
            .map_err(SandboxError::file("open", path))?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_is_refused_and_a_dropped_one_is_free() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let held = Lock::take(&path, &|| panic!("nobody holds it")).unwrap();
        assert!(Lock::try_take(&path).unwrap().is_none());
        drop(held);
        assert!(Lock::try_take(&path).unwrap().is_some());
    }

    #[test]
    fn a_removed_lock_protects_nobody_who_still_has_it_open() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let held = Lock::take(&path, &|| ()).unwrap();
        let late = Lock::open(&path).unwrap();
        held.remove().unwrap();
        assert!(!path.exists());
        assert!(!late.is_current());
    }
}
