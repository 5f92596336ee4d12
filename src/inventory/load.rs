use super::{
    Inventory, Mistake, Plugin, Settings, VarsOrigin, heat, list,
    plugin::{Attempt, Reading},
    terraform,
};
use crate::source::{Fault, Store};
use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

impl Inventory {
    /// Reads the sources in order into one inventory: a file, a directory of sources, an executable script, or a list
    /// of hosts with a comma in it. No source gives the inventory that holds the implicit `localhost` only.
    ///
    /// # Errors
    /// The first source that cannot be read or understood; sources that together name no host. The settings may make
    /// warnings of both.
    pub fn load(
        sources: &[String],
        store: &Store,
        settings: &Arc<Settings>,
    ) -> Result<Self, Fault> {
        let mut inventory = Self {
            settings: Some(Arc::clone(settings)),
            ..Self::default()
        };
        for source in sources {
            let read = inventory.read_source(source, store, settings);
            inventory.heed(read, settings)?;
        }
        inventory.settle();
        inventory.warn_of_shared_names();
        if !sources.is_empty() && inventory.hosts().next().is_none() {
            let nobody = Fault::from(Mistake::NoHosts(sources.join(", ")));
            if settings.refuse_empty {
                return Err(nobody);
            }
            if settings.warn_empty {
                inventory.warn(nobody);
            }
        }
        Ok(inventory)
    }

    /// A source that cannot be read is an error, or a warning where the settings say so.
    fn heed(&mut self, read: Result<(), Fault>, settings: &Settings) -> Result<(), Fault> {
        match read {
            Err(fault) if !settings.refuse_unparsed => {
                self.warn(fault);
                Ok(())
            }
            read => read,
        }
    }

    fn read_source(
        &mut self,
        source: &str,
        store: &Store,
        settings: &Settings,
    ) -> Result<(), Fault> {
        let path = absolute(Path::new(source));
        let is_dir = path.is_dir();
        if !is_dir && !path.exists() {
            if source.contains(',') {
                self.begin_source(source);
                return self.read_list(source, settings);
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
        self.read_path(&path, store, settings)
    }

    fn read_list(&mut self, source: &str, settings: &Settings) -> Result<(), Fault> {
        let mut readers = settings.enabled.iter();
        match readers.find(|plugin| plugin.reads_lists()) {
            Some(Plugin::AdvancedHostList) => list::read_ranges(source, self),
            Some(_) => list::read(source, self),
            None => Err(disabled(source, settings)),
        }
    }

    fn read_path(&mut self, path: &Path, store: &Store, settings: &Settings) -> Result<(), Fault> {
        if path.is_dir() {
            return self.read_directory(path, store, settings);
        }
        self.begin_source(&path.to_string_lossy());
        self.read_file(&Reading {
            path,
            store,
            settings,
        })
    }

    fn read_directory(
        &mut self,
        dir: &Path,
        store: &Store,
        settings: &Settings,
    ) -> Result<(), Fault> {
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
            if !settings.ignores(&name.to_string_lossy()) {
                let read = self.read_path(&dir.join(name), store, settings);
                self.heed(read, settings)?;
            }
        }
        Ok(())
    }

    /// Lets those that are enabled try in their order. What the file's name or text promises decides whose error counts.
    fn read_file(&mut self, reading: &Reading) -> Result<(), Fault> {
        let (path, enabled) = (reading.path, &reading.settings.enabled);
        if enabled.contains(&Plugin::Script)
            && Plugin::Script.wants(path)
            && let Attempt::Read = reading.attempt(Plugin::Script, self)?
        {
            return Ok(());
        }
        let file = reading.store.file(path)?;
        if terraform::read(&file, self)? || heat::read(&file, self)? {
            return Ok(());
        }
        let mut refused = Vec::new();
        let others = enabled.iter().filter(|&&plugin| plugin != Plugin::Script);
        for &plugin in others.filter(|plugin| plugin.wants(path)) {
            match reading.attempt(plugin, self) {
                Ok(Attempt::Read) => return Ok(()),
                Ok(Attempt::Declined) => {}
                // A file that configures a plugin is for no one else.
                Err(fault) if constructs(plugin) => return Err(fault),
                Err(fault) => refused.push((plugin, fault)),
            }
        }
        let promised = promised(path, file.text());
        let counts = refused.iter().position(|(plugin, _)| *plugin == promised);
        match refused.len() {
            0 => Err(disabled(&path.display().to_string(), reading.settings)),
            _ => Err(refused.swap_remove(counts.unwrap_or(0)).1),
        }
    }
}

fn constructs(plugin: Plugin) -> bool {
    matches!(
        plugin,
        Plugin::Auto | Plugin::Constructed | Plugin::Generator
    )
}

fn disabled(source: &str, settings: &Settings) -> Fault {
    let enabled: Vec<&str> = settings
        .enabled
        .iter()
        .map(|plugin| plugin.name())
        .collect();
    let (path, enabled) = (source.to_owned(), enabled.join(", "));
    Mistake::NoReader { path, enabled }.into()
}

/// The format that a file looks like.
fn promised(path: &Path, text: &str) -> Plugin {
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy());
    match extension.as_deref() {
        Some("yml" | "yaml" | "json") => Plugin::Yaml,
        Some("toml") => Plugin::Toml,
        None if begins_as_yaml(text) => Plugin::Yaml,
        _ => Plugin::Ini,
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
        let inventory = Inventory::load(&[source], &Store::default(), &Arc::default())?;
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
        assert_eq!(fault.message(), "`[g` is no section header");
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
        for (name, text) in [
            ("hosts", ""),
            ("hosts", "# nothing\n"),
            ("hosts", "[g]\n"),
            ("hosts.yml", "# nothing\n"),
        ] {
            let fault = load(&[(name, text)], name).unwrap_err();
            assert!(
                fault
                    .message()
                    .starts_with("no inventory source names a host: "),
                "{fault}"
            );
        }
    }

    #[test]
    fn no_source_leaves_the_implicit_localhost() {
        let inventory = Inventory::load(&[], &Store::default(), &Arc::default()).unwrap();
        assert_eq!(inventory.hosts().count(), 0);
        assert!(inventory.host("localhost").is_some());
    }

    #[test]
    fn knows_where_a_host_was_named_first() {
        let inventory =
            Inventory::load(&["a,b".to_owned()], &Store::default(), &Arc::default()).unwrap();
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
        let inventory = Inventory::load(
            &[path.to_string_lossy().into_owned()],
            &Store::default(),
            &Arc::default(),
        )
        .unwrap();
        assert_eq!(
            inventory.warnings()[0].message(),
            "`web` is the name of both a group and a host"
        );
    }
}
