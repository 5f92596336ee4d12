use {
    super::{Secrets, VaultError, cipher::Keys, envelope},
    std::{
        collections::HashMap,
        ffi::OsStr,
        fmt::{self, Debug, Formatter},
        fs, io,
        path::Path,
        process::{Command, Stdio},
        sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    },
    zeroize::Zeroizing,
};

/// A vault password: never shown, wiped from memory when dropped.
pub struct Password {
    bytes: Zeroizing<Vec<u8>>,
    /// The keys by salt: each is derived once.
    keys: Mutex<HashMap<Vec<u8>, Arc<OnceLock<Keys>>>>,
}

impl Debug for Password {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(crate::source::MASK)
    }
}

impl Password {
    /// Takes the password itself, as it was typed.
    pub fn new(bytes: impl Into<Zeroizing<Vec<u8>>>) -> Self {
        Self {
            bytes: bytes.into(),
            keys: Mutex::default(),
        }
    }

    /// Reads a password file, or runs it where it is executable.
    ///
    /// A script whose name ends in `-client` is told the id by `--vault-id`. A file may itself be a vault, which one of the
    /// passwords known so far opens.
    ///
    /// # Errors
    /// The file cannot be read or run, the script fails, or the password is empty.
    pub fn from_file(path: &Path, id: Option<&str>, known: &Secrets) -> Result<Self, VaultError> {
        let bytes = if is_program(path) {
            run(path, id)?
        } else {
            read(path, known)?
        };
        let password = trimmed(&bytes, |byte| matches!(byte, b'\r' | b'\n'));
        if password.is_empty() {
            return Err(VaultError::EmptyPassword {
                path: path.to_owned(),
            });
        }
        Ok(Self::new(password.to_vec()))
    }

    /// Does something with the keys for vaults of this salt. Whoever comes while another derives them waits for him.
    pub(super) fn with_keys<T>(&self, salt: &[u8], use_keys: impl FnOnce(&Keys) -> T) -> T {
        let derivation = Arc::clone(self.derived().entry(salt.to_owned()).or_default());
        use_keys(derivation.get_or_init(|| Keys::derive(&self.bytes, salt)))
    }

