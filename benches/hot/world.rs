//! An inventory on disk, and the world of a run over it.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use farcast::{
    inventory::{self, Inventory},
    source::{Store, vault::Secrets},
    template::{Engine, Settings},
    variable::{Vars, World},
};

/// Writes an inventory of `hosts` hosts in groups of a hundred, each group with a file of variables.
pub fn write(directory: &Path, hosts: usize) -> String {
    let groups = hosts.div_ceil(100);
    let variables = directory.join("group_vars");
    fs::create_dir_all(&variables).expect("a temporary directory can be written");
    let mut text = String::new();
    for group in 0..groups {
        text += &format!("[group{group}]\nhost{group}-[00:99] ansible_port=22\n");
        let path = variables.join(format!("group{group}.yml"));
        fs::write(path, group_vars()).expect("a temporary directory can be written");
    }
    let path = directory.join("hosts.ini");
    fs::write(&path, text).expect("a temporary directory can be written");
    path.display().to_string()
}

fn group_vars() -> String {
    let settings = (0..20).map(|i| format!("setting{i}: value {i}\n"));
    let head = "domain: example.org\nurl: \"https://{{ inventory_hostname }}.{{ domain }}:{{ ansible_port }}/\"\n";
    std::iter::once(head.to_owned()).chain(settings).collect()
}

/// A fresh engine: nothing is compiled yet.
pub fn engine() -> Engine {
    Engine::new(Settings {
        environment: BTreeMap::new(),
        configuration: farcast::template::Configuration::default(),
        decrypt: Box::new(|_| Err("there is no vault here".to_owned())),
        strict_conditions: true,
    })
}

/// Reads an inventory as a run does.
pub fn load(source: &str) -> (Arc<Store>, Inventory) {
    let store = Arc::new(Store::new(Secrets::default()));
    let settings = Arc::new(inventory::Settings::new(engine()));
    let loaded = Inventory::load(&[source.to_owned()], &store, &settings);
    (store, loaded.expect("the inventory is right"))
}

/// The world of a run over an inventory.
pub fn world(source: &str) -> Arc<World> {
    let (store, inventory) = load(source);
    let settings = farcast::variable::Settings::default();
    let world = World::new(engine(), store, inventory, Vars::default(), settings);
    Arc::new(world)
}
