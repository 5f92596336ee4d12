//! A directory that holds a whole system: files are written into it, programs run inside it.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use super::{error::SandboxError, tool::Tool};

/// The root directory of a system that does not run.
pub(super) struct Tree {
    root: PathBuf,
}

impl Tree {
    /// Takes the root directory.
    pub(super) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The root directory itself.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where `path` (absolute, or from the root on) lies outside.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Writes a file with its permission bits, in place of whatever was there, making directories above it.
    pub(super) fn write(
        &self,
        path: &str,
        mode: u32,
        content: impl AsRef<[u8]>,
    ) -> Result<(), SandboxError> {
        let target = self.fresh(path)?;
        fs::write(&target, content).map_err(SandboxError::file("write", &target))?;
        self.mode(path, mode)
    }

    /// Makes a symbolic link in place of whatever was there.
    pub(super) fn link(&self, path: &str, target: &str) -> Result<(), SandboxError> {
        let link = self.fresh(path)?;
        symlink(target, &link).map_err(SandboxError::file("link", &link))
    }

    /// Makes a directory and those above it.
    pub(super) fn directory(&self, path: &str, mode: u32) -> Result<(), SandboxError> {
        let target = self.at(path);
        fs::create_dir_all(&target).map_err(SandboxError::file("make directory", &target))?;
        self.mode(path, mode)
    }

    /// Sets permission bits.
    pub(super) fn mode(&self, path: &str, mode: u32) -> Result<(), SandboxError> {
        let target = self.at(path);
        fs::set_permissions(&target, fs::Permissions::from_mode(mode))
            .map_err(SandboxError::file("set mode of", &target))
    }

    /// Moves a file or directory within the tree.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), SandboxError> {
        let target = self.fresh(to)?;
        fs::rename(self.at(from), &target).map_err(SandboxError::file("move to", &target))
    }

    /// Removes a file or a directory with all that is in it; what is not there is removed already.
    pub(super) fn remove(&self, path: &str) -> Result<(), SandboxError> {
        remove_all(&self.at(path))
    }

    /// Runs a program inside, as root, with the network of this machine and without starting the system.
    pub(super) fn run(&self, argv: &[&str]) -> Result<String, SandboxError> {
        Tool::new("systemd-nspawn")
            .args([
                "-q",
                "--register=no",
                "--keep-unit",
                "--settings=no",
                "--resolv-conf=off",
                "--link-journal=no",
            ])
            .args([
                "--timezone=off",
                "--pipe",
                "--setenv=DEBIAN_FRONTEND=noninteractive",
                "--setenv=LC_ALL=C.UTF-8",
            ])
            .arg("-D")
            .arg(&self.root)
            .args(argv)
            .run()
    }

    /// The place for a new file: its directory made, the old one removed.
    fn fresh(&self, path: &str) -> Result<PathBuf, SandboxError> {
        let target = self.at(path);
        if let Some(directory) = target.parent() {
            fs::create_dir_all(directory)
                .map_err(SandboxError::file("make directory", directory))?;
        }
        remove_all(&target)?;
        Ok(target)
    }
}

/// Removes `path`, whatever it is; what is not there is removed already.
pub(super) fn remove_all(path: &Path) -> Result<(), SandboxError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(SandboxError::file("remove", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_file_replaces_a_link_instead_of_following_it() {
        let directory = tempfile::tempdir().unwrap();
        let tree = Tree::new(directory.path().join("root"));
        let outside = directory.path().join("outside");
        fs::write(&outside, "mine").unwrap();
        tree.link("/etc/resolv.conf", outside.to_str().unwrap())
            .unwrap();
        tree.write("/etc/resolv.conf", 0o600, "nameserver 10.0.0.1\n")
            .unwrap();
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
        assert_eq!(
            fs::metadata(tree.at("etc/resolv.conf"))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o600
        );
    }

    #[test]
    fn removing_what_is_not_there_is_fine() {
        remove_all(Path::new("/no/such/place")).unwrap();
    }
}
