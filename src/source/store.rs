use {
    super::{
        Fault, Node, Place, SourceFile, Stamp, VaultError,
        vault::{self, Secrets},
        yaml,
    },
    std::{
        collections::HashMap,
        fs::{self, File},
        io::{self, Read},
        path::{Path, PathBuf},
        sync::{Arc, Mutex, MutexGuard, PoisonError},
    },
    zeroize::Zeroizing,
};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// Reads files, each once as long as it stays what it was; opens those that are vaults.
#[derive(Debug, Default)]
pub struct Store {
    secrets: Secrets,
    files: Mutex<HashMap<PathBuf, (Stamp, Arc<SourceFile>)>>,
}

impl Store {
    /// Takes the passwords for the vaults among the files.
    pub fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            files: Mutex::default(),
        }
    }

    /// The vault passwords, for values that are vaults.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// A file's text, without a byte order mark. As long as the file is not changed, it is what the first time found.
    ///
    /// # Errors
    /// It is missing, a directory, unreadable, too large, not UTF-8, or a vault that no password opens. The fault has no place:
    /// the caller knows where the file was asked for.
    pub fn file(&self, path: &Path) -> Result<Arc<SourceFile>, Fault> {
        let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        let stamp = Stamp::of(&metadata);
        // What comes through a pipe comes once.
        let holds = |known: &Stamp| !metadata.is_file() || *known == stamp;
        if let Some((known, file)) = self.files().get(path)
            && holds(known)
        {
            return Ok(Arc::clone(file));
        }
        let new = (stamp.clone(), self.read(path)?);
        let mut files = self.files();
        let (known, file) = files.entry(path.to_owned()).or_insert_with(|| new.clone());
        if !holds(known) {
            (*known, *file) = new;
        }
        Ok(Arc::clone(file))
    }

    /// Forgets what files held, so that they are read anew.
    pub fn forget(&self) {
        self.files().clear();
    }

    /// All YAML documents of a file; none where it is empty.
    ///
    /// # Errors
    /// As [`Self::file`], or the file is not proper YAML: then the fault has its place.
    pub fn documents(&self, path: &Path) -> Result<Vec<Node>, Fault> {
        Ok(yaml::load(&self.file(path)?)?)
    }

    /// The only YAML document of a file; a null where it is empty.
    ///
    /// # Errors
    /// As [`Self::documents`], or there is a second one.
    pub fn document(&self, path: &Path) -> Result<Node, Fault> {
        Ok(yaml::load_one(&self.file(path)?)?)
    }

    /// What is in a vault of any kind of bytes.
    ///
    /// # Errors
    /// It is unreadable, too large, or no password opens it.
    pub fn decrypted(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, Fault> {
        self.open(&bytes(path)?, path)
    }

    fn read(&self, path: &Path) -> Result<Arc<SourceFile>, Fault> {
        let bytes = bytes(path)?;
        if !vault::is_vault(&bytes) {
            let text = utf8(path, bytes)?;
            return Ok(SourceFile::new(path, unmarked(&text)));
        }
        let opened = self.open(&bytes, path)?;
        let text = Zeroizing::new(unmarked(&utf8(path, opened)?).to_owned());
        Ok(SourceFile::confidential(path, text))
    }

    /// Opens a vault; what is wrong with it is shown at its first line.
    fn open(&self, bytes: &[u8], path: &Path) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let at_header = |error: VaultError| {
            let text = String::from_utf8_lossy(bytes);
            let header = SourceFile::new(path, text.lines().next().unwrap_or_default());
            Fault::from(error).at(&Place::new(&header, 0, header.text().len()))
        };
        let opened = self.secrets.open(bytes).map_err(at_header)?;
        Ok(opened.plain)
    }

    /// A thread that panicked leaves a map that is whole, so that its lock is no obstacle.
    fn files(&self) -> MutexGuard<'_, HashMap<PathBuf, (Stamp, Arc<SourceFile>)>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > LARGEST {
        let path = path.display();
        return Err(Fault::new(format!(
            "{path} is larger than {} MiB",
            LARGEST >> 20
        )));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Fault::new(format!("there is no file {path}"))
            .help("check the name, and from where the path is reckoned"),
        io::ErrorKind::IsADirectory => {
            Fault::new(format!("{path} is a directory")).help("name a file")
        }
        io::ErrorKind::PermissionDenied => Fault::new(format!("{path} may not be read"))
            .help("check who owns it, and the modes of the file and the directories above it"),
        _ => Fault::new(format!("{path} cannot be read: {error}")),
    }
}

