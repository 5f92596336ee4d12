use super::{
    Inventory, Mistake,
    json::node,
    json_groups::{self, shape, string},
};
use crate::source::{Fault, Kind, Node, Place, SourceFile};
use rustix::io::Errno;
use serde_json::Value;
use std::{io, path::Path, process::Command};

/// Runs an executable inventory and reads the JSON that it prints.
///
/// Gives false, having done nothing, where the file has the executable bit but the system cannot execute it: it is
/// then a plain file on a file system that marks all files executable.
///
/// # Errors
/// A script that fails, or prints anything but the JSON of an inventory; its standard error is part of the message.
pub fn read(path: &Path, inventory: &mut Inventory) -> Result<bool, Fault> {
    let output = match run(path, &["--list"]) {
        Err(Failure::NotExecutable) => return Ok(false),
        Err(Failure::Fault(fault)) => return Err(fault),
        Ok(output) => output,
    };
    let named = json_groups::read(&output.node, inventory)?;
    if !named.complete {
        ask(path, named.hosts, &output.place, inventory)?;
    }
    Ok(true)
}

/// What a script printed, read as JSON.
struct Output {
    node: Node,
    place: Place,
}

enum Failure {
    NotExecutable,
    Fault(Fault),
}

impl From<Mistake> for Failure {
    fn from(mistake: Mistake) -> Self {
        Self::Fault(mistake.into())
    }
}

fn run(path: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    let command = format!("{} {}", path.display(), arguments.join(" "));
    let output = Command::new(path)
        .args(arguments)
        .output()
        .map_err(|error| not_started(path, &error))?;
    let stderr = match String::from_utf8_lossy(&output.stderr).trim_end() {
        "" => String::new(),
        text => format!("; it said:\n{text}"),
    };
    if !output.status.success() {
        let status = output.status.to_string();
        return Err(Mistake::Script {
            command,
            status,
            stderr,
        }
        .into());
    }
    let broken = |reason: String| {
        let command = command.clone();
        let stderr = stderr.clone();
        Mistake::NoJson {
            command,
            reason,
            stderr,
        }
    };
    let text =
        String::from_utf8(output.stdout).map_err(|_| broken("it is not UTF-8".to_owned()))?;
    if text.trim().is_empty() && arguments[0] == "--host" {
        let place = Place::outside(&command, "");
        let node = Node::new(place.clone(), Kind::Map(Vec::new()));
        return Ok(Output { node, place });
    }
    let value: Value = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
    let file = SourceFile::new(command.as_str(), text.as_str());
    let place = Place::new(&file, 0, 0);
    let node = node(value, &place);
    Ok(Output { node, place })
}

fn not_started(path: &Path, error: &io::Error) -> Failure {
    if error.raw_os_error() == Some(Errno::NOEXEC.raw_os_error()) {
        return Failure::NotExecutable;
    }
    Mistake::Start {
        path: path.to_owned(),
        reason: error.to_string(),
    }
    .into()
}

/// Runs the script once for each host, as scripts without `_meta` want it.
fn ask(
    path: &Path,
    mut hosts: Vec<String>,
    place: &Place,
    inventory: &mut Inventory,
) -> Result<(), Fault> {
    hosts.sort();
    hosts.dedup();
    inventory.warn(
        Fault::new("the inventory script prints no `_meta`: it is run again for each host")
            .at(place)
            .help("let --list print {\"_meta\": {\"hostvars\": {…}}}, which is much faster"),
    );
    for name in &hosts {
        let output = match run(path, &["--host", name]) {
            Ok(output) => output,
            Err(Failure::Fault(fault)) => return Err(fault),
            Err(Failure::NotExecutable) => continue,
        };
        let Some(entries) = output.node.as_map() else {
            return Err(shape(
                &format!("the variables of `{name}`"),
                "a map",
                &output.node,
            ));
        };
        let host = inventory.declare_host(name)?;
        for (name, value) in entries {
            let name = string(name, "a variable's name")?;
            inventory.set_host_variable(host, name, value.clone());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    fn run_script(text: &str) -> Result<Inventory, Fault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hosts");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        let mut inventory = Inventory::default();
        assert!(read(&path, &mut inventory)?, "{text}");
        inventory.settle();
        Ok(inventory)
    }

    #[test]
    fn takes_groups_hosts_and_variables() {
        let inventory = run_script(
            r#"#!/bin/sh
            echo '{"_meta": {"hostvars": {"a": {"x": {"__ansible_vault": "v"}}}}, "g": {"hosts": ["a"], "children": ["h"]}, "h": ["b"]}'"#,
        )
        .unwrap();
        let members: Vec<&str> = inventory
            .hosts_of("g")
            .iter()
            .map(|host| host.name())
            .collect();
        assert_eq!(members, ["a", "b"]);
        let x = inventory.host("a").unwrap().variables().get("x").unwrap();
        assert_eq!(x.kind, Kind::Vault("v".to_owned()));
        assert!(inventory.warnings().is_empty());
    }

    #[test]
    fn shows_what_a_failing_script_said() {
        let fault = run_script("#!/bin/sh\necho no such region >&2\nexit 3\n").unwrap_err();
        assert!(
            fault
                .message()
                .ends_with("failed with exit status: 3; it said:\nno such region"),
            "{fault}"
        );
        let fault = run_script("#!/bin/sh\necho hello\n").unwrap_err();
        assert!(
            fault
                .message()
                .contains("printed no JSON: expected value at line 1 column 1"),
            "{fault}"
        );
        let fault = run_script("#!/no/such/interpreter\n").unwrap_err();
        assert!(fault.message().contains("cannot be started"), "{fault}");
    }

    #[test]
    fn a_plain_file_that_is_marked_executable_is_no_script() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hosts");
        fs::write(&path, "web1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!read(&path, &mut Inventory::default()).unwrap());
    }

    #[test]
    fn asks_once_for_each_host_without_meta() {
        let text = "#!/bin/sh\nif [ $1 = --list ]; then echo '{\"g\": {\"hosts\": [\"a\"]}}'; else echo \"{\\\"name\\\": \\\"$2\\\"}\"; fi\n";
        let inventory = run_script(text).unwrap();
        let name = inventory
            .host("a")
            .unwrap()
            .variables()
            .get("name")
            .unwrap();
        assert_eq!(name.as_str(), Some("a"));
        assert_eq!(inventory.warnings().len(), 1);
    }
}
