use {
    crate::{
        act::{Delta, Failure, Host, Job, Look, Probe},
        module::{HostPath, Module, registry},
        wire::{Course, Diff, Effect, Mode, Object, Outcome, Run},
    },
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Start another module as a job. No task names it: the scheduler sends it for a step with `async`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Start {
    /// The module to run.
    module: String,
    /// Its arguments, already accepted by its schema.
    arguments: Object,
    /// Where jobs leave what they came to.
    directory: HostPath,
    /// After so many seconds the job is ended.
    seconds: u64,
}

/// A job that is to be started.
pub struct Starting(Job);

impl Module for Start {
    const NAME: &'static str = "async_wrapper";
    const ALONE: bool = true;
    type Delta = Starting;

    fn look(&self, probe: &Probe) -> Result<Look<Starting>, Failure> {
        if registry::find(&self.module).is_none() {
            let msg = format!("the agent has no module {}", self.module);
            return Err(Failure::refused(msg));
        }
        let step = probe.step();
        let run = Run {
            id: 1,
            module: self.module.clone(),
            items: vec![self.arguments.clone()],
            mode: Mode::Apply,
            diff: step.diff,
            environment: step.environment.clone(),
            timeout: None,
            stream: false,
            course: Course::Alone,
        };
        Ok(Look::Change(Starting(Job {
            run,
            directory: self.directory.on(probe)?,
            seconds: self.seconds,
        })))
    }
}

impl Delta for Starting {
    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Opaque {
            what: format!("a job of {}", self.0.run.module),
        }]
    }

    fn predicted(&self) -> Object {
        Object::new()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let id = self.0.start(host)?;
        let file = self.0.directory.join(&id).display().to_string();
        let mut data = Object::new();
        data.insert("started".into(), true.into());
        data.insert("finished".into(), false.into());
        data.insert("ansible_job_id".into(), id.into());
        data.insert("results_file".into(), file.into());
        Ok(Outcome {
            changed: true,
            data,
            ..Outcome::default()
        })
    }
}
