use {
    super::supervised::{Control, Supervised, login},
    crate::{
        act::{Delta, Failure, Finished, Host, Look, Probe, Thing},
        module::{HostPath, Module},
        wire::{Diff, Effect, Mode, Object, Outcome, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::{collections::BTreeMap, path::Path},
};

/// Manage programs and groups that supervisord runs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Supervisorctl {
    /// The program, a group (`NAME:`), or `all`.
    name: String,
    /// `present` makes supervisord know a program that its configuration has, `absent` makes it forget one; `restarted`
    /// takes in changed configuration first.
    state: State,
    /// With `state: signalled`: the signal, such as `HUP`.
    signal: Option<String>,
    /// With `state: absent`: stop the program first.
    #[serde(default)]
    stop_before_removing: bool,
    /// supervisord's configuration.
    config: Option<HostPath>,
    /// Where supervisord answers: `http://localhost:9001`, `unix:///run/supervisor.sock`.
    server_url: Option<String>,
    /// For `server_url`.
    username: Option<String>,
    /// For `username`.
    #[schemars(extend("secret" = true))]
    password: Option<String>,
    /// The program, where it is not in the path.
    supervisorctl_path: Option<HostPath>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    Present,
    Restarted,
    Signalled,
    Started,
    Stopped,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Present => "present",
            Self::Restarted => "restarted",
            Self::Signalled => "signalled",
            Self::Started => "started",
            Self::Stopped => "stopped",
        }
    }
}

/// What would change: calls of supervisorctl.
#[derive(Clone, Debug)]
pub struct SupervisorChange {
    request: Supervisorctl,
    control: Control,
    calls: Vec<Call>,
    affected: Vec<Supervised>,
    /// Take in changed configuration first, then find out anew.
    updates: bool,
}

/// One call of supervisorctl, and what it has to say for success.
#[derive(Clone, Debug)]
struct Call {
    words: Vec<String>,
    proof: &'static str,
}

impl Call {
    fn new(verb: &str, name: &str, proof: &'static str) -> Self {
        let words = [verb, name].into_iter().filter(|word| !word.is_empty());
        Self {
            words: words.map(Into::into).collect(),
            proof,
        }
    }
}

impl Module for Supervisorctl {
    const NAME: &'static str = "supervisorctl";
    const COLLECTION: &'static str = "community.general";
    type Delta = SupervisorChange;

    fn look(&self, probe: &Probe) -> Result<Look<SupervisorChange>, Failure> {
        if self.state == State::Signalled && self.signal.is_none() {
            return Err(Failure::refused(
                "state is signalled but the following is missing: signal",
            ));
        }
        let control = self.control(probe)?;
        let programs = control.ask(probe)?;
        let mut change = SupervisorChange {
            request: self.clone(),
            control,
            calls: Vec::new(),
            affected: Vec::new(),
            updates: self.state == State::Restarted,
        };
        match change.plan(probe, &programs) {
            Err(_) if change.updates && probe.step().mode == Mode::Apply => {}
            planned => planned?,
        }
        if change.calls.is_empty() && !change.updates {
            return Ok(Look::same(change.values()));
        }
        Ok(Look::Change(change))
    }
}

impl Supervisorctl {
    /// The program's name without a group's colon.
    fn bare_name(&self) -> &str {
        self.name.trim_end_matches(':')
    }

    fn control(&self, probe: &Probe) -> Result<Control, Failure> {
        let program = match &self.supervisorctl_path {
            Some(path) => path.on(probe)?.display().to_string(),
            None => "supervisorctl".into(),
        };
        let mut options = Vec::new();
        if let Some(path) = &self.config {
            let path = path.on(probe)?;
            if !probe.exists(&path)? {
                let name = path.display().to_string();
                return Err(Failure::missing(Thing::Path, name));
            }
            options.extend(["-c".to_owned(), path.display().to_string()]);
        }
        let mut input = None;
        match &self.password {
            Some(password) => {
                let url = self
                    .server_url
                    .as_deref()
                    .unwrap_or("http://localhost:9001");
                let user = self.username.as_deref().unwrap_or_default();
                options = ["-c", "/dev/stdin"].map(String::from).to_vec();
                input = Some(login(url, user, password));
            }
            None => {
                for (option, value) in [("-s", &self.server_url), ("-u", &self.username)] {
                    options.extend(
                        value
                            .iter()
                            .flat_map(|value| [option.to_owned(), value.clone()]),
                    );
                }
            }
        }
        Ok(Control {
            program,
            options,
            input,
        })
    }

    /// In a dry run, the configuration may be there already while supervisord does not know of it.
    fn unknown(&self, probe: &Probe) -> Failure {
        let name = &self.name;
        let foreseen = probe.overlay().running(&self.key()).is_some();
        if foreseen || probe.step().mode == Mode::Look && is_configured(probe, self.bare_name()) {
            return Failure::Unforeseeable(format!("how {name} does once supervisord knows it"));
        }
        if probe.pending().is_some() {
            return Failure::missing(Thing::Service, name.as_str());
        }
        Failure::refused(format!(
            "{name}: ERROR (no such process). supervisord does not know it; `state: present` makes it read its configuration"
        ))
    }

    /// Under which a dry run remembers what becomes of it.
    fn key(&self) -> String {
        format!("supervisor {}", self.bare_name())
    }
}

