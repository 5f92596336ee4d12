use {
    crate::{
        act::{Delta, Failure, Host, Look, Probe},
        module::{HostPath, Module},
        wire::{Diff, Effect, Mode, Object, Outcome},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::{
        fs,
        path::{Path, PathBuf},
    },
};

/// Tell how a job stands that a task with `async` has started.
///
/// While it goes on, `finished` is false; afterwards the job's own return values come, too.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AsyncStatus {
    /// The job: `ansible_job_id` of the task that started it.
    jid: String,
    /// `cleanup` removes the file that tells of the job.
    #[serde(default)]
    mode: What,
    /// Where jobs leave what they came to.
    #[serde(rename = "_async_dir", default = "directory")]
    directory: HostPath,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum What {
    Cleanup,
    #[default]
    Status,
}

fn directory() -> HostPath {
    HostPath::new("~/.ansible_async")
}

/// A file that is to be removed.
pub struct Cleanup {
    path: PathBuf,
    values: Object,
}

impl Module for AsyncStatus {
    const NAME: &'static str = "async_status";
    const ALONE: bool = true;
    type Delta = Cleanup;

    fn look(&self, probe: &Probe) -> Result<Look<Cleanup>, Failure> {
        if self.jid.contains('/') || self.jid.trim_matches('.').is_empty() {
            return Err(Failure::refused(format!(
                "`{}` cannot be the id of a job; give `ansible_job_id` of the task that started it",
                self.jid
            )));
        }
        let path = self.directory.on(probe)?.join(&self.jid);
        let mut values = self.values(&path);
        if !probe.exists(&path)? {
            return self.missing(probe, values);
        }
        match (self.mode, probe.step().mode) {
            (What::Cleanup, Mode::Apply) => Ok(Look::Change(Cleanup { path, values })),
            (What::Cleanup, Mode::Look) => Ok(Look::same(values)),
            (What::Status, _) => {
                values.extend(self.told(&probe.read(&path)?));
                Ok(Look::Same(outcome(values)))
            }
        }
    }
}

impl AsyncStatus {
    /// What is said of every job.
    fn values(&self, path: &Path) -> Object {
        let running = self.mode == What::Status;
        let file = if running { "results_file" } else { "erased" };
        let mut values = Object::new();
        values.insert("started".into(), running.into());
        values.insert("finished".into(), false.into());
        for stream in ["stdout", "stderr"] {
            values.insert(stream.into(), "".into());
            values.insert(format!("{stream}_lines"), Value::Array(Vec::new()));
        }
        values.insert("ansible_job_id".into(), self.jid.as_str().into());
        values.insert(file.into(), path.display().to_string().into());
        values
    }

    /// A dry run starts no jobs, so it cannot find them either.
    fn missing(&self, probe: &Probe, mut data: Object) -> Result<Look<Cleanup>, Failure> {
        if probe.step().mode == Mode::Look {
            let what = "how a job stands that a dry run does not start";
            return Err(Failure::Unforeseeable(what.into()));
        }
        data.insert("started".into(), true.into());
        data.insert("finished".into(), true.into());
        let msg = "could not find job".into();
        Err(Failure::Refused { msg, data })
    }

    /// What the job's file says. One that is not whole yet says that the job goes on.
    fn told(&self, bytes: &[u8]) -> Object {
        let Ok(mut told) = serde_json::from_slice::<Object>(bytes) else {
            return Object::new();
        };
        // A job that has ended writes the values of its module alone.
        let finished = match told.get("started") {
            None => true,
            Some(_) => told.get("finished").is_some_and(holds),
        };
        told.insert("started".into(), true.into());
        told.insert("finished".into(), finished.into());
        told
    }
}

/// Older releases of Ansible write 0 and 1.
fn holds(value: &Value) -> bool {
    value.as_bool().unwrap_or(value.as_u64() == Some(1))
}

/// What a module came to, from the values that it would have returned.
fn outcome(mut data: Object) -> Outcome {
    let mut flag = |name: &str| data.remove(name).is_some_and(|value| holds(&value));
    let (changed, failed, skipped) = (flag("changed"), flag("failed"), flag("skipped"));
    let warnings = data.remove("warnings").unwrap_or_default();
    let warnings = warnings.as_array().into_iter().flatten();
    Outcome {
        changed,
        failed,
        skipped,
        msg: data
            .remove("msg")
            .and_then(|msg| msg.as_str().map(Into::into)),
        warnings: warnings
            .filter_map(|warning| warning.as_str().map(Into::into))
            .collect(),
        // A job of Ansible's own shows differences in another form.
        diff: data
            .remove("diff")
            .and_then(|diff| serde_json::from_value(diff).ok())
            .unwrap_or_default(),
        data,
        ..Outcome::default()
    }
}

impl Delta for Cleanup {
    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }

    fn predicted(&self) -> Object {
        self.values.clone()
    }

    /// Ansible counts it as no change: the host is as it was.
    fn apply(self, _: &mut Host) -> Result<Outcome, Failure> {
        fs::remove_file(&self.path).map_err(Failure::io("remove", &self.path))?;
        Ok(Outcome {
            data: self.values,
            ..Outcome::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{
            act::Scratch,
            module::trial::Trial,
            wire::{Mode, Outcome},
        },
        serde_json::json,
    };

    fn ask(scratch: &Scratch, jid: &str, cleanup: bool, mode: Mode) -> Outcome {
        let what = if cleanup { "cleanup" } else { "status" };
        let arguments = json!({"jid": jid, "mode": what, "_async_dir": scratch.at("")});
        Trial::new().run("async_status", arguments, mode)
    }

    #[test]
    fn tells_of_a_job_that_goes_on_and_of_one_that_has_ended() {
        let scratch = Scratch::new();
        for text in ["", "{\"started\": 1, \"finished\": 0}"] {
            scratch.write("j1.2", text);
            let going = ask(&scratch, "j1.2", false, Mode::Apply);
            assert_eq!(going.data["finished"], false, "{text}");
            assert_eq!(going.data["started"], true);
            assert!(!going.changed && !going.failed);
        }
        scratch.write(
            "j1.2",
            "{\"changed\": true, \"failed\": true, \"rc\": 3, \"msg\": \"no\", \"warnings\": [\"w\"]}",
        );
        let ended = ask(&scratch, "j1.2", false, Mode::Apply);
        assert!(ended.changed && ended.failed);
        assert_eq!(ended.msg.as_deref(), Some("no"));
        assert_eq!(ended.warnings, ["w"]);
        assert_eq!(ended.data["rc"], 3);
        assert_eq!(ended.data["finished"], true);
        assert_eq!(ended.data["ansible_job_id"], "j1.2");
        assert_eq!(ended.data["stdout"], "");
    }

    #[test]
    fn cleanup_removes_the_file_but_not_in_a_dry_run() {
        let scratch = Scratch::new();
        let file = scratch.write("j1.2", "{}");
        assert!(!ask(&scratch, "j1.2", true, Mode::Look).changed);
        assert!(file.exists());
        let gone = ask(&scratch, "j1.2", true, Mode::Apply);
        assert!(!gone.changed && !gone.failed && !file.exists());
        assert_eq!(gone.data["erased"], file.display().to_string());
        let again = ask(&scratch, "j1.2", true, Mode::Apply);
        assert_eq!(again.msg.as_deref(), Some("could not find job"));
    }

    #[test]
    fn a_job_that_is_not_there_fails_and_in_a_dry_run_is_yet_to_come() {
        let scratch = Scratch::new();
        let missing = ask(&scratch, "j1.2", false, Mode::Apply);
        assert!(missing.failed && missing.data["finished"] == true);
        assert!(ask(&scratch, "j1.2", false, Mode::Look).unknown.is_some());
        for jid in ["../secret", "..", "", "/etc/passwd"] {
            let refused = ask(&scratch, jid, true, Mode::Apply);
            assert!(refused.msg.unwrap().contains("id of a job"), "{jid}");
        }
    }
}
