use super::{
    HostId, Inventory, Mistake,
    host_view::HostView,
    json_groups::shape,
    keyed_group::{KeyedGroup, Unnamed, safe_group_name},
    plugin::Reading,
    yaml::label,
};
use crate::{
    source::{Fault, Kind, Node},
    template::{self, Engine, ValueKind, Variables},
};
use std::{path::PathBuf, sync::Arc};

const OPTIONS: [&str; 8] = [
    "plugin",
    "strict",
    "compose",
    "groups",
    "keyed_groups",
    "use_extra_vars",
    "use_vars_plugins",
    "leading_separator",
];

/// Gives variables and groups to the hosts that earlier sources named, by expressions over their variables
/// (the plugin `constructed`).
///
/// # Errors
/// An option of another shape; an expression that fails, where the file is strict.
pub(super) fn read(
    document: &Node,
    reading: &Reading,
    inventory: &mut Inventory,
) -> Result<(), Fault> {
    warn_of_unknown(document, inventory);
    let constructed = Constructed::new(document, reading)?;
    for host in 0..inventory.hosts.len() {
        if !inventory.hosts[host].is_implicit() {
            constructed.host(host, inventory)?;
        }
    }
    Ok(())
}

fn warn_of_unknown(document: &Node, inventory: &mut Inventory) {
    for (name, _) in document.as_map().unwrap_or_default() {
        let text = label(name);
        if !OPTIONS.contains(&text.as_str()) {
            inventory.warn(
                Fault::new(format!(
                    "`{text}` is no option of `constructed`: it is ignored"
                ))
                .at(&name.place),
            );
        }
    }
}

struct Constructed<'a> {
    reading: &'a Reading<'a>,
    strict: bool,
    use_extra_vars: bool,
    use_vars_plugins: bool,
    leading_separator: bool,
    compose: &'a [(Node, Node)],
    groups: &'a [(Node, Node)],
    keyed_groups: Vec<KeyedGroup<'a>>,
}

impl<'a> Constructed<'a> {
    fn new(document: &'a Node, reading: &'a Reading) -> Result<Self, Fault> {
        let keyed_groups = match document.get("keyed_groups") {
            None => &[][..],
            Some(node) if node.is_null() => &[],
            Some(node) => node
                .as_list()
                .ok_or_else(|| shape("`keyed_groups`", "a list", node))?,
        };
        Ok(Self {
            reading,
            strict: flag(document, "strict", false)?,
            use_extra_vars: flag(document, "use_extra_vars", reading.settings.use_extra_vars)?,
            use_vars_plugins: flag(document, "use_vars_plugins", false)?,
            leading_separator: flag(document, "leading_separator", true)?,
            compose: entries(document, "compose")?,
            groups: entries(document, "groups")?,
            keyed_groups: keyed_groups
                .iter()
                .map(KeyedGroup::new)
                .collect::<Result<_, _>>()?,
        })
    }

    fn engine(&self) -> &Engine {
        &self.reading.settings.engine
    }

    fn host(&self, host: HostId, inventory: &mut Inventory) -> Result<(), Fault> {
        let name = inventory.hosts[host].name().to_owned();
        if !self.compose.is_empty() {
            self.composed(host, &name, inventory)?;
        }
        if !self.groups.is_empty() {
            self.grouped(host, &name, inventory)?;
        }
        if !self.keyed_groups.is_empty() {
            self.keyed(host, &name, inventory)?;
        }
        Ok(())
    }

    fn composed(&self, host: HostId, name: &str, inventory: &mut Inventory) -> Result<(), Fault> {
        let view = self.view(host, inventory, self.use_extra_vars)?;
        let seen: Arc<dyn Variables> = Arc::clone(&view) as _;
        for (variable, source) in self.compose {
            let variable = label(variable);
            let value = self.expression(source, &seen);
            if let Some(value) = self.settled(value, &variable, name, source)? {
                let value = view.kept(&value, &source.place);
                inventory.set_host_variable(host, &variable, value);
            }
        }
        Ok(())
    }

