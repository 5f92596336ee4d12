//! Hosts and groups: who exists, who belongs to whom, what the inventory says about them, and who a pattern chooses.

mod address;
mod constructed;
mod generator;
mod group;
mod heat;
mod host;
mod host_view;
mod ini;
mod json;
mod json_groups;
mod keyed_group;
mod layer;
mod list;
pub mod listing;
mod literal;
mod load;
mod machine;
mod membership;
mod mistake;
mod outputs;
mod pattern;
mod plugin;
mod range;
mod refresh;
mod script;
mod selection;
mod settings;
mod shard;
mod terraform;
mod toml;
mod variables;
mod vars_dir;
mod words;
mod yaml;

use address::Address;
pub use address::is_ip;
pub use group::Group;
pub use host::Host;
pub use layer::{Layer, LayerKind};
use mistake::Mistake;
pub use pattern::fits;
pub use plugin::Plugin;
pub use selection::{Selection, Unmatched};
pub use settings::Settings;
pub use shard::{NoShard, Shard, is_controller};
pub use variables::Variables;
pub use vars_dir::{Owner, VarsDir, VarsFile, VarsOrigin};

use crate::source::{Fault, Kind, Node, Place};
use std::{collections::HashMap, path::Path, sync::Arc};

/// A host's position in its inventory.
type HostId = usize;

/// A group's position in its inventory.
type GroupId = usize;

/// More hosts than this are a slip of the finger.
const MOST_HOSTS: usize = 500_000;

/// The names that mean the controller itself where no inventory defines them.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

const ALL: GroupId = 0;
const UNGROUPED: GroupId = 1;

/// Every host and group that the sources name, in the order in which they appeared.
#[derive(Clone, Debug)]
pub struct Inventory {
    hosts: Vec<Host>,
    groups: Vec<Group>,
    host_ids: HashMap<String, HostId>,
    group_ids: HashMap<String, GroupId>,
    vars_dirs: Vec<VarsDir>,
    warnings: Vec<Fault>,
    /// The source being read, for `inventory_file` of hosts that it names first.
    source: Option<String>,
    /// How its sources were read.
    settings: Option<Arc<Settings>>,
}

impl Default for Inventory {
    fn default() -> Self {
        let mut inventory = Self {
            hosts: LOCAL_NAMES.map(implicit).into(),
            groups: vec![Group::new("all"), Group::new("ungrouped")],
            host_ids: HashMap::new(),
            group_ids: HashMap::from([
                ("all".to_owned(), ALL),
                ("ungrouped".to_owned(), UNGROUPED),
            ]),
            vars_dirs: Vec::new(),
            warnings: Vec::new(),
            source: None,
            settings: None,
        };
        inventory.link(ALL, UNGROUPED);
        inventory
    }
}

fn implicit(name: &str) -> Host {
    let place = Place::outside("implicit localhost", "local");
    let local = Node::new(place, Kind::String("local".to_owned()));
    Host::implicit(
        name,
        Variables::from_iter([("ansible_connection".to_owned(), local)]),
    )
}

impl Inventory {
    /// The hosts that sources or `add_host` named; the implicit `localhost` is not among them.
    pub fn hosts(&self) -> impl Iterator<Item = &Host> {
        self.hosts.iter().filter(|host| !host.is_implicit())
    }

