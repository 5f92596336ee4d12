use super::{GroupId, Inventory, Mistake, Plugin, ini, mistake};
use crate::source::{Fault, Kind, Node};

/// Reads an inventory from a YAML (or JSON) document: a map of groups with `hosts`, `vars` and `children`.
///
/// # Errors
/// A document of another shape; an inventory plugin's configuration.
pub fn read(document: &Node, inventory: &mut Inventory) -> Result<(), Fault> {
    let Some(groups) = document.as_map() else {
        return Err(shape("a YAML inventory", "a map of groups", document));
    };
    if let Some(plugin) = document.get("plugin").filter(|plugin| !plugin.is_null()) {
        let name = plugin.as_str().unwrap_or("plugin");
        let name = name.to_owned();
        return Err(match Plugin::find(&name) {
            Some(_) => Mistake::DormantPlugin(name),
            None => Mistake::Plugin(name),
        }
        .at(&plugin.place));
    }
    for (name, body) in groups {
        if matches!(body.kind, Kind::Map(_) | Kind::Null) {
            group(inventory, name, body)?;
        } else {
            let found = body.describe();
            let warning = format!(
                "`{}` is no group: a group is a map, this is {found}",
                label(name)
            );
            inventory.warn(Fault::new(warning).at(&name.place));
        }
    }
    Ok(())
}

fn group(inventory: &mut Inventory, name: &Node, body: &Node) -> Result<GroupId, Fault> {
    let Some(text) = name.as_str() else {
        return Err(shape("a group's name", "a string (put it in quotes)", name));
    };
    let group = inventory
        .declare_group(text)
        .map_err(mistake::within(&name.place))?;
    let entries = match &body.kind {
        Kind::Null => return Ok(group),
        Kind::Map(entries) => entries,
        _ => return Err(shape(&format!("group `{text}`"), "a map", body)),
    };
    for (key, value) in entries {
        match key.as_str() {
            Some("vars") => variables(inventory, group, text, value)?,
            Some("children") => children(inventory, group, text, value)?,
            Some("hosts") => hosts(inventory, group, text, value)?,
            _ => inventory.warn(
                Fault::new(format!("`{}` in group `{text}` is ignored", label(key)))
                    .at(&key.place)
                    .help("a group holds `hosts`, `vars` and `children`"),
            ),
        }
    }
    Ok(group)
}

fn variables(
    inventory: &mut Inventory,
    group: GroupId,
    owner: &str,
    value: &Node,
) -> Result<(), Fault> {
    for (name, value) in section(owner, "vars", value)? {
        inventory.set_group_variable(group, &label(&name), value)?;
    }
    Ok(())
}

fn children(
    inventory: &mut Inventory,
    parent: GroupId,
    owner: &str,
    value: &Node,
) -> Result<(), Fault> {
    for (name, body) in section(owner, "children", value)? {
        let child = group(inventory, &name, &body)?;
        inventory
            .adopt(parent, child)
            .map_err(mistake::within(&name.place))?;
    }
    Ok(())
}

fn hosts(
    inventory: &mut Inventory,
    group: GroupId,
    owner: &str,
    value: &Node,
) -> Result<(), Fault> {
    for (pattern, body) in section(owner, "hosts", value)? {
        let Some(text) = pattern.as_str() else {
            return Err(shape(
                "a host's name",
                "a string (put it in quotes)",
                &pattern,
            ));
        };
        let added = ini::declare_hosts(inventory, text, group, &pattern.place)
            .map_err(mistake::within(&pattern.place))?;
        for (name, value) in section(text, "the variables", &body)? {
            for &host in &added {
                inventory.set_host_variable(host, &label(&name), value.clone());
            }
        }
    }
    Ok(())
}

