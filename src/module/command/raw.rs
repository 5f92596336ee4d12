use {
    super::Launch,
    crate::{
        act::{Failure, Look, Probe, Program},
        module::{HostPath, Module},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Run a command line in a shell: as `shell`, without its conditions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Raw {
    /// The command line.
    cmd: String,
    /// The path of the shell.
    #[serde(default = "sh")]
    executable: HostPath,
}

fn sh() -> HostPath {
    HostPath::new("/bin/sh")
}

impl Module for Raw {
    const NAME: &'static str = "raw";
    const FREE_FORM: Option<&'static str> = Some("cmd");
    type Delta = Launch;

    fn look(&self, probe: &Probe) -> Result<Look<Launch>, Failure> {
        let shell = self.executable.on(probe)?.display().to_string();
        Ok(Look::Change(Launch {
            program: Program::new([shell.as_str(), "-c", &self.cmd]),
            cmd: Value::from(self.cmd.as_str()),
            strip: false,
        }))
    }
}

#[cfg(test)]
mod tests {
    use {crate::module::trial::Trial, serde_json::json};

    #[test]
    fn runs_and_keeps_the_output_whole() {
        let mut trial = Trial::new();
        assert!(
            trial
                .look("raw", json!({"cmd": "exit 1"}))
                .unknown
                .is_some()
        );
        let outcome = trial.apply("raw", json!({"cmd": "echo a | tr a b; exit 4"}));
        assert!(outcome.failed);
        assert_eq!(outcome.data["stdout"], "b\n");
        assert_eq!(outcome.data["rc"], 4);
    }
}
