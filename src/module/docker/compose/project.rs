use {
    super::{DockerComposeV2, Events},
    crate::{
        act::{ComposeVerb, Failure, Finished, Probe, Program, Question, Thing},
        module::HostPath,
        wire::Object,
    },
    serde_json::{Value, json},
    std::path::{Path, PathBuf},
};

const FILES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];

/// Versions from which Compose can do something.
const LEAST: (u64, u64) = (2, 18);
const TELLS_JSON: (u64, u64) = (2, 29);
const ASKS: (u64, u64) = (2, 32);
const KNOWS_YES: (u64, u64) = (2, 34);

/// A project, and how Compose is called for it.
pub(super) struct Project {
    /// The docker program with its options.
    program: Vec<String>,
    /// Options of Compose.
    options: Vec<String>,
    directory: PathBuf,
    definition: Option<String>,
    version: (u64, u64),
}

impl Project {
    pub(super) fn of(request: &DockerComposeV2, probe: &Probe) -> Result<Self, Failure> {
        check(request)?;
        let program = program(request, probe)?;
        let version = version(probe, &program)?;
        let directory = match &request.project_src {
            Some(path) => directory(request, probe, path)?,
            None => PathBuf::from("/"),
        };
        let progress = if version >= TELLS_JSON {
            "json"
        } else {
            "plain"
        };
        let mut options: Vec<String> = ["--ansi", "never", "--progress", progress]
            .map(Into::into)
            .to_vec();
        options.extend([
            "--project-directory".into(),
            directory.display().to_string(),
        ]);
        let mut add = |option: &str, value: &str| {
            options.extend([option.to_owned(), value.to_owned()]);
        };
        if let Some(name) = &request.project_name {
            add("--project-name", name);
        }
        if request.definition.is_some() {
            add("--file", "-");
        }
        for file in &request.files {
            add("--file", &directory.join(file).display().to_string());
        }
        for file in &request.env_files {
            add("--env-file", &directory.join(file).display().to_string());
        }
        for profile in &request.profiles {
            add("--profile", profile);
        }
        let definition = request.definition.clone().map(Value::Object);
        Ok(Self {
            program,
            options,
            directory,
            // All JSON is YAML.
            definition: definition.map(|definition| definition.to_string()),
            version,
        })
    }

    /// The option that answers all questions with yes.
    pub(super) fn yes(&self) -> Result<&'static str, Failure> {
        match self.version {
            version if version < ASKS => Err(Failure::refused(format!(
                "assume_yes=true needs Docker Compose 2.32.0 or newer, not version {}.{}",
                version.0, version.1
            ))),
            version if version < KNOWS_YES => Ok("-y"),
            _ => Ok("--yes"),
        }
    }

    fn ask(&self, probe: &Probe, verb: ComposeVerb) -> Result<Finished, Failure> {
        probe.ask(&Question::Compose {
            program: self.program.clone(),
            project: self.options.clone(),
            verb,
            definition: self.definition.clone(),
        })
    }

    /// What a call would do.
    pub(super) fn forecast(&self, probe: &Probe, words: &[String]) -> Result<Events, Failure> {
        let finished = self.ask(probe, ComposeVerb::Forecast(words.to_vec()))?;
        self.judged(words, finished).map(|(events, _)| events)
    }

    /// The call itself.
    pub(super) fn call(&self, words: &[String]) -> Program {
        let compose = ["compose".to_owned()];
        let argv = [&self.program[..], &compose, &self.options, words].concat();
        let mut program = Program::new(argv);
        program.stdin = self.definition.clone().map(String::into_bytes);
        program.directory = Some(self.directory.clone());
        program
    }

    /// What happened in a call that ended. Fails if the call did.
    pub(super) fn judged(
        &self,
        words: &[String],
        finished: Finished,
    ) -> Result<(Events, Finished), Failure> {
        let events = Events::read(&String::from_utf8_lossy(&finished.stderr));
        if finished.success() {
            return Ok((events, finished));
        }
        let msg = match events.errors() {
            errors if errors.is_empty() => finished.complaint(),
            errors => errors,
        };
        let mut data = finished.values();
        data.insert("cmd".into(), json!(self.call(words).argv));
        Err(Failure::Refused { msg, data })
    }

    /// Whether any container is not stopped.
    pub(super) fn runs(&self, probe: &Probe) -> Result<bool, Failure> {
        let stopped = ["created", "exited", "stopped", "killed"];
        let containers = self.containers(probe)?;
        let state = |container: &Value| container["State"].as_str().map(str::to_owned);
        let mut states = containers.iter().filter_map(state);
        Ok(states.any(|state| !stopped.contains(&state.as_str())))
    }

    fn containers(&self, probe: &Probe) -> Result<Vec<Value>, Failure> {
        let finished = self.ask(probe, ComposeVerb::Containers)?;
        let text = finished.text();
        let listed: Vec<Value> = match serde_json::from_str(&text) {
            Ok(Value::Array(listed)) => listed,
            _ => text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect(),
        };
        Ok(listed.into_iter().map(whole).collect())
    }

    /// What is told of the project.
    pub(super) fn values(&self, probe: &Probe, events: &Events) -> Result<Object, Failure> {
        let images = self.ask(probe, ComposeVerb::Images)?;
        let images = match serde_json::from_str(&images.text()) {
            Ok(Value::Array(images)) => images,
            Ok(Value::Object(images)) => images.into_iter().map(|(_, image)| image).collect(),
            _ => Vec::new(),
        };
        Ok(Object::from_iter([
            ("actions".to_owned(), events.actions().into()),
            ("containers".to_owned(), self.containers(probe)?.into()),
            ("images".to_owned(), images.into()),
        ]))
    }
}

