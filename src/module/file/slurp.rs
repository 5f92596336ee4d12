use {
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{HostPath, Module},
    },
    base64::{Engine, engine::general_purpose::STANDARD},
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Read a file into a variable, encoded in base64.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Slurp {
    /// The file. It must be there.
    #[schemars(extend("aliases" = ["path"]))]
    src: HostPath,
}

impl Module for Slurp {
    const NAME: &'static str = "slurp";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let path = self.src.on(probe)?;
        let mut acts = Acts::new();
        acts.value("content", STANDARD.encode(probe.read(&path)?));
        acts.value("encoding", "base64");
        acts.value("source", path.display().to_string());
        Ok(acts.into_look())
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn reads_files_that_are_there() {
        let scratch = Scratch::new();
        let path = scratch.write("f", "2179\n");
        let mut trial = Trial::new();
        assert_eq!(
            trial.same("slurp", json!({"path": path}))["content"],
            "MjE3OQo="
        );
        assert!(trial.look("slurp", json!({"src": scratch.at("no")})).failed);
    }
}
