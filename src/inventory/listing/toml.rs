use super::{Listing, list::exported, list::object};
use crate::{inventory::Group, source::Fault};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// `--list --toml`: a table a group, each host's variables where it appears first.
///
/// # Errors
/// A file of variables that cannot be read.
pub fn tables(listing: &Listing) -> Result<Value, Fault> {
    let mut tables = Tables {
        listing,
        hosts: HashSet::new(),
        written: Map::new(),
    };
    if let Some(all) = listing.inventory.group("all") {
        tables.group(all)?;
    }
    Ok(Value::Object(tables.written))
}

/// TOML has no nothing: entries without a value are left out.
pub fn to_toml(value: &Value) -> String {
    let mut value = value.clone();
    without_nulls(&mut value);
    value.sort_all_objects();
    toml::to_string_pretty(&value).unwrap_or_else(|_| value.to_string())
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(without_nulls);
        }
        Value::Object(entries) => {
            entries.retain(|_, item| !item.is_null());
            entries.values_mut().for_each(without_nulls);
        }
        _ => {}
    }
}

struct Tables<'a> {
    listing: &'a Listing<'a>,
    hosts: HashSet<&'a str>,
    written: Map<String, Value>,
}

impl<'a> Tables<'a> {
    fn group(&mut self, group: &'a Group) -> Result<(), Fault> {
        let mut body = Map::new();
        let mut children = Vec::new();
        for child in self.listing.inventory.children(group) {
            children.push(Value::from(child.name()));
            if !self.written.contains_key(child.name()) {
                self.group(child)?;
            }
        }
        if group.name() != "all" {
            if !children.is_empty() {
                body.insert("children".to_owned(), children.into());
            }
            let hosts = self.members(group)?;
            if !hosts.is_empty() {
                body.insert("hosts".to_owned(), hosts.into());
            }
        }
        if self.listing.export {
            let variables = exported(self.listing, group)?;
            if !variables.is_empty() {
                body.insert("vars".to_owned(), variables.into());
            }
        }
        if !body.is_empty() {
            self.written.insert(group.name().to_owned(), body.into());
        }
        Ok(())
    }

    fn members(&mut self, group: &'a Group) -> Result<Map<String, Value>, Fault> {
        let mut hosts = Map::new();
        let members = self.listing.inventory.members(group);
        for host in members.filter(|host| self.listing.shows(host)) {
            let variables = match self.hosts.insert(host.name()) {
                true => object(&self.listing.host_variables(host)?),
                false => json!({}),
            };
            hosts.insert(host.name().to_owned(), variables);
        }
        Ok(hosts)
    }
}
