//! A run: the hosts of one purpose, from `up` to `down`.

use std::{
    ffi::OsString,
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{Child, Output},
};

use super::{
    address::MOST_HOSTS,
    debian::OPERATOR,
    error::SandboxError,
    fingerprint,
    host::HostDirectory,
    image::Image,
    lock::Lock,
    preflight,
    process::Process,
    run_name,
    scoped::Scoped,
    settings::Settings,
    ssh::Login,
    state::{HostState, State},
    tool::Tool,
};

/// A host to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSpec {
    /// Its name: the inventory's and its own.
    pub name: String,
    /// Its system.
    pub image: Image,
}

/// A host of a run, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostView {
    /// Its name.
    pub name: String,
    /// Its system.
    pub image: Image,
    /// Its address, which this machine can reach.
    pub address: Ipv4Addr,
    /// False when its machine has ended.
    pub running: bool,
}

/// One run of throwaway hosts. Dropping the value leaves the hosts running; [`Sandbox::down`] ends them.
#[derive(Debug)]
pub struct Sandbox {
    pub(super) directory: PathBuf,
    lock_path: PathBuf,
    pub(super) state: State,
    /// The machines that this process itself started.
    pub(super) children: Vec<Child>,
}

impl Sandbox {
    /// Makes the run's hosts and waits until each of them answers on SSH. Whatever is left of an earlier run of the same
    /// name is cleared first. `progress` is told what happens, in words for a person.
    ///
    /// # Errors
    /// Everything in [`SandboxError`]; what was made so far is cleared away again.
    pub fn up(
        settings: &Settings,
        run: &str,
        hosts: &[HostSpec],
        progress: &dyn Fn(&str),
    ) -> Result<Self, SandboxError> {
        check_hosts(run, hosts)?;
        preflight::check_running()?;
        let mut sandbox = Self::at(settings, run);
        let lock = sandbox.lock()?;
        if let Some(state) = State::read(&sandbox.directory)? {
            progress(&format!("clearing what is left of an earlier run {run}"));
            sandbox.state = state;
        }
        sandbox.clear()?;
        let made = sandbox.make(settings, hosts, progress);
        if let Err(error) = made {
            // The first error is the one that tells; clearing is tried in any case.
            let _ = sandbox.clear().and_then(|()| lock.remove());
            return Err(error);
        }
        Ok(sandbox)
    }

    /// Finds a run that is up, or was left.
    ///
    /// # Errors
    /// [`SandboxError::NoRun`] with the runs that there are.
    pub fn open(settings: &Settings, run: &str) -> Result<Self, SandboxError> {
        run_name::check("run", run)?;
        let mut sandbox = Self::at(settings, run);
        let Some(state) = State::read(&sandbox.directory)? else {
            let known = Self::names(settings)?;
            return Err(SandboxError::NoRun {
                run: run.to_owned(),
                known,
            });
        };
        sandbox.state = state;
        Ok(sandbox)
    }

    /// All runs of this machine (under `settings.root`), by name.
    pub fn list(settings: &Settings) -> Result<Vec<Self>, SandboxError> {
        let names = Self::names(settings)?;
        names.iter().map(|run| Self::open(settings, run)).collect()
    }

    /// Ends the hosts and removes everything that the run made: machines, mounts, bridge, firewall rules, directory.
    ///
    /// # Errors
    /// The first thing that could not be removed; the call can be repeated.
    pub fn down(mut self) -> Result<(), SandboxError> {
        preflight::check_running()?;
        let lock = self.lock()?;
        self.clear()?;
        lock.remove()
    }

    /// The run, ended when the value is dropped.
    pub fn scoped(self) -> Scoped {
        Scoped::new(self)
    }

    /// The run's name.
    pub fn run(&self) -> &str {
        &self.state.run
    }

    /// The run's directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The run's hosts in the order asked for.
    pub fn hosts(&self) -> Vec<HostView> {
        let view = |host: &HostState| HostView {
            name: host.name.clone(),
            image: host.image,
            address: host.address,
            running: host.nspawn.is_some_and(Process::runs),
        };
        self.state.hosts.iter().map(view).collect()
    }

    /// An inventory of the run's hosts in INI form: groups `debian_12` and `centos_9`, login as `operator` by the run's key.
    pub fn inventory(&self) -> PathBuf {
        self.directory.join("inventory.ini")
    }

    /// The hosts' public keys, by address.
    pub fn known_hosts(&self) -> PathBuf {
        self.directory.join("known_hosts")
    }

    /// The private key that may log in to all hosts, as `operator` and as `root`.
    pub fn private_key(&self) -> PathBuf {
        self.directory.join("id_ed25519")
    }

