use {
    super::{Vars, World},
    crate::{
        inventory::{Host, Inventory, Variables},
        template::Value,
    },
    std::{
        collections::HashMap,
        sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    },
};

/// What was made of the inventory, once for all hosts and steps; emptied when the inventory changes.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// The variables of each host, weakest first.
    layers: HashMap<String, Arc<[Arc<Vars>]>>,
    /// What each place of the inventory says, which all hosts of a group share: by its address in memory, where it is kept for as
    /// long as the address stands here.
    vars: HashMap<usize, (Arc<Variables>, Arc<Vars>)>,
    /// `groups`.
    groups: Option<Value>,
}

impl Shelf {
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The inventory has changed.
    pub(super) fn clear(&self) {
        *self.write() = Inner::default();
    }
}

impl Inner {
    fn vars(&mut self, variables: Arc<Variables>) -> Arc<Vars> {
        let address = Arc::as_ptr(&variables).addr();
        let (_, vars) = self.vars.entry(address).or_insert_with(|| {
            let vars = Vars::from_entries(variables.entries().iter().cloned());
            (variables, Arc::new(vars))
        });
        Arc::clone(vars)
    }
}

impl World {
    /// The inventory's variables for a host, weakest first: made once, and what its groups say is shared with the other hosts.
    pub fn inventory_layers(&self, host: &str) -> Arc<[Arc<Vars>]> {
        if let Some(layers) = self.shelf.read().layers.get(host) {
            return Arc::clone(layers);
        }
        // Held to the end, so that the inventory cannot change meanwhile.
        let inventory = self.inventory();
        // What cannot be read was said by `check_inventory` before the first play.
        let found = inventory.layers(host, &self.store).unwrap_or_default();
        let mut shelf = self.shelf.write();
        let layers: Arc<[_]> = found
            .into_iter()
            .map(|layer| shelf.vars(layer.variables))
            .collect();
        shelf.layers.insert(host.to_owned(), Arc::clone(&layers));
        layers
    }

    /// The names of the hosts of each group.
    pub(super) fn groups(&self) -> Value {
        if let Some(groups) = &self.shelf.read().groups {
            return groups.clone();
        }
        let inventory = self.inventory();
        let groups = Value::from_pairs(inventory.groups().map(|group| {
            let hosts = inventory.hosts_of(group.name()).into_iter();
            let names: Value = hosts.map(Host::name).map(Value::from).collect();
            (group.name().to_owned(), names)
        }));
        self.shelf.write().groups = Some(groups.clone());
        groups
    }

    fn inventory(&self) -> RwLockReadGuard<'_, Inventory> {
        let inventory = self.inventory.read();
        inventory.unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            source::Store,
            template::{self, Engine},
            variable::{Growth, Settings},
        },
        std::{collections::BTreeMap, fs},
    };

    fn world(hosts: &str) -> World {
        let dir = tempfile::tempdir().unwrap();
        let source = dir.path().join("hosts");
        fs::write(&source, hosts).unwrap();
        let store = Arc::new(Store::default());
        let source = source.display().to_string();
        let inventory = Inventory::load(&[source], &store, &Arc::default()).unwrap();
        let engine = Engine::new(template::Settings {
            strict_conditions: true,
            environment: BTreeMap::new(),
            configuration: template::Configuration::default(),
            decrypt: Box::new(|_| Err(String::new())),
        });
        World::new(
            engine,
            store,
            inventory,
            Vars::default(),
            Settings::default(),
        )
    }

    #[test]
    fn hosts_share_what_their_groups_say() {
        let world = world("[web]\na own=1\nb\n[web:vars]\nport=80\n");
        let (a, b) = (world.inventory_layers("a"), world.inventory_layers("b"));
        assert_eq!((a.len(), b.len()), (2, 1));
        assert!(Arc::ptr_eq(&a[0], &b[0]));
        assert!(a[1].get("own").is_some() && b[0].get("port").is_some());
        assert!(Arc::ptr_eq(&a, &world.inventory_layers("a")));
    }

    #[test]
    fn what_was_made_lasts_until_the_inventory_changes() {
        let world = world("[web]\na\n");
        let web = || world.groups().get_attr("web").unwrap().to_string();
        assert_eq!(web(), "['a']");
        world
            .grow(Growth::Host {
                name: "b".to_owned(),
                groups: vec!["web".to_owned()],
                vars: Vec::new(),
            })
            .unwrap();
        assert_eq!(web(), "['a', 'b']");
    }
}
