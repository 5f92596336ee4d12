use super::{
    Inventory, Mistake, json,
    json_groups::{shape, string},
    machine::{self, Resource},
    outputs,
};
use crate::source::{Fault, Node, Place, SourceFile};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};

/// Modules are not nested deeper in any Terraform project.
const DEEPEST: usize = 64;

/// The version of state files that Terraform writes since 0.12, and OpenTofu.
const VERSION: u64 = 4;

/// Reads what Terraform wrote: its state (`terraform.tfstate`), `terraform show -json` or `terraform output -json`. The
/// content decides; gives false where the file is none of these.
///
/// # Errors
/// A state of another version, or one that holds no host.
pub(super) fn read(file: &Arc<SourceFile>, inventory: &mut Inventory) -> Result<bool, Fault> {
    let Some(document) = object(file.text()) else {
        return Ok(false);
    };
    let document = &document;
    let place = Place::new(file, 0, 0);
    let has = |key: &str| document.contains_key(key);
    let (what, resources, outputs) = if has("terraform_version") && has("serial") {
        let resources = state(document, file)?;
        ("a Terraform state", resources, document.get("outputs"))
    } else if has("format_version") && has("terraform_version") {
        let values = document.get("values").unwrap_or(&Value::Null);
        let resources = shown(values);
        ("a shown Terraform state", resources, values.get("outputs"))
    } else if is_outputs(document) {
        let outputs = Value::Object(document.clone());
        return outputs_alone(&outputs, file, inventory);
    } else {
        return Ok(false);
    };
    let mut added = provided(&resources, &place, inventory)?;
    if added == 0 {
        added = machine::add(&resources, &place, inventory)?;
    }
    if added == 0 {
        added = outputs::add(&values(outputs), &place, inventory)?;
    }
    match added {
        0 => Err(nobody(file, what, &resources)),
        _ => Ok(true),
    }
}

fn object(text: &str) -> Option<Map<String, Value>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(document)) => Some(document),
        _ => None,
    }
}

/// `terraform output -json`: every entry says its value and whether it is sensitive.
fn is_outputs(document: &Map<String, Value>) -> bool {
    let output = |entry: &Value| entry.get("value").is_some() && entry.get("sensitive").is_some();
    !document.is_empty() && document.values().all(output)
}

fn outputs_alone(
    document: &Value,
    file: &Arc<SourceFile>,
    inventory: &mut Inventory,
) -> Result<bool, Fault> {
    let values = values(Some(document));
    if outputs::add(&values, &Place::new(file, 0, 0), inventory)? > 0 {
        return Ok(true);
    }
    let names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
    Err(Mistake::NoMachine {
        path: file.path().to_owned(),
        what: "Terraform outputs",
        reason: format!("looked for {}; found {}", outputs::WANTED, names.join(", ")),
    }
    .into())
}

/// The values of outputs by their names.
fn values(outputs: Option<&Value>) -> Vec<(String, Value)> {
    let entries = outputs.and_then(Value::as_object).into_iter().flatten();
    entries
        .filter_map(|(name, output)| Some((name.clone(), output.get("value")?.clone())))
        .collect()
}

/// The resources of a state file.
fn state(document: &Map<String, Value>, file: &Arc<SourceFile>) -> Result<Vec<Resource>, Fault> {
    let version = document.get("version").unwrap_or(&Value::Null);
    if version.as_u64() != Some(VERSION) {
        return Err(Mistake::StateVersion {
            path: file.path().to_owned(),
            version: version.to_string(),
        }
        .into());
    }
    let resources = document.get("resources").and_then(Value::as_array);
    let managed = resources.into_iter().flatten().filter(is_managed);
    Ok(managed
        .flat_map(|resource| {
            let instances = resource.get("instances").and_then(Value::as_array);
            instances
                .into_iter()
                .flatten()
                .map(|instance| of_state(resource, instance))
        })
        .collect())
}

