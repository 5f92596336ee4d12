use {
    super::{
        action::{Action, ServiceChange},
        script,
        unit::{Unit, file_name},
        wish::Wish,
    },
    crate::{
        act::{Delta, Failure, Host, Look, Probe, Program, Thing},
        module::Module,
        wire::{Diff, Effect, Mode, Object, Outcome},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Control systemd's units: start, stop, restart, reload, enable, mask.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Systemd {
    /// The unit; a service where its kind is not given.
    #[schemars(extend("aliases" = ["service", "unit"]))]
    pub(super) name: Option<String>,
    /// What shall be done with it.
    pub(super) state: Option<Wish>,
    /// Whether it starts at boot.
    pub(super) enabled: Option<bool>,
    /// Whether it cannot be started at all.
    pub(super) masked: Option<bool>,
    /// Let systemd read changed unit files first. That alone does not count as a change.
    #[serde(default)]
    #[schemars(extend("aliases" = ["daemon-reload"]))]
    pub(super) daemon_reload: bool,
    /// Let systemd start itself anew first.
    #[serde(default)]
    #[schemars(extend("aliases" = ["daemon-reexec"]))]
    pub(super) daemon_reexec: bool,
    /// Whose units: the system's, the user's own, or those of all users.
    #[serde(default)]
    pub(super) scope: Scope,
    /// Do not wait until it is done.
    #[serde(default)]
    pub(super) no_block: bool,
    /// Replace links that are in the way.
    pub(super) force: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Global,
    #[default]
    System,
    User,
}

impl Scope {
    fn option(self) -> Option<&'static str> {
        match self {
            Self::Global => Some("--global"),
            Self::System => None,
            Self::User => Some("--user"),
        }
    }
}

/// What would change about a unit. After systemd has read changed unit files, that is found out anew.
pub struct UnitChange {
    change: ServiceChange,
    again: Option<Systemd>,
}

impl Module for Systemd {
    const NAME: &'static str = "systemd";
    const ALIASES: &'static [&'static str] = &["systemd_service"];
    type Delta = UnitChange;

    fn look(&self, probe: &Probe) -> Result<Look<UnitChange>, Failure> {
        self.check()?;
        let prepares = self.daemon_reload || self.daemon_reexec;
        let mut change = match self.change(probe) {
            Err(_) if prepares && probe.step().mode == Mode::Apply => ServiceChange::default(),
            change => change?,
        };
        for (wanted, verb) in [
            (self.daemon_reload, "daemon-reload"),
            (self.daemon_reexec, "daemon-reexec"),
        ] {
            if wanted {
                change.preparations.push(self.action(verb, None));
            }
        }
        let again = prepares.then(|| self.clone());
        Ok(match change.into_look(probe.step().mode) {
            Look::Same(outcome) => Look::Same(outcome),
            Look::Change(change) => Look::Change(UnitChange { change, again }),
        })
    }
}

impl Systemd {
    fn check(&self) -> Result<(), Failure> {
        let of_unit = self.state.is_some() || self.enabled.is_some() || self.masked.is_some();
        match &self.name {
            Some(name) if name.contains(['*', '?', '[']) => Err(Failure::refused(format!(
                "the name of a unit cannot be a pattern: {name}"
            ))),
            None if of_unit => Err(Failure::refused(
                "`name` is missing: `state`, `enabled` and `masked` need a unit",
            )),
            _ if !of_unit && !self.daemon_reload && !self.daemon_reexec => Err(Failure::refused(
                "one of the following is required: state, enabled, masked, daemon_reload, daemon_reexec",
            )),
            _ => Ok(()),
        }
    }

    /// What is different from what is asked for, without preparations.
    pub(super) fn change(&self, probe: &Probe) -> Result<ServiceChange, Failure> {
        let mut change = ServiceChange::default();
        let Some(name) = &self.name else {
            return Ok(change);
        };
        change.name.clone_from(name);
        let unit = Unit::ask(probe, self.scope.option(), name)?;
        change.values.insert("name".into(), name.as_str().into());
        change
            .values
            .insert("status".into(), Value::Object(unit.properties.clone()));
        self.plan_mask(&mut change, &unit, name);
        if self.enabled.is_none() && self.state.is_none() {
            return Ok(change);
        }
        let will_be_unmasked = self.masked == Some(false);
        if let Some(fault) = unit.fault()
            && !unit.is_masked()
        {
            return Err(Failure::refused(format!(
                "Error loading unit file '{name}': {fault}"
            )));
        }
        if !unit.is_there() && !unit.foreseen && !will_be_unmasked {
            return Err(not_found(probe, name));
        }
        let starts = self.state.is_some_and(|wish| wish != Wish::Stopped);
        if unit.is_masked() && self.masked.is_none() && (starts || self.enabled == Some(true)) {
            return Err(Failure::refused(format!(
                "service {name} is masked, so it can be neither started nor enabled; `masked: false` undoes that"
            )));
        }
        self.plan_enabling(probe, &mut change, &unit, name)?;
        self.plan_state(probe, &mut change, &unit, name);
        Ok(change)
    }

