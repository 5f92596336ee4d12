//! This machine's own way to Debian's packages, given to the hosts too.

use std::{fs, path::Path};

use super::{error::SandboxError, tool::Tool, tree::Tree};

/// The Debian release of the images.
pub(super) const SUITE: &str = "bookworm";

/// Where Debian's packages come from when this machine has no source of its own for them.
const DEFAULT_MIRROR: &str = "http://deb.debian.org/debian";

/// Places of this machine's package sources.
const SOURCE_FILE: &str = "/etc/apt/sources.list";
const SOURCE_DIRECTORY: &str = "/etc/apt/sources.list.d";

/// Directories of keys that sources refer to.
const KEY_DIRECTORIES: [&str; 3] = [
    "/usr/share/keyrings",
    "/etc/apt/keyrings",
    "/etc/apt/trusted.gpg.d",
];

/// The mirror that this machine uses for the images' release.
pub(super) fn mirror() -> String {
    let targets = Tool::new("apt-get")
        .args(["indextargets", "--format", "$(RELEASE) $(REPO_URI)"])
        .run();
    let own = targets.ok().and_then(|text| mirror_in(&text));
    own.unwrap_or_else(|| DEFAULT_MIRROR.to_owned())
}

fn mirror_in(targets: &str) -> Option<String> {
    let of_suite = targets
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(release, _)| *release == SUITE);
    of_suite.map(|(_, uri)| uri.trim_end_matches('/').to_owned())
}

/// Gives `tree` this machine's sources for the images' release, their keys, and apt's settings for fetching (proxies, …).
pub(super) fn install(tree: &Tree) -> Result<(), SandboxError> {
    tree.remove("/etc/apt/sources.list")?;
    if install_sources(tree)? == 0 {
        let line = format!("deb {DEFAULT_MIRROR} {SUITE} main\n");
        tree.write("/etc/apt/sources.list", 0o644, line)?;
    }
    KEY_DIRECTORIES
        .iter()
        .try_for_each(|directory| copy_new_files(tree, directory))?;
    if let Ok(dump) = Tool::new("apt-config").arg("dump").run() {
        tree.write(
            "/etc/apt/apt.conf.d/90-sandbox",
            0o644,
            fetch_settings(&dump),
        )?;
    }
    Ok(())
}

/// Copies the source files of the images' release; gives their number.
fn install_sources(tree: &Tree) -> Result<usize, SandboxError> {
    let mut copied = 0;
    let listed = files_of(Path::new(SOURCE_DIRECTORY));
    for file in listed.into_iter().chain([SOURCE_FILE.to_owned()]) {
        let is_source = file.ends_with(".list") || file.ends_with(".sources");
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        if is_source && speaks_of_suite(&text) {
            tree.write(&file, 0o644, text)?;
            copied += 1;
        }
    }
    Ok(copied)
}

/// Copies the files of `directory` that the tree does not have.
fn copy_new_files(tree: &Tree, directory: &str) -> Result<(), SandboxError> {
    for file in files_of(Path::new(directory)) {
        if !tree.at(&file).exists() {
            let content = fs::read(&file).map_err(SandboxError::file("read", &file))?;
            tree.write(&file, 0o644, content)?;
        }
    }
    Ok(())
}

fn files_of(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let files = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file());
    files
        .filter_map(|path| path.to_str().map(str::to_owned))
        .collect()
}

/// True when a source file is for the images' release, its updates or its security fixes (and not for a third party's
/// suite that only resembles it in name).
fn speaks_of_suite(text: &str) -> bool {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let mut words = lines.flat_map(str::split_whitespace);
    words.any(|word| {
        word.strip_prefix(SUITE)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// The settings of fetching in what `apt-config dump` says: they belong to the network, not to the system.
fn fetch_settings(dump: &str) -> String {
    let fetching = dump
        .lines()
        .filter(|line| line.starts_with("Acquire::") && !line.ends_with(" \"\";"));
    let of_network = fetching.filter(|line| !line.starts_with("Acquire::IndexTargets"));
    of_network.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_the_one_of_the_release() {
        let targets = "stable http://other.example/x/\nbookworm http://mirror.example/debian/\n";
        assert_eq!(
            mirror_in(targets).as_deref(),
            Some("http://mirror.example/debian")
        );
        assert_eq!(mirror_in("trixie http://mirror.example/debian/\n"), None);
    }

    #[test]
    fn only_sources_of_the_release_count() {
        assert!(speaks_of_suite(
            "Types: deb\nSuites: bookworm bookworm-updates\n"
        ));
        assert!(speaks_of_suite(
            "deb http://m.example/debian-security bookworm-security main\n"
        ));
        assert!(!speaks_of_suite(
            "deb https://m.example/apt cloud-sdk-bookworm main\n"
        ));
        assert!(!speaks_of_suite(
            "# deb http://m.example/debian bookworm main\n"
        ));
    }

    #[test]
    fn a_proxy_is_handed_on_and_empty_settings_are_not() {
        let dump = "APT \"\";\nAcquire::http \"\";\nAcquire::http::Proxy \"http://p.example:3128\";\nAPT::Sandbox \"x\";\n";
        assert_eq!(
            fetch_settings(dump),
            "Acquire::http::Proxy \"http://p.example:3128\";\n"
        );
    }
}