    /// The conditions see what was composed, but not `-e`.
    fn grouped(&self, host: HostId, name: &str, inventory: &mut Inventory) -> Result<(), Fault> {
        let seen: Arc<dyn Variables> = self.view(host, inventory, false)?;
        for (group, condition) in self.groups {
            let group = safe_group_name(&label(group));
            let holds = self.holds(condition, &seen);
            if self.settled(holds, &group, name, condition)? == Some(true) {
                let group = inventory.declare_group(&group)?;
                inventory.join(group, host);
            }
        }
        Ok(())
    }

    fn keyed(&self, host: HostId, name: &str, inventory: &mut Inventory) -> Result<(), Fault> {
        let seen: Arc<dyn Variables> = self.view(host, inventory, self.use_extra_vars)?;
        for keyed in &self.keyed_groups {
            let named = match keyed.names(name, self.engine(), &seen, self.leading_separator) {
                Ok(Some(named)) => named,
                Ok(None) => continue,
                Err(Unnamed::Missing(_)) if !self.strict => continue,
                Err(Unnamed::Missing(fault) | Unnamed::Wrong(fault)) => return Err(fault),
            };
            for group in &named.groups {
                let group = inventory.declare_group(group)?;
                inventory.join(group, host);
                if let Some(parent) = &named.parent {
                    let parent = inventory.declare_group(parent)?;
                    inventory.adopt(parent, group)?;
                }
            }
        }
        Ok(())
    }

    fn view(
        &self,
        host: HostId,
        inventory: &Inventory,
        with_extra: bool,
    ) -> Result<Arc<HostView>, Fault> {
        let beside = self.use_vars_plugins.then_some(self.reading.store);
        let mut variables = inventory.variables_so_far(host, beside)?;
        if with_extra {
            variables.extend(self.reading.settings.extra.iter().cloned());
        }
        let dir = self.reading.path.parent().map(PathBuf::from);
        Ok(HostView::new(
            self.engine(),
            variables,
            dir.unwrap_or_default(),
        ))
    }

    fn expression(
        &self,
        source: &Node,
        seen: &Arc<dyn Variables>,
    ) -> Result<template::Value, String> {
        let text = source.as_str();
        let text =
            text.ok_or_else(|| format!("an expression is a string, not {}", source.describe()))?;
        self.engine()
            .expression(text, seen)
            .map_err(|error| error.message)
    }

    fn holds(&self, condition: &Node, seen: &Arc<dyn Variables>) -> Result<bool, String> {
        if let Kind::Bool(holds) = condition.kind {
            return Ok(holds);
        }
        let text = condition.as_str().unwrap_or_default();
        if Engine::is_template(text) {
            let truth = self.engine().truth(text, seen);
            return truth.map_err(|error| error.message);
        }
        let value = self.expression(condition, seen)?;
        match value.kind() {
            ValueKind::Bool => Ok(value.is_true()),
            _ => Err(format!(
                "a condition gives true or false, this gives {}",
                template::describe(&value)
            )),
        }
    }

    /// What failed is an error in a strict file, and nothing elsewhere.
    fn settled<T>(
        &self,
        result: Result<T, String>,
        what: &str,
        host: &str,
        source: &Node,
    ) -> Result<Option<T>, Fault> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(reason) if self.strict => {
                let (what, host) = (what.to_owned(), host.to_owned());
                Err(Mistake::Construct { what, host, reason }.at(&source.place))
            }
            Err(_) => Ok(None),
        }
    }
}

fn entries<'a>(document: &'a Node, option: &str) -> Result<&'a [(Node, Node)], Fault> {
    match document.get(option) {
        None => Ok(&[]),
        Some(node) if node.is_null() => Ok(&[]),
        Some(node) => node
            .as_map()
            .ok_or_else(|| shape(&format!("`{option}`"), "a map", node)),
    }
}

fn flag(document: &Node, option: &str, usual: bool) -> Result<bool, Fault> {
    let Some(node) = document.get(option).filter(|node| !node.is_null()) else {
        return Ok(usual);
    };
    let flag = match &node.kind {
        Kind::Bool(flag) => Some(*flag),
        Kind::Int(1) => Some(true),
        Kind::Int(0) => Some(false),
        Kind::String(text) => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" | "1" | "y" | "t" => Some(true),
            "no" | "false" | "off" | "0" | "n" | "f" => Some(false),
            _ => None,
        },
        _ => None,
    };
    flag.ok_or_else(|| shape(&format!("`{option}`"), "true or false", node))
}
