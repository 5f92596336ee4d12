use {
    super::{FactCache, Growth, Memory, Rosters, Vars, shelf::Shelf},
    crate::{
        inventory::Inventory,
        playbook::Strategy,
        program::{Frame, Library, Role, RoleNames, RoleUsage, Roles, Step},
        source::{Fault, Store},
        template::Engine,
    },
    std::{
        collections::{HashMap, HashSet},
        path::PathBuf,
        sync::{Arc, Mutex, PoisonError, RwLock},
    },
};

/// What all hosts of a run share.
#[derive(Debug)]
pub struct World {
    pub engine: Engine,
    pub inventory: RwLock<Inventory>,
    /// `-e`: wins over everything.
    pub extra: Arc<Vars>,
    pub settings: Settings,
    pub store: Arc<Store>,
    facts: Option<FactCache>,
    memories: RwLock<HashMap<String, Memory>>,
    /// Of a host that nothing was learnt about.
    blank: Memory,
    pub(super) shelf: Shelf,
    /// What steps added to the inventory.
    pub(super) grown: Mutex<Vec<Growth>>,
}

/// What the command line says that variables can tell.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub check: bool,
    /// Run notified handlers of hosts that failed.
    pub force_handlers: bool,
    /// Maps of the same name are merged, not replaced (`hash_behaviour = merge`).
    pub merge_hashes: bool,
    pub diff: bool,
    pub verbosity: u8,
    pub forks: usize,
    /// Of plays that name none.
    pub strategy: Strategy,
    pub limit: Option<String>,
    /// How hosts are reached, where neither variables nor keywords say it.
    pub connection: Option<String>,
    pub user: Option<String>,
    pub port: Option<u16>,
    pub tags: Vec<String>,
    pub skip_tags: Vec<String>,
    /// Where jobs leave what they came to, on hosts.
    pub async_dir: Option<String>,
    /// Facts are found in `ansible_facts` alone.
    pub keep_facts_apart: bool,
    pub config_file: Option<PathBuf>,
    /// The `-i` values, for `inventory_file` and `inventory_dir`.
    pub inventory_sources: Vec<PathBuf>,
}

/// What the hosts of a play share.
#[derive(Debug, Default)]
pub struct PlayContext {
    pub name: String,
    pub frame: Option<Arc<Frame>>,
    /// The playbook's directory.
    pub dir: PathBuf,
    pub library: Option<Arc<Library>>,
    /// Every host of the play, those that failed among them.
    pub all_hosts: Vec<String>,
    /// The hosts of the batch under way, those that were lost before among them.
    pub batch: Vec<String>,
    /// Hosts of the play that have failed or cannot be reached.
    pub lost: RwLock<HashSet<String>>,
    pub vars_files: RwLock<Arc<Vars>>,
    pub prompted: Arc<Vars>,
    /// The play's own roles: the whole play sees their defaults and variables.
    pub roles: RwLock<Arc<Roles>>,
    pub role_names: RwLock<RoleNames>,
    /// Of uses of roles that are alike, the one that has done something, by host.
    pub used: RwLock<HashMap<(String, String), Arc<RoleUsage>>>,
    pub rosters: Rosters,
}

impl PlayContext {
    /// The hosts of the whole play that are still in the run.
    pub fn still_in(&self) -> Vec<String> {
        self.remaining(&self.all_hosts)
    }

    /// Whether a host has failed or cannot be reached.
    pub fn is_lost(&self, host: &str) -> bool {
        let lost = self.lost.read().unwrap_or_else(PoisonError::into_inner);
        lost.contains(host)
    }

    /// A host has failed or cannot be reached.
    pub fn lose(&self, host: &str) {
        let mut lost = self.lost.write().unwrap_or_else(PoisonError::into_inner);
        lost.insert(host.to_owned());
        drop(lost);
        self.rosters.clear();
    }

    /// A host can be reached again.
    pub fn recover(&self, host: &str) {
        let mut lost = self.lost.write().unwrap_or_else(PoisonError::into_inner);
        lost.remove(host);
        drop(lost);
        self.rosters.clear();
    }

    /// The variables of the play's `vars_files`.
    pub fn files(&self) -> Arc<Vars> {
        let files = self
            .vars_files
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&files)
    }

    /// The roles that the whole play sees, in the order of their use.
    pub fn role_list(&self) -> Arc<Roles> {
        self.roles
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Lets the whole play see a role's defaults and variables from now on.
    pub fn publish(&self, role: &Arc<Role>) {
        let mut roles = self.roles.write().unwrap_or_else(PoisonError::into_inner);
        *roles = Arc::new(roles.with(role));
    }

    /// More roles have come into the play.
    pub fn name_roles(&self, names: &RoleNames) {
        let mut all = self
            .role_names
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        all.extend(names);
    }

    /// A step has done something on a host: uses of its role that are like this one are needless from now on.
    pub fn use_role(&self, host: &str, step: &Step) {
        let Some(usage) = step.frame.usage().filter(|_| !step.handler) else {
            return;
        };
        let mut used = self.used.write().unwrap_or_else(PoisonError::into_inner);
        let key = (host.to_owned(), usage.key.clone());
        used.entry(key).or_insert_with(|| Arc::clone(usage));
    }

    /// Whether a step belongs to a use of a role that is needless on a host: one like it ran before.
    pub fn is_needless(&self, host: &str, step: &Step) -> bool {
        let usage = step.frame.usage().filter(|usage| usage.once);
        let Some(usage) = usage.filter(|_| !step.handler) else {
            return false;
        };
        let used = self.used.read().unwrap_or_else(PoisonError::into_inner);
        let ran = used.get(&(host.to_owned(), usage.key.clone()));
        ran.is_some_and(|other| !Arc::ptr_eq(other, usage))
    }

    /// The hosts of the batch that are still in the run.
    pub fn active(&self) -> Vec<String> {
        self.remaining(&self.batch)
    }

    fn remaining(&self, hosts: &[String]) -> Vec<String> {
        let lost = self.lost.read().unwrap_or_else(PoisonError::into_inner);
        let active = hosts.iter().filter(|host| !lost.contains(*host));
        active.cloned().collect()
    }
}

