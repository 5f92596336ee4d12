use {
    super::{Condition, Launch, words},
    crate::{
        act::{Failure, Look, Probe, Program},
        module::{HostPath, Module, host_path},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Run a command, without a shell.
///
/// Pipes, redirections, `&&`, wildcards and the like need `shell`. `$VARIABLES` and `~` are expanded.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Command {
    /// The command, split into words as a shell would.
    cmd: Option<String>,
    /// The command as a list of words, instead of `cmd`.
    argv: Option<Vec<String>>,
    /// The directory to run it in.
    chdir: Option<HostPath>,
    /// A path or pattern: if something stands there, the command is not run.
    creates: Option<HostPath>,
    /// A path or pattern: if nothing stands there, the command is not run.
    removes: Option<HostPath>,
    /// Text for its standard input.
    stdin: Option<String>,
    /// Add a newline to `stdin`.
    #[serde(default = "yes")]
    stdin_add_newline: bool,
    /// Cut final newlines off the output.
    #[serde(default = "yes")]
    strip_empty_ends: bool,
    /// Expand `$VARIABLES` and `~` in the words.
    #[serde(default = "yes")]
    expand_argument_vars: bool,
}

fn yes() -> bool {
    true
}

/// What a program reads from its standard input.
pub(super) fn input(stdin: Option<&str>, newline: bool) -> Option<Vec<u8>> {
    let mut bytes = stdin?.as_bytes().to_owned();
    if newline {
        bytes.push(b'\n');
    }
    Some(bytes)
}

impl Module for Command {
    const NAME: &'static str = "command";
    const FREE_FORM: Option<&'static str> = Some("cmd");
    type Delta = Launch;

    fn look(&self, probe: &Probe) -> Result<Look<Launch>, Failure> {
        let argv = self.argv()?;
        let cmd = Value::from(argv.clone());
        let condition = Condition {
            chdir: self.chdir.as_ref(),
            creates: self.creates.as_ref(),
            removes: self.removes.as_ref(),
        };
        let directory = condition.directory(probe)?;
        if let Some(reason) = condition.reason(probe, directory.as_deref())? {
            return Ok(Look::Same(reason.outcome(probe, cmd)));
        }
        let argv = argv
            .into_iter()
            .map(|word| match self.expand_argument_vars {
                true => host_path::expand(&word, probe),
                false => Ok(word),
            });
        let argv: Vec<String> = argv.collect::<Result<_, _>>()?;
        let program = Program {
            stdin: input(self.stdin.as_deref(), self.stdin_add_newline),
            directory,
            ..Program::new(argv)
        };
        Ok(Look::Change(Launch {
            program,
            cmd,
            strip: self.strip_empty_ends,
        }))
    }
}

impl Command {
    fn argv(&self) -> Result<Vec<String>, Failure> {
        let argv = match (&self.cmd, &self.argv) {
            (Some(_), Some(_)) => {
                return Err(Failure::refused(
                    "parameters are mutually exclusive: cmd|argv; give one of them",
                ));
            }
            (Some(cmd), None) => words(cmd)?,
            (None, argv) => argv.clone().unwrap_or_default(),
        };
        match argv.first().is_some_and(|name| !name.is_empty()) {
            true => Ok(argv),
            false => Err(Failure::refused("no command given")),
        }
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn runs_words_without_a_shell() {
        let outcome = Trial::new().apply(
            "command",
            json!({"cmd": "printf '%s|' a 'b  c' ; $NO_SUCH_VARIABLE ~root"}),
        );
        assert!(outcome.changed && !outcome.failed, "{outcome:?}");
        assert_eq!(outcome.data["stdout"], "a|b  c|;|$NO_SUCH_VARIABLE|/root|");
        assert_eq!(outcome.data["cmd"][2], "a");
        assert_eq!(outcome.data["rc"], 0);
        assert_eq!(outcome.data["msg"], "");
    }

    #[test]
    fn feeds_input_and_keeps_ends_on_demand() {
        let mut trial = Trial::new();
        let cat = json!({"argv": ["cat"], "stdin": "x\n"});
        assert_eq!(trial.apply("command", cat).data["stdout"], "x");
        let cat = json!({"argv": ["cat"], "stdin": "x", "stdin_add_newline": false});
        assert_eq!(trial.apply("command", cat).data["stdout"], "x");
        let cat = json!({"argv": ["cat"], "stdin": "x\n", "strip_empty_ends": false});
        let data = trial.apply("command", cat).data;
        assert_eq!(data["stdout"], "x\n\n");
        assert_eq!(data["stdout_lines"], json!(["x", ""]));
    }

    #[test]
    fn a_code_other_than_0_fails() {
        let outcome = Trial::new().apply("command", json!({"argv": ["sh", "-c", "exit 3"]}));
        assert!(outcome.failed && outcome.changed);
        assert_eq!(outcome.msg.as_deref(), Some("non-zero return code"));
        assert_eq!(outcome.data["rc"], 3);
    }

    #[test]
    fn says_what_cannot_be_run() {
        let mut trial = Trial::new();
        let outcome = trial.apply("command", json!({"cmd": "no-such-command x"}));
        assert!(outcome.failed && !outcome.changed);
        assert_eq!(outcome.data["rc"], 2);
        let msg = outcome.msg.unwrap();
        assert!(
            msg.starts_with("Error executing command. No such file"),
            "{msg}"
        );
        let outcome = trial.apply("command", json!({"cmd": "true", "chdir": "/no/such"}));
        assert!(outcome.msg.unwrap().contains("/no/such is not there"));
        assert_eq!(outcome.data["rc"], json!(null));
        assert_eq!(outcome.data["stdout"], "");
        assert!(trial.apply("command", json!({"cmd": " "})).failed);
        let both = json!({"cmd": "true", "argv": ["true"]});
        assert!(trial.apply("command", both).failed);
    }

    #[test]
    fn a_dry_run_runs_and_invents_nothing() {
        let scratch = Scratch::new();
        let path = scratch.at("made");
        let mut trial = Trial::new();
        let arguments = json!({"argv": ["touch", path], "creates": path});
        let look = trial.look("command", arguments.clone());
        assert!(look.changed && look.unknown.unwrap().contains("would run touch "));
        assert!(!look.data.contains_key("rc") && !look.data.contains_key("stdout"));
        assert!(!path.exists());
        assert!(trial.apply("command", arguments.clone()).changed);
        let data = trial.same("command", arguments);
        let skipped = format!("skipped, since {} exists", path.display());
        assert_eq!(data["stdout"], skipped.as_str());
        assert_eq!(data["delta"], json!(null));
    }

    #[test]
    fn what_is_removed_by_a_foreseen_step_is_not_there() {
        let scratch = Scratch::new();
        let path = scratch.write("file", "");
        let mut trial = Trial::new();
        trial.look("file", json!({"path": path, "state": "absent"}));
        let arguments = json!({"cmd": "true", "chdir": scratch.path(), "removes": "fil?"});
        let look = trial.look("command", arguments.clone());
        assert!(!look.changed && look.msg.unwrap().starts_with("Would not run"));
        trial.look("command", json!({"cmd": "true"}));
        let look = trial.look("command", arguments);
        assert!(
            look.unknown
                .unwrap()
                .contains("may come with the command true")
        );
    }
}
