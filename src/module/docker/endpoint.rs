use {
    super::Engine,
    crate::{
        act::{Failure, Probe, Thing},
        module::{
            HostPath,
            net::{Client, Trust},
        },
        wire::Mode,
    },
    rustix::fs::Access,
    std::{
        path::{Path, PathBuf},
        time::Duration,
    },
};

/// Where Docker listens.
const USUAL: &str = "unix:///var/run/docker.sock";

/// Services that bring an engine's socket.
const SERVICES: [&str; 4] = ["docker", "docker.socket", "podman", "podman.socket"];

/// In seconds, as Ansible waits.
const PATIENCE: u64 = 60;

/// Where a step finds the engine: its arguments, before the environment is asked.
pub struct Endpoint<'a> {
    pub docker_host: Option<&'a str>,
    pub tls_hostname: Option<&'a str>,
    pub api_version: Option<&'a str>,
    pub timeout: Option<u64>,
    pub ca_path: Option<&'a HostPath>,
    pub client_cert: Option<&'a HostPath>,
    pub client_key: Option<&'a HostPath>,
    pub tls: Option<bool>,
    pub validate_certs: Option<bool>,
}

impl Endpoint<'_> {
    /// The engine, for reading.
    ///
    /// # Errors
    /// Its socket is not there (it may come with a package or a service of the same play), or the arguments do not name one.
    pub fn engine(&self, probe: &Probe) -> Result<Engine, Failure> {
        let address = text(probe, self.docker_host, "DOCKER_HOST").unwrap_or_else(|| USUAL.into());
        let (root, socket) = self.place(probe, &address)?;
        if let Some(socket) = &socket {
            usable(probe, socket)?;
        }
        let timeout = variable(probe, "DOCKER_TIMEOUT").and_then(|seconds| seconds.parse().ok());
        let client = Client {
            patience: Duration::from_secs(self.timeout.or(timeout).unwrap_or(PATIENCE)),
            trust: self.trust(probe)?,
            use_proxy: false,
            decompress: false,
            name: "farcast".into(),
            unix_socket: socket,
        };
        let version = text(probe, self.api_version, "DOCKER_API_VERSION");
        let version = version.filter(|version| version != "auto" && !version.is_empty());
        Ok(Engine {
            client,
            root: match version {
                Some(version) => format!("{root}/v{}", version.trim_start_matches('v')),
                None => root,
            },
        })
    }

    /// The beginning of all URLs, and the socket.
    fn place(&self, probe: &Probe, address: &str) -> Result<(String, Option<PathBuf>), Failure> {
        if let Some(path) = address.strip_prefix("unix://") {
            let path = if path.is_empty() { &USUAL[7..] } else { path };
            return Ok(("http://docker".into(), Some(path.into())));
        }
        let (scheme, rest) = address.split_once("://").unwrap_or(("tcp", address));
        let host = rest.trim_end_matches('/');
        let scheme = match scheme {
            "tcp" | "http" if self.speaks_tls(probe) => "https",
            "tcp" | "http" => "http",
            "https" => "https",
            _ => {
                return Err(Failure::refused(format!(
                    "docker_host: {address} is not supported; use unix:///PATH or tcp://HOST:PORT (to reach an engine over SSH, \
                     let the play run on that host)"
                )));
            }
        };
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        match self.tls_hostname {
            Some(wanted) if scheme == "https" && wanted != name => Err(Failure::refused(format!(
                "tls_hostname: {wanted} is not the host in docker_host; name the engine there as its certificate does"
            ))),
            _ => Ok((format!("{scheme}://{host}"), None)),
        }
    }

    fn verifies(&self, probe: &Probe) -> bool {
        flag(probe, self.validate_certs, "DOCKER_TLS_VERIFY")
    }

    fn speaks_tls(&self, probe: &Probe) -> bool {
        flag(probe, self.tls, "DOCKER_TLS") || self.verifies(probe)
    }

    fn trust(&self, probe: &Probe) -> Result<Trust, Failure> {
        if self.client_cert.is_some() != self.client_key.is_some() {
            return Err(Failure::refused(
                "parameters are required together: client_cert, client_key",
            ));
        }
        let directory = variable(probe, "DOCKER_CERT_PATH").map(PathBuf::from);
        let file = |given: Option<&HostPath>, name: &str| match given {
            Some(path) => path.on(probe).map(Some),
            None => Ok(directory.as_ref().map(|directory| directory.join(name))),
        };
        Ok(Trust {
            blind: !self.verifies(probe),
            ca_path: file(self.ca_path, "ca.pem")?,
            client_cert: file(self.client_cert, "cert.pem")?,
            client_key: file(self.client_key, "key.pem")?,
        })
    }
}

/// Fails unless the socket is there and may be written to.
fn usable(probe: &Probe, socket: &Path) -> Result<(), Failure> {
    let starts = |name: &&&str| probe.overlay().running(name) == Some(true);
    let name = socket.display();
    if probe.exists(socket)? {
        return match probe.may(socket, Access::WRITE_OK)? {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "the user may not speak to the container engine at {name}; add become: true, or the user to the group of the \
                 socket"
            ))),
        };
    }
    match SERVICES.iter().find(starts) {
        Some(service) if probe.step().mode == Mode::Look => Err(Failure::Unforeseeable(format!(
            "what the container engine has once service {service} runs"
        ))),
        _ => Err(Failure::missing(
            Thing::Path,
            format!(
                "{name} (the socket of the container engine: install and start Docker or Podman, or name another with docker_host)"
            ),
        )),
    }
}

fn text(probe: &Probe, given: Option<&str>, name: &str) -> Option<String> {
    given.map(Into::into).or_else(|| variable(probe, name))
}

fn flag(probe: &Probe, given: Option<bool>, name: &str) -> bool {
    let no = ["", "0", "no", "n", "off", "false", "f"];
    let set = || variable(probe, name).is_some_and(|word| !no.contains(&&*word.to_lowercase()));
    given.unwrap_or_else(set)
}

/// A variable of the step's environment, or of the agent's own.
pub fn variable(probe: &Probe, name: &str) -> Option<String> {
    let given = probe.step().environment.get(name).cloned();
    let value = given.or_else(|| std::env::var(name).ok());
    value.filter(|value| !value.is_empty())
}
