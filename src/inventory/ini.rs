use super::{Address, GroupId, HostId, Inventory, Mistake, literal, mistake, range, words};
use crate::source::{Fault, Kind, Node, Place, SourceFile};
use std::sync::Arc;

/// Reads Ansible's INI format into an inventory.
///
/// # Errors
/// The first line that cannot be understood, or a group that is used but defined nowhere.
pub fn read(file: &Arc<SourceFile>, inventory: &mut Inventory) -> Result<(), Fault> {
    let group = inventory.declare_group("ungrouped")?;
    let mut ini = Ini {
        file,
        inventory,
        section: Section::Hosts,
        group,
        awaited: Vec::new(),
    };
    let mut start = 0;
    for line in file.text().split_inclusive('\n') {
        let text = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        if !text.is_empty() && !text.starts_with(['#', ';']) {
            let place = Place::new(file, at, at + text.len());
            ini.line(text, &place).map_err(mistake::within(&place))?;
        }
        start += line.len();
    }
    ini.nothing_awaited()
}

#[derive(Clone, Copy)]
enum Section {
    Hosts,
    Children,
    Vars,
}

/// A group that was used before it was defined.
struct Awaited {
    name: String,
    place: Place,
    /// The groups it shall be a child of; empty where only its variables were given.
    parents: Vec<GroupId>,
}

struct Ini<'a> {
    file: &'a Arc<SourceFile>,
    inventory: &'a mut Inventory,
    section: Section,
    group: GroupId,
    awaited: Vec<Awaited>,
}

impl Ini<'_> {
    fn line(&mut self, line: &str, place: &Place) -> Result<(), Fault> {
        if let Some((group, kind)) = header(line) {
            return self.begin(group, kind, place);
        }
        if line.starts_with('[') && (line.ends_with(']') || !line.contains(']')) {
            return Err(Mistake::Section(line.to_owned()).into());
        }
        match self.section {
            Section::Hosts => self.host(line, place),
            Section::Children => self.child(line, place),
            Section::Vars => self.variable(line, place),
        }
    }

    fn begin(&mut self, group: &str, kind: Option<&str>, place: &Place) -> Result<(), Fault> {
        self.section = match kind {
            None | Some("hosts") => Section::Hosts,
            Some("children") => Section::Children,
            Some("vars") => Section::Vars,
            Some(kind) => {
                return Err(Mistake::SectionKind {
                    section: format!("{group}:{kind}"),
                    kind: kind.to_owned(),
                }
                .into());
            }
        };
        let vars = matches!(self.section, Section::Vars);
        let awaited = self
            .awaited
            .iter()
            .position(|awaited| awaited.name == group);
        if vars && awaited.is_none() && self.inventory.group_id(group).is_none() {
            self.awaited.push(Awaited {
                name: group.to_owned(),
                place: place.clone(),
                parents: Vec::new(),
            });
        }
        self.group = self.inventory.declare_group(group)?;
        if let (false, Some(awaited)) = (vars, awaited) {
            for parent in self.awaited.remove(awaited).parents {
                self.inventory.adopt(parent, self.group)?;
            }
        }
        Ok(())
    }

    fn host(&mut self, line: &str, place: &Place) -> Result<(), Fault> {
        let words = words::split(line).map_err(Mistake::from)?;
        let Some((pattern, assignments)) = words.split_first() else {
            return Ok(());
        };
        let within = |at: &std::ops::Range<usize>| {
            Place::new(self.file, place.start() + at.start, place.start() + at.end)
        };
        let pattern_place = within(&pattern.at);
        let hosts = declare_hosts(self.inventory, &pattern.text, self.group, &pattern_place)
            .map_err(mistake::within(&pattern_place))?;
        for word in assignments {
            let place = within(&word.at);
            let Some((name, value)) = word.text.split_once('=') else {
                return Err(Mistake::Assignment(word.text.clone()).at(&place));
            };
            let value = literal::read(value, &place);
            for &host in &hosts {
                self.inventory.set_host_variable(host, name, value.clone());
            }
        }
        Ok(())
    }

    fn child(&mut self, line: &str, place: &Place) -> Result<(), Fault> {
        let name = line
            .split_once('#')
            .map_or(line, |(name, _)| name)
            .trim_end();
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == ':' || c == ']') {
            return Err(Mistake::GroupName(line.to_owned()).into());
        }
        if let Some(child) = self.inventory.group_id(name) {
            self.inventory.adopt(self.group, child)?;
        } else if let Some(awaited) = self.awaited.iter_mut().find(|awaited| awaited.name == name) {
            awaited.parents.push(self.group);
        } else {
            self.awaited.push(Awaited {
                name: name.to_owned(),
                place: place.clone(),
                parents: vec![self.group],
            });
        }
        Ok(())
    }

    fn variable(&mut self, line: &str, place: &Place) -> Result<(), Fault> {
        let Some((name, value)) = line.split_once('=') else {
            return Err(Mistake::Assignment(line.to_owned()).into());
        };
        let value = value.trim();
        let place = Place::new(self.file, place.end() - value.len(), place.end());
        self.inventory
            .set_group_variable(self.group, name.trim(), literal::read(value, &place))
    }

    fn nothing_awaited(&self) -> Result<(), Fault> {
        let Some(awaited) = self.awaited.first() else {
            return Ok(());
        };
        let child = awaited.name.clone();
        Err(match awaited.parents.last() {
            Some(&parent) => Mistake::UndefinedChild {
                parent: self.inventory.groups[parent].name().to_owned(),
                child,
            },
            None => Mistake::VarsOfUndefined(child),
        }
        .at(&awaited.place))
    }
}