fn of_state(resource: &Value, instance: &Value) -> Resource {
    let text = |key: &str| {
        resource
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let key = instance.get("index_key");
    let mut address = format!("{}.{}", text("type"), text("name"));
    if let Some(module) = resource.get("module").and_then(Value::as_str) {
        address = format!("{module}.{address}");
    }
    if let Some(key) = key {
        address = format!("{address}[{key}]");
    }
    Resource {
        address,
        kind: text("type").to_owned(),
        name: text("name").to_owned(),
        index: key.map(index),
        attributes: instance.get("attributes").cloned().unwrap_or_default(),
    }
}

/// The resources of `terraform show -json`.
fn shown(values: &Value) -> Vec<Resource> {
    let mut resources = Vec::new();
    if let Some(root) = values.get("root_module") {
        of_module(root, DEEPEST, &mut resources);
    }
    resources
}

fn of_module(module: &Value, deepest: usize, resources: &mut Vec<Resource>) {
    let list = |key: &str| {
        module
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    for resource in list("resources").filter(is_managed) {
        let text = |key: &str| {
            resource
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        resources.push(Resource {
            address: text("address").to_owned(),
            kind: text("type").to_owned(),
            name: text("name").to_owned(),
            index: resource.get("index").map(index),
            attributes: resource.get("values").cloned().unwrap_or_default(),
        });
    }
    if deepest > 0 {
        for child in list("child_modules") {
            of_module(child, deepest - 1, resources);
        }
    }
}

/// Not a data source.
fn is_managed(resource: &&Value) -> bool {
    resource.get("mode").and_then(Value::as_str) != Some("data")
}

fn index(key: &Value) -> String {
    key.as_str().map_or_else(|| key.to_string(), str::to_owned)
}

/// The hosts and groups that resources of the provider `ansible/ansible` describe; gives how many hosts.
fn provided(
    resources: &[Resource],
    place: &Place,
    inventory: &mut Inventory,
) -> Result<usize, Fault> {
    let of = |kind: &'static str| {
        resources
            .iter()
            .filter(move |resource| resource.kind == kind)
    };
    let mut hosts = 0;
    for resource in of("ansible_host") {
        let attributes = json::node(resource.attributes.clone(), place);
        let name = string(required(&attributes, "name")?, "a host's name")?;
        let host = inventory.declare_host(name)?;
        for group in list(&attributes, "groups")? {
            let group = inventory.declare_group(string(group, "a group's name")?)?;
            inventory.join(group, host);
        }
        for (variable, value) in variables(&attributes)? {
            let variable = string(variable, "a variable's name")?;
            inventory.set_host_variable(host, variable, value.clone());
        }
        hosts += 1;
    }
    for resource in of("ansible_group") {
        let attributes = json::node(resource.attributes.clone(), place);
        let name = string(required(&attributes, "name")?, "a group's name")?;
        let group = inventory.declare_group(name)?;
        for child in list(&attributes, "children")? {
            let child = inventory.declare_group(string(child, "a group's name")?)?;
            inventory.adopt(group, child)?;
        }
        for (variable, value) in variables(&attributes)? {
            let variable = string(variable, "a variable's name")?;
            inventory.set_group_variable(group, variable, value.clone())?;
        }
    }
    Ok(hosts)
}

fn required<'a>(attributes: &'a Node, key: &str) -> Result<&'a Node, Fault> {
    attributes.get(key).ok_or_else(|| {
        shape(
            "a resource of the provider `ansible`",
            "a map with `name`",
            attributes,
        )
    })
}

fn list<'a>(attributes: &'a Node, key: &str) -> Result<&'a [Node], Fault> {
    match attributes.get(key).filter(|node| !node.is_null()) {
        None => Ok(&[]),
        Some(node) => node
            .as_list()
            .ok_or_else(|| shape(&format!("`{key}`"), "a list", node)),
    }
}

fn variables(attributes: &Node) -> Result<&[(Node, Node)], Fault> {
    match attributes.get("variables").filter(|node| !node.is_null()) {
        None => Ok(&[]),
        Some(node) => node
            .as_map()
            .ok_or_else(|| shape("`variables`", "a map", node)),
    }
}

