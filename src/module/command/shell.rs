use {
    super::{Condition, Launch, command::input},
    crate::{
        act::{Failure, Look, Probe, Program},
        module::{HostPath, Module},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Run a command line in a shell.
///
/// Values that come from elsewhere belong in it only with the filter `quote`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Shell {
    /// The command line.
    cmd: String,
    /// The directory to run it in.
    chdir: Option<HostPath>,
    /// A path or pattern: if something stands there, the command is not run.
    creates: Option<HostPath>,
    /// A path or pattern: if nothing stands there, the command is not run.
    removes: Option<HostPath>,
    /// The path of the shell.
    #[serde(default = "sh")]
    executable: HostPath,
    /// Text for its standard input.
    stdin: Option<String>,
    /// Add a newline to `stdin`.
    #[serde(default = "yes")]
    stdin_add_newline: bool,
}

fn yes() -> bool {
    true
}

fn sh() -> HostPath {
    HostPath::new("/bin/sh")
}

impl Module for Shell {
    const NAME: &'static str = "shell";
    const FREE_FORM: Option<&'static str> = Some("cmd");
    type Delta = Launch;

    fn look(&self, probe: &Probe) -> Result<Look<Launch>, Failure> {
        if self.cmd.trim().is_empty() {
            return Err(Failure::refused("no command given"));
        }
        let cmd = Value::from(self.cmd.as_str());
        let condition = Condition {
            chdir: self.chdir.as_ref(),
            creates: self.creates.as_ref(),
            removes: self.removes.as_ref(),
        };
        let directory = condition.directory(probe)?;
        if let Some(reason) = condition.reason(probe, directory.as_deref())? {
            return Ok(Look::Same(reason.outcome(probe, cmd)));
        }
        let shell = self.executable.on(probe)?.display().to_string();
        let program = Program {
            stdin: input(self.stdin.as_deref(), self.stdin_add_newline),
            directory,
            ..Program::new([shell.as_str(), "-c", &self.cmd])
        };
        Ok(Look::Change(Launch {
            program,
            cmd,
            strip: true,
        }))
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn runs_the_line_as_written() {
        let line = "for i in 1 2; do echo \"$i\"; done | tail -n 1 && echo err >&2";
        let outcome = Trial::new().apply("shell", json!({"cmd": line}));
        assert_eq!(outcome.data["stdout"], "2");
        assert_eq!(outcome.data["stderr_lines"], json!(["err"]));
        assert_eq!(outcome.data["cmd"], line);
    }

    #[test]
    fn runs_in_a_directory_and_only_if_needed() {
        let scratch = Scratch::new();
        let arguments = json!({"cmd": "pwd > made", "chdir": scratch.path(), "creates": "made"});
        let mut trial = Trial::new();
        assert!(trial.look("shell", arguments.clone()).unknown.is_some());
        assert!(trial.apply("shell", arguments.clone()).changed);
        let path = scratch.path().display();
        assert_eq!(scratch.read("made"), format!("{path}\n"));
        trial.same("shell", arguments);
    }

    #[test]
    fn uses_another_shell() {
        let arguments = json!({"cmd": "echo $0", "executable": "/usr/bin/env"});
        let outcome = Trial::new().apply("shell", arguments);
        assert!(outcome.failed, "env knows no -c");
    }
}