impl World {
    pub fn new(
        engine: Engine,
        store: Arc<Store>,
        inventory: Inventory,
        extra: Vars,
        settings: Settings,
    ) -> Self {
        Self {
            store,
            engine,
            inventory: RwLock::new(inventory),
            extra: Arc::new(extra),
            settings,
            facts: None,
            memories: RwLock::default(),
            blank: Memory::default(),
            shelf: Shelf::default(),
            grown: Mutex::default(),
        }
    }

    /// The same world, which knows what earlier runs learnt of its hosts and keeps what it learns itself.
    pub fn with_facts(self, facts: FactCache) -> Self {
        let facts = Some(facts);
        Self { facts, ..self }
    }

    /// What is known of a host now; cheap to copy.
    pub fn memory(&self, host: &str) -> Memory {
        let memories = self.memories.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(memory) = memories.get(host) {
            return memory.clone();
        }
        drop(memories);
        match &self.facts {
            None => self.blank.clone(),
            Some(_) => self.change_memory(host, |memory| memory.clone()),
        }
    }

    /// Changes what is known of a host.
    pub fn remember(&self, host: &str, change: impl FnOnce(&mut Memory)) {
        let Some(facts) = &self.facts else {
            return self.change_memory(host, change);
        };
        let (before, after) = self.change_memory(host, |memory| {
            let before = Arc::clone(&memory.facts);
            change(memory);
            (before, memory.clone())
        });
        match after.facts.is_empty() {
            _ if Arc::ptr_eq(&before, &after.facts) => {}
            true => facts.forget(host),
            false => facts.keep(host, &after.facts, after.gathered),
        }
    }

    fn change_memory<T>(&self, host: &str, change: impl FnOnce(&mut Memory) -> T) -> T {
        let mut memories = self
            .memories
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let memory = memories.entry(host.to_owned()).or_insert_with(|| {
            let recalled = self.facts.as_ref().and_then(|facts| facts.recall(host));
            let recalled = recalled.unwrap_or_default();
            Memory::recalled(recalled.facts, recalled.gathered)
        });
        change(memory)
    }

    /// Forgets what earlier runs learnt of all hosts.
    pub fn forget_all_facts(&self) {
        let Some(facts) = &self.facts else {
            return;
        };
        let inventory = self
            .inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        inventory.hosts().for_each(|host| facts.forget(host.name()));
    }

    /// What went wrong with facts of earlier runs since this was last asked.
    pub fn fact_problems(&self) -> Vec<String> {
        self.facts.as_ref().map_or(Vec::new(), FactCache::problems)
    }

    /// Changes the inventory while plays run (`add_host`, `group_by`).
    pub fn change_inventory<T>(&self, change: impl FnOnce(&mut Inventory) -> T) -> T {
        let mut inventory = self
            .inventory
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut inventory);
        self.shelf.clear();
        result
    }

    /// How many hosts the inventory has.
    pub fn host_count(&self) -> usize {
        let inventory = self
            .inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        inventory.hosts().count()
    }

    /// What is worth saying about the inventory but stops nothing.
    pub fn inventory_warnings(&self) -> Vec<String> {
        let inventory = self
            .inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        inventory
            .warnings()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// Says what is wrong with the inventory's variables of these hosts.
    ///
    /// # Errors
    /// A file of variables that cannot be read, decrypted or understood.
    pub fn check_inventory(&self, hosts: &[String]) -> Result<(), Fault> {
        let inventory = self
            .inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        hosts
            .iter()
            .try_for_each(|host| inventory.layers(host, &self.store).map(drop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_hosts_follow_who_is_lost() {
        let play = PlayContext {
            all_hosts: ["a", "b", "c"].map(str::to_owned).to_vec(),
            ..PlayContext::default()
        };
        let seen = || {
            play.rosters
                .list("still in", || play.still_in())
                .to_string()
        };
        assert_eq!(seen(), "['a', 'b', 'c']");
        play.lose("b");
        assert_eq!(seen(), "['a', 'c']");
        play.recover("b");
        assert_eq!(seen(), "['a', 'b', 'c']");
    }
}