    /// The command line that opens a session as `operator`; a remote command may be added to it.
    ///
    /// # Errors
    /// [`SandboxError::NoHost`].
    pub fn ssh_command(&self, host: &str) -> Result<Vec<OsString>, SandboxError> {
        self.login(OPERATOR, host)
    }

    /// Runs a program on a host as root and gives what came out, however it ended (255: ssh itself failed).
    ///
    /// # Errors
    /// [`SandboxError::NoHost`], or when `ssh` cannot be started or `argv` cannot be quoted (it holds a NUL).
    pub fn exec(&self, host: &str, argv: &[&str]) -> Result<Output, SandboxError> {
        let login = self.login("root", host)?;
        // sshd hands the command to a shell; there is no other way through this door, so every word is quoted.
        let remote =
            shlex::try_join(argv.iter().copied()).map_err(|error| SandboxError::Answer {
                command: argv.join(" "),
                detail: error.to_string(),
            })?;
        Tool::new("ssh")
            .args(&login[1..])
            .arg("--")
            .arg(remote)
            .output()
    }

    /// The directory that holds what the host has changed on its disk, and nothing else.
    ///
    /// # Errors
    /// [`SandboxError::NoHost`].
    pub fn upper(&self, host: &str) -> Result<PathBuf, SandboxError> {
        Ok(HostDirectory::new(&self.directory, &self.host(host)?.name).upper())
    }

    /// A number (SHA-256 in hex) for all in which the host's disk differs from its image, except what a running system
    /// changes by itself.
    ///
    /// # Errors
    /// [`SandboxError::NoHost`], or when a file cannot be read.
    pub fn fingerprint(&self, host: &str) -> Result<String, SandboxError> {
        fingerprint::of_layer(&self.upper(host)?, &self.host(host)?.image_root)
    }

    fn at(settings: &Settings, run: &str) -> Self {
        let state = State {
            run: run.to_owned(),
            bridge: None,
            subnet: None,
            hosts: Vec::new(),
        };
        let runs = settings.runs();
        Self {
            directory: runs.join(run),
            lock_path: runs.join(format!("{run}.lock")),
            state,
            children: Vec::new(),
        }
    }

    fn names(settings: &Settings) -> Result<Vec<String>, SandboxError> {
        let entries = fs::read_dir(settings.runs())
            .into_iter()
            .flatten()
            .flatten();
        let with_state =
            entries.filter(|entry| matches!(State::read(&entry.path()), Ok(Some(_)) | Err(_)));
        let mut names: Vec<String> = with_state
            .filter(|e| e.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        Ok(names)
    }

    fn lock(&self) -> Result<Lock, SandboxError> {
        Lock::try_take(&self.lock_path)?.ok_or_else(|| SandboxError::Busy(self.state.run.clone()))
    }

    fn host(&self, name: &str) -> Result<&HostState, SandboxError> {
        let found = self.state.hosts.iter().find(|host| host.name == name);
        found.ok_or_else(|| SandboxError::NoHost {
            run: self.state.run.clone(),
            host: name.to_owned(),
            known: self
                .state
                .hosts
                .iter()
                .map(|host| host.name.clone())
                .collect(),
        })
    }

    fn login(&self, user: &str, host: &str) -> Result<Vec<OsString>, SandboxError> {
        let address = self.host(host)?.address;
        Ok(Login {
            user,
            address,
            key: &self.private_key(),
            known_hosts: &self.known_hosts(),
        }
        .argv())
    }
}

fn check_hosts(run: &str, hosts: &[HostSpec]) -> Result<(), SandboxError> {
    run_name::check("run", run)?;
    if hosts.len() > MOST_HOSTS {
        return Err(SandboxError::TooMany {
            wanted: hosts.len(),
            most: MOST_HOSTS,
        });
    }
    for (place, host) in hosts.iter().enumerate() {
        run_name::check("host", &host.name)?;
        if hosts[..place].iter().any(|other| other.name == host.name) {
            return Err(SandboxError::Twice(host.name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str) -> HostSpec {
        HostSpec {
            name: name.into(),
            image: Image::Debian12,
        }
    }

    #[test]
    fn a_host_named_twice_is_refused_before_anything_is_made() {
        let error = check_hosts("demo", &[spec("a"), spec("b"), spec("a")])
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "host `a` is named twice in one run; give each host a name of its own"
        );
    }

    #[test]
    fn an_unknown_run_lists_the_known() {
        let root = tempfile::tempdir().unwrap();
        let settings = Settings {
            root: root.path().to_owned(),
        };
        let known = Sandbox::at(&settings, "known");
        fs::create_dir_all(&known.directory).unwrap();
        known.state.write(&known.directory).unwrap();
        let error = Sandbox::open(&settings, "other").unwrap_err().to_string();
        assert_eq!(error, "no sandbox run is called `other`; there are: known");
        assert_eq!(Sandbox::list(&settings).unwrap().len(), 1);
    }
}
