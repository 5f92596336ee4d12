use super::{GroupId, HostId, Variables};
use std::sync::Arc;

/// A named set of hosts and of other groups.
#[derive(Clone, Debug)]
pub struct Group {
    name: String,
    pub(super) hosts: Vec<HostId>,
    pub(super) children: Vec<GroupId>,
    pub(super) parents: Vec<GroupId>,
    pub(super) variables: Arc<Variables>,
    pub(super) priority: i64,
    pub(super) depth: usize,
}

impl Group {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            hosts: Vec::new(),
            children: Vec::new(),
            parents: Vec::new(),
            variables: Arc::default(),
            priority: 1,
            depth: 0,
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The variables that the inventory itself gives to the group, without `group_vars/`.
    pub fn variables(&self) -> &Variables {
        &self.variables
    }

    /// `ansible_group_priority`: among groups of equal depth the highest wins; 1 where nothing was said.
    pub fn priority(&self) -> i64 {
        self.priority
    }

    /// The longest way down from `all`, which has depth 0.
    pub fn depth(&self) -> usize {
        self.depth
    }
}
