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
