use {
    super::{repository::OtherPackages, repository_file::RepositoryFile},
    crate::{
        act::{Acts, Failure, Look, Probe, Remove, Source},
        module::{HostPath, Module, Ownership, Permissions, file::Placement},
    },
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    serde_json::Value,
};

/// Add and remove repositories of dnf and yum, as sections of files in `/etc/yum.repos.d`.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct YumRepository {
    /// The repository's id: the name of its section.
    #[serde(skip_serializing)]
    name: String,
    /// Whether it shall be there.
    #[serde(default, skip_serializing)]
    state: State,
    /// Its name for people. Required unless `state: absent`.
    description: Option<String>,
    /// The name of the file, without `.repo`. By default the repository's id.
    #[serde(skip_serializing)]
    file: Option<String>,
    /// Where the files stand.
    #[serde(default = "directory", skip_serializing)]
    reposdir: HostPath,
    /// The permissions of the file.
    #[serde(skip_serializing)]
    mode: Option<Permissions>,
    /// The name or number of the user that shall own it.
    #[serde(skip_serializing)]
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    #[serde(skip_serializing)]
    group: Option<String>,
    /// Write into the old file where it cannot be replaced.
    #[serde(default, skip_serializing)]
    unsafe_writes: bool,
    /// Where its packages are: addresses.
    baseurl: Option<Vec<String>>,
    /// A list of such addresses, by its own.
    mirrorlist: Option<String>,
    /// Addresses and checksums, by the address of a metalink file.
    metalink: Option<String>,
    /// Whether it is used.
    enabled: Option<bool>,
    /// Whether packages have to be signed.
    gpgcheck: Option<bool>,
    /// Whether the metadata have to be signed.
    repo_gpgcheck: Option<bool>,
    /// Addresses of the keys.
    gpgkey: Option<Vec<String>>,
    /// Packages to ignore.
    #[schemars(extend("aliases" = ["excludepkgs"]))]
    exclude: Option<Vec<String>>,
    /// The only packages to use.
    includepkgs: Option<Vec<String>>,
    /// Lower wins.
    priority: Option<String>,
    cost: Option<String>,
    countme: Option<bool>,
    module_hotfixes: Option<bool>,
    skip_if_unavailable: Option<bool>,
    metadata_expire: Option<String>,
    metadata_expire_filter: Option<String>,
    proxy: Option<String>,
    proxy_username: Option<String>,
    #[schemars(extend("secret" = true))]
    proxy_password: Option<String>,
    username: Option<String>,
    #[schemars(extend("secret" = true))]
    password: Option<String>,
    sslcacert: Option<String>,
    sslclientcert: Option<String>,
    sslclientkey: Option<String>,
    #[schemars(extend("aliases" = ["validate_certs"]))]
    sslverify: Option<bool>,
    ssl_check_cert_permissions: Option<bool>,
    bandwidth: Option<String>,
    throttle: Option<String>,
    timeout: Option<String>,
    retries: Option<String>,
    ip_resolve: Option<String>,
    include: Option<String>,
    enablegroups: Option<bool>,
    failovermethod: Option<String>,
    gpgcakey: Option<String>,
    http_caching: Option<String>,
    keepalive: Option<bool>,
    keepcache: Option<String>,
    mirrorlist_expire: Option<String>,
    protect: Option<bool>,
    s3_enabled: Option<bool>,
    ui_repoid_vars: Option<String>,
    deltarpm_metadata_percentage: Option<String>,
    deltarpm_percentage: Option<String>,
    r#async: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    #[default]
    Present,
}

fn directory() -> HostPath {
    HostPath::new("/etc/yum.repos.d")
}

