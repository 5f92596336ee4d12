use super::{
    GroupId, HostId, Inventory, ini, json, json_groups, keyed_group::safe_group_name,
    machine::is_address,
};
use crate::source::{Fault, Kind, Node, Place};
use serde_json::{Map, Value};

/// What outputs are read as hosts, for messages.
pub(super) const WANTED: &str = "an address, a list or map of addresses, a list or map of objects with `ansible_host` or an address, or named `ansible_inventory`";

/// The output that holds a whole inventory, as inventory scripts print it.
const WHOLE: &str = "ansible_inventory";

/// Where an object says how to reach a host, best first.
const ADDRESSES: [&str; 8] = [
    "ansible_host",
    "public_ip",
    "floating_ip",
    "ipv4_address",
    "address",
    "addr",
    "ip",
    "private_ip",
];

/// Reads hosts from the outputs of an infrastructure tool; gives how many there are. The others are left alone.
///
/// An output named `ansible_inventory` is a whole inventory, and then the only one that counts. Else an output whose value
/// holds addresses is a group of that name: a map of names and addresses, a map of names and objects, a list of addresses,
/// a list of objects. One lone address is a host named as the output.
///
/// # Errors
/// An `ansible_inventory` of another shape; a name that no host can have.
pub(super) fn add(
    outputs: &[(String, Value)],
    place: &Place,
    inventory: &mut Inventory,
) -> Result<usize, Fault> {
    if let Some((_, whole)) = outputs.iter().find(|(name, _)| name == WHOLE) {
        let opened = opened(whole);
        let node = json::node(opened.unwrap_or_else(|| whole.clone()), place);
        json_groups::read(&node, inventory)?;
        return Ok(inventory.hosts().count());
    }
    let mut added = 0;
    for (name, value) in outputs {
        let opened = opened(value);
        let hosts = found(name, opened.as_ref().unwrap_or(value));
        added += hosts.len();
        for host in hosts {
            let group = match host.lone {
                true => "ungrouped".to_owned(),
                false => safe_group_name(name),
            };
            let group = inventory.declare_group(&group)?;
            host.add(group, place, inventory)?;
        }
    }
    Ok(added)
}