    /// A thread that panicked leaves a map that is whole, so that its lock is no obstacle.
    fn derived(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Arc<OnceLock<Keys>>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_program(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

fn read(path: &Path, known: &Secrets) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let bytes = fs::read(path).map_err(|source| VaultError::PasswordFile {
        path: path.to_owned(),
        source,
    })?;
    let bytes = Zeroizing::new(bytes);
    let text = trimmed(&bytes, |byte| byte.is_ascii_whitespace());
    if !envelope::is_vault(text) {
        return Ok(Zeroizing::new(text.to_vec()));
    }
    let opened = known.open(text).map_err(|error| error.within(path))?;
    Ok(opened.plain)
}

/// Runs a password script: what it prints is the password, what it says on stderr is for the person.
fn run(path: &Path, id: Option<&str>) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let start = |source: io::Error| VaultError::ScriptStart {
        path: path.to_owned(),
        source,
    };
    let mut command = Command::new(std::path::absolute(path).map_err(start)?);
    if let Some(id) = id.filter(|_| is_client(path)) {
        command.arg("--vault-id").arg(id);
        command.stderr(Stdio::piped());
    } else {
        command.stderr(Stdio::inherit());
    }
    let output = command.stdin(Stdio::inherit()).output().map_err(start)?;
    let printed = Zeroizing::new(output.stdout);
    if output.status.success() {
        return Ok(printed);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(VaultError::ScriptFailed {
        path: path.to_owned(),
        status: output.status,
        stderr: match said.trim() {
            "" => String::new(),
            said => format!(": {said}"),
        },
    })
}

fn is_client(path: &Path) -> bool {
    let stem = path.file_stem().map(OsStr::to_string_lossy);
    stem.is_some_and(|stem| stem.ends_with("-client"))
}

fn trimmed(bytes: &[u8], drop: impl Fn(u8) -> bool) -> &[u8] {
    let start = bytes.iter().position(|&byte| !drop(byte));
    let end = bytes.iter().rposition(|&byte| !drop(byte));
    match (start, end) {
        (Some(start), Some(end)) => &bytes[start..=end],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use {super::*, std::os::unix::fs::PermissionsExt};

    fn file(directory: &Path, name: &str, text: &str, mode: u32) -> std::path::PathBuf {
        let path = directory.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn from_file(path: &Path, id: Option<&str>) -> Result<String, String> {
        Password::from_file(path, id, &Secrets::default())
            .map(|password| String::from_utf8(password.bytes.to_vec()).unwrap())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn reads_a_file_without_the_blanks_around() {
        let home = tempfile::tempdir().unwrap();
        let path = file(home.path(), "pw", " hunter 2 \r\n", 0o600);
        assert_eq!(from_file(&path, None).unwrap(), "hunter 2");
    }

    #[test]
    fn reads_a_file_that_is_a_vault() {
        let home = tempfile::tempdir().unwrap();
        let mut known = Secrets::default();
        known.add(None, Password::new(b"first".to_vec())).unwrap();
        let vault = known.encrypt(b"second\n", None).unwrap();
        let path = file(home.path(), "pw", &vault, 0o600);
        let password = Password::from_file(&path, None, &known).unwrap();
        assert_eq!(password.bytes.as_slice(), b"second");
        assert!(
            from_file(&path, None)
                .unwrap_err()
                .contains("no vault password is given")
        );
    }

    #[test]
    fn runs_a_script_and_tells_a_client_the_id() {
        let home = tempfile::tempdir().unwrap();
        let script = "#!/bin/sh\necho \"got:$*\"\n";
        let plain = file(home.path(), "script.sh", script, 0o700);
        let client = file(home.path(), "my-client.sh", script, 0o700);
        assert_eq!(from_file(&plain, Some("dev")).unwrap(), "got:");
        assert_eq!(
            from_file(&client, Some("dev")).unwrap(),
            "got:--vault-id dev"
        );
        assert_eq!(from_file(&client, None).unwrap(), "got:");
    }

    #[test]
    fn says_why_there_is_no_password() {
        let home = tempfile::tempdir().unwrap();
        let missing = from_file(&home.path().join("none"), None).unwrap_err();
        assert!(missing.contains("No such file"), "{missing}");
        let empty = from_file(&file(home.path(), "empty", "\n", 0o600), None).unwrap_err();
        assert!(empty.ends_with("is empty"), "{empty}");
        let failing = file(
            home.path(),
            "f-client",
            "#!/bin/sh\necho no such id >&2\nexit 2\n",
            0o700,
        );
        let failed = from_file(&failing, Some("dev")).unwrap_err();
        assert!(
            failed.ends_with("failed (exit status: 2): no such id"),
            "{failed}"
        );
        assert!(
            from_file(home.path(), None)
                .unwrap_err()
                .contains("Is a directory")
        );
    }

    #[test]
    fn keys_are_derived_once_a_salt_however_many_ask_at_once() {
        let password = Password::new(b"hunter2".to_vec());
        let start = std::sync::Barrier::new(4);
        let ask = || {
            start.wait();
            password.with_keys(b"salt", |keys| std::ptr::from_ref(keys).addr())
        };
        let asked: Vec<usize> = std::thread::scope(|threads| {
            let threads = [(); 4].map(|()| threads.spawn(ask));
            threads.map(|thread| thread.join().unwrap()).to_vec()
        });
        assert!(asked.windows(2).all(|pair| pair[0] == pair[1]), "{asked:?}");
        password.with_keys(b"other", |_| ());
        assert_eq!(password.derived().len(), 2);
    }

    #[test]
    fn shows_nothing_of_itself() {
        assert_eq!(
            format!("{:?}", Password::new(b"hunter2".to_vec())),
            "********"
        );
    }
}
