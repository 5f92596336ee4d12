use crate::{act::Probe, wire::Effect};

/// How a dry run remembers what it foresees of an engine: as services that would be there and run.
pub struct Foreseen(String);

impl Foreseen {
    pub fn image(name: &str) -> Self {
        Self(format!("image {name}"))
    }

    pub fn container(name: &str) -> Self {
        Self(format!("container {name}"))
    }

    pub fn network(name: &str) -> Self {
        Self(format!("container network {name}"))
    }

    pub fn volume(name: &str) -> Self {
        Self(format!("container volume {name}"))
    }

    /// Whether it will be there, where that is foreseen.
    pub fn there(&self, probe: &Probe) -> Option<bool> {
        probe.overlay().enabled(&self.0)
    }

    /// Whether it will run, where that is foreseen.
    pub fn runs(&self, probe: &Probe) -> Option<bool> {
        probe.overlay().running(&self.0)
    }

    /// What to remember.
    pub fn effect(self, there: bool, runs: bool) -> Effect {
        Effect::Service {
            name: self.0,
            running: Some(runs),
            enabled: Some(there),
        }
    }
}