fn nobody(file: &Arc<SourceFile>, what: &'static str, resources: &[Resource]) -> Fault {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in resources {
        *found.entry(&resource.kind).or_default() += 1;
    }
    let found = match found.is_empty() {
        true => "no resources".to_owned(),
        false => found
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let wanted = format!(
        "ansible_host, {}, and outputs that are {}",
        machine::kinds(),
        outputs::WANTED
    );
    Mistake::NoMachine {
        path: file.path().to_owned(),
        what,
        reason: format!("looked for {wanted}; found {found}"),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn load(document: &Value) -> Result<Option<Inventory>, Fault> {
        let mut inventory = Inventory::default();
        let file = SourceFile::new("terraform.tfstate", document.to_string());
        let read = read(&file, &mut inventory)?;
        inventory.settle();
        Ok(read.then_some(inventory))
    }

    fn state(resources: Value) -> Value {
        json!({"version": 4, "terraform_version": "1.9.5", "serial": 1, "outputs": {}, "resources": resources})
    }

    fn resource(kind: &str, attributes: Value) -> Value {
        json!({"mode": "managed", "type": kind, "name": "web", "instances": [{"attributes": attributes}]})
    }

    /// Names and addresses.
    fn hosts(inventory: &Inventory) -> Vec<String> {
        let shown = inventory.hosts().map(|host| {
            let address = host.variables().get("ansible_host").and_then(Node::as_str);
            format!("{} {}", host.name(), address.unwrap_or("-"))
        });
        shown.collect()
    }

    #[test]
    fn knows_the_machines_of_the_usual_providers() {
        let machines = [
            (
                "aws_instance",
                json!({"public_ip": "", "private_ip": "10.0.0.1", "tags": {"Name": "n"}}),
            ),
            (
                "google_compute_instance",
                json!({"name": "n", "network_interface": [{"network_ip": "10.0.0.9", "access_config": [{"nat_ip": "10.0.0.1"}]}]}),
            ),
            (
                "azurerm_linux_virtual_machine",
                json!({"name": "n", "public_ip_address": "10.0.0.1", "admin_username": "azure"}),
            ),
            (
                "openstack_compute_instance_v2",
                json!({"name": "n", "access_ip_v4": "10.0.0.1"}),
            ),
            (
                "digitalocean_droplet",
                json!({"name": "n", "ipv4_address": "10.0.0.1", "tags": ["a"]}),
            ),
            (
                "hcloud_server",
                json!({"name": "n", "ipv4_address": "10.0.0.1", "labels": {"a": "b"}}),
            ),
            (
                "libvirt_domain",
                json!({"name": "n", "network_interface": [{"addresses": ["10.0.0.1"]}]}),
            ),
        ];
        for (kind, attributes) in machines {
            let inventory = load(&state(json!([resource(kind, attributes)])))
                .unwrap()
                .unwrap();
            assert_eq!(hosts(&inventory), ["n 10.0.0.1"], "{kind}");
            assert_eq!(inventory.hosts_of(kind).len(), 1, "{kind}");
            assert_eq!(inventory.hosts_of("web").len(), 1, "{kind}");
        }
    }

    #[test]
    fn a_shown_state_has_its_modules() {
        let web = json!({"address": "module.a.aws_instance.web[\"x\"]", "mode": "managed", "type": "aws_instance", "name": "web", "index": "x", "values": {"private_ip": "10.0.0.1"}});
        let shown = json!({"format_version": "1.0", "terraform_version": "1.9.5", "values": {"root_module": {"child_modules": [{"resources": [web]}]}}});
        assert_eq!(hosts(&load(&shown).unwrap().unwrap()), ["web 10.0.0.1"]);
    }

    #[test]
    fn the_ansible_provider_says_all_itself() {
        let resources = json!([
            resource("aws_instance", json!({"private_ip": "10.0.0.1"})),
            resource(
                "ansible_host",
                json!({"name": "h", "groups": ["g"], "variables": {"ansible_host": "10.0.0.2"}})
            ),
            resource(
                "ansible_group",
                json!({"name": "top", "children": ["g"], "variables": {"x": "1"}})
            ),
        ]);
        let inventory = load(&state(resources)).unwrap().unwrap();
        assert_eq!(hosts(&inventory), ["h 10.0.0.2"]);
        assert_eq!(inventory.hosts_of("top").len(), 1);
        assert!(
            inventory
                .group("top")
                .unwrap()
                .variables()
                .get("x")
                .is_some()
        );
    }

    #[test]
    fn a_machine_without_an_address_is_told() {
        let inventory = load(&state(json!([resource(
            "libvirt_domain",
            json!({"name": "n"})
        )])))
        .unwrap()
        .unwrap();
        assert_eq!(
            inventory.warnings()[0].message(),
            "`libvirt_domain.web` has no address yet"
        );
    }

    #[test]
    fn says_what_was_looked_for_where_nothing_is_found() {
        let fault = load(&state(json!([resource("aws_vpc", json!({}))])))
            .map(drop)
            .unwrap_err();
        assert!(
            fault
                .message()
                .contains("looked for ansible_host, aws_instance"),
            "{fault}"
        );
        assert!(fault.message().ends_with("found 1 aws_vpc"), "{fault}");
        let outputs = json!({"vpc": {"sensitive": false, "type": "string", "value": "vpc-1"}});
        let fault = load(&outputs).map(drop).unwrap_err();
        assert!(fault.message().ends_with("found vpc"), "{fault}");
        let old = json!({"version": 3, "terraform_version": "0.11.0", "serial": 1});
        let fault = load(&old).map(drop).unwrap_err();
        assert!(fault.message().contains("of version 3"), "{fault}");
    }

    #[test]
    fn leaves_other_json_alone() {
        for document in [json!({"web": {"hosts": {"a": null}}}), json!([]), json!({})] {
            assert!(load(&document).unwrap().is_none());
        }
    }
}
