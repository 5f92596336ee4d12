use super::{HostId, Inventory, Owner, VarsOrigin};
use crate::{
    source::{Fault, Kind, Node, Place, Store},
    template::{Engine, TemplateError, Value, Variables, to_node},
};
use std::{
    collections::BTreeMap,
    fmt::{self, Debug, Formatter},
    path::PathBuf,
    sync::{Arc, Weak},
};

/// What an inventory plugin's expressions see: given variables, each rendered when it is asked for.
pub(super) struct HostView {
    me: Weak<Self>,
    engine: Engine,
    variables: BTreeMap<String, Node>,
    dir: PathBuf,
}

impl HostView {
    /// Takes the variables, and the directory from which lookups search.
    pub fn new(engine: &Engine, variables: BTreeMap<String, Node>, dir: PathBuf) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            engine: engine.clone(),
            variables,
            dir,
        })
    }
}

/// The variables that every host has; what is made of them is new text.
const MAGIC: [&str; 5] = [
    "group_names",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
];

impl HostView {
    /// A value made from these variables as a variable: text that one of them holds as it stands stays what it was, any
    /// other is never a template.
    pub fn kept(&self, value: &Value, place: &Place) -> Node {
        self.familiar(to_node(value, place))
    }

    fn familiar(&self, node: Node) -> Node {
        let kind = match node.kind {
            Kind::Unsafe(inner) => match inner.as_str().is_some_and(|text| self.has(text)) {
                true => inner.kind,
                false => Kind::Unsafe(inner),
            },
            Kind::List(items) => {
                Kind::List(items.into_iter().map(|item| self.familiar(item)).collect())
            }
            Kind::Map(entries) => Kind::Map(
                entries
                    .into_iter()
                    .map(|(key, item)| (self.familiar(key), self.familiar(item)))
                    .collect(),
            ),
            kind => kind,
        };
        Node::new(node.place, kind)
    }

    fn has(&self, text: &str) -> bool {
        let mut own = self
            .variables
            .iter()
            .filter(|(name, _)| !MAGIC.contains(&name.as_str()));
        !Engine::is_template(text) && own.any(|(_, node)| holds(node, text))
    }
}

fn holds(node: &Node, text: &str) -> bool {
    match &node.kind {
        Kind::String(own) => own == text,
        Kind::List(items) => items.iter().any(|item| holds(item, text)),
        Kind::Map(entries) => entries.iter().any(|(_, item)| holds(item, text)),
        _ => false,
    }
}

impl Variables for HostView {
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        let node = self.variables.get(name)?;
        let me: Arc<dyn Variables> = self.me.upgrade()?;
        Some(self.engine.node(node, &me))
    }

    fn names(&self) -> Vec<String> {
        self.variables.keys().cloned().collect()
    }

    fn search_path(&self, _kind: &str) -> Vec<PathBuf> {
        vec![self.dir.clone()]
    }
}

impl Debug for HostView {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.debug_struct("HostView").finish_non_exhaustive()
    }
}

impl Inventory {
    /// A host's variables while sources are still being read: those of the sources so far, and with `beside` those of
    /// `group_vars/` and `host_vars/`.
    ///
    /// # Errors
    /// A file of variables that cannot be read, decrypted or understood.
    pub(super) fn variables_so_far(
        &self,
        host: HostId,
        beside: Option<&Store>,
    ) -> Result<BTreeMap<String, Node>, Fault> {
        let host = &self.hosts[host];
        let groups = self.groups_of(host.name());
        let mut variables = BTreeMap::new();
        for group in &groups {
            variables.extend(group.variables.entries().iter().cloned());
        }
        let owners = groups
            .iter()
            .map(|group| Owner::Group(group.name().to_owned()));
        self.lay_beside(owners, beside, &mut variables)?;
        let text = |text: &str| Node::new(own_place(), Kind::String(text.to_owned()));
        let nothing = || Node::new(own_place(), Kind::Null);
        let dir = host.inventory_dir().map(|dir| text(&dir.to_string_lossy()));
        let file = host.inventory_file().map(text);
        variables.insert("inventory_dir".to_owned(), dir.unwrap_or_else(nothing));
        variables.insert("inventory_file".to_owned(), file.unwrap_or_else(nothing));
        variables.extend(host.variables().entries().iter().cloned());
        let mut names: Vec<&str> = groups.iter().map(|group| group.name()).collect();
        names.retain(|name| *name != "all");
        names.sort_unstable();
        let names = Kind::List(names.into_iter().map(text).collect());
        let short = host.name().split('.').next().unwrap_or_default();
        variables.insert("inventory_hostname".to_owned(), text(host.name()));
        variables.insert("inventory_hostname_short".to_owned(), text(short));
        variables.insert("group_names".to_owned(), Node::new(own_place(), names));
        let own = std::iter::once(Owner::Host(host.name().to_owned()));
        self.lay_beside(own, beside, &mut variables)?;
        Ok(variables)
    }

    fn lay_beside(
        &self,
        owners: impl Iterator<Item = Owner>,
        store: Option<&Store>,
        variables: &mut BTreeMap<String, Node>,
    ) -> Result<(), Fault> {
        let Some(store) = store else {
            return Ok(());
        };
        let owners: Vec<Owner> = owners.collect();
        let dirs = self.vars_dirs.iter();
        for dir in dirs.filter(|dir| dir.origin() == VarsOrigin::Inventory) {
            for owner in &owners {
                for file in dir.files(owner, store)?.iter() {
                    variables.extend(file.variables.entries().iter().cloned());
                }
            }
        }
        Ok(())
    }
}

fn own_place() -> Place {
    Place::outside("inventory", "")
}