/// Splits `[group:kind] # comment`.
fn header(line: &str) -> Option<(&str, Option<&str>)> {
    let (inside, after) = line.strip_prefix('[')?.split_once(']')?;
    let after = after.trim_start();
    if !(after.is_empty() || after.starts_with('#')) {
        return None;
    }
    let (group, kind) = match inside.split_once(':') {
        Some((group, kind)) => (group, Some(kind)),
        None => (inside, None),
    };
    let word =
        |kind: &str| !kind.is_empty() && kind.chars().all(|c| c.is_alphanumeric() || c == '_');
    let valid = !group.is_empty() && !group.contains(char::is_whitespace) && kind.is_none_or(word);
    valid.then_some((group, kind))
}

/// Adds the hosts that a pattern such as `web[01:10]:2222` names to a group.
pub(super) fn declare_hosts(
    inventory: &mut Inventory,
    pattern: &str,
    group: GroupId,
    place: &Place,
) -> Result<Vec<HostId>, Fault> {
    let (pattern, port) = match Address::parse(pattern) {
        Some(address) => (address.host, address.port),
        None if pattern == "---" => return Err(Mistake::YamlMarker.into()),
        None if pattern.ends_with(':') => return Err(Mistake::Port(pattern.to_owned()).into()),
        None => (pattern.to_owned(), None),
    };
    let mut hosts = Vec::new();
    for name in range::expand(&pattern).map_err(Mistake::from)? {
        hosts.push(declare_host(inventory, &name, port, group, place)?);
    }
    Ok(hosts)
}

