use {
    super::{Password, Secrets, VaultError, encrypt, envelope},
    std::{
        ffi::OsString,
        fs::{self, File, Metadata},
        io::{self, Read, Seek, Write},
        os::unix::fs::{MetadataExt, PermissionsExt},
        path::{Path, PathBuf},
        process::Command,
    },
    tempfile::{NamedTempFile, TempDir},
    zeroize::Zeroizing,
};

/// The content of a vault file.
///
/// # Errors
/// The file cannot be read, is no vault, or no password fits; the error names the file.
pub fn view(path: &Path, secrets: &Secrets) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let vault = read(path)?;
    let opened = secrets.open(&vault).map_err(|error| error.within(path))?;
    Ok(opened.plain)
}

/// Encrypts a file in place, or into another file; either way the result is readable by its owner only.
///
/// In place, the plain text is overwritten on the disk where no other name leads to it.
///
/// # Errors
/// The file cannot be read, is a vault already, or the result cannot be written: then nothing is changed.
pub fn encrypt_file(
    path: &Path,
    output: Option<&Path>,
    password: &Password,
    id: Option<&str>,
) -> Result<(), VaultError> {
    let plain = read(path)?;
    if envelope::is_vault(&plain) {
        return Err(VaultError::AlreadyVault {
            path: path.to_owned(),
        });
    }
    let vault = encrypt(&plain, password, id)?;
    match output {
        Some(output) => replace(output, vault.as_bytes(), None),
        None => {
            let old = File::options().write(true).open(path);
            replace(path, vault.as_bytes(), None)?;
            old.and_then(|old| wipe(old, 0))
                .map_err(file("wipe the old text of", path))
        }
    }
}

/// Decrypts a file in place, or into another file; either way the result is readable by its owner only.
///
/// # Errors
/// As [`view`], or the result cannot be written: then nothing is changed.
pub fn decrypt_file(
    path: &Path,
    output: Option<&Path>,
    secrets: &Secrets,
) -> Result<(), VaultError> {
    let plain = view(path, secrets)?;
    replace(output.unwrap_or(path), &plain, None)
}

/// Encrypts a vault file anew with another password, in place; its mode and owner stay.
///
/// # Errors
/// As [`view`], or the result cannot be written: then nothing is changed.
pub fn rekey(
    path: &Path,
    secrets: &Secrets,
    password: &Password,
    id: Option<&str>,
) -> Result<(), VaultError> {
    let plain = view(path, secrets)?;
    let vault = encrypt(&plain, password, id)?;
    replace(path, vault.as_bytes(), Some(metadata(path)?))
}

/// Lets a person edit a vault file; gives whether it was changed. Its id, mode and owner stay.
///
/// The plain text lies in a directory of its own inside `scratch` that nobody else can enter, and is overwritten afterwards.
///
/// # Errors
/// As [`view`]; the editor (program and arguments) cannot be run or fails: then nothing is changed.
pub fn edit(
    path: &Path,
    secrets: &Secrets,
    editor: &[OsString],
    scratch: &Path,
) -> Result<bool, VaultError> {
    let vault = read(path)?;
    let opened = secrets.open(&vault).map_err(|error| error.within(path))?;
    let desk = Desk::new(path, scratch, &opened.plain)?;
    run(editor, &desk.file)?;
    let edited = read(&desk.file)?;
    if edited == opened.plain {
        return Ok(false);
    }
    let vault = encrypt(&edited, opened.password, opened.id.as_deref())?;
    replace(path, vault.as_bytes(), Some(metadata(path)?))?;
    Ok(true)
}

/// Makes a vault file from what a person writes into an editor; it is readable by its owner only.
///
/// # Errors
/// As [`edit`]: then there is no new file.
pub fn create(
    path: &Path,
    password: &Password,
    id: Option<&str>,
    editor: &[OsString],
    scratch: &Path,
) -> Result<(), VaultError> {
    let desk = Desk::new(path, scratch, b"")?;
    run(editor, &desk.file)?;
    let vault = encrypt(&read(&desk.file)?, password, id)?;
    replace(path, vault.as_bytes(), None)
}

/// Writes a text that is a vault, or came out of one; the file is readable by its owner only.
///
/// # Errors
/// The file cannot be written: then it is as it was.
pub fn write(path: &Path, content: &[u8]) -> Result<(), VaultError> {
    replace(path, content, None)
}

