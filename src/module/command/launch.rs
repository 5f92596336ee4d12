use {
    super::clock,
    crate::{
        act::{Delta, Failure, Finished, Host, Program, Thing},
        wire::{Diff, Effect, Object, Outcome},
    },
    serde_json::Value,
    std::time::{Instant, SystemTime},
};

/// The most letters of a command that a dry run shows where it names what may bring things.
const SHOWN: usize = 60;

/// A program that the user wants to run.
#[derive(Clone, Debug)]
pub struct Launch {
    pub program: Program,
    /// The return value `cmd`.
    pub cmd: Value,
    /// Whether final newlines are cut off the output.
    pub strip: bool,
}

impl Delta for Launch {
    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        vec![effect(&self.cmd)]
    }

    fn predicted(&self) -> Object {
        Object::from_iter([("cmd".into(), self.cmd.clone())])
    }

    fn unknown(&self) -> Option<String> {
        Some(unknown(&self.cmd))
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut outcome = launch(&self.program, self.cmd, self.strip, host)?;
        if !outcome.failed {
            outcome.data.insert("msg".into(), "".into());
        }
        Ok(outcome)
    }
}

/// Runs a program. A code other than 0 is a failed outcome with all return values.
pub(super) fn launch(
    program: &Program,
    cmd: Value,
    strip: bool,
    host: &mut Host,
) -> Result<Outcome, Failure> {
    let (start, clock) = (SystemTime::now(), Instant::now());
    let finished = match host.spawn(program) {
        Ok(finished) => finished,
        Err(failure) => return Err(not_started(failure, cmd)),
    };
    let delta = clock.elapsed();
    let mut data = Object::new();
    data.insert("cmd".into(), cmd);
    data.extend(values(&finished, strip));
    data.insert("start".into(), clock::moment(start).into());
    data.insert("end".into(), clock::moment(start + delta).into());
    data.insert("delta".into(), clock::span(delta).into());
    let failed = !finished.success();
    Ok(Outcome {
        changed: true,
        failed,
        msg: failed.then(|| "non-zero return code".into()),
        data,
        ..Outcome::default()
    })
}

/// The effect of running a command.
pub(super) fn effect(cmd: &Value) -> Effect {
    Effect::Opaque {
        what: format!("the command {}", shown(cmd)),
    }
}

/// Why the outcome of a command cannot be known.
pub(super) fn unknown(cmd: &Value) -> String {
    format!("would run {}", shown(cmd))
}

/// One line of reasonable length.
fn shown(cmd: &Value) -> String {
    let text = match cmd {
        Value::Array(argv) => {
            let words = argv.iter().filter_map(Value::as_str);
            shlex::try_join(words).unwrap_or_default()
        }
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    let line = text.lines().next().unwrap_or_default();
    let start: String = line.chars().take(SHOWN).collect();
    match start == text {
        true => text,
        false => start + "…",
    }
}

fn values(finished: &Finished, strip: bool) -> Object {
    let mut values = finished.values();
    if !strip {
        for (name, bytes) in [("stdout", &finished.stdout), ("stderr", &finished.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            let lines: Vec<&str> = text.lines().collect();
            values.insert(format!("{name}_lines"), lines.into());
            values.insert(name.into(), text.into());
        }
    }
    values
}

/// The system's error as Ansible reports it: its number is the `rc`.
fn not_started(failure: Failure, cmd: Value) -> Failure {
    let (rc, reason) = match failure {
        Failure::Missing {
            what: Thing::Command,
            name,
        } => (
            2,
            format!("No such file or directory: {name}; install the package that brings it"),
        ),
        Failure::Io {
            doing: "start",
            path,
            source,
        } => match source.raw_os_error() {
            Some(code) => (code, format!("{path}: {source}")),
            None => (1, format!("{path}: {source}")),
        },
        other => return other,
    };
    let mut data = Object::new();
    data.insert("cmd".into(), cmd);
    data.extend(
        Finished {
            rc,
            ..Finished::default()
        }
        .values(),
    );
    Failure::Refused {
        msg: format!("Error executing command. {reason}"),
        data,
    }
}
