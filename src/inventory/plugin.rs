use super::{Inventory, Mistake, Settings, constructed, generator, ini, script, toml, yaml};
use crate::source::{Fault, Node, SourceFile, Store, yaml::load_one};
use rustix::fs::{Access, access};
use std::{path::Path, sync::Arc};

/// A way to read a source, by the name that `enable_plugins` and `plugin:` give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plugin {
    HostList,
    AdvancedHostList,
    Script,
    /// A YAML file that says by `plugin:` which of the others reads it.
    Auto,
    Yaml,
    Ini,
    Toml,
    Constructed,
    Generator,
}

impl Plugin {
    const ALL: [Self; 9] = [
        Self::HostList,
        Self::AdvancedHostList,
        Self::Script,
        Self::Auto,
        Self::Yaml,
        Self::Ini,
        Self::Toml,
        Self::Constructed,
        Self::Generator,
    ];

    /// Those that are tried where nobody says otherwise, in this order.
    pub const USUAL: [Self; 6] = [
        Self::HostList,
        Self::Script,
        Self::Auto,
        Self::Yaml,
        Self::Ini,
        Self::Toml,
    ];

    /// The plugin of a name, short or with its collection's.
    pub fn find(name: &str) -> Option<Self> {
        let short = ["ansible.builtin.", "ansible.legacy."]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name);
        Self::ALL.into_iter().find(|plugin| plugin.name() == short)
    }

    /// The short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::HostList => "host_list",
            Self::AdvancedHostList => "advanced_host_list",
            Self::Script => "script",
            Self::Auto => "auto",
            Self::Yaml => "yaml",
            Self::Ini => "ini",
            Self::Toml => "toml",
            Self::Constructed => "constructed",
            Self::Generator => "generator",
        }
    }

    /// Whether it reads lists of hosts, not files.
    pub(super) fn reads_lists(self) -> bool {
        matches!(self, Self::HostList | Self::AdvancedHostList)
    }

    /// Whether it tries a file of this name.
    pub(super) fn wants(self, path: &Path) -> bool {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy());
        let extension = extension.as_deref();
        match self {
            Self::HostList | Self::AdvancedHostList => false,
            Self::Script => access(path, Access::EXEC_OK).is_ok(),
            Self::Auto => matches!(extension, Some("yml" | "yaml")),
            Self::Yaml => matches!(extension, None | Some("yml" | "yaml" | "json")),
            Self::Ini => extension != Some("toml"),
            Self::Toml => extension == Some("toml"),
            Self::Constructed | Self::Generator => {
                matches!(extension, None | Some("config" | "yml" | "yaml" | "json"))
            }
        }
    }
}

/// What one plugin made of a file.
pub(super) enum Attempt {
    Read,
    /// It is not for this plugin, whatever its name promised.
    Declined,
}

/// A file on its way into an inventory.
pub(super) struct Reading<'a> {
    pub path: &'a Path,
    pub store: &'a Store,
    pub settings: &'a Settings,
}

impl Reading<'_> {
    /// Lets one plugin read the file.
    pub fn attempt(&self, plugin: Plugin, inventory: &mut Inventory) -> Result<Attempt, Fault> {
        match plugin {
            Plugin::HostList | Plugin::AdvancedHostList => return Ok(Attempt::Declined),
            Plugin::Script => {
                return Ok(match script::read(self.path, inventory)? {
                    true => Attempt::Read,
                    false => Attempt::Declined,
                });
            }
            Plugin::Ini => ini::read(&self.file()?, inventory)?,
            Plugin::Toml => toml::read(&self.file()?, inventory)?,
            Plugin::Yaml => self.groups(inventory)?,
            Plugin::Auto => return self.named(inventory),
            Plugin::Constructed | Plugin::Generator => {
                let document = load_one(&self.file()?)?;
                match configured(&document)? {
                    Some(named) if named == plugin => {
                        self.construct(plugin, &document, inventory)?
                    }
                    _ => return Ok(Attempt::Declined),
                }
            }
        }
        Ok(Attempt::Read)
    }

    fn file(&self) -> Result<Arc<SourceFile>, Fault> {
        self.store.file(self.path)
    }

    fn groups(&self, inventory: &mut Inventory) -> Result<(), Fault> {
        let document = load_one(&self.file()?)?;
        if document.is_null() {
            return Err(Mistake::EmptyFile.at(&document.place));
        }
        yaml::read(&document, inventory)
    }

    fn named(&self, inventory: &mut Inventory) -> Result<Attempt, Fault> {
        let Ok(document) = load_one(&self.file()?) else {
            return Ok(Attempt::Declined);
        };
        let Some(plugin) = configured(&document)? else {
            return Ok(Attempt::Declined);
        };
        self.construct(plugin, &document, inventory)?;
        Ok(Attempt::Read)
    }

    fn construct(
        &self,
        plugin: Plugin,
        document: &Node,
        inventory: &mut Inventory,
    ) -> Result<(), Fault> {
        match plugin {
            Plugin::Constructed => constructed::read(document, self, inventory),
            Plugin::Generator => generator::read(document, self, inventory),
            other => {
                let place = document
                    .get("plugin")
                    .map_or(&document.place, |node| &node.place);
                Err(Mistake::NoConfiguration(other.name()).at(place))
            }
        }
    }
}

/// The plugin that a document names under `plugin`; none where it names none.
fn configured(document: &Node) -> Result<Option<Plugin>, Fault> {
    let Some(named) = document.get("plugin").filter(|plugin| !plugin.is_null()) else {
        return Ok(None);
    };
    let name = named.as_str().unwrap_or_else(|| named.place.text());
    match Plugin::find(name) {
        Some(plugin) => Ok(Some(plugin)),
        None => Err(Mistake::Plugin(name.to_owned()).at(&named.place)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_short_and_full_names() {
        assert_eq!(Plugin::find("ini"), Some(Plugin::Ini));
        assert_eq!(
            Plugin::find("ansible.builtin.constructed"),
            Some(Plugin::Constructed)
        );
        assert_eq!(Plugin::find("amazon.aws.aws_ec2"), None);
    }

    #[test]
    fn the_files_name_decides_who_tries() {
        let wants = |name: &str| -> Vec<&str> {
            let wanted = Plugin::ALL
                .into_iter()
                .filter(|plugin| plugin.wants(Path::new(name)));
            wanted.map(Plugin::name).collect()
        };
        assert_eq!(
            wants("a.yml"),
            ["auto", "yaml", "ini", "constructed", "generator"]
        );
        assert_eq!(wants("a.config"), ["ini", "constructed", "generator"]);
        assert_eq!(wants("a.toml"), ["toml"]);
        assert_eq!(wants("hosts"), ["yaml", "ini", "constructed", "generator"]);
    }
}
