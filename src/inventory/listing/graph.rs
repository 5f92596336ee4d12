use super::{Listing, python};
use crate::{
    inventory::{Group, Mistake},
    source::{Fault, Node},
};
use std::collections::BTreeMap;

/// `--graph [--vars]`: the tree below a group, a line a group, host or variable.
///
/// # Errors
/// A group that does not exist, or a file of variables that cannot be read.
pub fn graph(listing: &Listing, group: &str, with_variables: bool) -> Result<String, Fault> {
    let Some(top) = listing.inventory.group(group) else {
        return Err(Mistake::NoGroup(group.to_owned()).into());
    };
    let mut graph = Graph {
        listing,
        with_variables,
        lines: Vec::new(),
    };
    graph.group(top, 0)?;
    Ok(graph.lines.join("\n"))
}

struct Graph<'a> {
    listing: &'a Listing<'a>,
    with_variables: bool,
    lines: Vec<String>,
}

impl Graph<'_> {
    fn group(&mut self, group: &Group, depth: usize) -> Result<(), Fault> {
        self.line(&format!("@{}:", group.name()), depth);
        for child in self.listing.inventory.children(group) {
            self.group(child, depth + 1)?;
        }
        if group.name() != "all" {
            for host in self.listing.inventory.members(group) {
                self.line(host.name(), depth + 1);
                if self.with_variables {
                    let variables = self.listing.host_variables(host)?;
                    self.variables(&variables, None, depth + 2);
                }
            }
        }
        if self.with_variables {
            let variables = self.listing.group_variables(group)?;
            let priority = Some(group.priority()).filter(|priority| *priority != 1);
            self.variables(&variables, priority, depth + 1);
        }
        Ok(())
    }

    fn variables(
        &mut self,
        variables: &BTreeMap<String, Node>,
        priority: Option<i64>,
        depth: usize,
    ) {
        let mut shown: BTreeMap<&str, String> = variables
            .iter()
            .map(|(name, node)| (name.as_str(), python::shown(node)))
            .collect();
        shown.extend(priority.map(|priority| ("ansible_group_priority", priority.to_string())));
        for (name, value) in shown {
            self.line(&format!("{{{name} = {value}}}"), depth);
        }
    }

    fn line(&mut self, text: &str, depth: usize) {
        let lead = if depth == 0 {
            String::new()
        } else {
            format!("{}--", "  |".repeat(depth))
        };
        self.lines.push(lead + text);
    }
}
