use super::{GroupId, Inventory, Mistake, ini, mistake};
use crate::source::{Fault, Kind, Node, Place};
use std::collections::BTreeMap;

/// What a document of groups says beside the groups.
pub(super) struct Named {
    /// Its hosts, some perhaps twice.
    pub hosts: Vec<String>,
    /// Whether it has their variables, too (`_meta`).
    pub complete: bool,
}

/// Reads groups as inventory scripts print them: `{"GROUP": {"hosts": […], "vars": {…}, "children": […]}, "_meta": {…}}`.
///
/// # Errors
/// A document of another shape.
pub(super) fn read(document: &Node, inventory: &mut Inventory) -> Result<Named, Fault> {
    let Some(entries) = document.as_map() else {
        return Err(shape("the printed inventory", "a map", document));
    };
    let mut groups = Groups {
        inventory,
        hosts: Vec::new(),
    };
    let mut known = None;
    for (name, value) in entries {
        match name.as_str() {
            Some("_meta") => known = Some(host_variables(value)?),
            Some(name) => groups
                .group(name, value)
                .map_err(mistake::within(&document.place))?,
            None => {}
        }
    }
    if let Some(known) = &known {
        groups.set(known)?;
    }
    Ok(Named {
        hosts: groups.hosts,
        complete: known.is_some(),
    })
}

type HostVariables<'a> = BTreeMap<&'a str, &'a [(Node, Node)]>;

fn host_variables(meta: &Node) -> Result<HostVariables<'_>, Fault> {
    let hosts = meta.get("hostvars").unwrap_or(meta);
    let Some(hosts) = meta.get("hostvars").and_then(Node::as_map) else {
        return Err(shape("`_meta.hostvars`", "a map", hosts));
    };
    let mut known = BTreeMap::new();
    for (name, variables) in hosts {
        let Some(entries) = variables.as_map() else {
            return Err(shape("the variables of a host", "a map", variables));
        };
        known.extend(name.as_str().map(|name| (name, entries)));
    }
    Ok(known)
}

struct Groups<'a> {
    inventory: &'a mut Inventory,
    /// The hosts that this document named.
    hosts: Vec<String>,
}

impl Groups<'_> {
    fn group(&mut self, name: &str, body: &Node) -> Result<(), Fault> {
        let group = self.inventory.declare_group(name)?;
        let known = ["hosts", "vars", "children"]
            .iter()
            .any(|key| body.get(key).is_some());
        match &body.kind {
            Kind::Map(entries) if !known => self.lone_host(name, group, entries, &body.place),
            Kind::Map(_) => self.sections(name, group, body),
            Kind::List(hosts) => self.hosts(group, hosts),
            _ => Err(shape(&format!("group `{name}`"), "a map", body)),
        }
    }

    /// The oldest form: a group without sections is one host of its own name, whose variables are never templates.
    fn lone_host(
        &mut self,
        name: &str,
        group: GroupId,
        entries: &[(Node, Node)],
        place: &Place,
    ) -> Result<(), Fault> {
        self.inventory.warn(
            Fault::new(format!(
                "group `{name}` has no `hosts`: it is read as one host of that name"
            ))
            .at(place)
            .help(format!(
                "print {{\"{name}\": {{\"hosts\": [\"{name}\"], \"vars\": {{…}}}}}}"
            )),
        );
        self.host(name, group, place)?;
        let raw =
            |value: &Node| Node::new(value.place.clone(), Kind::Unsafe(Box::new(value.clone())));
        let entries: Vec<(Node, Node)> = entries
            .iter()
            .map(|(key, value)| (key.clone(), raw(value)))
            .collect();
        self.variables(group, &entries)
    }

    fn sections(&mut self, name: &str, group: GroupId, body: &Node) -> Result<(), Fault> {
        if let Some(hosts) = body.get("hosts") {
            let Some(hosts) = hosts.as_list() else {
                return Err(shape(&format!("`hosts` of `{name}`"), "a list", hosts));
            };
            self.hosts(group, hosts)?;
        }
        if let Some(variables) = body.get("vars") {
            let Some(variables) = variables.as_map() else {
                return Err(shape(&format!("`vars` of `{name}`"), "a map", variables));
            };
            self.variables(group, variables)?;
        }
        if let Some(children) = body.get("children") {
            let Some(children) = children.as_list() else {
                return Err(shape(
                    &format!("`children` of `{name}`"),
                    "a list",
                    children,
                ));
            };
            for child in children {
                let child = self
                    .inventory
                    .declare_group(string(child, "a group's name")?)?;
                self.inventory.adopt(group, child)?;
            }
        }
        Ok(())
    }

    fn variables(&mut self, group: GroupId, entries: &[(Node, Node)]) -> Result<(), Fault> {
        for (name, value) in entries {
            self.inventory.set_group_variable(
                group,
                string(name, "a variable's name")?,
                value.clone(),
            )?;
        }
        Ok(())
    }

    fn hosts(&mut self, group: GroupId, hosts: &[Node]) -> Result<(), Fault> {
        for host in hosts {
            self.host(string(host, "a host's name")?, group, &host.place)?;
        }
        Ok(())
    }

    fn host(&mut self, name: &str, group: GroupId, place: &Place) -> Result<(), Fault> {
        ini::declare_host(self.inventory, name, None, group, place)?;
        self.hosts.push(name.to_owned());
        Ok(())
    }

    fn set(&mut self, known: &HostVariables) -> Result<(), Fault> {
        for name in &self.hosts {
            let host = self.inventory.declare_host(name)?;
            for (name, value) in known.get(name.as_str()).copied().unwrap_or_default() {
                let name = string(name, "a variable's name")?;
                self.inventory.set_host_variable(host, name, value.clone());
            }
        }
        Ok(())
    }
}

pub(super) fn string<'a>(node: &'a Node, what: &str) -> Result<&'a str, Fault> {
    node.as_str().ok_or_else(|| shape(what, "a string", node))
}

pub(super) fn shape(what: &str, expected: &'static str, found: &Node) -> Fault {
    Mistake::Shape {
        what: what.to_owned(),
        expected,
        found: found.describe(),
    }
    .at(&found.place)
}
