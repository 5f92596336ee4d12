use super::{
    GroupId, Inventory, Mistake, host_view::HostView, json_groups::shape, plugin::Reading,
    yaml::label,
};
use crate::{
    source::{Fault, Node},
    template::{self, Value, Variables},
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// So many hosts at most: more is a mistake in the layers.
const MOST_HOSTS: usize = 1_000_000;

/// Makes a host for every combination of the layers (the plugin `generator`).
///
/// # Errors
/// An option of another shape, a template that fails, a parent without a name.
pub(super) fn read(
    document: &Node,
    reading: &Reading,
    inventory: &mut Inventory,
) -> Result<(), Fault> {
    let layers = layers(document)?;
    let hosts = required(document, "hosts")?;
    let name = required(hosts, "name")?;
    let count = layers.iter().try_fold(1_usize, |count, (_, values)| {
        count.checked_mul(values.len())
    });
    let count = count.filter(|count| *count <= MOST_HOSTS);
    let Some(count) = count else {
        let limit = "a map whose combinations are not more than a million";
        return Err(shape("`layers`", limit, required(document, "layers")?));
    };
    for number in 0..count {
        let generator = Generator {
            reading,
            seen: combination(&layers, number, reading),
        };
        let host = generator.text(name)?;
        let id = inventory.declare_host(&host)?;
        for parent in parents(hosts)? {
            let group = generator.parent(parent, &host, inventory)?;
            inventory.join(group, id);
        }
    }
    Ok(())
}

type Layers<'a> = Vec<(String, &'a [Node])>;

fn layers(document: &Node) -> Result<Layers<'_>, Fault> {
    let node = required(document, "layers")?;
    let Some(entries) = node.as_map() else {
        return Err(shape("`layers`", "a map of lists", node));
    };
    entries
        .iter()
        .map(|(name, values)| match values.as_list() {
            Some(list) => Ok((label(name), list)),
            None => Err(shape("a layer", "a list", values)),
        })
        .collect()
}

/// The values of one combination; the last layer changes fastest.
fn combination(layers: &Layers, number: usize, reading: &Reading) -> Arc<HostView> {
    let mut rest = number;
    let mut chosen = BTreeMap::new();
    for (name, values) in layers.iter().rev() {
        chosen.insert(name.clone(), values[rest % values.len()].clone());
        rest /= values.len();
    }
    let dir = reading.path.parent().map(PathBuf::from);
    HostView::new(&reading.settings.engine, chosen, dir.unwrap_or_default())
}

fn required<'a>(node: &'a Node, option: &str) -> Result<&'a Node, Fault> {
    node.get(option)
        .ok_or_else(|| shape("this", NEEDS[usize::from(option == "name")], node))
}

const NEEDS: [&str; 2] = ["a map with `layers` and `hosts`", "a map with `name`"];

fn parents(node: &Node) -> Result<&[Node], Fault> {
    match node.get("parents").filter(|parents| !parents.is_null()) {
        None => Ok(&[]),
        Some(parents) => parents
            .as_list()
            .ok_or_else(|| shape("`parents`", "a list", parents)),
    }
}

struct Generator<'a> {
    reading: &'a Reading<'a>,
    seen: Arc<HostView>,
}

impl Generator<'_> {
    /// Makes a group with its variables and all that is above it.
    fn parent(
        &self,
        parent: &Node,
        child: &str,
        inventory: &mut Inventory,
    ) -> Result<GroupId, Fault> {
        let nameless = || Mistake::NamelessParent(child.to_owned()).at(&parent.place);
        let name = self.text(parent.get("name").ok_or_else(nameless)?)?;
        if name.is_empty() {
            return Err(nameless());
        }
        let group = inventory.declare_group(&name)?;
        let variables = parent.get("vars").and_then(Node::as_map);
        for (variable, value) in variables.unwrap_or_default() {
            let value = match value.as_str() {
                Some(_) => self.seen.kept(&self.value(value)?, &value.place),
                None => value.clone(),
            };
            inventory.set_group_variable(group, &label(variable), value)?;
        }
        for above in parents(parent)? {
            let above = self.parent(above, &name, inventory)?;
            inventory.adopt(above, group)?;
        }
        Ok(group)
    }

    fn text(&self, node: &Node) -> Result<String, Fault> {
        self.value(node).map(|value| template::display(&value))
    }

    fn value(&self, node: &Node) -> Result<Value, Fault> {
        let seen: Arc<dyn Variables> = Arc::clone(&self.seen) as _;
        let value = self.reading.settings.engine.node(node, &seen);
        value.map_err(|error| Fault::new(error.message).at(&node.place))
    }
}