fn utf8(path: &Path, mut bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, Fault> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = Zeroizing::new(error.into_bytes());
            Err(not_utf8(path, &bytes, valid))
        }
    }
}

fn not_utf8(path: &Path, bytes: &[u8], valid: usize) -> Fault {
    let line = bytes[..valid].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let path = path.display();
    let help = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16: save it as UTF-8",
        _ => "save it as UTF-8; if it is not text, copy it instead of reading it",
    };
    Fault::new(format!("{path} is not UTF-8 in line {line}")).help(help)
}

fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Report, vault::Password};
    use std::fs;

    fn secrets(password: &str) -> Secrets {
        let mut secrets = Secrets::default();
        let password = Password::new(password.as_bytes().to_vec());
        secrets.add(None, password).unwrap();
        secrets
    }

    fn fault(store: &Store, path: &Path) -> String {
        store.document(path).unwrap_err().to_string()
    }

    #[test]
    fn reads_each_file_once() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.yml");
        fs::write(&path, "\u{feff}a: 1\n").unwrap();
        let store = Store::default();
        let file = store.file(&path).unwrap();
        assert_eq!(file.text(), "a: 1\n");
        assert!(Arc::ptr_eq(&file, &store.file(&path).unwrap()));
        fs::write(&path, "another: 1\n").unwrap();
        assert!(store.document(&path).unwrap().get("another").is_some());
    }

    #[test]
    fn opens_vaults_and_shows_nothing_of_them() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("vault.yml");
        for broken in [
            "a: [hunter2\n",
            "a: *hunter2",
            "a: !hunter2 x",
            "a: !hunter2!x y",
            "a:hunter2\nb: c",
            "a: hunter2: x",
            "a: 'hunter2' x",
            "a: {{ hunter2 }}",
            "hunter2: 1\nhunter2: 2",
            "!!int hunter2",
        ] {
            let vault = secrets("pw").encrypt(broken.as_bytes(), None).unwrap();
            fs::write(&path, vault).unwrap();
            let store = Store::new(secrets("pw"));
            assert!(store.file(&path).unwrap().is_confidential());
            let fault = store.document(&path).unwrap_err();
            let report = Report::new(&fault, 80, false).to_string();
            assert!(report.contains("vault.yml:"), "{report}");
            assert!(!report.contains("hunter2"), "{report}");
        }

        let wrong = fault(&Store::new(secrets("no")), &path);
        assert!(
            wrong.contains("vault.yml:1:1: no vault password fits"),
            "{wrong}"
        );
        let none = fault(&Store::default(), &path);
        assert!(none.contains("no vault password is given"), "{none}");
    }

    #[test]
    fn says_why_a_file_cannot_be_read() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.yml");
        let store = Store::default();
        assert!(fault(&store, &path).starts_with("there is no file /"));
        assert!(fault(&store, home.path()).ends_with("is a directory"));
        fs::write(&path, b"a\nb \xff\n").unwrap();
        assert!(fault(&store, &path).ends_with("is not UTF-8 in line 2"));
        fs::write(&path, b"\xff\xfea\0").unwrap();
        let help = store.file(&path).unwrap_err();
        assert_eq!(help.help_text(), Some("it is UTF-16: save it as UTF-8"));
    }
}
