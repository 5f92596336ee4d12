use {
    super::{Failure, Look, Module, Probe},
    crate::{
        act::{Delta, Finished, Host, Private, Program, Question, Thing},
        wire::{Content, Diff, Effect, Mode, Object, Outcome},
    },
    base64::{Engine as _, engine::general_purpose::STANDARD},
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::Path,
};

/// A module that is not farcast's own: a program from the controller. It gets its arguments as Ansible gives them and answers
/// in JSON, which the controller reads.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Foreign {
    /// The name of its file.
    name: String,
    content: Content,
    style: Style,
    /// What runs it, with its options; `python` is the first Python of the host. Without any it runs itself.
    interpreter: Vec<String>,
    /// Its arguments.
    arguments: Object,
    /// The same as `name=value` words.
    words: String,
    /// A dry run may run it: it promises to change nothing then.
    foresees: bool,
}

/// How a program gets its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Style {
    /// The path of a file of JSON.
    Json,
    /// The path of a file of words.
    Words,
    /// They stand in it.
    Within,
    /// It is a Python program that is read from standard input and ends with a function `run`, which takes them.
    Python,
}

/// Which module said what the other values hold.
pub const SAID_BY: &str = "_said_by";

/// The Pythons that a host may have: its system's own first, for that one knows the system's packages.
const PYTHONS: [&str; 9] = [
    "/usr/bin/python3",
    "python3",
    "/usr/libexec/platform-python",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
    "python3.9",
    "python3.8",
];

impl Module for Foreign {
    const NAME: &'static str = "foreign module";
    const ALONE: bool = true;
    type Delta = Errand;

    fn look(&self, probe: &Probe) -> Result<Look<Errand>, Failure> {
        let mut errand = Errand {
            name: self.name.clone(),
            content: self.content.clone(),
            style: self.style,
            interpreter: self.interpreter.clone(),
            arguments: self.arguments.clone(),
            words: self.words.clone(),
            ended: None,
        };
        if probe.step().mode == Mode::Apply || !self.foresees || self.style != Style::Python {
            return Ok(Look::Change(errand));
        }
        let program = errand.program(probe)?;
        let ended = errand.each_python(|argv| {
            let program = program.clone();
            probe.ask(&Question::Forecast { argv, program })
        })?;
        if !says_changed(&ended) {
            return Ok(Look::same(values(stem(&self.name), &ended)));
        }
        errand.ended = Some(ended);
        Ok(Look::Change(errand))
    }
}

/// A foreign module to be run.
#[derive(Debug)]
pub struct Errand {
    name: String,
    content: Content,
    style: Style,
    interpreter: Vec<String>,
    arguments: Object,
    words: String,
    /// Dry run: what it says it would do.
    ended: Option<Finished>,
}

impl Errand {
    /// The Python program that standard input takes: the content, and the call with the arguments.
    fn program(&self, probe: &Probe) -> Result<Vec<u8>, Failure> {
        let mut program = probe.content(&self.content)?.bytes()?;
        let arguments = STANDARD.encode(self.json());
        program.extend(format!("\nrun(\"{arguments}\")\n").into_bytes());
        Ok(program)
    }

    fn json(&self) -> String {
        serde_json::Value::Object(self.arguments.clone()).to_string()
    }

    /// Runs it with the interpreter, or with each Python that the host may have until one is there.
    fn each_python(
        &self,
        mut run: impl FnMut(Vec<String>) -> Result<Finished, Failure>,
    ) -> Result<Finished, Failure> {
        let with = |first: &str| {
            let rest = self.interpreter.iter().skip(1).cloned();
            std::iter::once(first.to_owned()).chain(rest).collect()
        };
        match self.interpreter.first().map(String::as_str) {
            None => run(Vec::new()),
            Some("python") => {
                for python in PYTHONS {
                    match run(with(python)) {
                        Err(Failure::Missing { .. }) => {}
                        ended => return ended,
                    }
                }
                Err(Failure::missing(Thing::Command, "python3"))
            }
            Some(own) => run(with(own)),
        }
    }

    /// Runs it with its files in a private directory.
    fn run(mut self, host: &mut Host) -> Result<Finished, Failure> {
        let place = Private::new(host)?;
        let room = place.path().display().to_string();
        if self.style == Style::Python {
            let program = self.program(host)?;
            return self.each_python(|mut argv| {
                argv.extend(["-".into(), room.clone()]);
                host.spawn(&Program::new(argv).stdin(program.clone()))
            });
        }
        let path = self.write(&place, &self.name, &self.content_of(host)?, 0o700)?;
        let mut files = vec![path];
        self.arguments
            .insert("_ansible_tmpdir".into(), room.clone().into());
        let text = match self.style {
            Style::Json => Some(self.json()),
            Style::Words => Some(format!("{}_ansible_tmpdir={room} ", self.words)),
            Style::Within | Style::Python => None,
        };
        if let Some(text) = text {
            files.push(self.write(&place, "args", text.as_bytes(), 0o600)?);
        }
        self.each_python(|mut argv| {
            argv.extend(files.iter().cloned());
            host.spawn(&Program::new(argv))
        })
    }

