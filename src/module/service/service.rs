use {
    super::{
        action::{Action, ServiceChange},
        script,
        systemd::{Scope, Systemd, not_found, yes_no},
        wish::Wish,
    },
    crate::{
        act::{Failure, Look, Probe, Program},
        module::Module,
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::Path,
};

/// Control services, with whatever the host has for them: systemd or init scripts.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Service {
    /// The service.
    name: String,
    /// What shall be done with it.
    state: Option<Wish>,
    /// Whether it starts at boot.
    enabled: Option<bool>,
    /// Seconds to wait between stop and start of a restart, for init scripts that end before their service does.
    #[serde(default)]
    sleep: Option<u64>,
    /// Arguments for the init script, after the verb. Without effect under systemd.
    #[serde(default)]
    #[schemars(extend("aliases" = ["args"]))]
    arguments: String,
    /// What manages services: `auto`, `systemd`, or `sysvinit` (init scripts).
    #[serde(rename = "use", default = "auto")]
    manager: String,
    /// Without effect: init scripts are asked for their status.
    #[expect(dead_code, reason = "status tells more than a name among processes")]
    pattern: Option<String>,
    /// Without effect: only OpenRC has named runlevels.
    #[serde(default = "default_runlevel")]
    #[expect(dead_code, reason = "OpenRC is not managed")]
    runlevel: String,
}

fn auto() -> String {
    "auto".into()
}

fn default_runlevel() -> String {
    "default".into()
}

impl Module for Service {
    const NAME: &'static str = "service";
    type Delta = ServiceChange;

    fn look(&self, probe: &Probe) -> Result<Look<ServiceChange>, Failure> {
        if self.state.is_none() && self.enabled.is_none() {
            return Err(Failure::refused(
                "one of the following is required: state, enabled",
            ));
        }
        let has_systemd = probe.exists(Path::new("/run/systemd/system"))?;
        let change = match (
            self.manager.rsplit('.').next().unwrap_or_default(),
            has_systemd,
        ) {
            ("auto" | "service", true) | ("systemd" | "systemd_service", _) => {
                self.systemd().change(probe)?
            }
            ("auto" | "service", false) | ("sysvinit" | "sysv", _) => self.script(probe)?,
            (other, _) => {
                let msg = format!(
                    "`use: {other}`: farcast manages services of systemd and init scripts (sysvinit)"
                );
                return Err(Failure::refused(msg));
            }
        };
        Ok(change.into_look(probe.step().mode))
    }
}

impl Service {
    fn systemd(&self) -> Systemd {
        Systemd {
            name: Some(self.name.clone()),
            state: self.state,
            enabled: self.enabled,
            masked: None,
            daemon_reload: false,
            daemon_reexec: false,
            scope: Scope::System,
            no_block: false,
            force: None,
        }
    }

    /// By its init script.
    fn script(&self, probe: &Probe) -> Result<ServiceChange, Failure> {
        let name = self.name.as_str();
        if script::path(probe, name)?.is_none() {
            return Err(not_found(probe, name));
        }
        let mut change = ServiceChange {
            name: name.into(),
            ..ServiceChange::default()
        };
        change.values.insert("name".into(), name.into());
        if let Some(wanted) = self.enabled {
            let now = match probe.overlay().enabled(name) {
                Some(foreseen) => foreseen,
                None => script::is_enabled(probe, name)?,
            };
            change.values.insert("enabled".into(), wanted.into());
            change.enabled = Some(wanted);
            if now != wanted {
                let doing = format!(
                    "{} service {name}",
                    if wanted { "enable" } else { "disable" }
                );
                for program in script::enable(probe, name, wanted)? {
                    let action = action(program, &doing);
                    change.push(action, "enabled", yes_no(now), yes_no(wanted));
                }
            }
        }
        self.script_state(probe, &mut change)?;
        Ok(change)
    }

    fn script_state(&self, probe: &Probe, change: &mut ServiceChange) -> Result<(), Failure> {
        let (name, Some(wish)) = (self.name.as_str(), self.state) else {
            return Ok(());
        };
        let running = match probe.overlay().running(name) {
            Some(foreseen) => foreseen,
            None => script::is_running(probe, name)?,
        };
        change.values.insert("state".into(), wish.state().into());
        change.running = Some(wish.state() == "started");
        let Some(verb) = wish.verb(running) else {
            return Ok(());
        };
        let before = if running { "started" } else { "stopped" };
        let mut push = |program: Program| {
            let doing = format!("{verb} service {name}");
            change.push(action(program, &doing), "state", before, wish.state());
        };
        match (verb, self.sleep) {
            ("restart", Some(seconds)) => {
                push(self.call("stop"));
                push(Program::new(["sleep".to_owned(), seconds.to_string()]));
                push(self.call("start"));
            }
            _ => push(self.call(verb)),
        }
        Ok(())
    }

    fn call(&self, verb: &str) -> Program {
        let argv = ["service", self.name.as_str(), verb];
        let arguments = self.arguments.split_whitespace();
        Program::new(argv.into_iter().chain(arguments))
    }
}

fn action(program: Program, doing: &str) -> Action {
    Action {
        program,
        doing: doing.into(),
        unit: None,
    }
}
