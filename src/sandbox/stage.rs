//! The files of one RPM: what its Debian packages hold, put where EL has it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    error::SandboxError,
    rpm::Rpm,
    tool::Tool,
    tree::{self, Tree},
};

/// What no throwaway host reads.
const UNREAD: [&str; 13] = [
    "/usr/share/doc",
    "/usr/share/doc-base",
    "/usr/share/man",
    "/usr/share/info",
    "/usr/share/locale",
    "/usr/share/lintian",
    "/usr/share/bug",
    "/usr/share/applications",
    "/usr/share/icons",
    "/usr/share/bash-completion",
    "/etc/init.d",
    "/etc/default",
    "/usr/lib/mime",
];

/// Directories that Debian's packages still use beside `/usr` and that lead there on both systems.
const MERGED: [&str; 4] = ["bin", "sbin", "lib", "lib64"];

/// Unpacks the Debian packages `archives` into `stage` and gives them EL's layout.
pub(super) fn fill(
    stage: &Tree,
    archives: &[PathBuf],
    rpm: Option<&Rpm>,
) -> Result<(), SandboxError> {
    stage.directory("/", 0o755)?;
    for archive in archives {
        Tool::new("dpkg-deb")
            .arg("-x")
            .arg(archive)
            .arg(stage.root())
            .run()?;
    }
    for name in MERGED {
        move_merging(
            &stage.root().join(name),
            &stage.root().join("usr").join(name),
        )?;
    }
    UNREAD.iter().try_for_each(|path| stage.remove(path))?;
    rpm.map_or(Ok(()), |rpm| arrange(stage, rpm))
}

fn arrange(stage: &Tree, rpm: &Rpm) -> Result<(), SandboxError> {
    rpm.drops.iter().try_for_each(|path| stage.remove(path))?;
    rpm.moves
        .iter()
        .try_for_each(|(from, to)| stage.rename(from, to))?;
    rpm.directories
        .iter()
        .try_for_each(|path| stage.directory(path, 0o755))?;
    rpm.files
        .iter()
        .try_for_each(|(path, mode, content)| stage.write(path, *mode, content))?;
    rpm.links
        .iter()
        .try_for_each(|(path, target)| stage.link(path, target))?;
    rpm.programs
        .map_or(Ok(()), |directory| link_programs(stage, directory))
}

fn link_programs(stage: &Tree, directory: &str) -> Result<(), SandboxError> {
    for name in names_in(&stage.at(directory))? {
        stage.link(&format!("/usr/bin/{name}"), &format!("{directory}/{name}"))?;
    }
    Ok(())
}

/// Moves what is in `from` into `to`, directory by directory.
fn move_merging(from: &Path, to: &Path) -> Result<(), SandboxError> {
    if !from.is_dir() || from.is_symlink() {
        return Ok(());
    }
    fs::create_dir_all(to).map_err(SandboxError::file("make directory", to))?;
    for name in names_in(from)? {
        let [source, target] = [from.join(&name), to.join(&name)];
        if target.is_dir() && source.is_dir() {
            move_merging(&source, &target)?;
        } else {
            fs::rename(&source, &target).map_err(SandboxError::file("move to", &target))?;
        }
    }
    tree::remove_all(from)
}

/// The lines of `%files`: every file, and every directory that `image` does not have already.
pub(super) fn file_list(
    stage: &Tree,
    image: &Tree,
    rpm: Option<&Rpm>,
) -> Result<Vec<String>, SandboxError> {
    let mut lines = Vec::new();
    list_directory(stage, image, rpm, "", &mut lines)?;
    Ok(lines)
}

fn list_directory(
    stage: &Tree,
    image: &Tree,
    rpm: Option<&Rpm>,
    directory: &str,
    lines: &mut Vec<String>,
) -> Result<(), SandboxError> {
    for name in names_in(&stage.at(directory))? {
        let path = format!("{directory}/{name}");
        let place = stage.at(&path);
        let owner = rpm.and_then(|rpm| rpm.owned.iter().find(|(owned, ..)| *owned == path));
        let attributes = owner
            .map(|(_, mode, user, group)| format!("%attr({mode:04o},{user},{group}) "))
            .unwrap_or_default();
        if place.is_dir() && !place.is_symlink() {
            if owner.is_some() || !image.at(&path).exists() {
                lines.push(format!("{attributes}%dir \"{path}\""));
            }
            list_directory(stage, image, rpm, &path, lines)?;
        } else {
            let is_setting = path.starts_with("/etc/") && !place.is_symlink();
            let kind = if is_setting {
                "%config(noreplace) "
            } else {
                ""
            };
            lines.push(format!("{attributes}{kind}\"{path}\""));
        }
    }
    Ok(())
}

/// The names in a directory, sorted.
fn names_in(directory: &Path) -> Result<Vec<String>, SandboxError> {
    let entries = fs::read_dir(directory).map_err(SandboxError::file("read", directory))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::rpm::TABLE;

    #[test]
    fn files_beside_usr_are_moved_into_it() {
        let place = tempfile::tempdir().unwrap();
        let stage = Tree::new(place.path());
        stage
            .write("/lib/systemd/system/a.service", 0o644, "a")
            .unwrap();
        stage
            .write("/usr/lib/systemd/system/b.service", 0o644, "b")
            .unwrap();
        fill(&stage, &[], None).unwrap();
        assert_eq!(
            names_in(&stage.at("/usr/lib/systemd/system")).unwrap(),
            ["a.service", "b.service"]
        );
        assert!(!stage.at("/lib").exists());
    }

    #[test]
    fn settings_owners_and_new_directories_are_marked() {
        let place = tempfile::tempdir().unwrap();
        let (stage, image) = (
            Tree::new(place.path().join("stage")),
            Tree::new(place.path().join("image")),
        );
        image.directory("/usr/bin", 0o755).unwrap();
        image.directory("/etc", 0o755).unwrap();
        image.directory("/var/spool/cron", 0o755).unwrap();
        stage.write("/usr/bin/crontab", 0o755, "").unwrap();
        stage.write("/etc/new/setting", 0o644, "").unwrap();
        let cronie = TABLE.iter().find(|rpm| rpm.name == "cronie");
        assert_eq!(
            file_list(&stage, &image, cronie).unwrap(),
            [
                "%dir \"/etc/new\"",
                "%config(noreplace) \"/etc/new/setting\"",
                "%attr(2755,root,crontab) \"/usr/bin/crontab\""
            ]
        );
    }
}