/// A private directory in which a plain text lies while it is edited; all files in it are wiped at the end.
struct Desk {
    directory: TempDir,
    file: PathBuf,
}

impl Desk {
    /// The file keeps its name, by which editors tell its language.
    fn new(path: &Path, scratch: &Path, plain: &[u8]) -> Result<Self, VaultError> {
        let private = fs::Permissions::from_mode(0o700);
        let directory = tempfile::Builder::new()
            .permissions(private)
            .tempdir_in(scratch)
            .map_err(file("make a directory in", scratch))?;
        let name = path.file_name().unwrap_or_else(|| "vault".as_ref());
        let desk = Self {
            file: directory.path().join(name),
            directory,
        };
        fs::write(&desk.file, plain).map_err(file("write", &desk.file))?;
        Ok(desk)
    }
}

/// Wipes what can be wiped: the editor may have left copies, and the directory goes in any case.
impl Drop for Desk {
    fn drop(&mut self) {
        for entry in fs::read_dir(self.directory.path()).into_iter().flatten() {
            let Ok(path) = entry.map(|entry| entry.path()) else {
                continue;
            };
            if path.is_file() && !path.is_symlink() {
                let _ = File::options()
                    .write(true)
                    .open(path)
                    .and_then(|copy| wipe(copy, 1));
            }
        }
    }
}

fn run(editor: &[OsString], path: &Path) -> Result<(), VaultError> {
    let [program, arguments @ ..] = editor else {
        return Err(VaultError::NoEditor);
    };
    let name = program.to_string_lossy().into_owned();
    let status = Command::new(program).args(arguments).arg(path).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(VaultError::EditorFailed {
            editor: name,
            status,
        }),
        Err(source) => Err(VaultError::EditorStart {
            editor: name,
            source,
        }),
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let mut text = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|mut opened| {
            let length = opened.metadata()?.len();
            text.reserve_exact(usize::try_from(length).unwrap_or(0).saturating_add(1));
            opened.read_to_end(&mut text)
        })
        .map_err(file("read", path))?;
    Ok(text)
}

/// Writes a file whole or not at all: beside its place under another name, then renamed. A symlink stays, its target changes.
///
/// Takes whose mode and owner it shall have; else it is readable by its owner only.
fn replace(path: &Path, content: &[u8], like: Option<Metadata>) -> Result<(), VaultError> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    write_beside(directory, content, like)
        .and_then(|new| Ok(new.persist(&target)?))
        .map_err(file("write", path))?;
    Ok(())
}

fn write_beside(
    directory: &Path,
    content: &[u8],
    like: Option<Metadata>,
) -> io::Result<NamedTempFile> {
    let mut new = NamedTempFile::new_in(directory)?;
    new.write_all(content)?;
    if let Some(like) = like {
        let ours = new.as_file().metadata()?;
        if (ours.uid(), ours.gid()) != (like.uid(), like.gid()) {
            std::os::unix::fs::fchown(new.as_file(), Some(like.uid()), Some(like.gid()))?;
        }
        new.as_file().set_permissions(like.permissions())?;
    }
    new.as_file().sync_all()?;
    Ok(new)
}

/// Overwrites a file's content with zeros, unless more names lead to it than the caller knows of.
fn wipe(mut file: File, names: u64) -> io::Result<()> {
    let metadata = file.metadata()?;
    if metadata.nlink() > names {
        return Ok(());
    }
    file.rewind()?;
    io::copy(&mut io::repeat(0).take(metadata.len()), &mut file)?;
    file.sync_all()
}

fn metadata(path: &Path) -> Result<Metadata, VaultError> {
    fs::metadata(path).map_err(file("look at", path))
}

fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> VaultError {
    move |source| VaultError::File {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Room {
        home: TempDir,
        secrets: Secrets,
    }

    impl Room {
        fn new() -> Self {
            let mut secrets = Secrets::default();
            secrets
                .add(Some("dev"), Password::new(b"pw".to_vec()))
                .unwrap();
            Self {
                home: tempfile::tempdir().unwrap(),
                secrets,
            }
        }

        fn file(&self, text: &str) -> PathBuf {
            let path = self.home.path().join("vars.yml");
            fs::write(&path, text).unwrap();
            path
        }

        fn vault(&self, text: &str) -> PathBuf {
            self.file(&self.secrets.encrypt(text.as_bytes(), None).unwrap())
        }

        fn password(&self) -> &Password {
            self.secrets.password(None).unwrap().1
        }

        fn view(&self, path: &Path) -> String {
            String::from_utf8(view(path, &self.secrets).unwrap().to_vec()).unwrap()
        }

        fn names(&self) -> usize {
            fs::read_dir(self.home.path()).unwrap().count()
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn encrypts_and_decrypts_in_place() {
        let room = Room::new();
        let path = room.file("a: 1\n");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        encrypt_file(&path, None, room.password(), Some("dev")).unwrap();
        assert!(
            fs::read_to_string(&path)
                .unwrap()
                .starts_with("$ANSIBLE_VAULT;1.2;AES256;dev\n")
        );
        assert_eq!(mode(&path), 0o600);
        assert_eq!(room.view(&path), "a: 1\n");
        let again = encrypt_file(&path, None, room.password(), None).unwrap_err();
        assert!(matches!(again, VaultError::AlreadyVault { .. }));
        decrypt_file(&path, None, &room.secrets).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a: 1\n");
        assert_eq!(room.names(), 1);
    }

    #[test]
    fn writes_to_another_file() {
        let room = Room::new();
        let path = room.file("a: 1\n");
        let output = room.home.path().join("out");
        encrypt_file(&path, Some(&output), room.password(), None).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a: 1\n");
        assert_eq!(room.view(&output), "a: 1\n");
    }

    #[test]
    fn wipes_the_old_text_but_not_what_others_point_to() {
        let room = Room::new();
        let path = room.file("secret");
        let mut old = File::open(&path).unwrap();
        encrypt_file(&path, None, room.password(), None).unwrap();
        let mut left = Vec::new();
        old.read_to_end(&mut left).unwrap();
        assert_eq!(left, [0; 6]);

        let path = room.file("secret");
        let linked = room.home.path().join("linked");
        fs::hard_link(&path, &linked).unwrap();
        encrypt_file(&path, None, room.password(), None).unwrap();
        assert_eq!(fs::read_to_string(linked).unwrap(), "secret");
    }

    #[test]
    fn follows_a_symlink() {
        let room = Room::new();
        let path = room.file("secret");
        let link = room.home.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        encrypt_file(&link, None, room.password(), None).unwrap();
        assert!(link.is_symlink());
        assert_eq!(room.view(&path), "secret");
    }

    #[test]
    fn rekeys_and_keeps_the_mode() {
        let room = Room::new();
        let path = room.vault("secret");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let mut new = Secrets::default();
        new.add(None, Password::new(b"new".to_vec())).unwrap();
        rekey(&path, &room.secrets, new.password(None).unwrap().1, None).unwrap();
        assert_eq!(mode(&path), 0o640);
        assert_eq!(view(&path, &new).unwrap().as_slice(), b"secret");
        let error = view(&path, &room.secrets).unwrap_err().to_string();
        assert!(
            error.contains("vars.yml: no vault password fits"),
            "{error}"
        );
    }

    fn shell(script: &str) -> Vec<OsString> {
        ["/bin/sh", "-c", script, "editor"]
            .map(OsString::from)
            .to_vec()
    }

    #[test]
    fn edits_and_leaves_nothing_behind() {
        let room = Room::new();
        let path = room.vault("old\n");
        let seen = room.home.path().join("seen");
        let script = format!(
            "stat -c '%a %n' \"${{1%/*}}\" >{}; echo new >\"$1\"",
            seen.display()
        );
        assert!(edit(&path, &room.secrets, &shell(&script), room.home.path()).unwrap());
        assert_eq!(room.view(&path), "new\n");
        assert!(
            fs::read_to_string(&path)
                .unwrap()
                .starts_with("$ANSIBLE_VAULT;1.2;AES256;dev\n")
        );
        let seen = fs::read_to_string(seen).unwrap();
        let (mode, desk) = seen.trim().split_once(' ').unwrap();
        assert_eq!(mode, "700");
        assert!(!Path::new(desk).exists());
    }

    #[test]
    fn leaves_a_vault_alone_that_was_not_edited() {
        let room = Room::new();
        let path = room.vault("old\n");
        let before = fs::read(&path).unwrap();
        assert!(!edit(&path, &room.secrets, &shell("true"), room.home.path()).unwrap());
        let failed = edit(
            &path,
            &room.secrets,
            &shell("echo x >\"$1\"; exit 3"),
            room.home.path(),
        );
        assert!(matches!(failed, Err(VaultError::EditorFailed { .. })));
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(room.names(), 1);
    }
}
