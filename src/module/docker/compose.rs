mod change;
mod event;
mod project;

use {
    crate::{
        act::{Failure, Look, Probe},
        module::{HostPath, Module},
        wire::Object,
    },
    change::ComposeChange,
    event::Events,
    project::Project,
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Manage projects of Docker Compose, by its plugin for the docker program.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct DockerComposeV2 {
    /// The directory with the Compose file.
    project_src: Option<HostPath>,
    /// The project's name: the directory's, where it is not given.
    project_name: Option<String>,
    /// Compose files in `project_src`, instead of the usual one.
    #[serde(default)]
    files: Vec<String>,
    /// What would be in a Compose file, instead of one. It takes a `project_name`.
    definition: Option<Object>,
    /// Files with variables, instead of `.env`.
    #[serde(default)]
    env_files: Vec<String>,
    /// Profiles.
    #[serde(default)]
    profiles: Vec<String>,
    /// Whether `project_src` has to have a Compose file of the usual name.
    #[serde(default = "yes")]
    check_files_existing: bool,
    /// `present` is `up`, `stopped` is `stop`, `restarted` is `restart`, `absent` is `down`.
    #[serde(default)]
    state: State,
    /// When to pull images.
    #[serde(default)]
    pull: Pull,
    /// When to build images.
    #[serde(default)]
    build: Build,
    /// Services that others need are started, too.
    #[serde(default = "yes")]
    dependencies: bool,
    /// Built images alone are no change.
    #[serde(default = "yes")]
    ignore_build_events: bool,
    /// When to make containers anew.
    #[serde(default)]
    recreate: Recreate,
    /// Containers that are made anew get new volumes without names.
    #[serde(default)]
    renew_anon_volumes: bool,
    /// With `state: absent`, remove images, too.
    remove_images: Option<RemoveImages>,
    /// With `state: absent`, remove volumes, too.
    #[serde(default)]
    remove_volumes: bool,
    /// Remove containers of services that are not defined.
    #[serde(default)]
    remove_orphans: bool,
    /// How many seconds containers may take to stop.
    timeout: Option<u64>,
    /// Only these services.
    #[serde(default)]
    services: Vec<String>,
    /// How many containers services have.
    #[serde(default)]
    scale: Object,
    /// Wait until services run, and are healthy.
    #[serde(default)]
    wait: bool,
    /// With `wait`, for so many seconds.
    wait_timeout: Option<u64>,
    /// Answer yes where Compose asks.
    #[serde(default)]
    assume_yes: bool,
    /// The docker program.
    docker_cli: Option<HostPath>,
    /// The context of the docker program.
    cli_context: Option<String>,
    /// Where the engine listens.
    #[schemars(extend("aliases" = ["docker_url"]))]
    docker_host: Option<String>,
    /// Without effect: the docker program knows it.
    #[serde(rename = "tls_hostname")]
    _tls_hostname: Option<String>,
    /// Without effect: the docker program knows it.
    #[serde(rename = "api_version")]
    #[schemars(extend("aliases" = ["docker_api_version"]))]
    _api_version: Option<String>,
    /// A file with the authority that the engine's certificate comes from.
    #[schemars(extend("aliases" = ["ca_cert", "tls_ca_cert", "cacert_path"]))]
    ca_path: Option<HostPath>,
    /// The file with our own certificate.
    #[schemars(extend("aliases" = ["tls_client_cert", "cert_path"]))]
    client_cert: Option<HostPath>,
    /// The file with the key of our own certificate.
    #[schemars(extend("aliases" = ["tls_client_key", "key_path"]))]
    client_key: Option<HostPath>,
    /// Speak TLS, without looking at the engine's certificate.
    #[serde(default)]
    tls: bool,
    /// Speak TLS, and only with the right engine.
    #[serde(default)]
    #[schemars(extend("aliases" = ["tls_verify"]))]
    validate_certs: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    #[default]
    Present,
    Restarted,
    Stopped,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Pull {
    Always,
    Missing,
    Never,
    #[default]
    Policy,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Build {
    Always,
    Never,
    #[default]
    Policy,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Recreate {
    Always,
    #[default]
    Auto,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum RemoveImages {
    All,
    Local,
}

fn yes() -> bool {
    true
}

impl Module for DockerComposeV2 {
    const NAME: &'static str = "docker_compose_v2";
    const COLLECTION: &'static str = "community.docker";
    type Delta = ComposeChange;

    fn look(&self, probe: &Probe) -> Result<Look<ComposeChange>, Failure> {
        let project = Project::of(self, probe)?;
        let mut foreseen = Events::default();
        let mut commands = Vec::new();
        for words in self.commands(probe, &project)? {
            let events = project.forecast(probe, &words)?;
            if events.changes(self.ignore_build_events) {
                foreseen.extend(events);
                commands.push(words);
            }
        }
        if commands.is_empty() {
            return Ok(Look::same(project.values(probe, &foreseen)?));
        }
        Ok(Look::Change(ComposeChange {
            project,
            commands,
            foreseen,
            ignores_builds: self.ignore_build_events,
        }))
    }
}

impl DockerComposeV2 {
    /// The calls of Compose that bring the state about.
    fn commands(&self, probe: &Probe, project: &Project) -> Result<Vec<Vec<String>>, Failure> {
        Ok(match self.state {
            State::Present => vec![self.up(project, false)?],
            State::Absent => vec![self.down()],
            State::Restarted => vec![self.words("restart", true)],
            State::Stopped => {
                let mut commands = vec![self.up(project, true)?];
                // Compose says that it stops even what has stopped.
                if project.runs(probe)? {
                    commands.push(self.words("stop", false));
                }
                commands
            }
        })
    }

    fn up(&self, project: &Project, only_make: bool) -> Result<Vec<String>, Failure> {
        let mut words: Vec<String> = ["up", "--detach", "--no-color", "--quiet-pull"]
            .map(Into::into)
            .to_vec();
        let mut add = |word: &str| words.push(word.into());
        match self.pull {
            Pull::Always => ["--pull", "always"].into_iter().for_each(&mut add),
            Pull::Missing => ["--pull", "missing"].into_iter().for_each(&mut add),
            Pull::Never => ["--pull", "never"].into_iter().for_each(&mut add),
            Pull::Policy => {}
        }
        for (wanted, word) in [
            (self.remove_orphans, "--remove-orphans"),
            (self.recreate == Recreate::Always, "--force-recreate"),
            (self.recreate == Recreate::Never, "--no-recreate"),
            (self.renew_anon_volumes, "--renew-anon-volumes"),
            (!self.dependencies, "--no-deps"),
            (self.build == Build::Always, "--build"),
            (self.build == Build::Never, "--no-build"),
            (self.wait && !only_make, "--wait"),
            (only_make, "--no-start"),
        ] {
            if wanted {
                add(word);
            }
        }
        if self.assume_yes {
            add(project.yes()?);
        }
        if let Some(seconds) = self.wait_timeout.filter(|_| self.wait && !only_make) {
            words.extend(["--wait-timeout".into(), seconds.to_string()]);
        }
        for (service, count) in &self.scale {
            words.extend([
                "--scale".into(),
                format!("{service}={}", number(service, count)?),
            ]);
        }
        Ok(self.ended(words))
    }

    fn down(&self) -> Vec<String> {
        let mut words = vec!["down".to_owned()];
        if self.remove_orphans {
            words.push("--remove-orphans".into());
        }
        match self.remove_images {
            Some(RemoveImages::All) => words.extend(["--rmi".into(), "all".into()]),
            Some(RemoveImages::Local) => words.extend(["--rmi".into(), "local".into()]),
            None => {}
        }
        if self.remove_volumes {
            words.push("--volumes".into());
        }
        self.ended(words)
    }

    fn words(&self, verb: &str, others: bool) -> Vec<String> {
        let mut words = vec![verb.to_owned()];
        if others && !self.dependencies {
            words.push("--no-deps".into());
        }
        self.ended(words)
    }

    /// With what all calls have.
    fn ended(&self, mut words: Vec<String>) -> Vec<String> {
        if let Some(seconds) = self.timeout {
            words.extend(["--timeout".into(), seconds.to_string()]);
        }
        words.push("--".into());
        words.extend(self.services.iter().cloned());
        words
    }
}

fn number(service: &str, count: &Value) -> Result<u64, Failure> {
    let number = super::text::plain(count).trim().parse();
    number.map_err(|_| {
        Failure::refused(format!(
            "The value {count} for `scale[{service}]` is not an integer from 0"
        ))
    })
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
        std::os::unix::fs::PermissionsExt,
    };

    /// Stands for the docker program: keeps what it is called with, and has one container once `up` was called for real.
    const DOCKER: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$*" >>"$here/calls"
case "$*" in
*version*) echo '{"version":"v2.29.1"}' ;;
*" ps "*) test -e "$here/up" && echo '{"Name":"p-web-1","State":"running","Labels":"a=b,c"}' ;;
*images*) echo '[]' ;;
*--dry-run*" up "*) test -e "$here/up" || echo '{"id":"Container p-web-1","status":"Creating"}' >&2 ;;
*" up "*) touch "$here/up"; cat >"$here/definition"; echo '{"id":"Container p-web-1","text":"Creating"}' >&2 ;;
*--dry-run*" down "*) test ! -e "$here/up" || echo '{"id":"Container p-web-1","status":"Removing"}' >&2 ;;
*" down "*) rm "$here/up"; echo '{"id":"Container p-web-1","status":"Removing"}' >&2 ;;
esac
exit 0
"#;

    #[test]
    fn a_project_goes_up_and_down_once() {
        let scratch = Scratch::new();
        let docker = scratch.write("docker", DOCKER);
        std::fs::set_permissions(&docker, std::fs::Permissions::from_mode(0o755)).unwrap();
        let task = |state: &str| {
            json!({"project_name": "p", "definition": {"services": {"web": {"image": "app"}}},
                "docker_cli": docker, "state": state, "scale": {"web": "2"}})
        };
        let mut trial = Trial::new();
        let outcome = trial.change("docker_compose_v2", task("present"));
        assert_eq!(
            outcome.data["containers"][0]["Labels"],
            json!({"a": "b", "c": ""})
        );
        assert_eq!(
            outcome.data["actions"][0],
            json!({"what": "container", "id": "p-web-1", "status": "Creating"})
        );
        assert_eq!(
            scratch.read("definition"),
            r#"{"services":{"web":{"image":"app"}}}"#
        );
        trial.change("docker_compose_v2", task("absent"));
        let calls = scratch.read("calls");
        assert!(
            calls.contains("compose --dry-run --ansi never --progress json"),
            "{calls}"
        );
        assert!(
            calls.contains("--project-name p --file - up --detach"),
            "{calls}"
        );
        assert!(calls.contains("--scale web=2 --"), "{calls}");
    }

    #[test]
    fn says_what_a_project_lacks() {
        let scratch = Scratch::new();
        let docker = scratch.write("docker", DOCKER);
        std::fs::set_permissions(&docker, std::fs::Permissions::from_mode(0o755)).unwrap();
        let look = |task| Trial::new().look("docker_compose_v2", task).msg.unwrap();
        let msg = look(json!({"project_src": scratch.path(), "docker_cli": docker}));
        assert!(msg.contains("does not contain compose.yaml"), "{msg}");
        assert!(look(json!({"definition": {}})).contains("project_name"));
        assert!(look(json!({})).contains("one of the following is required"));
    }
}