/// The entries of a section; a lone string stands for one entry without a value.
fn section(owner: &str, name: &str, value: &Node) -> Result<Vec<(Node, Node)>, Fault> {
    match &value.kind {
        Kind::Null => Ok(Vec::new()),
        Kind::Map(entries) => Ok(entries.clone()),
        Kind::String(_) => Ok(vec![(
            value.clone(),
            Node::new(value.place.clone(), Kind::Null),
        )]),
        _ => Err(shape(
            &format!("`{name}` of `{owner}`"),
            "a map, each name followed by a colon",
            value,
        )),
    }
}

fn shape(what: &str, expected: &'static str, found: &Node) -> Fault {
    Mistake::Shape {
        what: what.to_owned(),
        expected,
        found: found.describe(),
    }
    .at(&found.place)
}

/// A key as it names a variable.
pub(super) fn label(key: &Node) -> String {
    match &key.kind {
        Kind::String(text) => text.clone(),
        Kind::Int(number) => number.to_string(),
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        _ => key.place.text().to_owned(),
    }
}

/// The entries of a map of variables, as raw values by name.
///
/// # Errors
/// Anything but a map, or nothing.
pub(super) fn variables_of(document: &Node) -> Result<Vec<(String, Node)>, Fault> {
    match &document.kind {
        Kind::Null => Ok(Vec::new()),
        Kind::Map(entries) => Ok(entries
            .iter()
            .map(|(name, value)| (label(name), value.clone()))
            .collect()),
        _ => Err(shape("a file of variables", "a map", document)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceFile, yaml::load_one};

    fn inventory(text: &str) -> Result<Inventory, Fault> {
        let mut inventory = Inventory::default();
        read(
            &load_one(&SourceFile::new("hosts.yml", text)).unwrap(),
            &mut inventory,
        )?;
        inventory.settle();
        Ok(inventory)
    }

    #[test]
    fn reads_nested_groups_and_ranges() {
        let text = "all:\n  children:\n    web:\n      hosts:\n        w[1:2]:22: {a: 1}\n      vars: {b: 2}\n    lone:\n      hosts: x\n";
        let inventory = inventory(text).unwrap();
        let hosts: Vec<&str> = inventory.hosts().map(|host| host.name()).collect();
        assert_eq!(hosts, ["w1", "w2", "x"]);
        let w2 = inventory.host("w2").unwrap().variables();
        assert_eq!(w2.get("ansible_port").unwrap().kind, Kind::Int(22));
        assert_eq!(w2.get("a").unwrap().place.to_string(), "hosts.yml:5:24");
        assert!(
            inventory
                .group("web")
                .unwrap()
                .variables()
                .get("b")
                .is_some()
        );
    }

    #[test]
    fn warns_of_what_it_ignores() {
        let inventory = inventory("web:\n  host: {a: }\nx: 5\n").unwrap();
        let warnings: Vec<String> = inventory
            .warnings()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            warnings,
            [
                "hosts.yml:2:3: `host` in group `web` is ignored",
                "hosts.yml:3:1: `x` is no group: a group is a map, this is a number"
            ]
        );
    }

    #[test]
    fn points_at_what_is_wrong() {
        let cases = [
            (
                "- a",
                "hosts.yml:1:1: a YAML inventory must be a map of groups, found a list",
            ),
            (
                "plugin: aws_ec2",
                "hosts.yml:1:9: the file configures the inventory plugin `aws_ec2`, which farcast does not have",
            ),
            (
                "g: {hosts: [a]}",
                "hosts.yml:1:12: `hosts` of `g` must be a map, each name followed by a colon, found a list",
            ),
            (
                "g: {hosts: {1: }}",
                "hosts.yml:1:13: a host's name must be a string (put it in quotes), found a number",
            ),
            (
                "g: {children: {g: }}",
                "hosts.yml:1:16: group `g` cannot be its own child",
            ),
            (
                "g: {hosts: {\"w[1:\": }}",
                "hosts.yml:1:13: `w[1:` ends in `:` but no port follows",
            ),
            (
                "g: {children: {h: 5}}",
                "hosts.yml:1:19: group `h` must be a map, found a number",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(inventory(text).unwrap_err().to_string(), message, "{text}");
        }
    }
}
