use {schemars::JsonSchema, serde::Deserialize};

/// What shall be done with a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Reload its configuration; start it, if it does not run.
    Reloaded,
    /// Stop and start it.
    Restarted,
    /// Start it, unless it runs.
    Started,
    /// Stop it, if it runs.
    Stopped,
}

impl Wish {
    /// What to tell the service, if anything; `running` is how it is now.
    pub fn verb(self, running: bool) -> Option<&'static str> {
        match (self, running) {
            (Self::Started, true) | (Self::Stopped, false) => None,
            (Self::Stopped, true) => Some("stop"),
            (_, false) => Some("start"),
            (Self::Reloaded, true) => Some("reload"),
            (Self::Restarted, true) => Some("restart"),
        }
    }

    /// How it is afterwards, in Ansible's word.
    pub fn state(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            _ => "started",
        }
    }
}
