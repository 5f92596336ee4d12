use super::{ALL, GroupId, HostId, Inventory, Mistake};
use crate::source::Fault;
use std::collections::HashSet;

/// Who belongs to whom.
impl Inventory {
    /// Puts a host into a group; says whether it was not there before.
    pub(super) fn join(&mut self, group: GroupId, host: HostId) -> bool {
        let added = !self.hosts[host].groups.contains(&group);
        if added {
            self.groups[group].hosts.push(host);
            self.hosts[host].groups.push(group);
        }
        added
    }

    pub(super) fn leave(&mut self, group: GroupId, host: HostId) {
        if self.hosts[host].groups.contains(&group) {
            self.groups[group].hosts.retain(|&member| member != host);
            self.hosts[host].groups.retain(|&member| member != group);
        }
    }

    /// Makes one group the child of another; says whether it was not before.
    ///
    /// # Errors
    /// A group that would contain itself; everything is below `all`.
    pub(super) fn adopt(&mut self, parent: GroupId, child: GroupId) -> Result<bool, Fault> {
        if parent == child {
            return Err(Mistake::OwnChild(self.groups[child].name().to_owned()).into());
        }
        if child == ALL || self.groups_upward(&[parent]).contains(&child) {
            return Err(Mistake::Cycle {
                parent: self.groups[parent].name().to_owned(),
                child: self.groups[child].name().to_owned(),
            }
            .into());
        }
        Ok(self.link(parent, child))
    }

    /// The same where a cycle cannot be.
    pub(super) fn link(&mut self, parent: GroupId, child: GroupId) -> bool {
        let added = !self.groups[parent].children.contains(&child);
        if added {
            self.groups[parent].children.push(child);
            self.groups[child].parents.push(parent);
            self.sink(child, self.groups[parent].depth + 1);
        }
        added
    }

    fn sink(&mut self, group: GroupId, depth: usize) {
        let mut lower = vec![(group, depth)];
        while let Some((group, depth)) = lower.pop() {
            if self.groups[group].depth < depth {
                self.groups[group].depth = depth;
                lower.extend(
                    self.groups[group]
                        .children
                        .iter()
                        .map(|&child| (child, depth + 1)),
                );
            }
        }
    }

    /// A host's groups and everything above them, each once.
    pub(super) fn groups_above(&self, host: HostId) -> Vec<GroupId> {
        self.groups_upward(&self.hosts[host].groups)
    }

    fn groups_upward(&self, from: &[GroupId]) -> Vec<GroupId> {
        spread(from, |group| &self.groups[group].parents[..])
    }

    /// The hosts of a group, then of its children, then of theirs, each once. Implicit hosts are not in `all`.
    pub(super) fn hosts_below(&self, group: GroupId) -> Vec<HostId> {
        let all = group == ALL;
        let mut seen = HashSet::new();
        spread(&[group], |group| &self.groups[group].children[..])
            .into_iter()
            .flat_map(|group| &self.groups[group].hosts)
            .copied()
            .filter(|&host| seen.insert(host) && !(all && self.hosts[host].is_implicit()))
            .collect()
    }
}

/// What can be reached from some groups, nearest first, beginning with themselves.
fn spread<'a>(from: &[GroupId], next: impl Fn(GroupId) -> &'a [GroupId]) -> Vec<GroupId> {
    let mut seen: HashSet<GroupId> = from.iter().copied().collect();
    let mut reached = from.to_vec();
    let mut at = 0;
    while at < reached.len() {
        reached.extend(
            next(reached[at])
                .iter()
                .filter(|&&group| seen.insert(group)),
        );
        at += 1;
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(names: &[&str]) -> (Inventory, Vec<GroupId>) {
        let mut inventory = Inventory::default();
        let ids: Vec<GroupId> = names
            .iter()
            .map(|name| inventory.declare_group(name).unwrap())
            .collect();
        for pair in ids.windows(2) {
            inventory.adopt(pair[0], pair[1]).unwrap();
        }
        inventory.settle();
        (inventory, ids)
    }

    #[test]
    fn depth_is_the_longest_way_from_all() {
        let (mut inventory, ids) = chain(&["a", "b", "c"]);
        let x = inventory.declare_group("x").unwrap();
        inventory.adopt(x, ids[2]).unwrap();
        inventory.settle();
        let depth = |name| inventory.group(name).unwrap().depth();
        assert_eq!(
            (depth("all"), depth("a"), depth("x"), depth("c")),
            (0, 1, 1, 3)
        );
    }

    #[test]
    fn refuses_cycles() {
        let (mut inventory, ids) = chain(&["a", "b", "c"]);
        let fault = inventory.adopt(ids[2], ids[0]).unwrap_err();
        assert_eq!(
            fault.message(),
            "group `a` cannot be a child of `c`: it contains `c` already"
        );
        assert!(inventory.adopt(ids[0], ids[0]).is_err());
        assert!(inventory.adopt(ids[0], ALL).is_err());
    }

    #[test]
    fn hosts_of_nearer_groups_come_first() {
        let (mut inventory, ids) = chain(&["a", "b"]);
        for (name, group) in [("low", ids[1]), ("high", ids[0]), ("low", ids[0])] {
            let host = inventory.declare_host(name).unwrap();
            inventory.join(group, host);
        }
        let hosts: Vec<&str> = inventory
            .hosts_of("a")
            .iter()
            .map(|host| host.name())
            .collect();
        assert_eq!(hosts, ["high", "low"]);
    }
}
