use super::{Inventory, ini, json, keyed_group::safe_group_name};
use crate::source::{Fault, Kind, Node, Place};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, net::IpAddr};

/// A kind of Terraform resource that is a machine: where its attributes keep what an inventory needs.
struct Kinds {
    name: &'static str,
    /// Paths to the name that people gave it, best first; `/`-separated as in JSON pointers.
    names: &'static [&'static str],
    public: &'static [&'static str],
    private: &'static [&'static str],
    user: Option<&'static str>,
    /// Where labels or tags are.
    tags: Option<&'static str>,
}

const KINDS: &[Kinds] = &[
    Kinds {
        name: "aws_instance",
        names: &["/tags/Name"],
        public: &["/public_ip"],
        private: &["/private_ip"],
        user: None,
        tags: Some("/tags"),
    },
    Kinds {
        name: "azurerm_linux_virtual_machine",
        names: &["/name"],
        public: &["/public_ip_address"],
        private: &["/private_ip_address"],
        user: Some("/admin_username"),
        tags: Some("/tags"),
    },
    Kinds {
        name: "digitalocean_droplet",
        names: &["/name"],
        public: &["/ipv4_address"],
        private: &["/ipv4_address_private"],
        user: None,
        tags: Some("/tags"),
    },
    Kinds {
        name: "google_compute_instance",
        names: &["/name"],
        public: &["/network_interface/0/access_config/0/nat_ip"],
        private: &["/network_interface/0/network_ip"],
        user: None,
        tags: Some("/labels"),
    },
    Kinds {
        name: "hcloud_server",
        names: &["/name"],
        public: &["/ipv4_address", "/ipv6_address"],
        private: &["/network/0/ip"],
        user: None,
        tags: Some("/labels"),
    },
    Kinds {
        name: "libvirt_domain",
        names: &["/name"],
        public: &[],
        private: &["/network_interface/0/addresses/0"],
        user: None,
        tags: None,
    },
    Kinds {
        name: "openstack_compute_instance_v2",
        names: &["/name"],
        public: &["/floating_ip"],
        private: &["/access_ip_v4", "/network/0/fixed_ip_v4", "/access_ip_v6"],
        user: None,
        tags: Some("/metadata"),
    },
];

/// The kinds of resources that are read as hosts, to name them in messages.
pub(super) fn kinds() -> String {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    names.join(", ")
}

/// One instance of a Terraform resource.
pub(super) struct Resource {
    /// As in `module.app.aws_instance.web[0]`.
    pub address: String,
    pub kind: String,
    pub name: String,
    /// The key of `count` or `for_each`.
    pub index: Option<String>,
    pub attributes: Value,
}

impl Resource {
    fn kinds(&self) -> Option<&'static Kinds> {
        KINDS.iter().find(|kind| kind.name == self.kind)
    }

    fn text(&self, paths: &[&str]) -> Option<&str> {
        let texts = paths
            .iter()
            .filter_map(|path| self.attributes.pointer(path)?.as_str());
        texts.map(str::trim).find(|text| !text.is_empty())
    }
}

/// Adds the machines among resources to an inventory; gives how many there are.
///
/// # Errors
/// A machine whose name cannot be a host's.
pub(super) fn add(
    resources: &[Resource],
    place: &Place,
    inventory: &mut Inventory,
) -> Result<usize, Fault> {
    let machines: Vec<(&Resource, &Kinds)> = resources
        .iter()
        .filter_map(|resource| Some((resource, resource.kinds()?)))
        .collect();
    let names = names(&machines);
    for ((resource, kind), name) in machines.iter().zip(&names) {
        add_one(resource, kind, name, place, inventory)?;
    }
    Ok(machines.len())
}

/// Each machine's name: the one that people gave it, with its index where several have the same, else its address.
fn names(machines: &[(&Resource, &Kinds)]) -> Vec<String> {
    let own = |(resource, kind): &(&Resource, &Kinds)| {
        let given = resource.text(kind.names);
        given.unwrap_or(&resource.name).to_owned()
    };
    let indexed = |(resource, kind): &(&Resource, &Kinds)| {
        let index = resource.index.as_deref();
        let own = own(&(*resource, *kind));
        index.map_or(own.clone(), |index| format!("{own}-{index}"))
    };
    let plain: Vec<String> = machines.iter().map(own).collect();
    let numbered: Vec<String> = machines.iter().map(indexed).collect();
    let count = |names: &[String]| {
        let mut count = BTreeMap::new();
        for name in names {
            *count.entry(name.clone()).or_insert(0) += 1;
        }
        count
    };
    let (plain_count, numbered_count) = (count(&plain), count(&numbered));
    let choose = |at: usize| match () {
        () if plain_count[&plain[at]] == 1 => plain[at].clone(),
        () if numbered_count[&numbered[at]] == 1 => numbered[at].clone(),
        () => machines[at].0.address.replace(['[', ']', '"'], "-"),
    };
    (0..machines.len()).map(choose).collect()
}

fn add_one(
    resource: &Resource,
    kind: &Kinds,
    name: &str,
    place: &Place,
    inventory: &mut Inventory,
) -> Result<(), Fault> {
    let by_kind = inventory.declare_group(&resource.kind)?;
    let by_name = inventory.declare_group(&safe_group_name(&resource.name))?;
    let host = ini::declare_host(inventory, name, None, by_kind, place)?;
    inventory.join(by_name, host);
    let (public, private) = (resource.text(kind.public), resource.text(kind.private));
    let text = |text: &str| Node::new(place.clone(), Kind::String(text.to_owned()));
    let texts = [
        ("ansible_host", public.or(private)),
        (
            "ansible_user",
            kind.user.and_then(|path| resource.text(&[path])),
        ),
        ("public_ip", public),
        ("private_ip", private),
        ("terraform_address", Some(resource.address.as_str())),
        ("terraform_type", Some(resource.kind.as_str())),
    ];
    for (variable, value) in texts {
        if let Some(value) = value {
            inventory.set_host_variable(host, variable, text(value));
        }
    }
    if public.or(private).is_none() {
        inventory.warn(
            Fault::new(format!("`{}` has no address yet", resource.address))
                .at(place)
                .help("apply the Terraform configuration, or refresh its state"),
        );
    }
    let tags = kind.tags.and_then(|path| resource.attributes.pointer(path));
    let tags = tags.cloned().unwrap_or(Value::Object(Map::new()));
    inventory.set_host_variable(host, "terraform_tags", json::node(tags, place));
    Ok(())
}

/// Whether a text is an address, and so says where a host is.
pub(super) fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}
