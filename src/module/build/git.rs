mod archive;
mod bring;
mod plan;
mod remote;
mod repository;
mod submodule;

use {
    crate::{
        act::{Acts, Directory, Failure, GitCall, GitQuestion, Inquiry, Look, Probe, Question},
        module::{HostPath, Module, Ownership},
        wire::Object,
    },
    bring::Bring,
    remote::Remote,
    repository::Repository,
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::{
        collections::BTreeMap,
        path::{Path, PathBuf},
    },
};

/// Bring a version of a git repository into a directory.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Git {
    /// The repository's address, or its path on the host.
    #[schemars(extend("aliases" = ["name"]))]
    repo: String,
    /// The directory. It may be left out with `clone: false`.
    dest: Option<HostPath>,
    /// A branch, a tag, the hash of a commit, or `HEAD` for the branch that is checked out, or the repository's own.
    #[serde(default = "head")]
    version: String,
    /// Trust the host's SSH key, whatever it is.
    #[serde(default)]
    accept_hostkey: bool,
    /// Trust the host's SSH key when it is seen for the first time.
    #[serde(default)]
    accept_newhostkey: bool,
    /// Options for ssh.
    ssh_opts: Option<String>,
    /// The file on the host with the private key for ssh.
    key_file: Option<HostPath>,
    /// A repository on the host to take objects from.
    reference: Option<String>,
    /// The name of the remote.
    #[serde(default = "origin")]
    remote: String,
    /// More references to fetch, as `git fetch` takes them.
    refspec: Option<String>,
    /// Discard what is modified in the directory. Else it is a failure.
    #[serde(default)]
    force: bool,
    /// Fetch so many revisions only.
    depth: Option<i64>,
    /// Clone where there is no clone yet.
    #[serde(default = "yes")]
    clone: bool,
    /// Fetch what is new.
    #[serde(default = "yes")]
    update: bool,
    /// The path of git.
    executable: Option<HostPath>,
    /// A repository without a working tree.
    #[serde(default)]
    bare: bool,
    /// The umask in octal, quoted.
    umask: Option<Value>,
    /// Bring submodules, too.
    #[serde(default = "yes")]
    recursive: bool,
    /// Clone the history of the version only.
    #[serde(default)]
    single_branch: bool,
    /// Submodules follow their branches, instead of what the repository says.
    #[serde(default)]
    track_submodules: bool,
    /// The version must have a good signature.
    #[serde(default)]
    verify_commit: bool,
    /// The fingerprints of the keys that may sign.
    #[serde(default)]
    #[schemars(extend("aliases" = ["gpg_whitelist"]))]
    gpg_allowlist: Vec<String>,
    /// Make an archive of the version at this path. Its ending says which kind: `.zip`, `.tar`, `.tar.gz`, `.tgz`.
    archive: Option<HostPath>,
    /// What stands before each path in the archive.
    archive_prefix: Option<String>,
    /// Where the repository itself is kept, apart from the working tree.
    separate_git_dir: Option<HostPath>,
}

fn head() -> String {
    "HEAD".into()
}

fn origin() -> String {
    "origin".into()
}

fn yes() -> bool {
    true
}

impl Module for Git {
    const NAME: &'static str = "git";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let call = self.call(probe)?;
        let url = self.url(probe)?;
        let Some(dest) = &self.dest else {
            return self.inform(probe, &call, &url);
        };
        let dest = absolute(&dest.on(probe)?)?;
        match Repository::find(probe, &dest, self.bare)? {
            None if !self.clone => self.inform(probe, &call, &url),
            None => self.fresh(probe, call, &url, &dest),
            Some(repository) => {
                let call = GitCall {
                    directory: Some(dest.clone()),
                    ..call
                };
                self.there(probe, call, &url, &dest, &repository)
            }
        }
    }
}

impl Git {
    fn check(&self) -> Result<(), Failure> {
        let option = |text: &str| text.starts_with('-') || text.is_empty();
        let words = [&self.repo, &self.version, &self.remote];
        let fault = if self.separate_git_dir.is_some() && self.bare {
            "parameters are mutually exclusive: separate_git_dir|bare"
        } else if self.accept_hostkey && self.accept_newhostkey {
            "parameters are mutually exclusive: accept_hostkey|accept_newhostkey"
        } else if self.archive_prefix.is_some() && self.archive.is_none() {
            "missing parameter(s) required by 'archive_prefix': archive"
        } else if self.dest.is_none() && self.clone {
            "the destination directory must be specified unless clone=no"
        } else if words
            .into_iter()
            .chain(&self.refspec)
            .any(|word| option(word))
        {
            "repo, version, remote and refspec may neither be empty nor begin with -"
        } else {
            return Ok(());
        };
        Err(Failure::refused(fault))
    }

