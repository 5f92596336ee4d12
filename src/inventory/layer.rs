use super::{ALL, Inventory, Owner, Variables, VarsOrigin};
use crate::source::{Fault, Store};
use std::{path::PathBuf, sync::Arc};

/// Where variables of a host come from, lowest precedence first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerKind {
    /// Group `all`, in an inventory.
    AllInInventory,
    /// Another group, in an inventory.
    GroupInInventory,
    /// `group_vars/all` beside an inventory.
    AllBesideInventory,
    /// `group_vars/all` beside the playbook.
    AllBesidePlaybook,
    /// `group_vars/*` beside an inventory.
    GroupBesideInventory,
    /// `group_vars/*` beside the playbook.
    GroupBesidePlaybook,
    /// The host, in an inventory or by `add_host`.
    HostInInventory,
    /// `host_vars/*` beside an inventory.
    HostBesideInventory,
    /// `host_vars/*` beside the playbook.
    HostBesidePlaybook,
}

/// What an owner's own variables, those beside an inventory and those beside the playbook are.
type Kinds = [LayerKind; 3];

const ALL_KINDS: Kinds = [
    LayerKind::AllInInventory,
    LayerKind::AllBesideInventory,
    LayerKind::AllBesidePlaybook,
];
const GROUP_KINDS: Kinds = [
    LayerKind::GroupInInventory,
    LayerKind::GroupBesideInventory,
    LayerKind::GroupBesidePlaybook,
];
const HOST_KINDS: Kinds = [
    LayerKind::HostInInventory,
    LayerKind::HostBesideInventory,
    LayerKind::HostBesidePlaybook,
];

/// Raw variables from one place; those of a later layer win.
#[derive(Clone, Debug)]
pub struct Layer {
    pub kind: LayerKind,
    /// The group or host that they were given to.
    pub owner: Owner,
    /// The file under `group_vars/` or `host_vars/`; none for an inventory's own, whose values know their places.
    pub path: Option<PathBuf>,
    pub variables: Arc<Variables>,
}

impl Inventory {
    /// The layers of a host's variables, lowest first; empty for an unknown host. Layers without variables are left out.
    ///
    /// # Errors
    /// A file of variables that cannot be read, decrypted or understood.
    pub fn layers(&self, host: &str, store: &Store) -> Result<Vec<Layer>, Fault> {
        let Some(id) = self.host_id(host) else {
            return Ok(Vec::new());
        };
        let host = &self.hosts[id];
        let groups: Vec<(Owner, &Arc<Variables>)> = self
            .groups_of(host.name())
            .into_iter()
            .filter(|group| group.name() != "all")
            .map(|group| (Owner::Group(group.name().to_owned()), &group.variables))
            .collect();
        let all = (Owner::Group("all".to_owned()), &self.groups[ALL].variables);
        let host = (Owner::Host(host.name().to_owned()), &host.variables);
        let mut layers = Vec::new();
        own(std::slice::from_ref(&all), ALL_KINDS, &mut layers);
        own(&groups, GROUP_KINDS, &mut layers);
        self.beside(&[all], ALL_KINDS, store, &mut layers)?;
        self.beside(&groups, GROUP_KINDS, store, &mut layers)?;
        own(std::slice::from_ref(&host), HOST_KINDS, &mut layers);
        self.beside(&[host], HOST_KINDS, store, &mut layers)?;
        Ok(layers)
    }

    /// The layers of one group alone, lowest first, as `layers` gives them for a host's groups.
    ///
    /// # Errors
    /// As `layers`.
    pub fn group_layers(&self, group: &str, store: &Store) -> Result<Vec<Layer>, Fault> {
        let Some(group) = self.group(group) else {
            return Ok(Vec::new());
        };
        let kinds = match group.name() {
            "all" => ALL_KINDS,
            _ => GROUP_KINDS,
        };
        let mut layers = Vec::new();
        let owner = [(Owner::Group(group.name().to_owned()), &group.variables)];
        own(&owner, kinds, &mut layers);
        self.beside(&owner, kinds, store, &mut layers)?;
        Ok(layers)
    }

    /// Lays what files beside each inventory, then beside the playbook, give the owners.
    fn beside(
        &self,
        owners: &[(Owner, &Arc<Variables>)],
        [_, beside_inventory, beside_playbook]: Kinds,
        store: &Store,
        layers: &mut Vec<Layer>,
    ) -> Result<(), Fault> {
        for (origin, kind) in [
            (VarsOrigin::Inventory, beside_inventory),
            (VarsOrigin::Playbook, beside_playbook),
        ] {
            for dir in self.vars_dirs.iter().filter(|dir| dir.origin() == origin) {
                for (owner, _) in owners {
                    for file in dir.files(owner, store)?.iter() {
                        push(layers, kind, owner, Some(&file.path), &file.variables);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Lays what an inventory itself gives the owners.
fn own(owners: &[(Owner, &Arc<Variables>)], [own, ..]: Kinds, layers: &mut Vec<Layer>) {
    for (owner, variables) in owners {
        push(layers, own, owner, None, variables);
    }
}

fn push(
    layers: &mut Vec<Layer>,
    kind: LayerKind,
    owner: &Owner,
    path: Option<&PathBuf>,
    variables: &Arc<Variables>,
) {
    if !variables.is_empty() {
        layers.push(Layer {
            kind,
            owner: owner.clone(),
            path: path.cloned(),
            variables: Arc::clone(variables),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Kind;
    use std::fs;

    #[test]
    fn later_layers_win_in_ansibles_order() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "inventory/hosts",
            "[web]\nh x=6\n[web:vars]\nx=1\n[all:vars]\nx=0\n",
        );
        write("inventory/group_vars/all", "x: 2");
        write("play/group_vars/all.yml", "x: 3");
        write("inventory/group_vars/web.yml", "x: 4");
        write("play/group_vars/web.yaml", "x: 5");
        write("inventory/host_vars/h.json", "{\"x\": 7}");
        write("play/host_vars/h", "x: 8");
        write("play/host_vars/other", "- broken");
        let store = Store::default();
        let source = dir
            .path()
            .join("inventory/hosts")
            .to_string_lossy()
            .into_owned();
        let mut inventory = Inventory::load(&[source], &store, &Arc::default()).unwrap();
        inventory.add_vars_dir(&dir.path().join("play"), VarsOrigin::Playbook);
        let layers = inventory.layers("h", &store).unwrap();
        let values: Vec<&Kind> = layers
            .iter()
            .map(|layer| &layer.variables.get("x").unwrap().kind)
            .collect();
        assert_eq!(
            values,
            (0..=8)
                .map(Kind::Int)
                .collect::<Vec<_>>()
                .iter()
                .collect::<Vec<_>>()
        );
        assert!(layers.windows(2).all(|pair| pair[0].kind < pair[1].kind));
        assert!(inventory.layers("unknown", &store).unwrap().is_empty());
        let local = inventory.layers("localhost", &store).unwrap();
        assert_eq!(local.len(), 4, "all's three, and the connection");
    }
}
