use {
    super::{Code, Finding, Severity, survey::Survey},
    crate::{
        inventory::Inventory,
        module::argument::nearest,
        source::{Fault, Place},
    },
    std::{
        fs,
        path::{Path, PathBuf},
        sync::PoisonError,
    },
};

/// Files of variables of hosts and groups that the inventory does not have: nothing reads them.
pub(super) fn unused_variables(survey: &Survey, findings: &mut Vec<Finding>) {
    if !survey.circumstances.inventory || survey.shifts_inventory() {
        return;
    }
    let inventory = survey
        .world
        .inventory
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    let dirs = inventory.vars_dirs();
    for path in dirs.flat_map(|dir| ["group_vars", "host_vars"].map(|kind| dir.join(kind))) {
        for (path, owner) in owners(&path) {
            if let Some(fault) = unused(&inventory, &path, &owner) {
                findings.push(Finding::new(
                    Code::UnusedVariables,
                    Severity::Warning,
                    fault,
                ));
            }
        }
    }
}

/// What a directory of variables holds, each with the name of the host or group that it is for.
fn owners(dir: &Path) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let owner = |path: PathBuf| {
        let name = path.file_name()?.to_str()?;
        let stem = [".yml", ".yaml", ".json"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending));
        let hidden = name.starts_with('.') || name.ends_with('~');
        let named = match path.is_dir() || hidden {
            true => name,
            false => stem.unwrap_or(name),
        };
        let known = path.is_dir() || stem.is_some() || !name.contains('.') || !is_text(name);
        (known && !hidden).then(|| (path.clone(), named.to_owned()))
    };
    entries.filter_map(|entry| owner(entry.path())).collect()
}

/// Whether a file is there for people.
fn is_text(name: &str) -> bool {
    [".md", ".txt", ".rst"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

fn unused(inventory: &Inventory, path: &Path, owner: &str) -> Option<Fault> {
    let of_hosts = path.parent()?.ends_with("host_vars");
    let (what, near) = match of_hosts {
        true if inventory.host(owner).is_some() => return None,
        false if inventory.group(owner).is_some() => return None,
        true => {
            let names = inventory.hosts().map(|host| host.name());
            ("host", nearest(owner, names))
        }
        false => {
            let names = inventory.groups().map(|group| group.name());
            ("group", nearest(owner, names))
        }
    };
    let place = Place::outside(&path.display().to_string(), "");
    let fault = Fault::new(format!(
        "no {what} is called `{owner}`, so nothing reads its variables"
    ))
    .at(&place);
    Some(match near {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!(
            "rename it, remove it, or add the {what} to the inventory"
        )),
    })
}
