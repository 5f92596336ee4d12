use super::json;
use crate::{
    inventory::{Group, Host, Inventory, Layer, Mistake},
    source::{Fault, Node, Store},
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};

/// What to print, and how.
pub struct Listing<'a> {
    pub inventory: &'a Inventory,
    pub store: &'a Store,
    /// Only these hosts are shown, as a limit does; all where it is none.
    pub limit: Option<&'a [String]>,
    /// Shows groups' variables at the groups and hosts' own at the hosts, instead of all variables at each host.
    pub export: bool,
    /// Variables that win over every host's own (`--extra-vars`); an export leaves them out.
    pub extra: &'a [(String, Node)],
}

impl Listing<'_> {
    pub(super) fn shows(&self, host: &Host) -> bool {
        self.limit
            .is_none_or(|limit| limit.iter().any(|name| name == host.name()))
    }

    pub(super) fn host_variables(&self, host: &Host) -> Result<BTreeMap<String, Node>, Fault> {
        let layers = self.inventory.layers(host.name(), self.store)?;
        let own = |layer: &Layer| !self.export || layer.owner.is_host();
        let mut variables = variables(layers.iter().filter(|layer| own(layer)));
        if !self.export {
            variables.extend(self.extra.iter().cloned());
        }
        Ok(variables)
    }

    pub(super) fn group_variables(&self, group: &Group) -> Result<BTreeMap<String, Node>, Fault> {
        let layers = self.inventory.group_layers(group.name(), self.store)?;
        Ok(variables(&layers))
    }
}

/// Lays layers over each other: the last value for a name wins.
pub fn variables<'a>(layers: impl IntoIterator<Item = &'a Layer>) -> BTreeMap<String, Node> {
    let entries = layers
        .into_iter()
        .flat_map(|layer| layer.variables.entries());
    entries.cloned().collect()
}

/// `--host NAME`: the host's variables.
///
/// # Errors
/// A pattern that names another number of hosts than one, or a file of variables that cannot be read.
pub fn host(listing: &Listing, pattern: &str) -> Result<Value, Fault> {
    let selection = listing.inventory.select(pattern, None)?;
    let [name] = &selection.hosts[..] else {
        let count = selection.hosts.len();
        let pattern = pattern.to_owned();
        return Err(Mistake::NotOneHost { pattern, count }.into());
    };
    match listing.inventory.host(name) {
        Some(host) => {
            let variables = listing.host_variables(host)?;
            Ok(variables
                .iter()
                .map(|(name, node)| (name.clone(), json::unmarked(node)))
                .collect())
        }
        None => Ok(json!({})),
    }
}

pub(super) fn object(variables: &BTreeMap<String, Node>) -> Value {
    variables
        .iter()
        .map(|(name, node)| (name.clone(), json::value(node)))
        .collect()
}

/// `--list`: the groups below `all`, and `_meta` with each host's variables.
///
/// # Errors
/// A file of variables that cannot be read.
pub fn list(listing: &Listing) -> Result<Value, Fault> {
    let mut groups = Map::new();
    let mut seen = HashSet::new();
    if let Some(all) = listing.inventory.group("all") {
        add_group(listing, all, &mut seen, &mut groups)?;
    }
    let mut hosts = Map::new();
    for host in listing
        .inventory
        .hosts_of("all")
        .into_iter()
        .filter(|host| listing.shows(host))
    {
        let variables = listing.host_variables(host)?;
        if !variables.is_empty() {
            hosts.insert(host.name().to_owned(), object(&variables));
        }
    }
    groups.insert(
        "_meta".to_owned(),
        json!({"hostvars": hosts, "profile": "inventory_legacy"}),
    );
    Ok(Value::Object(groups))
}

