use super::{Inventory, Mistake, VarsOrigin, ini, list, script, yaml};
use crate::source::{Fault, Node, SourceFile, Store, yaml::load_one};
use rustix::fs::{Access, access};
use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// What an inventory directory holds beside inventories.
const IGNORED_NAMES: [&str; 3] = ["host_vars", "group_vars", "vars_plugins"];
const IGNORED_ENDS: [&str; 12] = [
    ".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry",
];

impl Inventory {
    /// Reads the sources in order into one inventory: a file, a directory of sources, an executable script, or a list
    /// of hosts with a comma in it. No source gives the inventory that holds the implicit `localhost` only.
    ///
    /// # Errors
    /// The first source that cannot be read or understood; sources that together name no host.
    pub fn load(sources: &[String], store: &Store) -> Result<Self, Fault> {
        let mut inventory = Self::default();
        for source in sources {
            inventory.read_source(source, store)?;
        }
        inventory.settle();
        inventory.warn_of_shared_names();
        if !sources.is_empty() && inventory.hosts().next().is_none() {
            return Err(Mistake::NoHosts(sources.join(", ")).into());
        }
        Ok(inventory)
    }

    fn read_source(&mut self, source: &str, store: &Store) -> Result<(), Fault> {
        let path = absolute(Path::new(source));
        let is_dir = path.is_dir();
        if !is_dir && !path.exists() {
            if source.contains(',') {
                self.begin_source(source);
                return list::read(source, self);
            }
            return Err(Mistake::Missing(source.to_owned()).into());
        }
        let vars_dir = if is_dir {
            Some(path.as_path())
        } else {
            path.parent()
        };
        if let Some(dir) = vars_dir {
            self.add_vars_dir(dir, VarsOrigin::Inventory);
        }
        self.read_path(&path, store)
    }

    fn read_path(&mut self, path: &Path, store: &Store) -> Result<(), Fault> {
        if path.is_dir() {
            return self.read_directory(path, store);
        }
        self.begin_source(&path.to_string_lossy());
        if access(path, Access::EXEC_OK).is_ok() && script::read(path, self)? {
            return Ok(());
        }
        self.read_file(path, store)
    }

    fn read_directory(&mut self, dir: &Path, store: &Store) -> Result<(), Fault> {
        let unreadable = |error: io::Error| Mistake::Unreadable {
            path: dir.to_owned(),
            reason: error.to_string(),
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            names.push(entry.map_err(unreadable)?.file_name());
        }
        names.sort();
        for name in names {
            if !is_ignored(&name.to_string_lossy()) {
                self.read_path(&dir.join(name), store)?;
            }
        }
        Ok(())
    }

    fn read_file(&mut self, path: &Path, store: &Store) -> Result<(), Fault> {
        let file = store.file(path)?;
        match format(path) {
            Format::Ini => ini::read(&file, self),
            Format::Yaml => self.read_yaml(&file),
            Format::Either if begins_as_yaml(file.text()) => self.read_yaml(&file),
            Format::Either => match as_groups(&file) {
                Some(document) => yaml::read(&document, self),
                None => ini::read(&file, self),
            },
        }
    }

    fn read_yaml(&mut self, file: &Arc<SourceFile>) -> Result<(), Fault> {
        let document = load_one(file)?;
        if document.is_null() {
            return Err(Mistake::EmptyFile.at(&document.place));
        }
        yaml::read(&document, self)
    }
}

#[derive(Debug, PartialEq)]
enum Format {
    Ini,
    Yaml,
    /// The content decides.
    Either,
}

fn format(path: &Path) -> Format {
    match path
        .extension()
        .map(|extension| extension.to_string_lossy())
        .as_deref()
    {
        Some("yml" | "yaml" | "json") => Format::Yaml,
        Some(_) => Format::Ini,
        None => Format::Either,
    }
}

/// True where the first line that says something could only be YAML or JSON, so that its errors are YAML's.
fn begins_as_yaml(text: &str) -> bool {
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    first
        .is_some_and(|line| line.starts_with("---") || line.starts_with('{') || line.ends_with(':'))
}

/// The document, where the text is YAML and a map, as no INI inventory can be.
fn as_groups(file: &Arc<SourceFile>) -> Option<Node> {
    load_one(file)
        .ok()
        .filter(|document| document.as_map().is_some())
}

