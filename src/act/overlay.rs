use {
    crate::wire::{Account, Effect, Entry, EntryKind, Group},
    std::{
        collections::{BTreeMap, BTreeSet},
        ffi::OsString,
        path::{Path, PathBuf},
    },
};

/// What a dry run foresees, over the host as it is.
#[derive(Debug, Default)]
pub struct Overlay {
    paths: BTreeMap<PathBuf, Cover>,
    accounts: BTreeMap<String, Option<Account>>,
    groups: BTreeMap<String, Option<Group>>,
    packages: BTreeMap<String, bool>,
    services: BTreeMap<String, (Option<bool>, Option<bool>)>,
    opaque: Vec<String>,
}

#[derive(Debug)]
struct Cover {
    entry: Option<Entry>,
    /// What really stands below the path is gone or was never there.
    hides: bool,
}

/// What the overlay says about a path.
#[derive(Debug, PartialEq)]
pub(super) enum Foresight<'a> {
    Nothing,
    Absent,
    There(&'a Entry),
}

impl Overlay {
    /// Lays an effect over the host. Paths have to be free of links.
    pub(super) fn lay(&mut self, effect: Effect) {
        match effect {
            Effect::Path { path, entry } => self.lay_path(PathBuf::from(path), entry),
            Effect::Account { name, account } => {
                self.accounts.insert(name, account);
            }
            Effect::Group { name, group } => {
                self.groups.insert(name, group);
            }
            Effect::Package { name, installed } => {
                self.packages.insert(name, installed);
            }
            Effect::Service {
                name,
                running,
                enabled,
            } => {
                let known = self.services.entry(name).or_default();
                *known = (running.or(known.0), enabled.or(known.1));
            }
            Effect::Opaque { what } => self.opaque.push(what),
        }
    }

    fn lay_path(&mut self, path: PathBuf, entry: Option<Entry>) {
        let replaced = match self.paths.get(&path) {
            Some(cover) => cover.hides,
            None => false,
        };
        let is_directory = matches!(&entry, Some(entry) if entry.kind == EntryKind::Directory);
        if !is_directory {
            // What is below a path follows it in their order.
            let below = self.paths.range(path.clone()..).map(|(below, _)| below);
            let below = below.take_while(|below| below.starts_with(&path));
            let below: Vec<PathBuf> = below.cloned().collect();
            below
                .iter()
                .for_each(|below| drop(self.paths.remove(below)));
        }
        let hides = replaced || !is_directory;
        self.paths.insert(path, Cover { entry, hides });
    }

    pub(super) fn has_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    /// What is foreseen for a path that is free of links.
    pub(super) fn at(&self, path: &Path) -> Foresight<'_> {
        match self.paths.get(path) {
            Some(Cover { entry: None, .. }) => Foresight::Absent,
            Some(Cover { entry: Some(e), .. }) => Foresight::There(e),
            None => {
                let mut above = path.ancestors().skip(1);
                match above.any(|above| self.paths.get(above).is_some_and(|cover| cover.hides)) {
                    true => Foresight::Absent,
                    false => Foresight::Nothing,
                }
            }
        }
    }

    /// Whether what really stands in a directory is still there.
    pub(super) fn shows(&self, directory: &Path) -> bool {
        !directory
            .ancestors()
            .any(|above| self.paths.get(above).is_some_and(|cover| cover.hides))
    }

    /// Turns the real names in a directory into the foreseen ones.
    pub(super) fn rename(&self, directory: &Path, names: &mut BTreeSet<OsString>) {
        for (path, cover) in &self.paths {
            if path.parent() != Some(directory) {
                continue;
            }
            if let Some(name) = path.file_name() {
                match cover.entry {
                    Some(_) => names.insert(name.into()),
                    None => names.remove(name),
                };
            }
        }
    }

    /// What is foreseen for an account: `Some(None)`, it will be gone.
    pub fn account(&self, name: &str) -> Option<Option<&Account>> {
        self.accounts.get(name).map(Option::as_ref)
    }

    pub(super) fn accounts(&self) -> &BTreeMap<String, Option<Account>> {
        &self.accounts
    }

    /// What is foreseen for a group: `Some(None)`, it will be gone.
    pub fn group(&self, name: &str) -> Option<Option<&Group>> {
        self.groups.get(name).map(Option::as_ref)
    }

    pub(super) fn groups(&self) -> &BTreeMap<String, Option<Group>> {
        &self.groups
    }

    /// Whether a package will be installed, where that is foreseen.
    pub fn package(&self, name: &str) -> Option<bool> {
        self.packages.get(name).copied()
    }

    /// Whether a service will be running, where that is foreseen.
    pub fn running(&self, name: &str) -> Option<bool> {
        self.services.get(name)?.0
    }

    /// Whether a service will start at boot, where that is foreseen.
    pub fn enabled(&self, name: &str) -> Option<bool> {
        self.services.get(name)?.1
    }

    /// What may bring things that nobody foresees: packages to come, commands. `None`: nothing is pending.
    pub fn pending(&self) -> Option<String> {
        let coming = self.packages.iter().filter(|(_, installed)| **installed);
        let packages: Vec<&str> = coming.map(|(name, _)| name.as_str()).collect();
        let mut sources = Vec::new();
        match packages.as_slice() {
            [] => {}
            [one] => sources.push(format!("package {one}")),
            [first, second, third, rest @ ..] if rest.len() > 1 => {
                let more = rest.len();
                sources.push(format!(
                    "packages {first}, {second}, {third} and {more} more"
                ));
            }
            many => sources.push(format!("packages {}", many.join(", "))),
        }
        sources.extend(self.opaque.last().cloned());
        (!sources.is_empty()).then(|| sources.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Option<Entry> {
        Some(Entry {
            kind: EntryKind::Directory,
            mode: 0o755,
            uid: 0,
            gid: 0,
        })
    }

    fn path(path: &str, entry: Option<Entry>) -> Effect {
        let path = path.into();
        Effect::Path { path, entry }
    }

    #[test]
    fn a_removed_directory_hides_what_is_below_even_when_made_anew() {
        let mut overlay = Overlay::default();
        overlay.lay(path("/a", None));
        assert_eq!(overlay.at(Path::new("/a/b/c")), Foresight::Absent);
        overlay.lay(path("/a", directory()));
        assert!(matches!(overlay.at(Path::new("/a")), Foresight::There(_)));
        assert_eq!(overlay.at(Path::new("/a/b")), Foresight::Absent);
        assert!(!overlay.shows(Path::new("/a")));
        assert_eq!(overlay.at(Path::new("/b")), Foresight::Nothing);
    }

    #[test]
    fn a_changed_directory_hides_nothing() {
        let mut overlay = Overlay::default();
        overlay.lay(path("/a/b", directory()));
        overlay.lay(path("/a", directory()));
        assert_eq!(overlay.at(Path::new("/a/x")), Foresight::Nothing);
        let mut names = BTreeSet::from(["x".into()]);
        overlay.rename(Path::new("/a"), &mut names);
        assert_eq!(names, BTreeSet::from(["b".into(), "x".into()]));
    }

    #[test]
    fn says_what_is_pending() {
        let mut overlay = Overlay::default();
        assert_eq!(overlay.pending(), None);
        overlay.lay(Effect::Package {
            name: "nginx".into(),
            installed: true,
        });
        assert_eq!(overlay.pending().as_deref(), Some("package nginx"));
    }
}
