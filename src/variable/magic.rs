use {
    super::{
        PlayContext, Scope,
        hostvars::{HostVars, OwnVars},
    },
    crate::{
        playbook::Key,
        program::{FrameKind, Role},
        template::{TemplateError, Value},
    },
    std::{collections::BTreeSet, path::Path, sync::PoisonError},
};

/// The variables that no one sets: Ansible's "special variables", in the order of their names.
pub const NAMES: &[&str] = &[
    "ansible_check_mode",
    "ansible_collection_name",
    "ansible_config_file",
    "ansible_dependent_role_names",
    "ansible_diff_mode",
    "ansible_facts",
    "ansible_forks",
    "ansible_inventory_sources",
    "ansible_limit",
    "ansible_managed",
    "ansible_parent_role_names",
    "ansible_parent_role_paths",
    "ansible_play_batch",
    "ansible_play_hosts",
    "ansible_play_hosts_all",
    "ansible_play_name",
    "ansible_play_role_names",
    "ansible_role_name",
    "ansible_role_names",
    "ansible_run_tags",
    "ansible_search_path",
    "ansible_skip_tags",
    "ansible_verbosity",
    "ansible_version",
    "environment",
    "group_names",
    "groups",
    "hostvars",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
    "play_hosts",
    "playbook_dir",
    "role_name",
    "role_names",
    "role_path",
    "vars",
];

/// The variables of the host that a step is delegated to, by its name.
pub const DELEGATED: &str = "ansible_delegated_vars";

const ADDRESS: &str = "ansible_host";

/// The ansible-core release whose behaviour is the measure, as `ansible_version` tells playbooks that ask.
const SPOKEN: (u32, u32, u32) = (2, 19, 0);

/// A magic variable's value; nothing where the name is none or nothing stands behind it here.
pub(super) fn value(scope: &Scope, name: &str) -> Option<Result<Value, TemplateError>> {
    // Nearly every name that is asked for is none of these.
    NAMES.binary_search(&name).ok()?;
    if name == "environment" {
        return environment(scope);
    }
    plain(scope, name).map(Ok)
}

fn plain(scope: &Scope, name: &str) -> Option<Value> {
    let settings = &scope.world().settings;
    match name {
        "inventory_hostname" => Some(scope.host().into()),
        "inventory_hostname_short" => scope.host().split('.').next().map(Value::from),
        "ansible_facts" => Some(scope.world().memory(scope.host()).plain_facts()),
        "ansible_check_mode" => Some(settings.check.into()),
        "ansible_diff_mode" => Some(settings.diff.into()),
        "ansible_forks" => Some(settings.forks.into()),
        "ansible_verbosity" => Some(settings.verbosity.into()),
        "ansible_limit" => settings.limit.as_deref().map(Value::from),
        "ansible_run_tags" => Some(run_tags(&settings.tags)),
        "ansible_skip_tags" => Some(Value::from(settings.skip_tags.clone())),
        "ansible_config_file" => settings.config_file.as_deref().map(path),
        "ansible_inventory_sources" => Some(
            settings
                .inventory_sources
                .iter()
                .map(|source| path(source))
                .collect(),
        ),
        "ansible_managed" => Some("Ansible managed".into()),
        "ansible_version" => Some(version()),
        "hostvars" => Some(Value::from_object(HostVars::new(
            scope.world(),
            scope.around(),
        ))),
        "vars" => Some(Value::from_object(OwnVars(scope.variables()))),
        "groups" => Some(scope.world().groups()),
        _ => of_inventory(scope, name)
            .or_else(|| of_play(scope.around().play.as_deref()?, name))
            .or_else(|| of_role(scope, name)),
    }
}

/// The address of a host where no variable says it: its name. Of a step that is delegated, it is the other host's.
fn address(scope: &Scope) -> Value {
    let others = scope.around().locals.get(DELEGATED);
    let other = others.and_then(|others| others.try_iter().ok()?.next());
    let known = |name: &Value| {
        let own = others?.get_item(name).ok()?.get_attr(ADDRESS).ok()?;
        (!own.is_undefined()).then_some(own)
    };
    let own = || Value::from(scope.host());
    other.map_or_else(own, |name| known(&name).unwrap_or(name))
}

fn of_inventory(scope: &Scope, name: &str) -> Option<Value> {
    let world = scope.world();
    let inventory = world
        .inventory
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    let host = inventory.host(scope.host());
    match name {
        "group_names" => {
            let mut names: Vec<String> = inventory
                .groups_of(scope.host())
                .into_iter()
                .map(|group| group.name().to_owned())
                .filter(|name| name != "all")
                .collect();
            names.sort_unstable();
            Some(Value::from(names))
        }
        "inventory_file" => host?.inventory_file().map(Value::from),
        "inventory_dir" => host?.inventory_dir().map(path),
        _ => None,
    }
}

