use {
    crate::{
        act::{Delta, Failure, Host, Job, Look, Probe},
        module::{HostPath, Module, foreign::Foreign, registry},
        wire::{Content, Course, Diff, Effect, Mode, Object, Outcome, Run},
    },
    base64::{Engine as _, engine::general_purpose::STANDARD},
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::collections::BTreeMap,
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
        if registry::requested(&self.module).is_none() {
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
            contents: BTreeMap::new(),
        })))
    }
}

impl Starting {
    /// Gets what the module needs of the controller: the job will have none to ask.
    fn pack(&mut self, host: &Host) -> Result<(), Failure> {
        for content in held(&self.0.run) {
            let body = host.content(&content)?.bytes()?;
            let text = STANDARD.encode(body);
            self.0.contents.insert(content.sha256, text);
        }
        Ok(())
    }
}

/// The contents that the arguments of a module name and do not bring along: those that the controller has added.
fn held(run: &Run) -> Vec<Content> {
    let is_foreign = run.module == Foreign::NAME;
    let values = run.items.iter().flat_map(|item| {
        let files = item.get("_files").and_then(Value::as_object);
        let own = item.get("content").filter(|_| is_foreign);
        let files = files.into_iter().flat_map(Object::values);
        own.into_iter().chain(item.get("_content")).chain(files)
    });
    let contents = values.filter_map(|value| Content::deserialize(value).ok());
    contents
        .filter(|content| content.inline.is_none())
        .collect()
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

    fn apply(mut self, host: &mut Host) -> Result<Outcome, Failure> {
        self.pack(host)?;
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

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    fn hashes(module: &str, arguments: Value) -> Vec<String> {
        let run = Run {
            id: 1,
            module: module.into(),
            items: vec![serde_json::from_value(arguments).unwrap()],
            mode: Mode::Apply,
            diff: false,
            environment: BTreeMap::new(),
            timeout: None,
            stream: false,
            course: Course::Alone,
        };
        let held = held(&run).into_iter();
        held.map(|content| content.sha256).collect()
    }

    #[test]
    fn the_content_that_the_controller_holds_goes_along_and_arguments_that_look_like_it_do_not() {
        let content = |sha256: &str| json!({"sha256": sha256, "length": 1});
        let foreign = json!({
            "content": content("program"),
            "arguments": {"content": content("a person's"), "_content": content("another")},
        });
        assert_eq!(hashes(Foreign::NAME, foreign), ["program"]);
        let uri = json!({
            "content": content("a person's"), "_content": content("src"), "_files": {"a": content("a")},
        });
        assert_eq!(hashes("uri", uri), ["src", "a"]);
        let inline = json!({"content": {"sha256": "x", "length": 1, "inline": "x"}});
        assert!(hashes(Foreign::NAME, inline).is_empty());
    }
}
