//! A number for all that a host has on its disk, to prove that something changed nothing.

use std::{
    fs,
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

/// Hashes every entry of the layer at `upper`: name, kind, owner, permission bits and content; no times.
pub(super) fn of_layer(upper: &Path) -> Result<String, SandboxError> {
    let mut hash = Sha256::new();
    add_directory(upper, upper, &mut hash)?;
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn add_directory(upper: &Path, directory: &Path, hash: &mut Sha256) -> Result<(), SandboxError> {
    let read = SandboxError::file("read", directory);
    let mut entries: Vec<_> = fs::read_dir(directory)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(read)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for path in entries.into_iter().map(|entry| entry.path()) {
        let within = path.strip_prefix(upper).unwrap_or(&path);
        if !has_own_life(within) {
            match add_entry(within, &path, hash) {
                // It was there a moment ago: a running system's lock or temporary file.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                added => {
                    if added.map_err(SandboxError::file("read", &path))? {
                        add_directory(upper, &path, hash)?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn has_own_life(within: &Path) -> bool {
    let text = within.to_string_lossy();
    OWN_LIFE.iter().any(|own| match text.strip_prefix(own) {
        // systemd gives its private directories a name of their own each time.
        Some(rest) => rest.is_empty() || rest.starts_with('/') || own.ends_with("systemd-private"),
        None => false,
    })
}

/// Adds one entry; true when it is a directory.
fn add_entry(within: &Path, path: &Path, hash: &mut Sha256) -> std::io::Result<bool> {
    let found = fs::symlink_metadata(path)?;
    let kind = found.file_type();
    let content = if kind.is_symlink() {
        fs::read_link(path)?.into_os_string().into_encoded_bytes()
    } else if kind.is_file() {
        fs::read(path)?
    } else {
        found.rdev().to_le_bytes().to_vec()
    };
    let header = format!(
        "{}\0{:o}\0{}:{}\0{}\0",
        within.display(),
        found.permissions().mode(),
        found.uid(),
        found.gid(),
        content.len()
    );
    hash.update(header);
    hash.update(content);
    Ok(kind.is_dir())
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

    #[test]
    fn content_and_mode_count_and_logs_do_not() {
        let layer = layer();
        let before = of_layer(layer.path()).unwrap();
        fs::write(layer.path().join("var/log/syslog"), "noise").unwrap();
        assert_eq!(of_layer(layer.path()).unwrap(), before);

        let motd = layer.path().join("etc/motd");
        fs::set_permissions(&motd, fs::Permissions::from_mode(0o600)).unwrap();
        let other_mode = of_layer(layer.path()).unwrap();
        assert_ne!(other_mode, before);
        fs::write(&motd, "hellO").unwrap();
        assert_ne!(of_layer(layer.path()).unwrap(), other_mode);
    }

    #[test]
    fn a_new_empty_directory_counts() {
        let layer = layer();
        let before = of_layer(layer.path()).unwrap();
        fs::create_dir(layer.path().join("etc/new")).unwrap();
        assert_ne!(of_layer(layer.path()).unwrap(), before);
    }

    #[test]
    fn only_whole_names_have_a_life_of_their_own() {
        assert!(has_own_life(Path::new("var/log/journal/x")));
        assert!(has_own_life(Path::new("tmp/systemd-private-4711-x/tmp")));
        assert!(!has_own_life(Path::new("var/logs")));
    }
}