fn add_group<'a>(
    listing: &Listing<'a>,
    group: &'a Group,
    seen: &mut HashSet<&'a str>,
    groups: &mut Map<String, Value>,
) -> Result<(), Fault> {
    let mut body = Map::new();
    if group.name() != "all" {
        let hosts = listing
            .inventory
            .members(group)
            .filter(|host| listing.shows(host));
        put(
            &mut body,
            "hosts",
            hosts
                .map(|host| Value::from(host.name()))
                .collect::<Vec<_>>(),
        );
    }
    let mut children = Vec::new();
    for child in listing.inventory.children(group) {
        children.push(Value::from(child.name()));
        if seen.insert(child.name()) {
            add_group(listing, child, seen, groups)?;
        }
    }
    put(&mut body, "children", children);
    if listing.export {
        let variables = exported(listing, group)?;
        if !variables.is_empty() {
            body.insert("vars".to_owned(), Value::Object(variables));
        }
    }
    if !body.is_empty() {
        groups.insert(group.name().to_owned(), Value::Object(body));
    }
    Ok(())
}

fn put(body: &mut Map<String, Value>, key: &str, items: Vec<Value>) {
    if !items.is_empty() {
        body.insert(key.to_owned(), Value::Array(items));
    }
}

pub(super) fn exported(listing: &Listing, group: &Group) -> Result<Map<String, Value>, Fault> {
    let variables = listing.group_variables(group)?;
    let mut exported: Map<String, Value> = variables
        .iter()
        .map(|(name, node)| (name.clone(), json::value(node)))
        .collect();
    if group.priority() != 1 {
        exported.insert(
            "ansible_group_priority".to_owned(),
            Value::from(group.priority()),
        );
    }
    Ok(exported)
}

/// `--list --yaml`: the groups as a tree, each host's variables where it appears first.
///
/// # Errors
/// A file of variables that cannot be read.
pub fn tree(listing: &Listing) -> Result<Value, Fault> {
    let mut tree = Map::new();
    if let Some(all) = listing.inventory.group("all") {
        Tree {
            listing,
            groups: HashSet::new(),
            hosts: HashSet::new(),
        }
        .grow(all, &mut tree)?;
    }
    Ok(Value::Object(tree))
}

struct Tree<'a> {
    listing: &'a Listing<'a>,
    groups: HashSet<&'a str>,
    hosts: HashSet<&'a str>,
}

impl<'a> Tree<'a> {
    fn grow(&mut self, group: &'a Group, into: &mut Map<String, Value>) -> Result<(), Fault> {
        let mut body = Map::new();
        let children = self.children(group)?;
        let hosts = self.members(group)?;
        for (key, entries) in [("children", children), ("hosts", hosts)] {
            if !entries.is_empty() {
                body.insert(key.to_owned(), Value::Object(entries));
            }
        }
        if self.listing.export {
            let variables = exported(self.listing, group)?;
            if !variables.is_empty() {
                body.insert("vars".to_owned(), Value::Object(variables));
            }
        }
        if !body.is_empty() {
            into.insert(group.name().to_owned(), Value::Object(body));
        }
        Ok(())
    }

    fn children(&mut self, group: &'a Group) -> Result<Map<String, Value>, Fault> {
        let mut children = Map::new();
        for child in self.listing.inventory.children(group) {
            if self.groups.contains(child.name()) {
                children.insert(child.name().to_owned(), json!({}));
            } else {
                self.grow(child, &mut children)?;
                self.groups.insert(child.name());
            }
        }
        Ok(children)
    }

    fn members(&mut self, group: &'a Group) -> Result<Map<String, Value>, Fault> {
        let mut hosts = Map::new();
        let members = self.listing.inventory.members(group);
        for host in members.filter(|host| group.name() != "all" && self.listing.shows(host)) {
            let variables = match self.hosts.insert(host.name()) {
                true => object(&self.listing.host_variables(host)?),
                false => json!({}),
            };
            hosts.insert(host.name().to_owned(), variables);
        }
        Ok(hosts)
    }
}