/// Adds one host to a group; its port counts where the host is new.
pub(super) fn declare_host(
    inventory: &mut Inventory,
    name: &str,
    port: Option<u16>,
    group: GroupId,
    place: &Place,
) -> Result<HostId, Fault> {
    let before = inventory.hosts.len();
    let host = inventory.declare_host(name)?;
    if let (true, Some(port)) = (inventory.hosts.len() > before, port) {
        let port = Node::new(place.clone(), Kind::Int(port.into()));
        inventory.set_host_variable(host, "ansible_port", port);
    }
    inventory.join(group, host);
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory(text: &str) -> Result<Inventory, Fault> {
        let mut inventory = Inventory::default();
        read(&SourceFile::new("hosts", text), &mut inventory)?;
        inventory.settle();
        Ok(inventory)
    }

    fn fault(text: &str) -> String {
        inventory(text).unwrap_err().to_string()
    }

    #[test]
    fn reads_hosts_groups_children_and_variables() {
        let text = "lone\n[web]  # front\nweb[1:2]:2222 a=1 b='x y' # c\n\n; note\n[all:vars]\nn = 5\n[site:children]\nweb\ndb\n[db]\ndb1\n";
        let inventory = inventory(text).unwrap();
        let hosts: Vec<&str> = inventory.hosts().map(|host| host.name()).collect();
        assert_eq!(hosts, ["lone", "web1", "web2", "db1"]);
        let web1 = inventory.host("web1").unwrap().variables();
        assert_eq!(web1.get("ansible_port").unwrap().kind, Kind::Int(2222));
        let b = web1.get("b").unwrap();
        assert_eq!(b.as_str(), Some("x y"));
        assert_eq!(b.place.to_string(), "hosts:3:19");
        let groups: Vec<&str> = inventory
            .groups_of("db1")
            .iter()
            .map(|group| group.name())
            .collect();
        assert_eq!(groups, ["all", "site", "db"]);
        let n = inventory
            .group("all")
            .unwrap()
            .variables()
            .get("n")
            .unwrap();
        assert_eq!(
            (n.place.to_string().as_str(), &n.kind),
            ("hosts:7:5", &Kind::Int(5))
        );
        let lone: Vec<&str> = inventory
            .groups_of("lone")
            .iter()
            .map(|group| group.name())
            .collect();
        assert_eq!(lone, ["all", "ungrouped"]);
    }

    #[test]
    fn points_at_what_is_wrong() {
        let cases = [
            ("a\n  w[1", "hosts:2:3: the range is not closed by `]`"),
            ("[a:b]", "hosts:1:1: section [a:b] has the unknown type `b`"),
            ("[a b]", "hosts:1:1: `[a b]` is no section header"),
            ("[a", "hosts:1:1: `[a` is no section header"),
            ("a b", "hosts:1:3: expected `name=value`, found `b`"),
            (
                "a x='b",
                "hosts:1:1: a quote or a backslash at the end of the line is not closed",
            ),
            (
                "[g:vars]\nx=1",
                "hosts:1:1: section [g:vars] is for a group that is defined nowhere",
            ),
            (
                "[g:children]\nx",
                "hosts:2:1: section [g:children] includes the group `x`, which is defined nowhere",
            ),
            (
                "[a]\n[b]\n[a:children]\nb\n[b:children]\na",
                "hosts:6:1: group `a` cannot be a child of `b`: it contains `b` already",
            ),
            (
                "[a:children]\na",
                "hosts:2:1: group `a` cannot be its own child",
            ),
            (
                "[a:children]\nall",
                "hosts:2:1: group `all` cannot be a child of `a`: it contains `a` already",
            ),
            (
                "[all:vars]\nansible_group_priority=x",
                "hosts:2:24: ansible_group_priority must be a whole number, found a string",
            ),
            ("web:", "hosts:1:1: `web:` ends in `:` but no port follows"),
            (
                "---",
                "hosts:1:1: `---` begins a YAML file, but this file is read as INI",
            ),
            (
                "[a:children]\nb c",
                "hosts:2:1: expected the name of a group, found `b c`",
            ),
            (
                "[a:vars]\nb\n[a]",
                "hosts:2:1: expected `name=value`, found `b`",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(fault(text), message, "{text}");
        }
    }

    #[test]
    fn the_port_of_a_known_host_is_ignored() {
        let inventory = inventory("a:1\na:2").unwrap();
        assert_eq!(
            inventory
                .host("a")
                .unwrap()
                .variables()
                .get("ansible_port")
                .unwrap()
                .kind,
            Kind::Int(1)
        );
    }
}