    /// The host of a name; `localhost`, `127.0.0.1` and `::1` exist always, as implicit hosts where nobody named them.
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.host_id(name).map(|id| &self.hosts[id])
    }

    /// Every group; `all` and `ungrouped` come first.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    pub fn group(&self, name: &str) -> Option<&Group> {
        self.group_ids.get(name).map(|&id| &self.groups[id])
    }

    /// The groups that a host belongs to, itself or through their children, in the order in which their variables win:
    /// by depth, then priority, then name. Empty for an unknown host.
    pub fn groups_of(&self, host: &str) -> Vec<&Group> {
        let Some(id) = self.host_id(host) else {
            return Vec::new();
        };
        let mut groups: Vec<&Group> = self
            .groups_above(id)
            .into_iter()
            .map(|id| &self.groups[id])
            .collect();
        groups.sort_by_key(|group| (group.depth, group.priority, group.name()));
        groups
    }

    /// The hosts of a group and of the groups below it, as the magic variable `groups` lists them.
    pub fn hosts_of(&self, group: &str) -> Vec<&Host> {
        let Some(&id) = self.group_ids.get(group) else {
            return Vec::new();
        };
        self.hosts_below(id)
            .into_iter()
            .map(|id| &self.hosts[id])
            .collect()
    }

    /// The hosts that are in a group itself, without those of its children.
    pub fn members<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Host> {
        group.hosts.iter().map(|&id| &self.hosts[id])
    }

    /// The groups directly below a group.
    pub fn children<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Group> {
        group.children.iter().map(|&id| &self.groups[id])
    }

    /// Whether a host is in a group itself, not only in one of its children.
    pub fn is_member(&self, group: &str, host: &str) -> bool {
        let ids = (self.group_id(group), self.host_id(host));
        matches!(ids, (Some(group), Some(host)) if self.hosts[host].groups.contains(&group))
    }

    /// Whether a group is directly below another.
    pub fn is_child(&self, parent: &str, child: &str) -> bool {
        let ids = (self.group_id(parent), self.group_id(child));
        matches!(ids, (Some(parent), Some(child)) if self.groups[parent].children.contains(&child))
    }

    /// What is worth saying but stops nothing, in the order in which it was found.
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// Adds a directory whose `group_vars/` and `host_vars/` hold variables; their files are read when they are needed.
    pub fn add_vars_dir(&mut self, dir: &Path, origin: VarsOrigin) {
        let added = VarsDir::new(dir, origin);
        if !self.vars_dirs.contains(&added) {
            self.vars_dirs.push(added);
        }
    }

    /// The directories whose `group_vars` and `host_vars` are read.
    pub fn vars_dirs(&self) -> impl Iterator<Item = &Path> {
        self.vars_dirs.iter().map(VarsDir::path)
    }

    /// Adds a host while plays run, or gives variables and groups to one that exists; says whether anything changed.
    pub fn add_host(
        &mut self,
        name: &str,
        groups: &[String],
        variables: &[(String, Node)],
    ) -> Result<bool, Fault> {
        let before = self.hosts.len();
        let host = self.declare_host(name)?;
        let mut changed = self.hosts.len() > before;
        for (name, value) in variables {
            if self.hosts[host].variables.get(name).map(|old| &old.kind) != Some(&value.kind) {
                Arc::make_mut(&mut self.hosts[host].variables).set(name, value.clone());
                changed = true;
            }
        }
        for group in groups {
            let group = self.declare_group(group)?;
            changed |= self.join(group, host);
        }
        self.settle();
        Ok(changed)
    }

    /// Puts a host into a group while plays run (`group_by`), making the group and its parents where they are missing;
    /// says whether anything changed. The host must exist.
    pub fn add_group(
        &mut self,
        host: &str,
        group: &str,
        parents: &[String],
    ) -> Result<bool, Fault> {
        let before = self.groups.len();
        let group = self.declare_group(group)?;
        let mut changed = self.groups.len() > before;
        for parent in parents {
            let parent = self.declare_group(parent)?;
            changed |= self.adopt(parent, group)?;
        }
        if let Some(host) = self.host_id(host) {
            changed |= self.join(group, host);
        }
        self.settle();
        Ok(changed)
    }

    fn host_id(&self, name: &str) -> Option<HostId> {
        let named = self.host_ids.get(name).copied();
        named.or_else(|| LOCAL_NAMES.iter().position(|&local| local == name))
    }

    /// The named host that stands for the controller, where the inventory has one.
    fn local_host(&self) -> Option<&Host> {
        self.hosts().find(|host| LOCAL_NAMES.contains(&host.name()))
    }

    fn group_id(&self, name: &str) -> Option<GroupId> {
        self.group_ids.get(name).copied()
    }

    /// Says which source the next new hosts come from.
    fn begin_source(&mut self, source: &str) {
        self.source = Some(source.to_owned());
    }

    fn warn(&mut self, warning: Fault) {
        self.warnings.push(warning);
    }

    /// The group of a name, made where it is missing.
    fn declare_group(&mut self, name: &str) -> Result<GroupId, Fault> {
        if name.is_empty() {
            return Err(Mistake::EmptyGroupName.into());
        }
        if let Some(id) = self.group_id(name) {
            return Ok(id);
        }
        let id = self.groups.len();
        self.groups.push(Group::new(name));
        self.group_ids.insert(name.to_owned(), id);
        Ok(id)
    }

    /// The host of a name, made where it is missing.
    fn declare_host(&mut self, name: &str) -> Result<HostId, Fault> {
        if name.is_empty() {
            return Err(Mistake::EmptyHostName.into());
        }
        if let Some(&id) = self.host_ids.get(name) {
            return Ok(id);
        }
        let id = self.hosts.len();
        if id > MOST_HOSTS {
            return Err(Mistake::TooManyHosts(MOST_HOSTS).into());
        }
        self.hosts.push(Host::new(name, self.source.as_deref()));
        self.host_ids.insert(name.to_owned(), id);
        Ok(id)
    }

    fn set_host_variable(&mut self, host: HostId, name: &str, value: Node) {
        Arc::make_mut(&mut self.hosts[host].variables).set(name, value);
    }

    /// Sets a group's variable; `ansible_group_priority` becomes its priority.
    fn set_group_variable(&mut self, group: GroupId, name: &str, value: Node) -> Result<(), Fault> {
        if name == "ansible_group_priority" {
            self.groups[group].priority = priority(&value)?;
        } else {
            Arc::make_mut(&mut self.groups[group].variables).set(name, value);
        }
        Ok(())
    }

    /// Brings the rules of every inventory about, after a change: all groups hang below `all`, and a host is in
    /// `ungrouped` exactly where it is in no other group.
    fn settle(&mut self) {
        for group in ALL + 1..self.groups.len() {
            if self.groups[group].parents.is_empty() {
                self.link(ALL, group);
            }
        }
        for host in 0..self.hosts.len() {
            let grouped = self.hosts[host]
                .groups
                .iter()
                .any(|&group| group > UNGROUPED);
            if grouped {
                self.leave(UNGROUPED, host);
            } else if !self.hosts[host].is_implicit() {
                self.join(UNGROUPED, host);
            }
        }
    }

    /// Warns of names that are both a host's and a group's.
    fn warn_of_shared_names(&mut self) {
        let shared: Vec<String> = self
            .hosts()
            .map(|host| host.name().to_owned())
            .filter(|name| self.group_ids.contains_key(name))
            .collect();
        for name in shared {
            self.warn(
                Fault::new(format!("`{name}` is the name of both a group and a host"))
                    .help("rename one of them"),
            );
        }
    }
}

