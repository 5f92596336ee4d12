use {
    super::{Acts, Failure, Look, Module, Probe},
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Answer `pong`: the host can be reached and farcast works there.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Ping {
    /// What to answer. `crash` fails, to try out failures.
    #[serde(default = "pong")]
    data: String,
}

fn pong() -> String {
    "pong".into()
}

impl Module for Ping {
    const NAME: &'static str = "ping";
    type Delta = Acts;

    fn look(&self, _: &Probe) -> Result<Look<Acts>, Failure> {
        if self.data == "crash" {
            return Err(Failure::refused("boom"));
        }
        let mut acts = Acts::new();
        acts.value("ping", self.data.as_str());
        Ok(acts.into_look())
    }
}

#[cfg(test)]
mod tests {
    use {crate::module::trial::Trial, serde_json::json};

    #[test]
    fn answers() {
        let mut trial = Trial::new();
        assert_eq!(trial.same("ping", json!({}))["ping"], "pong");
        assert_eq!(trial.same("ping", json!({"data": "x"}))["ping"], "x");
        assert!(trial.apply("ping", json!({"data": "crash"})).failed);
    }
}