fn is_ignored(name: &str) -> bool {
    name.starts_with('.')
        || IGNORED_NAMES.contains(&name)
        || IGNORED_ENDS.iter().any(|end| name.ends_with(end))
}

/// The path from the root, without `.` and `..`; symbolic links stay.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for component in whole.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            component => plain.push(component),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Host;

    fn load(files: &[(&str, &str)], source: &str) -> Result<Vec<String>, Fault> {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let source = dir.path().join(source).to_string_lossy().into_owned();
        let inventory = Inventory::load(&[source], &Store::default())?;
        Ok(inventory
            .hosts()
            .map(Host::name)
            .map(str::to_owned)
            .collect())
    }

    #[test]
    fn reads_a_directory_in_order_and_leaves_out_what_is_no_inventory() {
        let files = [
            ("2.yml", "g: {hosts: {two: }}"),
            ("1", "one"),
            ("10-more/x.ini", "ten"),
            ("3.json", "{\"g\": {\"hosts\": {\"three\": null}}}"),
            (".hidden", "[broken"),
            ("README.md", "[broken"),
            ("old~", "[broken"),
            ("site.retry", "[broken"),
            ("group_vars/all", "a: 1"),
            ("host_vars/one", "a: 1"),
        ];
        assert_eq!(load(&files, ".").unwrap(), ["one", "ten", "two", "three"]);
    }

    #[test]
    fn the_content_decides_where_the_name_does_not() {
        assert_eq!(
            load(&[("hosts", "g:\n  hosts: {a: }\n")], "hosts").unwrap(),
            ["a"]
        );
        assert_eq!(
            load(&[("hosts", "{\"g\": {\"hosts\": {\"a\": {}}}}")], "hosts").unwrap(),
            ["a"]
        );
        assert_eq!(load(&[("hosts", "a b=c\n")], "hosts").unwrap(), ["a"]);
        let fault = load(&[("hosts", "---\ng: {hosts\n")], "hosts").unwrap_err();
        assert!(fault.message().starts_with("broken YAML"), "{fault}");
        let fault = load(&[("hosts", "[g\n")], "hosts").unwrap_err();
        assert_eq!(fault.message(), "the range is not closed by `]`");
    }

    #[test]
    fn refuses_sources_that_are_missing_or_empty() {
        let fault = load(&[], "nowhere").unwrap_err();
        assert!(
            fault.message().starts_with("there is no inventory `"),
            "{fault}"
        );
        assert_eq!(
            fault.help_text(),
            Some("check the path; a list of hosts needs a comma: -i HOST,")
        );
        for text in ["", "# nothing\n", "[g]\n"] {
            let fault = load(&[("hosts", text)], "hosts").unwrap_err();
            assert!(
                fault
                    .message()
                    .starts_with("no inventory source names a host: "),
                "{fault}"
            );
        }
        assert_eq!(
            load(&[("hosts.yml", "# nothing\n")], "hosts.yml")
                .unwrap_err()
                .message(),
            "the inventory is empty"
        );
    }

    #[test]
    fn no_source_leaves_the_implicit_localhost() {
        let inventory = Inventory::load(&[], &Store::default()).unwrap();
        assert_eq!(inventory.hosts().count(), 0);
        assert!(inventory.host("localhost").is_some());
    }

    #[test]
    fn knows_where_a_host_was_named_first() {
        let inventory = Inventory::load(&["a,b".to_owned()], &Store::default()).unwrap();
        let host = inventory.host("a").unwrap();
        assert_eq!(
            (host.inventory_file(), host.inventory_dir()),
            (Some("a,b"), None)
        );
        assert_eq!(absolute(Path::new("/a/./b/../c")), Path::new("/a/c"));
    }

    #[test]
    fn warns_of_a_name_that_is_a_group_and_a_host() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hosts");
        fs::write(&path, "[web]\nweb\n").unwrap();
        let inventory =
            Inventory::load(&[path.to_string_lossy().into_owned()], &Store::default()).unwrap();
        assert_eq!(
            inventory.warnings()[0].message(),
            "`web` is the name of both a group and a host"
        );
    }
}
