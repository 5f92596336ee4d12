use {
    super::World,
    crate::{
        inventory::Inventory,
        source::{Fault, Node},
    },
    std::sync::PoisonError,
};

/// What a step added to the inventory; it is added again when the inventory is read anew.
#[derive(Clone, Debug)]
pub enum Growth {
    Host {
        name: String,
        groups: Vec<String>,
        vars: Vec<(String, Node)>,
    },
    Group {
        /// Its first member.
        host: String,
        group: String,
        parents: Vec<String>,
    },
}

impl Growth {
    fn add(&self, inventory: &mut Inventory) -> Result<bool, Fault> {
        match self {
            Self::Host { name, groups, vars } => inventory.add_host(name, groups, vars),
            Self::Group {
                host,
                group,
                parents,
            } => inventory.add_group(host, group, parents),
        }
    }
}

impl World {
    /// Adds to the inventory.
    ///
    /// # Errors
    /// A name that cannot be one, or groups that contain each other.
    pub fn grow(&self, growth: Growth) -> Result<(), Fault> {
        self.change_inventory(|inventory| growth.add(inventory))?;
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        grown.push(growth);
        Ok(())
    }

    /// Reads the inventory and the files of variables anew.
    ///
    /// # Errors
    /// A source that cannot be read, or that has no host; the inventory stays what it was.
    pub fn refresh_inventory(&self) -> Result<(), Fault> {
        self.store.forget();
        let sources = self.settings.inventory_sources.iter();
        let sources: Vec<_> = sources.map(|source| source.display().to_string()).collect();
        let grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        self.change_inventory(|inventory| {
            let mut fresh = inventory.refreshed(&sources, &self.store)?;
            for growth in grown.iter() {
                growth.add(&mut fresh)?;
            }
            *inventory = fresh;
            Ok(())
        })
    }
}