impl Module for YumRepository {
    const NAME: &'static str = "yum_repository";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let directory = self.reposdir.on(probe)?;
        let name = self.file.as_ref().unwrap_or(&self.name);
        let path = directory.join(format!("{name}.repo"));
        if !probe.exists(&directory)? && probe.pending().is_none() {
            let directory = directory.display();
            return Err(Failure::refused(format!(
                "Repo directory '{directory}' does not exist."
            )));
        }
        let there = probe.follow(&path)?;
        let text = match there {
            Some(_) => String::from_utf8_lossy(&probe.read(&path)?).into_owned(),
            None => String::new(),
        };
        let mut file = RepositoryFile::read(&text);
        let changes = match self.state {
            State::Present => file.set(&self.name, self.settings()?),
            State::Absent => file.remove(&self.name),
        };
        let mut acts = Acts::new();
        match (there, file.is_empty()) {
            (Some(inode), true) if changes => acts.push(Remove::new(&path, &inode)),
            (None, true) => {}
            _ => {
                let text = if changes { file.text() } else { text };
                let placement = Placement {
                    path,
                    source: Source::Bytes(text.into_bytes()),
                    ownership: Ownership {
                        mode: self.mode.as_ref(),
                        owner: self.owner.as_deref(),
                        group: self.group.as_deref(),
                    },
                    follow: true,
                    backup: false,
                    validate: None,
                    in_place: self.unsafe_writes,
                };
                placement.plan(probe, &mut acts)?;
            }
        }
        if changes && self.state == State::Present {
            acts.push(OtherPackages(self.name.clone()));
        }
        acts.value("repo", self.name.as_str());
        acts.value(
            "state",
            if self.state == State::Present {
                "present"
            } else {
                "absent"
            },
        );
        Ok(acts.into_look())
    }
}

impl YumRepository {
    fn check(&self) -> Result<(), Failure> {
        if self.state == State::Absent {
            return Ok(());
        }
        if self.baseurl.is_none() && self.mirrorlist.is_none() && self.metalink.is_none() {
            return Err(Failure::refused(
                "state is present but any of the following are missing: baseurl, mirrorlist, metalink",
            ));
        }
        match self.description {
            None => Err(Failure::refused(
                "state is present but all of the following are missing: description",
            )),
            Some(_) => Ok(()),
        }
    }

    /// The section's settings, by name.
    fn settings(&self) -> Result<Vec<(String, String)>, Failure> {
        let value = serde_json::to_value(self);
        let value = value.map_err(|error| Failure::refused(format!("yum_repository: {error}")))?;
        let mut settings = Vec::new();
        for (name, value) in value.as_object().into_iter().flatten() {
            let separator = if ["baseurl", "gpgkey"].contains(&name.as_str()) {
                "\n"
            } else {
                " "
            };
            let Some(value) = setting(value, separator) else {
                continue;
            };
            let name = if name == "description" { "name" } else { name };
            settings.push((name.to_owned(), value));
        }
        settings.sort();
        Ok(settings)
    }
}

fn setting(value: &Value, separator: &str) -> Option<String> {
    Some(match value {
        Value::Bool(yes) => u8::from(*yes).to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            items.join(separator)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn writes_and_removes_a_section() {
        let scratch = Scratch::new();
        scratch.write("x.repo", "[other]\nname=Other\n");
        let mut trial = Trial::new();
        let mut arguments = json!({
            "name": "epel", "file": "x", "reposdir": scratch.path(), "description": "EPEL",
            "baseurl": ["http://a/", "http://b/"], "gpgcheck": false, "exclude": ["a", "b"],
        });
        let outcome = trial.change("yum_repository", arguments.clone());
        assert_eq!(outcome.data["repo"], "epel");
        assert_eq!(
            scratch.read("x.repo"),
            "[other]\nname = Other\n\n[epel]\nbaseurl = http://a/\n\thttp://b/\nexclude = a b\ngpgcheck = 0\nname = EPEL\n\n"
        );
        arguments["state"] = "absent".into();
        trial.change("yum_repository", arguments);
        trial.change(
            "yum_repository",
            json!({"name": "other", "file": "x", "reposdir": scratch.path(), "state": "absent"}),
        );
        assert!(!scratch.at("x.repo").exists());
    }
}
