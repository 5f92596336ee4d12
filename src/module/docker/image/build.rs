use {
    crate::{
        act::{Failure, Probe, Thing},
        module::{
            HostPath,
            docker::{
                Call, ConfigFile, Context, Control, LONG, Part, Reference,
                text::{limit, plain, size},
            },
        },
        wire::Object,
    },
    serde_json::{Value, json},
    std::{path::PathBuf, time::Duration},
};

const KEYS: [&str; 16] = [
    "args",
    "cache_from",
    "container_limits",
    "dockerfile",
    "etc_hosts",
    "http_timeout",
    "labels",
    "network",
    "nocache",
    "path",
    "platform",
    "pull",
    "rm",
    "shm_size",
    "target",
    "use_config_proxy",
];

/// So many lines of output tell why a build failed.
const LAST_LINES: usize = 20;

/// How an image is built.
pub(super) struct Build {
    place: Place,
    dockerfile: Option<String>,
    /// What the engine is told besides.
    query: Vec<(&'static str, String)>,
    patience: Duration,
    proxies: bool,
    arguments: Object,
}

/// What it is built from.
enum Place {
    Directory(PathBuf),
    /// The engine gets it by itself.
    Remote(String),
}

impl Build {
    /// Reads the argument, and looks whether there is something to build from.
    pub(super) fn read(probe: &Probe, given: &Object) -> Result<Self, Failure> {
        let part = Part::new("build", given, &KEYS)?;
        let dockerfile = part.text("dockerfile")?;
        let path = part.required("path")?;
        let remote = ["http://", "https://", "git://", "github.com/", "git@"];
        let place = match remote.iter().any(|scheme| path.starts_with(scheme)) {
            true => Place::Remote(path),
            false => Place::Directory(directory(probe, &path, dockerfile.as_deref())?),
        };
        let seconds = part.number("http_timeout")?;
        let seconds = seconds.and_then(|seconds| seconds.try_into().ok());
        Ok(Self {
            place,
            dockerfile,
            query: query(&part)?,
            patience: seconds.map_or(LONG, Duration::from_secs),
            proxies: part.flag("use_config_proxy")? == Some(true),
            arguments: part.map("args")?.unwrap_or_default(),
        })
    }

    /// What it is built from, for people.
    pub(super) fn from(&self) -> String {
        match &self.place {
            Place::Directory(path) => path.display().to_string(),
            Place::Remote(url) => url.clone(),
        }
    }

    /// Builds; gives the output.
    pub(super) fn perform(&self, control: &Control, name: &Reference) -> Result<String, Failure> {
        let config = ConfigFile::usual(control.probe())?;
        let mut call = Call::new(&["build"])
            .patience(self.patience)
            .query("t", name.to_string())
            .header("X-Registry-Config", config.all());
        for (key, value) in &self.query {
            call = call.query(key, value);
        }
        let arguments = self.arguments(&config);
        if !arguments.is_empty() {
            call = call.query("buildargs", Value::Object(arguments).to_string());
        }
        let (call, payload) = match &self.place {
            Place::Remote(url) => {
                let call = call.query("remote", url);
                (call.perhaps("dockerfile", self.dockerfile.clone()), None)
            }
            Place::Directory(path) => {
                let dockerfile = self.dockerfile.as_deref();
                let context = Context::pack(control.probe(), path, dockerfile)?;
                let call = call
                    .header("Content-Type", "application/x-tar")
                    .perhaps("dockerfile", context.dockerfile);
                (call, Some(context.payload))
            }
        };
        let mut output = Vec::new();
        let mut error = None;
        control.follow(&call, payload, &mut |line| {
            let text = line["stream"].as_str().or(line["status"].as_str());
            output.extend(text.unwrap_or_default().lines().map(str::to_owned));
            if !line["error"].is_null() {
                error = Some(complaint(line));
            }
        })?;
        match error {
            None => Ok(output.join("\n")),
            Some(error) => Err(failed(name, &error, &output)),
        }
    }