/// A container with its lists as such.
fn whole(mut container: Value) -> Value {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let labels = text(&container["Labels"]);
    let labels = labels.split(',').filter(|label| !label.is_empty());
    let labels = labels.map(|label| {
        let (name, value) = label.split_once('=').unwrap_or((label, ""));
        (name.to_owned(), Value::from(value))
    });
    let labels: Object = labels.collect();
    let names = match &container["Names"] {
        Value::Null => text(&container["Name"]),
        names => text(names),
    };
    let networks = text(&container["Networks"]);
    container["Labels"] = labels.into();
    container["Names"] = list(&names).into();
    container["Networks"] = list(&networks).into();
    if container["Publishers"].is_null() {
        container["Publishers"] = json!([]);
    }
    container
}

fn check(request: &DockerComposeV2) -> Result<(), Failure> {
    let refuse = |msg: &str| Err(Failure::refused(msg));
    let (definition, source) = (&request.definition, &request.project_src);
    if definition.is_some() && source.is_some() {
        return refuse("parameters are mutually exclusive: definition|project_src");
    }
    if definition.is_some() && !request.files.is_empty() {
        return refuse("parameters are mutually exclusive: definition|files");
    }
    if definition.is_none() && source.is_none() {
        return refuse("one of the following is required: definition, project_src");
    }
    if definition.is_some() && request.project_name.is_none() {
        return refuse("missing parameter(s) required by 'definition': project_name");
    }
    match request.docker_host.is_some() && request.cli_context.is_some() {
        true => refuse("parameters are mutually exclusive: docker_host|cli_context"),
        false => Ok(()),
    }
}

fn directory(
    request: &DockerComposeV2,
    probe: &Probe,
    path: &HostPath,
) -> Result<PathBuf, Failure> {
    let path = path.on(probe)?;
    let shown = path.display();
    let missing = |msg: String| match probe.pending() {
        Some(_) => Failure::missing(Thing::Path, shown.to_string()),
        None => Failure::refused(msg),
    };
    if !probe
        .follow(&path)?
        .is_some_and(|inode| inode.is_directory())
    {
        return Err(missing(format!("\"{shown}\" is not a directory")));
    }
    for file in &request.files {
        if !probe.exists(&path.join(file))? {
            return Err(missing(format!(
                "Cannot find Compose file \"{file}\" relative to project directory \"{shown}\""
            )));
        }
    }
    if request.files.is_empty() && request.check_files_existing && !has_file(probe, &path)? {
        return Err(missing(format!(
            "\"{shown}\" does not contain compose.yaml, compose.yml, docker-compose.yaml, or docker-compose.yml"
        )));
    }
    Ok(path)
}

fn has_file(probe: &Probe, directory: &Path) -> Result<bool, Failure> {
    for name in FILES {
        if probe.exists(&directory.join(name))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The docker program with its options.
fn program(request: &DockerComposeV2, probe: &Probe) -> Result<Vec<String>, Failure> {
    let mut words = vec![match &request.docker_cli {
        Some(path) => path.on(probe)?.display().to_string(),
        None => "docker".to_owned(),
    }];
    if let Some(host) = &request.docker_host {
        words.extend(["--host".to_owned(), host.clone()]);
    }
    if request.validate_certs {
        words.push("--tlsverify".into());
    } else if request.tls {
        words.push("--tls".into());
    }
    for (option, path) in [
        ("--tlscacert", &request.ca_path),
        ("--tlscert", &request.client_cert),
        ("--tlskey", &request.client_key),
    ] {
        if let Some(path) = path {
            words.extend([option.to_owned(), path.on(probe)?.display().to_string()]);
        }
    }
    if let Some(context) = &request.cli_context {
        words.extend(["--context".to_owned(), context.clone()]);
    }
    Ok(words)
}

/// The first two parts of Compose's version.
fn version(probe: &Probe, program: &[String]) -> Result<(u64, u64), Failure> {
    let finished = probe.ask(&Question::Compose {
        program: program.to_vec(),
        project: Vec::new(),
        verb: ComposeVerb::Version,
        definition: None,
    })?;
    let told: Value = serde_json::from_slice(&finished.stdout).unwrap_or_default();
    let version = told["version"].as_str().unwrap_or_default();
    let mut parts = version.trim_start_matches('v').split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= LEAST => Ok((major, minor)),
        (Some(Ok(_)), _) => Err(Failure::refused(format!(
            "Docker CLI {} has the compose plugin with version {version}; need version 2.18.0 or later",
            program[0]
        ))),
        _ if probe.pending().is_some() => Err(Failure::missing(Thing::Command, "docker compose")),
        _ => Err(Failure::refused(format!(
            "Docker CLI {} does not have the compose plugin installed",
            program[0]
        ))),
    }
}
