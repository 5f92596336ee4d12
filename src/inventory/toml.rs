use super::{GroupId, Inventory, Mistake, ini, json, json_groups::shape, mistake};
use crate::source::{Fault, Kind, Node, Place, SourceFile};
use serde_json::Value;
use std::sync::Arc;

/// Reads an inventory in TOML: a table a group, with `hosts`, `vars` and `children`.
///
/// # Errors
/// A text that is no TOML, or of another shape.
pub(super) fn read(file: &Arc<SourceFile>, inventory: &mut Inventory) -> Result<(), Fault> {
    let value: Value = toml::from_str(file.text()).map_err(|error| broken(file, &error))?;
    let place = Place::new(file, 0, 0);
    let document = json::node(value, &place);
    let groups = document.as_map().unwrap_or_default();
    if groups.is_empty() {
        return Err(Mistake::EmptyFile.at(&place));
    }
    if let Some(plugin) = document.get("plugin") {
        let name = plugin.as_str().unwrap_or("plugin").to_owned();
        return Err(Mistake::DormantPlugin(name).at(&place));
    }
    for (name, body) in groups {
        let name = name.as_str().unwrap_or_default();
        if matches!(body.kind, Kind::Map(_)) {
            group(inventory, name, body)?;
        } else {
            let found = body.describe();
            let warning = format!("`{name}` is no group: a group is a table, this is {found}");
            inventory.warn(Fault::new(warning).at(&place));
        }
    }
    Ok(())
}

fn broken(file: &Arc<SourceFile>, error: &toml::de::Error) -> Fault {
    let at = error.span().unwrap_or(0..0);
    let message = error.message().lines().next().unwrap_or_default();
    Mistake::Toml(message.to_owned()).at(&Place::new(file, at.start, at.end))
}

fn group(inventory: &mut Inventory, name: &str, body: &Node) -> Result<(), Fault> {
    let group = inventory
        .declare_group(name)
        .map_err(mistake::within(&body.place))?;
    for (key, value) in body.as_map().unwrap_or_default() {
        match key.as_str() {
            Some("vars") => {
                for (variable, value) in table(name, "vars", value)? {
                    let variable = variable.as_str().unwrap_or_default();
                    inventory.set_group_variable(group, variable, value.clone())?;
                }
            }
            Some("children") => children(inventory, group, name, value)?,
            Some("hosts") => hosts(inventory, group, name, value)?,
            other => inventory.warn(
                Fault::new(format!(
                    "`{}` in group `{name}` is ignored",
                    other.unwrap_or_default()
                ))
                .at(&key.place)
                .help("a group holds `hosts`, `vars` and `children`"),
            ),
        }
    }
    Ok(())
}

fn children(
    inventory: &mut Inventory,
    group: GroupId,
    owner: &str,
    value: &Node,
) -> Result<(), Fault> {
    let Some(names) = value.as_list() else {
        return Err(shape(&format!("`children` of `{owner}`"), "a list", value));
    };
    for child in names {
        let Some(name) = child.as_str() else {
            return Err(shape("a group's name", "a string", child));
        };
        let child = inventory.declare_group(name)?;
        inventory.adopt(group, child)?;
    }
    Ok(())
}

fn hosts(
    inventory: &mut Inventory,
    group: GroupId,
    owner: &str,
    value: &Node,
) -> Result<(), Fault> {
    for (pattern, variables) in table(owner, "hosts", value)? {
        let text = pattern.as_str().unwrap_or_default();
        let added = ini::declare_hosts(inventory, text, group, &pattern.place)
            .map_err(mistake::within(&pattern.place))?;
        for (name, value) in table(text, "the variables", variables)? {
            for &host in &added {
                let name = name.as_str().unwrap_or_default();
                inventory.set_host_variable(host, name, value.clone());
            }
        }
    }
    Ok(())
}

fn table<'a>(owner: &str, section: &str, value: &'a Node) -> Result<&'a [(Node, Node)], Fault> {
    value
        .as_map()
        .ok_or_else(|| shape(&format!("`{section}` of `{owner}`"), "a table", value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Inventory, Fault> {
        let mut inventory = Inventory::default();
        read(&SourceFile::new("hosts.toml", text), &mut inventory)?;
        inventory.settle();
        Ok(inventory)
    }

    #[test]
    fn takes_groups_hosts_and_variables() {
        let inventory = load(
            "[web]\nchildren = [\"edge\"]\nvars = {tls = true}\n[web.hosts]\n\"w[1:2]:2222\" = {a = 1.5}\n[edge.hosts.e]\n",
        )
        .unwrap();
        let names: Vec<&str> = inventory
            .hosts_of("web")
            .iter()
            .map(|host| host.name())
            .collect();
        assert_eq!(names, ["w1", "w2", "e"]);
        let host = inventory.host("w2").unwrap().variables();
        assert_eq!(host.get("a").map(|a| &a.kind), Some(&Kind::Float(1.5)));
        assert_eq!(
            host.get("ansible_port").map(|port| &port.kind),
            Some(&Kind::Int(2222))
        );
    }

    #[test]
    fn says_where_the_text_is_broken() {
        let fault = load("[web]\nhosts = \n").unwrap_err();
        assert!(fault.to_string().starts_with("hosts.toml:2:"), "{fault}");
        assert_eq!(load("").unwrap_err().message(), "the inventory is empty");
        assert!(load("[web]\nhosts = [1]\n").is_err());
    }
}