    fn url(&self, probe: &Probe) -> Result<String, Failure> {
        if self.repo.starts_with(['/', '~']) {
            let path = HostPath::new(&self.repo).on(probe)?;
            return Ok(format!("file://{}", path.display()));
        }
        Ok(self.repo.clone())
    }

    fn call(&self, probe: &Probe) -> Result<GitCall, Failure> {
        let executable = match &self.executable {
            Some(path) => path.on(probe)?.display().to_string(),
            None => "git".into(),
        };
        Ok(GitCall {
            executable,
            directory: None,
            environment: BTreeMap::from([("GIT_SSH_COMMAND".to_owned(), self.ssh(probe)?)]),
            umask: self.umask()?,
        })
    }

    fn umask(&self) -> Result<Option<u32>, Failure> {
        match &self.umask {
            None => Ok(None),
            Some(Value::String(octal)) => {
                let octal = octal.trim_start_matches("0o");
                let umask = u32::from_str_radix(octal, 8).ok();
                let umask = umask.filter(|umask| *umask <= 0o777);
                umask
                    .map(Some)
                    .ok_or_else(|| Failure::refused("umask must be an octal integer"))
            }
            Some(_) => Err(Failure::refused(
                "umask must be defined as a quoted octal integer",
            )),
        }
    }

    /// The command that git runs for ssh: git itself hands it to a shell, so the path of the key is quoted.
    fn ssh(&self, probe: &Probe) -> Result<String, Failure> {
        let given = |name: &str| {
            let own = probe.step().environment.get(name).cloned();
            own.or_else(|| std::env::var(name).ok())
        };
        let program = given("GIT_SSH").or_else(|| given("GIT_SSH_COMMAND"));
        let mut command = program.unwrap_or_else(|| "ssh".into());
        let options = self.ssh_opts.iter().cloned().chain(given("GIT_SSH_OPTS"));
        for options in options {
            command.push(' ');
            command.push_str(&options);
        }
        let mut add = |option: &str| {
            if !command.contains(option) {
                command.push_str(" -o ");
                command.push_str(option);
            }
        };
        if self.accept_hostkey {
            add("StrictHostKeyChecking=no");
        }
        if self.accept_newhostkey {
            add("StrictHostKeyChecking=accept-new");
        }
        add("BatchMode=yes");
        if let Some(key) = &self.key_file {
            add("IdentitiesOnly=yes");
            let key = key.on(probe)?.display().to_string();
            let key =
                shlex::try_quote(&key).map_err(|_| Failure::refused("key_file is no path"))?;
            command.push_str(&format!(" -i {key}"));
        }
        Ok(command)
    }

    /// Nothing is to be cloned: only what the repository has is told.
    fn inform(&self, probe: &Probe, call: &GitCall, url: &str) -> Result<Look<Acts>, Failure> {
        let remote = Remote::ask(probe, call, url, &self.version, false)?;
        let after = match remote.commit(&self.version, None) {
            Some(commit) => commit,
            None => self.version.clone(),
        };
        let mut acts = Acts::new();
        acts.value("before", Value::Null);
        acts.value("after", after);
        Ok(acts.into_look())
    }

    /// There is no clone yet.
    fn fresh(
        &self,
        probe: &Probe,
        call: GitCall,
        url: &str,
        dest: &Path,
    ) -> Result<Look<Acts>, Failure> {
        if probe.follow(dest)?.is_some() && !probe.list(dest)?.is_empty() {
            return Err(Failure::refused(format!(
                "destination path '{}' already exists and is not an empty directory",
                dest.display()
            )));
        }
        let remote = Remote::ask(probe, &call, url, &self.version, false)?;
        let mut acts = Acts::new();
        if let Some(parent) = dest.parent() {
            let bits = Ownership::default().create(probe, true)?;
            for directory in Directory::all(probe, parent, bits)? {
                acts.push(directory);
            }
        }
        let separate = self.separate_git_dir.as_ref().map(|path| path.on(probe));
        let plan = self.cloning(&remote, url, dest, separate.transpose()?);
        plan.warnings.iter().for_each(|warning| acts.warn(warning));
        let after = remote.commit(&self.version, None);
        acts.value("before", Value::Null);
        acts.values(known(after.as_deref()));
        acts.push(Bring {
            call: GitCall {
                directory: Some(dest.to_owned()),
                ..call
            },
            dest: dest.to_owned(),
            before: None,
            after,
            address: None,
            steps: plan.steps,
            submodules: self.submodule_update(),
            signature: self.signature(),
            what: url.to_owned(),
            branch: None,
        });
        self.archive_anew(probe, &mut acts, dest)?;
        Ok(acts.into_look())
    }

