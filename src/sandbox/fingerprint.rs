//! A number for all that a host has on its disk, to prove that something changed nothing.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

use sha2::{Digest, Sha256};

use super::error::SandboxError;

/// Paths that a running system changes by itself, and files in which package managers keep what they have read.
const OWN_LIFE: [&str; 15] = [
    "etc/.pwd.lock",
    "root/.bash_history",
    "run",
    "tmp/systemd-private",
    "var/cache/apt/pkgcache.bin",
    "var/cache/apt/srcpkgcache.bin",
    "var/cache/dnf/expired_repos.json",
    "var/lib/dnf/history.sqlite-shm",
    "var/lib/dnf/history.sqlite-wal",
    "var/lib/rpm/rpmdb.sqlite-shm",
    "var/lib/rpm/rpmdb.sqlite-wal",
    "var/lib/systemd",
    "var/log",
    "var/run",
    "var/tmp/systemd-private",
];

/// The mark of a directory that hides what the image has below it.
const OPAQUE: &str = "trusted.overlay.opaque";

/// Hashes how the layer at `upper` differs from the `image` below it: name, kind, owner, permission bits and content of
/// every entry that the image does not have just so; no times.
pub(super) fn of_layer(upper: &Path, image: &Path) -> Result<String, SandboxError> {
    let mut hash = Sha256::new();
    Layers { upper, image }.add_directory(upper, &mut hash)?;
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

struct Layers<'a> {
    upper: &'a Path,
    image: &'a Path,
}

impl Layers<'_> {
    fn add_directory(&self, directory: &Path, hash: &mut Sha256) -> Result<(), SandboxError> {
        let entries = fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(SandboxError::file("read", directory))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for path in entries.into_iter().map(|entry| entry.path()) {
            let within = path.strip_prefix(self.upper).unwrap_or(&path);
            if has_own_life(within) {
                continue;
            }
            let Some(entry) = describe(&path).map_err(SandboxError::file("read", &path))? else {
                continue;
            };
            let below =
                describe(&self.image.join(within)).map_err(SandboxError::file("read", &path))?;
            if below.as_ref() != Some(&entry) {
                hash.update(format!("{}\0{}\0", within.display(), entry.len()));
                hash.update(&entry);
            }
            if path.is_dir() && !path.is_symlink() {
                self.add_directory(&path, hash)?;
            }
        }
        Ok(())
    }
}

/// All that counts of one entry; nothing when it is not there (a running system's lock may go at any moment).
fn describe(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match read_entry(path) {
        // The image may have a file where the layer has a directory.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        entry => entry.map(Some),
    }
}

fn read_entry(path: &Path) -> io::Result<Vec<u8>> {
    let found = fs::symlink_metadata(path)?;
    let kind = found.file_type();
    let content = if kind.is_symlink() {
        fs::read_link(path)?.into_os_string().into_encoded_bytes()
    } else if kind.is_file() {
        fs::read(path)?
    } else if kind.is_dir() {
        vec![u8::from(is_opaque(path))]
    } else {
        // The layer's sign of a removed file is a device, too.
        found.rdev().to_le_bytes().to_vec()
    };
    let header = format!(
        "{:o}\0{}:{}\0",
        found.permissions().mode(),
        found.uid(),
        found.gid()
    );
    Ok([header.into_bytes(), content].concat())
}

fn is_opaque(directory: &Path) -> bool {
    let mut value = [0; 1];
    rustix::fs::lgetxattr(directory, OPAQUE, &mut value)
        .is_ok_and(|length| length == 1 && value == *b"y")
}

fn has_own_life(within: &Path) -> bool {
    let text = within.to_string_lossy();
    OWN_LIFE.iter().any(|own| match text.strip_prefix(own) {
        // systemd gives its private directories a name of their own each time.
        Some(rest) => rest.is_empty() || rest.starts_with('/') || own.ends_with("systemd-private"),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("etc")).unwrap();
        fs::create_dir_all(directory.path().join("var/log")).unwrap();
        fs::write(directory.path().join("etc/motd"), "hello").unwrap();
        directory
    }

    /// The layer's number over an empty image.
    fn number(layer: &tempfile::TempDir) -> String {
        of_layer(layer.path(), Path::new("/no/image")).unwrap()
    }

    #[test]
    fn what_the_image_has_just_so_does_not_count() {
        let (same, image, empty) = (layer(), layer(), tempfile::tempdir().unwrap());
        let nothing = of_layer(empty.path(), image.path()).unwrap();
        assert_eq!(of_layer(same.path(), image.path()).unwrap(), nothing);
        fs::write(same.path().join("etc/motd"), "hellO").unwrap();
        assert_ne!(of_layer(same.path(), image.path()).unwrap(), nothing);
    }

    #[test]
    fn content_and_mode_count_and_logs_do_not() {
        let layer = layer();
        let before = number(&layer);
        fs::write(layer.path().join("var/log/syslog"), "noise").unwrap();
        assert_eq!(number(&layer), before);

        let motd = layer.path().join("etc/motd");
        fs::set_permissions(&motd, fs::Permissions::from_mode(0o600)).unwrap();
        let other_mode = number(&layer);
        assert_ne!(other_mode, before);
        fs::write(&motd, "hellO").unwrap();
        assert_ne!(number(&layer), other_mode);
    }

    #[test]
    fn a_new_empty_directory_counts() {
        let layer = layer();
        let before = number(&layer);
        fs::create_dir(layer.path().join("etc/new")).unwrap();
        assert_ne!(number(&layer), before);
    }

    #[test]
    fn only_whole_names_have_a_life_of_their_own() {
        assert!(has_own_life(Path::new("var/log/journal/x")));
        assert!(has_own_life(Path::new("tmp/systemd-private-4711-x/tmp")));
        assert!(!has_own_life(Path::new("var/logs")));
    }
}