/// A list or map that was put into a string as JSON (`jsonencode`).
fn opened(value: &Value) -> Option<Value> {
    let text = value.as_str()?.trim_start();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// A host that an output names.
struct Found {
    name: String,
    address: String,
    variables: Map<String, Value>,
    /// It is all that its output holds, and has its name from it.
    lone: bool,
}

impl Found {
    fn at(name: &str, address: &str) -> Self {
        Self {
            name: name.to_owned(),
            address: address.to_owned(),
            variables: Map::new(),
            lone: false,
        }
    }

    /// An object that says an address; the rest of it are variables.
    fn object(name: Option<&str>, object: &Map<String, Value>) -> Option<Self> {
        let text = |key: &str| object.get(key)?.as_str().filter(|text| !text.is_empty());
        let address = ADDRESSES.iter().find_map(|key| text(key))?;
        let name = name.or_else(|| text("name")).or_else(|| text("hostname"));
        let mut found = Self::at(name.unwrap_or(address), address);
        found.variables = object.clone();
        found.variables.retain(|key, _| key != "name");
        Some(found)
    }

    fn add(
        &self,
        group: GroupId,
        place: &Place,
        inventory: &mut Inventory,
    ) -> Result<HostId, Fault> {
        let host = ini::declare_host(inventory, &self.name, None, group, place)?;
        for (variable, value) in &self.variables {
            let value = json::node(value.clone(), place);
            inventory.set_host_variable(host, variable, value);
        }
        let address = Node::new(place.clone(), Kind::String(self.address.clone()));
        inventory.set_host_variable(host, "ansible_host", address);
        Ok(host)
    }
}

/// The hosts in an output's value; none where any part of it is something else.
fn found(output: &str, value: &Value) -> Vec<Found> {
    let all = |hosts: Option<Vec<Found>>| hosts.unwrap_or_default();
    match value {
        Value::String(text) if is_address(text) => {
            let lone = Found::at(output, text);
            vec![Found { lone: true, ..lone }]
        }
        Value::Array(items) => all(items.iter().map(|item| one(None, item)).collect()),
        Value::Object(entries) => {
            let named = entries.iter().map(|(name, item)| one(Some(name), item));
            let says_addresses = entries.keys().any(|key| ADDRESSES.contains(&key.as_str()));
            match named.collect::<Option<Vec<_>>>() {
                Some(hosts) if !says_addresses => hosts,
                _ => Found::object(None, entries)
                    .map(|host| host.of(output))
                    .into_iter()
                    .collect(),
            }
        }
        _ => Vec::new(),
    }
}

impl Found {
    /// All that its output holds: it is named as the output where it has only an address.
    fn of(mut self, output: &str) -> Self {
        if self.name == self.address {
            self.name = output.to_owned();
            self.lone = true;
        }
        self
    }
}

fn one(name: Option<&str>, item: &Value) -> Option<Found> {
    match item {
        Value::String(text) if is_address(text) => Some(Found::at(name.unwrap_or(text), text)),
        Value::Object(object) => Found::object(name, object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hosts(outputs: Value) -> Vec<String> {
        let outputs: Vec<(String, Value)> =
            outputs.as_object().unwrap().clone().into_iter().collect();
        let mut inventory = Inventory::default();
        add(&outputs, &Place::outside("test", ""), &mut inventory).unwrap();
        inventory.settle();
        let shown = |group: &str| {
            let hosts = inventory.hosts_of(group).into_iter().map(|host| {
                let address = host.variables().get("ansible_host").and_then(Node::as_str);
                format!("{group}: {} {}", host.name(), address.unwrap_or("-"))
            });
            hosts.collect::<Vec<_>>()
        };
        let groups: Vec<&str> = inventory.groups().map(|group| group.name()).collect();
        groups
            .iter()
            .filter(|group| **group != "all")
            .flat_map(|group| shown(group))
            .collect()
    }

    #[test]
    fn values_that_hold_addresses_are_hosts() {
        assert_eq!(
            hosts(json!({"web": ["10.0.0.1", "fd00::1"]})),
            ["web: 10.0.0.1 10.0.0.1", "web: fd00::1 fd00::1"]
        );
        assert_eq!(
            hosts(json!({"web-tier": {"a": "10.0.0.1"}})),
            ["web_tier: a 10.0.0.1"]
        );
        assert_eq!(
            hosts(json!({"db": {"name": "d", "private_ip": "10.0.0.2"}})),
            ["db: d 10.0.0.2"]
        );
        assert_eq!(
            hosts(json!({"db": {"ip": "10.0.0.2"}})),
            ["ungrouped: db 10.0.0.2"]
        );
        assert_eq!(
            hosts(json!({"bastion": "10.0.0.3"})),
            ["ungrouped: bastion 10.0.0.3"]
        );
        assert_eq!(
            hosts(json!({"w": "[{\"name\": \"x\", \"public_ip\": \"192.0.2.1\"}]"})),
            ["w: x 192.0.2.1"]
        );
    }

    #[test]
    fn other_values_are_left_alone() {
        let outputs = json!({"vpc": "vpc-1", "net": "10.0.0.0/8", "types": ["t3.micro"], "n": 3, "mixed": ["10.0.0.1", "x"], "tags": {"a": "b"}, "none": []});
        assert_eq!(hosts(outputs), Vec::<String>::new());
    }

    #[test]
    fn a_whole_inventory_counts_alone() {
        let whole = json!({"web": {"hosts": ["a"]}, "_meta": {"hostvars": {"a": {"ansible_host": "10.0.0.9"}}}});
        assert_eq!(
            hosts(json!({"ansible_inventory": whole, "bastion": "10.0.0.3"})),
            ["web: a 10.0.0.9"]
        );
    }
}
