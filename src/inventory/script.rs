use super::{GroupId, Inventory, Mistake, ini, mistake};
use crate::source::{Fault, Kind, Node, Place, SourceFile};
use rustix::io::Errno;
use serde_json::Value;
use std::{collections::BTreeMap, io, path::Path, process::Command};

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
    let Kind::Map(entries) = output.node.kind else {
        return Err(shape("the printed inventory", "a map", &output.node));
    };
    let mut script = Script {
        inventory,
        hosts: Vec::new(),
    };
    let mut known = None;
    for (name, value) in &entries {
        match name.as_str() {
            Some("_meta") => known = Some(host_variables(value)?),
            Some(name) => script
                .group(name, value)
                .map_err(mistake::within(&output.place))?,
            None => {}
        }
    }
    match known {
        Some(known) => script.set(&known),
        None => script.ask(path, &output.place),
    }?;
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

/// JSON as nodes, with Ansible's markers for vaulted and for unsafe text.
fn node(value: Value, place: &Place) -> Node {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Kind::Int(number),
            None => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Kind::String(text),
        Value::Array(items) => {
            Kind::List(items.into_iter().map(|item| node(item, place)).collect())
        }
        Value::Object(entries) => return object(entries, place),
    };
    Node::new(place.clone(), kind)
}

fn object(entries: serde_json::Map<String, Value>, place: &Place) -> Node {
    let text = |key: &str| match entries.get(key) {
        Some(Value::String(text)) if entries.len() == 1 => Some(text.clone()),
        _ => None,
    };
    let string = |text| Node::new(place.clone(), Kind::String(text));
    let kind = if let Some(envelope) = text("__ansible_vault") {
        Kind::Vault(envelope)
    } else if let Some(text) = text("__ansible_unsafe") {
        Kind::Unsafe(Box::new(string(text)))
    } else {
        Kind::Map(
            entries
                .into_iter()
                .map(|(key, value)| (string(key), node(value, place)))
                .collect(),
        )
    };
    Node::new(place.clone(), kind)
}

type HostVariables<'a> = BTreeMap<&'a str, &'a [(Node, Node)]>;

fn host_variables(meta: &Node) -> Result<HostVariables<'_>, Fault> {
    let hosts = meta.get("hostvars").unwrap_or(meta);
    let Some(hosts) = meta.get("hostvars").and_then(Node::as_map) else {
        return Err(shape("`_meta.hostvars`", "a map", hosts));
    };
    let mut known = BTreeMap::new();
    for (name, variables) in hosts {
        let Some(entries) = variables.as_map() else {
            return Err(shape("the variables of a host", "a map", variables));
        };
        known.extend(name.as_str().map(|name| (name, entries)));
    }
    Ok(known)
}

struct Script<'a> {
    inventory: &'a mut Inventory,
    /// The hosts that this script named.
    hosts: Vec<String>,
}

impl Script<'_> {
    fn group(&mut self, name: &str, body: &Node) -> Result<(), Fault> {
        let group = self.inventory.declare_group(name)?;
        let known = ["hosts", "vars", "children"]
            .iter()
            .any(|key| body.get(key).is_some());
        match &body.kind {
            Kind::Map(entries) if !known => self.lone_host(name, group, entries, &body.place),
            Kind::Map(_) => self.sections(name, group, body),
            Kind::List(hosts) => self.hosts(group, hosts),
            _ => Err(shape(&format!("group `{name}`"), "a map", body)),
        }
    }

    /// The oldest form: a group without sections is one host of its own name, whose variables are never templates.
    fn lone_host(
        &mut self,
        name: &str,
        group: GroupId,
        entries: &[(Node, Node)],
        place: &Place,
    ) -> Result<(), Fault> {
        self.inventory.warn(
            Fault::new(format!("group `{name}` of the inventory script has no `hosts`: it is read as one host of that name"))
                .at(place)
                .help(format!("print {{\"{name}\": {{\"hosts\": [\"{name}\"], \"vars\": {{…}}}}}}")),
        );
        self.host(name, group, place)?;
        let raw =
            |value: &Node| Node::new(value.place.clone(), Kind::Unsafe(Box::new(value.clone())));
        let entries: Vec<(Node, Node)> = entries
            .iter()
            .map(|(key, value)| (key.clone(), raw(value)))
            .collect();
        self.variables(group, &entries)
    }

    fn sections(&mut self, name: &str, group: GroupId, body: &Node) -> Result<(), Fault> {
        if let Some(hosts) = body.get("hosts") {
            let Some(hosts) = hosts.as_list() else {
                return Err(shape(&format!("`hosts` of `{name}`"), "a list", hosts));
            };
            self.hosts(group, hosts)?;
        }
        if let Some(variables) = body.get("vars") {
            let Some(variables) = variables.as_map() else {
                return Err(shape(&format!("`vars` of `{name}`"), "a map", variables));
            };
            self.variables(group, variables)?;
        }
        if let Some(children) = body.get("children") {
            let Some(children) = children.as_list() else {
                return Err(shape(
                    &format!("`children` of `{name}`"),
                    "a list",
                    children,
                ));
            };
            for child in children {
                let child = self
                    .inventory
                    .declare_group(string(child, "a group's name")?)?;
                self.inventory.adopt(group, child)?;
            }
        }
        Ok(())
    }

    fn variables(&mut self, group: GroupId, entries: &[(Node, Node)]) -> Result<(), Fault> {
        for (name, value) in entries {
            self.inventory.set_group_variable(
                group,
                string(name, "a variable's name")?,
                value.clone(),
            )?;
        }
        Ok(())
    }

    fn hosts(&mut self, group: GroupId, hosts: &[Node]) -> Result<(), Fault> {
        for host in hosts {
            self.host(string(host, "a host's name")?, group, &host.place)?;
        }
        Ok(())
    }

    fn host(&mut self, name: &str, group: GroupId, place: &Place) -> Result<(), Fault> {
        ini::declare_host(self.inventory, name, None, group, place)?;
        self.hosts.push(name.to_owned());
        Ok(())
    }

    fn set(&mut self, known: &HostVariables) -> Result<(), Fault> {
        for name in &self.hosts {
            let host = self.inventory.declare_host(name)?;
            for (name, value) in known.get(name.as_str()).copied().unwrap_or_default() {
                let name = string(name, "a variable's name")?;
                self.inventory.set_host_variable(host, name, value.clone());
            }
        }
        Ok(())
    }

    /// Runs the script once for each host, as scripts without `_meta` want it.
    fn ask(&mut self, path: &Path, place: &Place) -> Result<(), Fault> {
        self.hosts.sort();
        self.hosts.dedup();
        self.inventory.warn(
            Fault::new("the inventory script prints no `_meta`: it is run again for each host")
                .at(place)
                .help("let --list print {\"_meta\": {\"hostvars\": {…}}}, which is much faster"),
        );
        for name in &self.hosts {
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
            let host = self.inventory.declare_host(name)?;
            for (name, value) in entries {
                let name = string(name, "a variable's name")?;
                self.inventory.set_host_variable(host, name, value.clone());
            }
        }
        Ok(())
    }
}

fn string<'a>(node: &'a Node, what: &str) -> Result<&'a str, Fault> {
    node.as_str().ok_or_else(|| shape(what, "a string", node))
}

fn shape(what: &str, expected: &'static str, found: &Node) -> Fault {
    Mistake::Shape {
        what: what.to_owned(),
        expected,
        found: found.describe(),
    }
    .at(&found.place)
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
