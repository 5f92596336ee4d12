use {
    super::networks::Joined,
    crate::{
        act::Failure,
        module::docker::{Call, Control, text::plain},
        wire::Object,
    },
    serde_json::{Value, json},
    std::time::{Duration, Instant},
};

/// What an engine's own time to stop a container is.
const USUAL_STOP: u64 = 10;

/// So many lines of its output tell why a container did not become what it shall be.
const LAST_LINES: &str = "20";

/// The shortest and the longest pause between two looks at a container that is to change.
const SHORT: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// One thing to do with a container.
pub(super) enum Work {
    Stop,
    Kill(Option<String>),
    Remove {
        volumes: bool,
    },
    /// Waits until it is gone, for so long.
    AwaitRemoval(Option<Duration>),
    Create {
        body: Object,
        platform: Option<String>,
    },
    Update(Object),
    Leave(String),
    Join(Joined),
    Start,
    Restart,
    Pause,
    Unpause,
}

/// The container that is worked on.
pub(super) struct Bench<'b, 'c, 'h> {
    pub control: &'b Control<'c, 'h>,
    pub name: &'b str,
    /// Its number; it gets another one when it is made anew.
    pub id: String,
    pub stop_timeout: Option<u64>,
    pub warnings: Vec<String>,
}

impl Bench<'_, '_, '_> {
    pub(super) fn perform(&mut self, work: &Work) -> Result<(), Failure> {
        let id = self.id.clone();
        let call = |verb: &str| Call::new(&["containers", &id, verb]);
        match work {
            Work::Stop => {
                let call = call("stop").perhaps("t", self.stop_timeout.map(|t| t.to_string()));
                self.tell("stopping", &self.patient(call), None)
            }
            Work::Kill(signal) => self.tell(
                "killing",
                &call("kill").perhaps("signal", signal.clone()),
                None,
            ),
            Work::Remove { volumes } => {
                let call = Call::new(&["containers", &id]).query("v", volumes.to_string());
                let removed = self.control.delete(&call.query("force", "false"));
                match removed {
                    Err(failure) if !failure.to_string().contains("already in progress") => {
                        Err(self.failed("removing", &failure))
                    }
                    _ => Ok(()),
                }
            }
            Work::AwaitRemoval(limit) => self.await_removal(*limit),
            Work::Create { body, platform } => self.create(body, platform.as_deref()),
            Work::Update(body) => {
                let body = Value::Object(body.clone());
                self.tell("updating", &call("update"), Some(&body))
            }
            Work::Leave(network) => {
                let call = Call::new(&["networks", network, "disconnect"]);
                self.tell("disconnecting", &call, Some(&json!({ "Container": id })))
            }
            Work::Join(network) => {
                let call = Call::new(&["networks", &network.name, "connect"]);
                let body = json!({"Container": id, "EndpointConfig": network.config()});
                self.tell("connecting", &call, Some(&body))
            }
            Work::Start => self.tell("starting", &call("start"), None),
            Work::Restart => {
                let seconds = self.stop_timeout.unwrap_or(USUAL_STOP).to_string();
                let call = call("restart").query("t", seconds);
                self.tell("restarting", &self.patient(call), None)
            }
            Work::Pause => self.tell("pausing", &call("pause"), None),
            Work::Unpause => self.tell("unpausing", &call("unpause"), None),
        }
    }

    /// The engine answers when the container has stopped.
    fn patient(&self, call: Call) -> Call {
        let stop = self.stop_timeout.unwrap_or(USUAL_STOP);
        call.patience(self.control.engine.client.patience + Duration::from_secs(stop))
    }

    fn tell(&mut self, doing: &str, call: &Call, body: Option<&Value>) -> Result<(), Failure> {
        let said = self.control.post(call, body);
        let said = said.map_err(|failure| self.failed(doing, &failure))?;
        self.warn(&said);
        Ok(())
    }

    fn warn(&mut self, said: &Value) {
        let warnings = said["Warnings"].as_array().into_iter().flatten();
        let warnings = warnings.filter_map(Value::as_str);
        self.warnings
            .extend(warnings.map(|text| format!("Docker warning: {text}")));
    }

    fn failed(&self, doing: &str, failure: &Failure) -> Failure {
        Failure::refused(format!("Error {doing} container {}: {failure}", self.name))
    }

    fn create(&mut self, body: &Object, platform: Option<&str>) -> Result<(), Failure> {
        let call = Call::new(&["containers", "create"])
            .query("name", self.name)
            .perhaps("platform", platform);
        let body = Value::Object(body.clone());
        let made = self.control.post(&call, Some(&body));
        let made = made
            .map_err(|failure| Failure::refused(format!("Error creating container: {failure}")))?;
        self.warn(&made);
        self.id = plain(&made["Id"]);
        Ok(())
    }

    /// The container, as it is now.
    pub(super) fn inspect(&self) -> Result<Option<Value>, Failure> {
        self.control
            .engine
            .container(self.control.probe(), &self.id)
    }

    fn await_removal(&self, limit: Option<Duration>) -> Result<(), Failure> {
        self.watch(limit, |container| match container {
            None => Ok(Some(())),
            Some(container) if container["State"]["Status"] == "removing" => Ok(None),
            Some(container) => Err(Failure::refused(format!(
                "Encontered unexpected state \"{}\" while waiting for container \"{}\"",
                plain(&container["State"]["Status"]),
                self.name
            ))),
        })
    }

    /// Waits until it is well; a container that has no check of its health is.
    pub(super) fn await_health(&self, limit: Option<Duration>) -> Result<(), Failure> {
        self.watch(limit, |container| {
            let Some(container) = container else {
                return Err(Failure::refused(format!(
                    "Encontered vanished container while waiting for container \"{}\"",
                    self.name
                )));
            };
            let state = &container["State"];
            let runs = state["Running"] == true || state["Restarting"] == true;
            match state["Health"]["Status"].as_str() {
                _ if !runs => Err(self.ended(&container)),
                None | Some("" | "none" | "healthy") => Ok(Some(())),
                Some("starting" | "unhealthy") => Ok(None),
                Some(other) => Err(Failure::refused(format!(
                    "Encontered unexpected state \"{other}\" while waiting for container \"{}\"",
                    self.name
                ))),
            }
        })
    }

    fn ended(&self, container: &Value) -> Failure {
        let code = plain(&container["State"]["ExitCode"]);
        let last = self.output(container, LAST_LINES).unwrap_or_default();
        Failure::refused(format!(
            "container {} ended with code {code} before it was healthy; its output ends with:\n{}",
            self.name,
            last.trim_end()
        ))
    }

    /// Looks again and again until there is a verdict.
    fn watch<T>(
        &self,
        limit: Option<Duration>,
        judge: impl Fn(Option<Value>) -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        let began = Instant::now();
        let mut pause = SHORT;
        loop {
            if let Some(verdict) = judge(self.inspect()?)? {
                return Ok(verdict);
            }
            if let Some(limit) = limit.filter(|limit| began.elapsed() > *limit) {
                return Err(Failure::refused(format!(
                    "Timeout of {} seconds exceeded while waiting for container \"{}\"",
                    limit.as_secs_f64(),
                    self.name
                )));
            }
            self.control.probe().pause(pause)?;
            pause = (pause * 3 / 2).min(LONGEST);
        }
    }

    /// Waits for its end; gives the code of its command.
    pub(super) fn await_end(&self) -> Result<i64, Failure> {
        let call = Call::new(&["containers", &self.id, "wait"]);
        let call = call.patience(crate::module::docker::LONG);
        let ended = self.control.post(&call, None);
        let ended = ended.map_err(|failure| self.failed("waiting for", &failure))?;
        Ok(ended["StatusCode"].as_i64().unwrap_or(0))
    }

    /// What it said: so many of its last lines, or `all`.
    pub(super) fn output(&self, container: &Value, lines: &str) -> Result<String, Failure> {
        let driver = plain(&container["HostConfig"]["LogConfig"]["Type"]);
        if !["json-file", "journald", "local", "k8s-file"].contains(&driver.as_str()) {
            return Ok(format!("Result logged using `{driver}` driver"));
        }
        let call = Call::new(&["containers", &self.id, "logs"])
            .query("stdout", "true")
            .query("stderr", "true")
            .query("tail", lines);
        let mut answer = self.control.engine.open(self.control.probe(), &call)?;
        let mut bytes = Vec::new();
        answer.pour(self.control.probe(), &mut bytes)?;
        let bytes = match container["Config"]["Tty"] == true {
            true => bytes,
            false => unframed(&bytes),
        };
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Output in frames: the kind of the stream, three zeros, the length, and so many bytes.
fn unframed(mut bytes: &[u8]) -> Vec<u8> {
    let mut output = Vec::new();
    while let [_, 0, 0, 0, a, b, c, d, rest @ ..] = bytes {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (piece, after) = rest.split_at(length.min(rest.len()));
        output.extend_from_slice(piece);
        bytes = after;
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_output_out_of_its_frames() {
        let framed = b"\x01\0\0\0\0\0\0\x03a\nb\x02\0\0\0\0\0\0\x02c\n\x01\0\0\0\0\0\0\x09cut";
        assert_eq!(unframed(framed), b"a\nbc\ncut");
    }
}
