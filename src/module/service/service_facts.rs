use {
    super::script,
    crate::{
        act::{Acts, Failure, Look, Probe, Question},
        module::Module,
        wire::Object,
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::{Value, json},
    std::{collections::BTreeMap, path::Path},
};

/// States that say more than the unit file's state.
const BAD: [&str; 3] = ["not-found", "masked", "failed"];

/// Tell the state of all services as the fact `services`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ServiceFacts {}

#[derive(Debug, PartialEq, Eq)]
struct Service {
    state: String,
    status: String,
}

type Services = BTreeMap<String, Service>;

impl Module for ServiceFacts {
    const NAME: &'static str = "service_facts";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let mut facts = Object::new();
        let has_systemd = probe.exists(Path::new("/run/systemd/system"))?;
        if has_systemd {
            for (name, service) in systemd(probe)? {
                let Service { state, status } = service;
                let fact =
                    json!({"name": name, "state": state, "status": status, "source": "systemd"});
                facts.insert(name, fact);
            }
        } else {
            facts = scripts(probe)?;
        }
        let mut acts = Acts::new();
        if facts.is_empty() {
            let msg = "Failed to find any services. This can be due to privileges or some other configuration issue.";
            return Ok(Look::skipped(msg, Object::new()));
        }
        acts.value("ansible_facts", json!({"services": Value::Object(facts)}));
        Ok(acts.into_look())
    }
}

fn systemd(probe: &Probe) -> Result<Services, Failure> {
    let mut services = units(&probe.ask(&Question::Services)?.text());
    let files = files(&probe.ask(&Question::ServiceFiles)?.text());
    let is_new = |name: &&String| !services.contains_key(*name);
    // A template is no unit, and cannot be asked about.
    let new: Vec<String> = files
        .keys()
        .filter(is_new)
        .filter(|name| !name.contains("@."))
        .cloned()
        .collect();
    let states = match new.is_empty() {
        true => BTreeMap::new(),
        false => states(&probe.ask(&Question::ActiveStates(new))?.text()),
    };
    for (name, status) in files {
        match services.get_mut(&name) {
            Some(known) if BAD.contains(&known.status.as_str()) => {}
            Some(known) => known.status = status,
            None => {
                let state = states
                    .get(&name)
                    .cloned()
                    .unwrap_or_else(|| "unknown".into());
                services.insert(name, Service { state, status });
            }
        }
    }
    Ok(services)
}

/// Lines `UNIT LOAD ACTIVE SUB DESCRIPTION`.
fn units(text: &str) -> Services {
    let units = text.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [name, load, active, sub, ..] = fields.as_slice() else {
            return None;
        };
        let bad = [load, active, sub]
            .into_iter()
            .find(|field| BAD.contains(*field));
        let state = if *sub == "running" {
            "running"
        } else {
            "stopped"
        };
        let service = Service {
            state: state.into(),
            status: (*bad.unwrap_or(active)).into(),
        };
        name.ends_with(".service")
            .then(|| ((*name).to_owned(), service))
    });
    units.collect()
}

/// Lines `FILE STATE PRESET`.
fn files(text: &str) -> BTreeMap<String, String> {
    let files = text.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
    });
    files.collect()
}

/// Paragraphs of `Id=…` and `ActiveState=…`.
fn states(text: &str) -> BTreeMap<String, String> {
    let mut states = BTreeMap::new();
    for paragraph in text.split("\n\n") {
        let field = |name: &str| paragraph.lines().find_map(|line| line.strip_prefix(name));
        if let (Some(id), Some(state)) = (field("Id="), field("ActiveState=")) {
            states.insert(id.to_owned(), state.to_owned());
        }
    }
    states
}

fn scripts(probe: &Probe) -> Result<Object, Failure> {
    let mut facts = Object::new();
    let names = match probe.list(Path::new("/etc/init.d")) {
        Err(Failure::Missing { .. }) => Vec::new(),
        names => names?,
    };
    for name in names {
        let name = name.to_string_lossy().into_owned();
        if name == "README" || name == "functions" {
            continue;
        }
        let state = if script::is_running(probe, &name)? {
            "running"
        } else {
            "stopped"
        };
        facts.insert(
            name.clone(),
            json!({"name": name, "state": state, "source": "sysv"}),
        );
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_systemds_lists() {
        let services = units(
            "cron.service loaded active running Regular background program\n\
             x.service not-found inactive dead x.service\n\
             bad.service loaded failed failed Bad one\n\
             a.socket loaded active listening A\n",
        );
        let of = |name: &str| {
            (
                services[name].state.as_str(),
                services[name].status.as_str(),
            )
        };
        assert_eq!(of("cron.service"), ("running", "active"));
        assert_eq!(of("x.service"), ("stopped", "not-found"));
        assert_eq!(of("bad.service"), ("stopped", "failed"));
        assert_eq!(services.len(), 3);
        assert_eq!(
            files("cron.service enabled enabled\n")["cron.service"],
            "enabled"
        );
        let states =
            states("Id=a.service\nActiveState=inactive\n\nId=b.service\nActiveState=active\n");
        assert_eq!(
            (states["a.service"].as_str(), states.len()),
            ("inactive", 2)
        );
    }
}