/// Whether a configuration file has a section for a program or group.
fn is_configured(probe: &Probe, name: &str) -> bool {
    let directories = [
        "/etc/supervisor/conf.d",
        "/etc/supervisord.d",
        "/etc/supervisor.d",
    ];
    let sections = ["program", "group", "fcgi-program", "eventlistener"]
        .map(|kind| format!("[{kind}:{name}]"));
    directories.iter().any(|directory| {
        let directory = Path::new(directory);
        let files = probe.list(directory).unwrap_or_default();
        files.iter().any(|file| {
            let text = probe.read(&directory.join(file)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            text.lines()
                .any(|line| sections.iter().any(|section| line.trim() == section))
        })
    })
}

impl SupervisorChange {
    fn plan(&mut self, probe: &Probe, programs: &[Supervised]) -> Result<(), Failure> {
        let request = self.request.clone();
        let (name, bare) = (request.name.as_str(), request.bare_name());
        let group = format!("{bare}:");
        let is_it = |program: &&Supervised| program.is(name) || program.is(&group);
        let matched: Vec<Supervised> = programs.iter().filter(is_it).cloned().collect();
        match request.state {
            State::Present if !matched.is_empty() => {}
            State::Present if probe.overlay().running(&request.key()).is_some() => {}
            State::Present => {
                self.calls = vec![
                    Call::new("reread", "", ""),
                    Call::new("add", bare, "added process group"),
                ];
            }
            State::Absent if matched.is_empty() => {}
            State::Absent => {
                let stops = matched
                    .iter()
                    .filter(|program| request.stop_before_removing && program.runs());
                self.calls = stops
                    .map(|program| Call::new("stop", &program.name, "stopped"))
                    .collect();
                self.calls.push(Call::new("reread", "", ""));
                self.calls
                    .push(Call::new("remove", bare, "removed process group"));
                self.affected = matched;
            }
            _ => {
                let matched: Vec<Supervised> = programs
                    .iter()
                    .filter(|program| program.is(name))
                    .cloned()
                    .collect();
                if matched.is_empty() {
                    return Err(request.unknown(probe));
                }
                self.control_all(matched);
            }
        }
        Ok(())
    }

    fn control_all(&mut self, matched: Vec<Supervised>) {
        let (verb, proof, wanted): (_, _, fn(&Supervised) -> bool) = match self.request.state {
            State::Started => ("start", "started", |program| !program.runs()),
            State::Stopped => ("stop", "stopped", Supervised::runs),
            State::Signalled => ("signal", "signalled", |program| program.status == "RUNNING"),
            _ => ("restart", "started", |_| true),
        };
        self.affected = matched.into_iter().filter(wanted).collect();
        let calls = self
            .affected
            .iter()
            .map(|program| match &self.request.signal {
                Some(signal) if verb == "signal" => Call {
                    words: vec![verb.into(), signal.clone(), program.name.clone()],
                    proof,
                },
                _ => Call::new(verb, &program.name, proof),
            });
        self.calls = calls.collect();
    }

    fn values(&self) -> Object {
        let mut values = Object::new();
        values.insert("name".into(), self.request.name.as_str().into());
        values.insert("state".into(), self.request.state.name().into());
        let affected: Vec<&str> = self
            .affected
            .iter()
            .map(|program| program.name.as_str())
            .collect();
        if !affected.is_empty() {
            values.insert("affected".into(), affected.into());
        }
        values
    }

    fn call(&self, host: &mut Host, call: &Call) -> Result<(), Failure> {
        let finished = host.spawn(&self.control.call(&call.words))?;
        let said = finished.text();
        let done = match call.proof {
            "" => finished.success(),
            proof => said.contains(&format!(": {proof}")),
        };
        match done {
            true => Ok(()),
            false => Err(self.failure(host, call, &finished)),
        }
    }

    /// The last lines of the program's error log tell more than supervisorctl does.
    fn failure(&self, host: &mut Host, call: &Call, finished: &Finished) -> Failure {
        let mut msg = finished.complaint();
        if let (Some("start" | "restart"), Some(name)) =
            (call.words.first().map(String::as_str), call.words.last())
        {
            for log in ["stderr", "stdout"] {
                let tail = ["tail", "-2000", name, log].map(String::from);
                let tail = host.spawn(&self.control.call(&tail));
                let tail = tail.map(|tail| tail.text()).unwrap_or_default();
                if !tail.trim().is_empty() && !tail.contains("ERROR") {
                    msg = format!("{msg}\nits {log} ends with:\n{}", tail.trim_end());
                    break;
                }
            }
        }
        Failure::Refused {
            msg,
            data: finished.values(),
        }
    }
}

impl Delta for SupervisorChange {
    fn diff(&self) -> Vec<Diff> {
        let state =
            |value: &str| Side::State(BTreeMap::from([("state".to_owned(), value.to_owned())]));
        match self.request.state {
            State::Present => vec![Diff {
                what: format!("supervised {}", self.request.name),
                before: Side::Absent,
                after: state("present"),
            }],
            wanted => self
                .affected
                .iter()
                .map(|program| Diff {
                    what: format!("supervised {}", program.name),
                    before: state(&program.status.to_lowercase()),
                    after: match wanted {
                        State::Absent => Side::Absent,
                        wanted => state(wanted.name()),
                    },
                })
                .collect(),
        }
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Service {
            name: self.request.key(),
            running: Some(!matches!(
                self.request.state,
                State::Absent | State::Stopped
            )),
            enabled: None,
        }]
    }

    fn predicted(&self) -> Object {
        self.values()
    }

    fn apply(mut self, host: &mut Host) -> Result<Outcome, Failure> {
        if self.updates {
            self.call(host, &Call::new("update", "", ""))?;
            let programs = self.control.ask(host)?;
            self.plan(host, &programs)?;
        }
        for call in &self.calls {
            self.call(host, call)?;
        }
        Ok(Outcome {
            changed: true,
            data: self.values(),
            ..Outcome::default()
        })
    }
}
