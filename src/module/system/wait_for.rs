mod condition;
mod connections;
mod wait;

use {
    crate::{
        act::{Failure, Look, Probe},
        module::{HostPath, Module},
        wire::Object,
    },
    condition::{Condition, Goal},
    connections::{Connections, State as TcpState},
    regex::bytes::Regex,
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::time::Duration,
    wait::Wait,
};

/// Wait until a port answers or stops to, a file is there or gone, or its content matches.
///
/// With neither `port` nor `path` it only waits for `timeout` seconds.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WaitFor {
    /// The name or address whose port is meant.
    #[serde(default = "here")]
    host: String,
    /// The TCP port.
    port: Option<u16>,
    /// The path of the file.
    path: Option<HostPath>,
    /// A regular expression that has to match somewhere in the file, or in what the port sends.
    search_regex: Option<String>,
    /// `started` and `present`: the port answers, or the file is there. `stopped` and `absent`: they are not. `drained`: the
    /// port has no connections any more.
    #[serde(default)]
    state: State,
    /// The seconds before the first look.
    #[serde(default)]
    delay: u64,
    /// The most seconds to wait.
    #[serde(default = "five_minutes")]
    timeout: u64,
    /// The seconds between two looks.
    #[serde(default = "one")]
    sleep: u64,
    /// The most seconds that one connection may take.
    #[serde(default = "five")]
    connect_timeout: u64,
    /// The states of TCP connections that count for `drained`.
    #[serde(default = "active")]
    active_connection_states: Vec<String>,
    /// With `drained`: connections from these names or addresses do not count.
    exclude_hosts: Option<Vec<String>>,
    /// The message of the failure, instead of the usual one.
    msg: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    Drained,
    Present,
    #[default]
    Started,
    Stopped,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Drained => "drained",
            Self::Present => "present",
            Self::Started => "started",
            Self::Stopped => "stopped",
        }
    }

    /// Whether something shall be there.
    fn is_there(self) -> bool {
        matches!(self, Self::Present | Self::Started)
    }
}

fn here() -> String {
    "127.0.0.1".into()
}

fn five_minutes() -> u64 {
    300
}

fn one() -> u64 {
    1
}

fn five() -> u64 {
    5
}

fn active() -> Vec<String> {
    TcpState::ALL
        .iter()
        .map(|state| state.name().into())
        .collect()
}

impl Module for WaitFor {
    const NAME: &'static str = "wait_for";
    const ALONE: bool = true;
    type Delta = Wait;

    /// Looks once; all waiting is done in the apply.
    fn look(&self, probe: &Probe) -> Result<Look<Wait>, Failure> {
        self.check()?;
        let wait = Wait {
            condition: self.condition(probe)?,
            values: self.values(),
            delay: Duration::from_secs(self.delay),
            timeout: Duration::from_secs(self.timeout),
            sleep: Duration::from_secs(self.sleep),
            msg: self.msg.clone(),
        };
        if self.delay == 0
            && let Some(found) = wait.condition.met(probe)?
        {
            return Ok(Look::same(wait.outcome(found, Duration::ZERO)));
        }
        Ok(Look::Change(wait))
    }
}

impl WaitFor {
    fn check(&self) -> Result<(), Failure> {
        let faults = [
            (
                self.port.is_some() && self.path.is_some(),
                "port and path parameter can not both be passed to wait_for",
            ),
            (
                self.path.is_some() && self.state == State::Stopped,
                "state=stopped should only be used for checking a port in the wait_for module",
            ),
            (
                self.path.is_some() && self.state == State::Drained,
                "state=drained should only be used for checking a port in the wait_for module",
            ),
            (
                self.exclude_hosts.is_some() && self.state != State::Drained,
                "exclude_hosts should only be with state=drained",
            ),
            (
                self.port.is_none() && self.state == State::Drained,
                "state=drained needs a port",
            ),
        ];
        match faults.into_iter().find(|(is_fault, _)| *is_fault) {
            Some((_, msg)) => Err(Failure::refused(msg)),
            None => Ok(()),
        }
    }

    fn condition(&self, probe: &Probe) -> Result<Condition, Failure> {
        let pattern = self.search_regex.as_deref();
        let pattern = pattern.map(|text| Regex::new(&format!("(?m){text}")));
        let pattern = pattern
            .transpose()
            .map_err(|error| Failure::refused(format!("Invalid regular expression: {error}")))?;
        let goal = match (self.port, &self.path) {
            (Some(port), _) if self.state == State::Drained => {
                let states = self
                    .active_connection_states
                    .iter()
                    .map(|name| TcpState::named(name));
                Goal::Drained(Connections {
                    port,
                    host: self.host.clone(),
                    exclude: self.exclude_hosts.clone().unwrap_or_default(),
                    states: states.collect::<Result<_, _>>()?,
                })
            }
            (Some(port), _) => Goal::Port {
                host: self.host.clone(),
                port,
                patience: Duration::from_secs(self.connect_timeout.max(1)),
            },
            (None, Some(path)) => Goal::Path(path.on(probe)?),
            (None, None) => Goal::Time,
        };
        Ok(Condition {
            goal,
            is_there: self.state.is_there(),
            pattern,
            regex: self.search_regex.clone(),
        })
    }

    fn values(&self) -> Object {
        let path = self.path.as_ref().map(HostPath::as_str);
        let values: [(&str, Value); 4] = [
            ("state", self.state.name().into()),
            ("port", self.port.into()),
            ("path", path.into()),
            ("search_regex", self.search_regex.clone().into()),
        ];
        let values = values.into_iter();
        values.map(|(name, value)| (name.into(), value)).collect()
    }
}

#[cfg(test)]
mod tests;