    /// There is a clone.
    fn there(
        &self,
        probe: &Probe,
        call: GitCall,
        url: &str,
        dest: &Path,
        repository: &Repository,
    ) -> Result<Look<Acts>, Failure> {
        let mut acts = Acts::new();
        let moved = self.relocate(probe, &mut acts, dest, repository)?;
        let before = repository.commit.clone();
        acts.value("before", before.clone());
        if !self.update {
            acts.values(known(before.as_deref()));
            self.archive_same(probe, &mut acts, &call, dest)?;
            return Ok(acts.into_look());
        }
        let modified = self.modifications(probe, &call, dest, &before)?;
        let address = ask(probe, &call, GitQuestion::Address(self.remote.clone()))?;
        let address = Some(address.trim().to_owned()).filter(|address| !same_place(address, url));
        acts.value("remote_url_changed", address.is_some());
        let remote = Remote::ask(probe, &call, url, &self.version, self.bare)?;
        let goal = self.goal(probe, &call, repository, &remote)?;
        let submodules = !self.bare
            && self.recursive
            && submodule::outdated(probe, &call, dest, self.track_submodules, &self.remote)?;
        let right = goal.commit.is_some() && goal.commit == before && goal.refs_are_there;
        if right && modified.is_none() && address.is_none() && goal.branch.is_none() && !submodules
        {
            acts.values(known(before.as_deref()));
            self.verify(probe, &call)?;
            match moved {
                true => self.archive_anew(probe, &mut acts, dest)?,
                false => self.archive_same(probe, &mut acts, &call, dest)?,
            }
            return Ok(acts.into_look());
        }
        if let Some(msg) = &modified {
            acts.msg(msg);
        }
        acts.values(known(goal.commit.as_deref()));
        if goal.commit.is_none() {
            acts.unknown(format!("the commit that {} stands for", self.version));
        }
        if submodules {
            acts.value("submodules_changed", true);
        }
        let steps = self.updating(&remote, repository, url, &address, modified.is_some());
        acts.push(Bring {
            call,
            dest: dest.to_owned(),
            before,
            after: goal.commit,
            address: address.map(|before| (before, url.to_owned())),
            steps,
            submodules: self.submodule_update(),
            signature: self.signature(),
            what: url.to_owned(),
            branch: goal.branch,
        });
        self.archive_anew(probe, &mut acts, dest)?;
        Ok(acts.into_look())
    }

    /// The message about files that are modified.
    fn modifications(
        &self,
        probe: &Probe,
        call: &GitCall,
        dest: &Path,
        before: &Option<String>,
    ) -> Result<Option<String>, Failure> {
        // Submodules that follow their branches are not what the repository says.
        let question = GitQuestion::Modifications(self.track_submodules);
        if self.bare || ask(probe, call, question)?.is_empty() {
            return Ok(None);
        }
        let msg = format!(
            "Local modifications exist in the destination: {}",
            dest.display()
        );
        match self.force {
            true => Ok(Some(msg)),
            false => Err(Failure::Refused {
                msg: format!("{msg} (force=no)."),
                data: Object::from_iter([("before".to_owned(), before.clone().into())]),
            }),
        }
    }
}

/// Asks git; an exit code other than 0 is a failure.
fn ask(probe: &Probe, call: &GitCall, question: GitQuestion) -> Result<String, Failure> {
    let program = call.program([]);
    let finished = probe.ask(&Question::Inquiry(Inquiry::Git(call.clone(), question)))?;
    match finished.success() {
        true => Ok(finished.text()),
        false => Err(Failure::program(&program, finished)),
    }
}

fn known(after: Option<&str>) -> Object {
    let after = after.map(|after| ("after".to_owned(), after.into()));
    after.into_iter().collect()
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(Failure::io("find", path))
}

/// Whether two addresses are the same, or the same path.
fn same_place(a: &str, b: &str) -> bool {
    let path = |address: &str| {
        let plain = address.strip_prefix("file://").unwrap_or(address);
        plain.trim_end_matches('/').to_owned()
    };
    path(a) == path(b)
}

#[cfg(test)]
mod tests;
