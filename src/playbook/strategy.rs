use serde::{Deserialize, Serialize};

/// In what order the hosts of a play go through it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// All hosts do a step before one of them does the next.
    #[default]
    Linear,
    /// Each host goes at its own pace; the steps of all hosts share the `forks`.
    Free,
    /// Each host goes at its own pace, as many hosts at once as there are `forks`; the next one begins when one is through.
    HostPinned,
}

impl Strategy {
    /// The strategy of that name, in Ansible's words (or mitogen's, for the same ones).
    pub fn find(name: &str) -> Option<Self> {
        match name.rsplit('.').next()?.trim_start_matches("mitogen_") {
            "linear" => Some(Self::Linear),
            "free" => Some(Self::Free),
            "host_pinned" => Some(Self::HostPinned),
            _ => None,
        }
    }

    /// Whether hosts wait for each other after every step.
    pub fn keeps_step(self) -> bool {
        self == Self::Linear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_and_without_their_collection() {
        let found = ["ansible.builtin.free", "mitogen_linear", "host_pinned"].map(Strategy::find);
        let wanted = [Strategy::Free, Strategy::Linear, Strategy::HostPinned];
        assert_eq!(found, wanted.map(Some));
        assert_eq!(Strategy::find("debug"), None);
    }
}
