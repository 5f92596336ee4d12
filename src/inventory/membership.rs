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