fn of_play(play: &PlayContext, name: &str) -> Option<Value> {
    let list = |name, make: &dyn Fn() -> Vec<String>| Some(play.rosters.list(name, make));
    match name {
        "playbook_dir" => Some(path(&play.dir)),
        // From outside of a play, nothing else is known of it.
        _ if play.frame.is_none() => None,
        "ansible_play_name" => Some(play.name.as_str().into()),
        "ansible_play_hosts" => list("ansible_play_hosts", &|| play.still_in()),
        "ansible_play_batch" | "play_hosts" => list("ansible_play_batch", &|| play.active()),
        "ansible_play_hosts_all" => list("ansible_play_hosts_all", &|| play.all_hosts.clone()),
        _ => of_role_names(play, name),
    }
}

fn of_role_names(play: &PlayContext, name: &str) -> Option<Value> {
    let names = play
        .role_names
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    let dependent: BTreeSet<_> = names.dependent.iter().cloned().collect();
    match name {
        "ansible_play_role_names" | "role_names" => Some(Value::from(names.direct.clone())),
        "ansible_dependent_role_names" => Some(Value::from_iter(dependent)),
        "ansible_role_names" => {
            let all: BTreeSet<_> = names.direct.iter().cloned().chain(dependent).collect();
            Some(Value::from_iter(all))
        }
        _ => None,
    }
}

fn of_role(scope: &Scope, name: &str) -> Option<Value> {
    if name == "ansible_search_path" {
        return Some(scope.stack().iter().map(|dir| path(dir)).collect());
    }
    let frame = scope.around().frame.as_deref()?;
    let own = frame.role()?;
    let parents = |show: fn(&Role) -> Value| {
        let shown: Vec<_> = frame.including_roles().map(|role| show(role)).collect();
        (!shown.is_empty()).then(|| Value::from(shown))
    };
    match name {
        "role_name" => Some(own.short_name().into()),
        "ansible_role_name" => Some(own.name.as_str().into()),
        "ansible_collection_name" => Some(own.collection.clone().into()),
        "role_path" => Some(path(&own.path)),
        "ansible_parent_role_names" => parents(|role| role.name.as_str().into()),
        "ansible_parent_role_paths" => parents(|role| path(&role.path)),
        _ => None,
    }
}

/// How a host is reached, where no variable says it: by keywords around the step, else by the command line.
pub(super) fn connection(scope: &Scope, name: &str) -> Option<Result<Value, TemplateError>> {
    let settings = &scope.world().settings;
    let frame = scope.around().frame.as_deref()?;
    if frame.kind != FrameKind::Task {
        return None;
    }
    let (key, otherwise) = match name {
        "ansible_connection" => {
            let usual = settings.connection.as_deref().unwrap_or("ssh");
            (Key::Connection, Some(usual.into()))
        }
        "ansible_user" | "ansible_ssh_user" => {
            (Key::RemoteUser, settings.user.as_deref().map(Value::from))
        }
        "ansible_port" | "ansible_ssh_port" => (Key::Port, settings.port.map(Value::from)),
        ADDRESS | "ansible_ssh_host" => return Some(Ok(address(scope))),
        _ => return None,
    };
    match frame.keyword(key) {
        None => otherwise.map(Ok),
        Some(node) => Some(scope.world().engine.node(node, &scope.variables())),
    }
}

fn environment(scope: &Scope) -> Option<Result<Value, TemplateError>> {
    let frame = scope.around().frame.as_deref()?;
    let nodes = frame.gather(Key::Environment);
    let variables = scope.variables();
    let rendered = nodes
        .into_iter()
        .map(|node| scope.world().engine.node(node, &variables));
    Some(rendered.collect::<Result<Vec<_>, _>>().map(Value::from))
}

fn run_tags(tags: &[String]) -> Value {
    if tags.is_empty() {
        return Value::from(vec!["all"]);
    }
    Value::from(tags.to_vec())
}

fn version() -> Value {
    let (major, minor, revision) = SPOKEN;
    let full = format!("{major}.{minor}.{revision}");
    Value::from_pairs([
        ("full", Value::from(full.as_str())),
        ("string", Value::from(full.as_str())),
        ("major", Value::from(major)),
        ("minor", Value::from(minor)),
        ("revision", Value::from(revision)),
    ])
}

fn path(path: &Path) -> Value {
    Value::from(path.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_so_that_they_are_found() {
        assert!(NAMES.is_sorted_by(|one, next| one < next), "{NAMES:?}");
    }
}