    fn content_of(&self, host: &Host) -> Result<Vec<u8>, Failure> {
        host.content(&self.content)?.bytes()
    }

    fn write(&self, at: &Private, name: &str, bytes: &[u8], mode: u32) -> Result<String, Failure> {
        let path = at.write(name.as_ref(), &mut &*bytes, mode)?;
        Ok(path.display().to_string())
    }

    fn what(&self) -> String {
        format!("the module {}", stem(&self.name))
    }
}

impl Delta for Errand {
    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Opaque { what: self.what() }]
    }

    fn predicted(&self) -> Object {
        let told = |ended| values(stem(&self.name), ended);
        self.ended.as_ref().map(told).unwrap_or_default()
    }

    fn unknown(&self) -> Option<String> {
        match self.ended {
            Some(_) => None,
            None => Some(format!("would run {}", self.what())),
        }
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let name = self.name.clone();
        let ended = self.run(host)?;
        Ok(Outcome {
            data: values(stem(&name), &ended),
            ..Outcome::default()
        })
    }
}

/// The name of a file without its ending.
fn stem(name: &str) -> &str {
    let stem = Path::new(name).file_stem();
    stem.and_then(|stem| stem.to_str()).unwrap_or_default()
}

/// All that it said, for the controller to read; what a job leaves is told by the mark from what other modules leave.
fn values(name: &str, ended: &Finished) -> Object {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Object::from_iter([
        (SAID_BY.to_owned(), name.into()),
        ("rc".to_owned(), ended.rc.into()),
        ("stdout".to_owned(), text(&ended.stdout).into()),
        ("stderr".to_owned(), text(&ended.stderr).into()),
    ])
}

/// Whether it says that it would change something.
fn says_changed(ended: &Finished) -> bool {
    let text = ended.text();
    let start = text.find('{').unwrap_or_default();
    let said = serde_json::from_str::<Object>(text[start..].trim_end());
    said.is_ok_and(|said| said.get("changed").is_some_and(|changed| changed == true))
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            act::{Alone, Watch},
            wire::{Course, Run},
        },
        serde_json::json,
    };

    fn run(style: &str, interpreter: &[&str], program: &str, mode: Mode) -> Outcome {
        let arguments = json!({
            "name": "say.sh",
            "content": {"sha256": "", "length": program.len(), "inline": program},
            "style": style,
            "interpreter": interpreter,
            "arguments": {"a": "it's"},
            "words": "a='it s' ",
            "foresees": style == "python",
        });
        let run = Run {
            id: 1,
            module: Foreign::NAME.into(),
            items: vec![serde_json::from_value(arguments).unwrap()],
            mode,
            diff: false,
            environment: Default::default(),
            timeout: None,
            stream: false,
            course: Course::Alone,
        };
        let mut probe = Probe::new(Box::new(Alone), Watch::default());
        let mut outcomes = Vec::new();
        super::super::run::<Foreign>(&mut probe, &run, &mut |_, outcome| outcomes.push(outcome));
        outcomes.pop().unwrap()
    }

    #[test]
    fn arguments_are_in_a_private_file_that_goes() {
        let program = "cat \"$1\"; echo; echo \"$1\"; stat -c %a \"$1\" >&2; exit 3";
        for (style, start) in [("json", r#"{"a":"it's","_"#), ("words", "a='it s' _")] {
            let outcome = run(style, &["/bin/sh"], program, Mode::Apply);
            let said = outcome.data["stdout"].as_str().unwrap();
            assert!(said.starts_with(start), "{said}");
            let path = Path::new(said.lines().last().unwrap());
            assert!(said.contains(path.parent().unwrap().to_str().unwrap()));
            assert!(!path.parent().unwrap().exists());
            assert_eq!(outcome.data["stderr"], "600\n");
            assert_eq!(outcome.data["rc"], 3);
        }
        let outcome = run("within", &["/bin/sh"], "echo $#", Mode::Apply);
        assert_eq!(outcome.data["stdout"], "0\n");
    }

    #[test]
    fn a_dry_run_runs_only_what_promises_to_look() {
        let outcome = run("json", &["/bin/sh"], "echo ran", Mode::Look);
        assert_eq!(outcome.unknown.unwrap(), "would run the module say");
        // Any program that reads its text from standard input does for Python.
        let outcome = run(
            "python",
            &["/bin/sh"],
            "echo '{\"changed\": true}'; exit",
            Mode::Look,
        );
        assert!(outcome.changed && outcome.unknown.is_none());
        assert_eq!(outcome.effects.len(), 1);
        let outcome = run(
            "python",
            &["/bin/sh"],
            "echo '{\"changed\": false}'; exit",
            Mode::Look,
        );
        assert!(!outcome.changed && outcome.effects.is_empty());
    }

    #[test]
    fn a_missing_interpreter_is_named() {
        let outcome = run("json", &["/no/such/perl"], "", Mode::Apply);
        assert!(outcome.failed && outcome.msg.unwrap().contains("/no/such/perl"));
    }
}
