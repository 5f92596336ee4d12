use super::{ALL, Inventory, Owner, Variables, VarsOrigin};
use crate::source::{Fault, Store};
use std::{path::PathBuf, sync::Arc};

/// Where variables of a host come from, lowest precedence first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerKind {
    /// Group `all`, in an inventory.
    AllInInventory,
    /// `group_vars/all` beside an inventory.
    AllBesideInventory,
    /// `group_vars/all` beside the playbook.
    AllBesidePlaybook,
    /// Another group, in an inventory.
    GroupInInventory,
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
        self.stack(
            &[all],
            [
                LayerKind::AllInInventory,
                LayerKind::AllBesideInventory,
                LayerKind::AllBesidePlaybook,
            ],
            store,
            &mut layers,
        )?;
        self.stack(
            &groups,
            [
                LayerKind::GroupInInventory,
                LayerKind::GroupBesideInventory,
                LayerKind::GroupBesidePlaybook,
            ],
            store,
            &mut layers,
        )?;
        self.stack(
            &[host],
            [
                LayerKind::HostInInventory,
                LayerKind::HostBesideInventory,
                LayerKind::HostBesidePlaybook,
            ],
            store,
            &mut layers,
        )?;
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
            "all" => [
                LayerKind::AllInInventory,
                LayerKind::AllBesideInventory,
                LayerKind::AllBesidePlaybook,
            ],
            _ => [
                LayerKind::GroupInInventory,
                LayerKind::GroupBesideInventory,
                LayerKind::GroupBesidePlaybook,
            ],
        };
        let mut layers = Vec::new();
        self.stack(
            &[(Owner::Group(group.name().to_owned()), &group.variables)],
            kinds,
            store,
            &mut layers,
        )?;
        Ok(layers)
    }

    /// Lays the owners' own variables, then those beside each inventory, then those beside the playbook.
    fn stack(
        &self,
        owners: &[(Owner, &Arc<Variables>)],
        [own, beside_inventory, beside_playbook]: [LayerKind; 3],
        store: &Store,
        layers: &mut Vec<Layer>,
    ) -> Result<(), Fault> {
        for (owner, variables) in owners {
            push(layers, own, owner, None, variables);
        }
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
