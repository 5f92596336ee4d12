use {
    super::{Secret, Unreachable},
    ::russh::keys::{self, PrivateKey},
    std::{
        path::{Path, PathBuf},
        sync::{Arc, Mutex, PoisonError},
    },
};

/// Private keys of users, each file read and unlocked once in a run: unlocking is slow on purpose.
#[derive(Default)]
pub(super) struct KeyFiles {
    loaded: Mutex<Vec<Loaded>>,
}

struct Loaded {
    path: PathBuf,
    passphrase: Option<Secret>,
    key: Arc<PrivateKey>,
}

impl KeyFiles {
    /// Reads a key file, with the passphrase where it is locked.
    ///
    /// # Errors
    /// When it cannot be read or unlocked; the next host tries again.
    pub(super) fn load(
        &self,
        path: &Path,
        passphrase: Option<&Secret>,
    ) -> Result<Arc<PrivateKey>, Unreachable> {
        // Held while reading, so that many hosts at once read it once.
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |other: &&Loaded| other.path == path && other.passphrase.as_ref() == passphrase;
        if let Some(known) = loaded.iter().find(same) {
            return Ok(Arc::clone(&known.key));
        }
        let key = Arc::new(read(path, passphrase)?);
        loaded.push(Loaded {
            path: path.to_owned(),
            passphrase: passphrase.cloned(),
            key: Arc::clone(&key),
        });
        Ok(key)
    }
}

fn read(path: &Path, passphrase: Option<&Secret>) -> Result<PrivateKey, Unreachable> {
    let locked = |error: &keys::Error| matches!(error, keys::Error::KeyIsEncrypted);
    let key = match keys::load_secret_key(path, None) {
        Err(error) if locked(&error) && passphrase.is_some() => {
            keys::load_secret_key(path, passphrase.map(Secret::reveal))
        }
        other => other,
    };
    key.map_err(|error| Unreachable::KeyFile {
        path: path.display().to_string(),
        reason: match locked(&error) {
            true => {
                "it is locked by a passphrase; load it into the ssh agent (`ssh-add`)".to_owned()
            }
            false => error.to_string(),
        },
    })
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        ::russh::keys::ssh_key::{LineEnding, private::Ed25519Keypair},
        std::fs,
    };

    #[test]
    fn a_file_is_read_once_for_each_passphrase() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let files = KeyFiles::default();
        assert!(files.load(&path, None).is_err());
        let key = PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]));
        fs::write(&path, key.to_openssh(LineEnding::LF).unwrap()).unwrap();
        let first = files.load(&path, None).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(Arc::ptr_eq(&first, &files.load(&path, None).unwrap()));
        assert!(
            files
                .load(&path, Some(&Secret::new("x".to_owned())))
                .is_err()
        );
    }
}