    fn plan_mask(&self, change: &mut ServiceChange, unit: &Unit, name: &str) {
        let Some(masked) = self.masked.filter(|masked| *masked != unit.is_masked()) else {
            return;
        };
        let verb = if masked { "mask" } else { "unmask" };
        let (before, after) = (yes_no(!masked), yes_no(masked));
        change.push(self.action(verb, Some(name)), "masked", before, after);
    }

    fn plan_enabling(
        &self,
        probe: &Probe,
        change: &mut ServiceChange,
        unit: &Unit,
        name: &str,
    ) -> Result<(), Failure> {
        let Some(wanted) = self.enabled else {
            return Ok(());
        };
        let foreseen = probe.overlay().enabled(name);
        let now = match (foreseen, unit.script()) {
            (Some(enabled), _) => Some(enabled),
            (None, Some(script)) => Some(script::is_enabled(probe, script)?),
            (None, None) => unit.is_enabled(),
        };
        change.values.insert("enabled".into(), wanted.into());
        change.enabled = Some(wanted);
        match now {
            None if !wanted => change.warnings.push(format!(
                "{name} has no [Install] section, so it is neither enabled nor disabled: others start it; `masked: true` prevents that"
            )),
            Some(now) if now != wanted => {
                let verb = if wanted { "enable" } else { "disable" };
                change.push(self.action(verb, Some(name)), "enabled", yes_no(now), yes_no(wanted));
            }
            _ => {}
        }
        Ok(())
    }

    fn plan_state(&self, probe: &Probe, change: &mut ServiceChange, unit: &Unit, name: &str) {
        let Some(wish) = self.state else {
            return;
        };
        let ending = unit.is_stopping() && wish == Wish::Stopped;
        let running = probe
            .overlay()
            .running(name)
            .unwrap_or(unit.is_running() || ending);
        change.running = Some(wish.state() == "started");
        change.values.insert("state".into(), wish.state().into());
        if let Some(verb) = wish.verb(running) {
            let before = if running { "started" } else { "stopped" };
            let after = match verb {
                "restart" => "restarted",
                "reload" => "reloaded",
                _ => wish.state(),
            };
            change.push(self.action(verb, Some(name)), "state", before, after);
        }
    }

    fn action(&self, verb: &str, name: Option<&str>) -> Action {
        let mut argv = vec!["systemctl".to_owned()];
        argv.extend(self.scope.option().map(Into::into));
        let flags = [
            (self.no_block, "--no-block"),
            (self.force == Some(true), "--force"),
        ];
        argv.extend(
            flags
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, flag)| (*flag).into()),
        );
        argv.push(verb.into());
        let mut doing = verb.to_owned();
        if let Some(name) = name {
            doing = format!("{verb} service {name}");
            argv.extend(["--".into(), name.into()]);
        }
        let mut program = Program::new(argv).env("LC_ALL", "C.UTF-8");
        if self.scope == Scope::User && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
            let uid = rustix::process::geteuid().as_raw();
            program = program.env("XDG_RUNTIME_DIR", &format!("/run/user/{uid}"));
        }
        let reports = ["start", "restart", "reload", "stop"].contains(&verb);
        let unit = name
            .filter(|_| reports)
            .map(|name| (self.scope.option(), name.into()));
        Action {
            program,
            doing,
            unit,
        }
    }
}

/// In a dry run, a package to come may bring it. Else in Ansible's words, which playbooks test for.
pub(super) fn not_found(probe: &Probe, name: &str) -> Failure {
    match probe.pending() {
        Some(_) => Failure::missing(Thing::Service, name),
        None => Failure::refused(format!(
            "Could not find the requested service {name}: host. There is no unit {} and no init script of that name; \
             is its package installed? A unit file that was just written needs `daemon_reload: true`",
            file_name(name)
        )),
    }
}

pub(super) fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

impl Delta for UnitChange {
    fn diff(&self) -> Vec<Diff> {
        self.change.diff()
    }

    fn effects(&self) -> Vec<Effect> {
        self.change.effects()
    }

    fn predicted(&self) -> Object {
        self.change.predicted()
    }

    fn warnings(&self) -> Vec<String> {
        self.change.warnings()
    }

    fn apply(mut self, host: &mut Host) -> Result<Outcome, Failure> {
        if let Some(wish) = &self.again {
            for action in std::mem::take(&mut self.change.preparations) {
                action.perform(host)?;
            }
            self.change = wish.change(host)?;
        }
        self.change.apply(host)
    }
}