    /// Arguments of the Dockerfile, with those that Docker's own configuration has for proxies.
    fn arguments(&self, config: &ConfigFile) -> Object {
        let mut arguments = self.arguments.clone();
        let proxies = config.content.get("proxies");
        let proxies = proxies.and_then(|proxies| proxies["default"].as_object());
        for (key, value) in proxies.into_iter().flatten().filter(|_| self.proxies) {
            let name = match key.as_str() {
                "httpProxy" => "http_proxy",
                "httpsProxy" => "https_proxy",
                "ftpProxy" => "ftp_proxy",
                "noProxy" => "no_proxy",
                _ => continue,
            };
            for name in [name.to_owned(), name.to_uppercase()] {
                arguments.entry(name).or_insert_with(|| value.clone());
            }
        }
        arguments
    }
}

fn directory(probe: &Probe, path: &str, dockerfile: Option<&str>) -> Result<PathBuf, Failure> {
    let path = HostPath::new(path).on(probe)?;
    let shown = path.display();
    let wanted = path.join(dockerfile.unwrap_or("Dockerfile"));
    match probe.follow(&path)? {
        Some(inode) if inode.is_directory() => match probe.exists(&wanted)? {
            true => Ok(path),
            false if probe.pending().is_some() => {
                Err(Failure::missing(Thing::Path, wanted.display().to_string()))
            }
            false => Err(Failure::refused(format!(
                "There is nothing to build from in {shown}: {} is not there; put a Dockerfile there, or name it with \
                 build.dockerfile",
                wanted.display()
            ))),
        },
        None if probe.pending().is_some() => Err(Failure::missing(Thing::Path, shown.to_string())),
        _ => Err(Failure::refused(format!(
            "Requested build path {shown} could not be found or you do not have access."
        ))),
    }
}

/// What the engine is told of the argument.
fn query(part: &Part) -> Result<Vec<(&'static str, String)>, Failure> {
    let remove = part.flag("rm")?.unwrap_or(true).to_string();
    let mut query = vec![
        ("rm", remove.clone()),
        ("forcerm", remove),
        (
            "nocache",
            part.flag("nocache")?.unwrap_or(false).to_string(),
        ),
    ];
    if part.flag("pull")? == Some(true) {
        query.push(("pull", "true".into()));
    }
    for (key, name) in [
        ("target", "target"),
        ("network", "networkmode"),
        ("platform", "platform"),
    ] {
        query.extend(part.text(key)?.map(|value| (name, value)));
    }
    if let Some(text) = part.text("shm_size")? {
        query.push(("shmsize", size("build.shm_size", &text)?.to_string()));
    }
    if let Some(images) = part.texts("cache_from")? {
        query.push(("cachefrom", json!(images).to_string()));
    }
    if let Some(labels) = part.map("labels")? {
        query.push(("labels", Value::Object(labels).to_string()));
    }
    for (host, address) in part.map("etc_hosts")?.unwrap_or_default() {
        query.push(("extrahosts", format!("{host}:{}", plain(&address))));
    }
    if let Some(Value::Object(limits)) = part.value("container_limits") {
        limit_containers(limits, &mut query)?;
    }
    Ok(query)
}

fn limit_containers(
    limits: &Object,
    query: &mut Vec<(&'static str, String)>,
) -> Result<(), Failure> {
    let keys = ["memory", "memswap", "cpushares", "cpusetcpus"];
    let part = Part::new("build.container_limits", limits, &keys)?;
    if let Some(text) = part.text("memory")? {
        let bytes = size("build.container_limits.memory", &text)?;
        query.push(("memory", bytes.to_string()));
    }
    if let Some(text) = part.text("memswap")? {
        let bytes = limit("build.container_limits.memswap", &text)?;
        query.push(("memswap", bytes.to_string()));
    }
    let shares = part.number("cpushares")?;
    query.extend(shares.map(|shares| ("cpushares", shares.to_string())));
    query.extend(part.text("cpusetcpus")?.map(|cpus| ("cpusetcpus", cpus)));
    Ok(())
}

/// The engine's words for an error in its reports.
pub(super) fn complaint(line: &Value) -> String {
    let detail = &line["errorDetail"];
    match (&detail["code"], detail["message"].as_str()) {
        (Value::Null, Some(message)) => format!("message: {message}"),
        (code, Some(message)) => format!("code: {code}, message: {message}"),
        (_, None) => format!("message: {}", plain(&line["error"])),
    }
}

/// The last lines of the output say more than the error.
fn failed(name: &Reference, error: &str, output: &[String]) -> Failure {
    let said: Vec<&str> = output.iter().map(|line| line.trim_end()).collect();
    let said: Vec<&str> = said.into_iter().filter(|line| !line.is_empty()).collect();
    let last = &said[said.len().saturating_sub(LAST_LINES)..];
    Failure::refused(format!(
        "Error building {name} - {error}\nthe output ends with:\n{}",
        last.join("\n")
    ))
}
