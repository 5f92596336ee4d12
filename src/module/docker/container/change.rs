use {
    super::{
        DockerContainer, State,
        plan::Plan,
        work::{Bench, Work},
    },
    crate::{
        act::{Delta, Failure, Host},
        module::docker::{Control, Engine, foresight::Foreseen, image::pull, text::plain},
        wire::{Diff, Effect, Object, Outcome},
    },
    serde_json::{Value, json},
    std::time::Duration,
};

/// What would change: a container, and perhaps its image.
pub struct ContainerChange {
    pub(super) request: DockerContainer,
    pub(super) engine: Engine,
    pub(super) plan: Plan,
}

impl Delta for ContainerChange {
    fn diff(&self) -> Vec<Diff> {
        self.plan.diff(&self.request.name)
    }

    fn effects(&self) -> Vec<Effect> {
        let (there, runs) = self.plan.outcome(&self.request);
        vec![Foreseen::container(&self.request.name).effect(there, runs)]
    }

    fn predicted(&self) -> Object {
        self.plan.values()
    }

    fn unknown(&self) -> Option<String> {
        let open = self.plan.works.is_empty();
        self.plan.unknown.clone().filter(|_| open)
    }

    fn apply(mut self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        let control = Control::new(&self.engine, host);
        if let Some(image) = self.plan.pulls.take() {
            pull(&control, &image, self.request.platform.as_deref())?;
            let new = self.engine.image(control.probe(), &image.to_string())?;
            let id = |image: &Option<Value>| image.as_ref().map(|image| image["Id"].clone());
            outcome.changed = id(&new) != id(&self.plan.image);
            self.plan = Plan::make(&self.request, control.probe(), &self.engine, true)?;
        }
        outcome.changed |= !self.plan.works.is_empty();
        self.work(&control, &mut outcome)?;
        Ok(outcome)
    }
}

impl ContainerChange {
    fn work(&self, control: &Control, outcome: &mut Outcome) -> Result<(), Failure> {
        let request = &self.request;
        let id = self
            .plan
            .container
            .as_ref()
            .map(|container| plain(&container["Id"]));
        let mut bench = Bench {
            control,
            name: &request.name,
            id: id.unwrap_or_else(|| request.name.clone()),
            stop_timeout: request
                .stop_timeout
                .and_then(|seconds| seconds.try_into().ok()),
            warnings: Vec::new(),
        };
        let mut output = None;
        for work in &self.plan.works {
            bench.perform(work)?;
            if matches!(work, Work::Start) && request.detach == Some(false) {
                output = Some(self.attend(&mut bench, outcome)?);
            }
        }
        if self.plan.waits {
            let limit = Duration::try_from_secs_f64(request.healthy_wait_timeout).ok();
            bench.await_health(limit.filter(|limit| !limit.is_zero()))?;
        }
        let mut container = match request.state {
            State::Absent => None,
            _ => bench.inspect()?,
        };
        if let Some(output) = output {
            let container = container.get_or_insert_with(|| json!({}));
            container["Output"] = output.into();
        }
        outcome
            .data
            .extend(container.map(|found| ("container".to_owned(), found)));
        outcome.warnings.append(&mut bench.warnings);
        Ok(())
    }

    /// Waits for the end of the container's command, which decides about the step.
    fn attend(&self, bench: &mut Bench, outcome: &mut Outcome) -> Result<String, Failure> {
        let code = bench.await_end()?;
        let output = match bench.inspect()? {
            Some(container) if self.request.auto_remove != Some(true) => {
                bench.output(&container, "all")?
            }
            _ => "Cannot retrieve result as auto_remove is enabled".into(),
        };
        if self.request.cleanup {
            let volumes = !self.request.keep_volumes;
            bench.perform(&Work::Remove { volumes })?;
        }
        outcome.data.insert("status".into(), code.into());
        if code != 0 {
            outcome.failed = true;
            outcome.msg = Some(output.clone());
        }
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{
            module::{
                net::server::{Seen, Server, reply},
                trial::Trial,
            },
            wire::Effect,
        },
        serde_json::json,
    };

    /// An engine with one image, and one container of it that runs.
    fn engine(seen: &Seen) -> Vec<u8> {
        let answer = match seen.line.as_str() {
            "GET /containers/web/json" => {
                r#"{"Id": "c1", "Image": "sha256:1", "State": {"Running": true}, "HostConfig": {"Memory": 1024},
                    "Config": {"Image": "app:1", "Env": ["A=1", "PATH=/bin"]}, "NetworkSettings": {"Networks": {}}}"#
            }
            "GET /images/app:1/json" | "GET /images/sha256:1/json" => {
                r#"{"Id": "sha256:1", "Config": {"Env": ["PATH=/bin"]}}"#
            }
            _ => return reply("404 Not Found", "", br#"{"message": "no such thing"}"#),
        };
        reply(
            "200 OK",
            "Content-Type: application/json\n",
            answer.as_bytes(),
        )
    }

    #[test]
    fn a_look_only_asks_and_names_what_differs() {
        let server = Server::start(engine);
        let host = server.url("").replace("http", "tcp");
        let task = |env: &str, memory: &str| json!({"name": "web", "image": "app:1", "docker_host": host, "env": {"A": env}, "memory": memory});
        let mut trial = Trial::new();
        assert!(!trial.look("docker_container", task("1", "1K")).changed);
        let look = trial.look("docker_container", task("2", "2K"));
        let shown = format!("{:?}", look.diff);
        assert!(
            look.changed && shown.contains(r#""env.A": "2", "memory": "2048""#),
            "{look:?}"
        );
        assert!(
            server
                .seen()
                .iter()
                .all(|seen| seen.line.starts_with("GET "))
        );
    }

    #[test]
    fn an_engine_that_may_come_makes_it_known_after_apply() {
        let task =
            json!({"name": "web", "image": "app:1", "docker_host": "unix:///nowhere/engine.sock"});
        let mut trial = Trial::new();
        let look = trial.look("docker_container", task.clone());
        assert!(look.failed && look.msg.unwrap().contains("/nowhere/engine.sock"));
        trial.probe.foresee([Effect::Package {
            name: "docker.io".into(),
            installed: true,
        }]);
        let look = trial.look("docker_container", task);
        assert!(
            look.unknown
                .unwrap()
                .contains("may come with package docker.io")
        );
    }

    #[test]
    fn an_image_to_come_may_be_another_one() {
        let server = Server::start(engine);
        let host = server.url("").replace("http", "tcp");
        let mut trial = Trial::new();
        trial.probe.foresee([
            crate::module::docker::foresight::Foreseen::image("app:1").effect(true, true)
        ]);
        let task = json!({"name": "web", "image": "app:1", "docker_host": host});
        let look = trial.look("docker_container", task);
        assert!(look.unknown.unwrap().contains("image app:1"));
    }
}