fn priority(value: &Node) -> Result<i64, Fault> {
    let number = match &value.kind {
        Kind::Int(number) => Some(*number),
        Kind::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| Mistake::Priority(value.describe()).at(&value.place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(kind: Kind) -> Node {
        Node::new(Place::outside("test", ""), kind)
    }

    fn names(groups: &[&Group]) -> String {
        groups
            .iter()
            .map(|group| group.name())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn add_host_says_whether_it_changed_anything() {
        let mut inventory = Inventory::default();
        let groups = ["web".to_owned()];
        let variables = [("a".to_owned(), node(Kind::Int(1)))];
        assert!(inventory.add_host("new", &groups, &variables).unwrap());
        assert!(!inventory.add_host("new", &groups, &variables).unwrap());
        assert!(
            inventory
                .add_host("new", &[], &[("a".to_owned(), node(Kind::Int(2)))])
                .unwrap()
        );
        assert_eq!(names(&inventory.groups_of("new")), "all web");
        assert!(inventory.add_host("alone", &[], &[]).unwrap());
        assert_eq!(names(&inventory.groups_of("alone")), "all ungrouped");
        assert!(inventory.add_host("alone", &groups, &[]).unwrap());
        assert_eq!(names(&inventory.groups_of("alone")), "all web");
    }

    #[test]
    fn add_group_makes_groups_and_parents() {
        let mut inventory = Inventory::default();
        inventory.add_host("h", &[], &[]).unwrap();
        let parents = ["os".to_owned()];
        assert!(inventory.add_group("h", "os_debian", &parents).unwrap());
        assert!(!inventory.add_group("h", "os_debian", &parents).unwrap());
        assert_eq!(names(&inventory.groups_of("h")), "all os os_debian");
        assert!(inventory.add_group("localhost", "here", &[]).unwrap());
        assert_eq!(names(&inventory.groups_of("localhost")), "all here");
        assert_eq!(inventory.hosts_of("all").len(), 1);
    }

    #[test]
    fn variables_win_by_depth_then_priority_then_name() {
        let mut inventory = Inventory::default();
        for group in ["b", "a", "c"] {
            inventory.add_group("localhost", group, &[]).unwrap();
        }
        let id = inventory.group_id("a").unwrap();
        inventory
            .set_group_variable(
                id,
                "ansible_group_priority",
                node(Kind::String("9".to_owned())),
            )
            .unwrap();
        assert_eq!(names(&inventory.groups_of("localhost")), "all b c a");
        assert!(inventory.group("a").unwrap().variables().is_empty());
    }
}
