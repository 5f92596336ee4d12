use {
    super::{Call, ConfigFile, Control, Engine, arguments::with_engine, config_file::HUB_ADDRESS},
    crate::{
        act::{Act, Bits, Delta, Directory, Failure, Host, Look, Probe, Source, Write},
        module::{HostPath, Module, Ownership, net::Credentials, user::group::State},
        wire::{Diff, Effect, Object, Outcome, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::{Value, json},
};

with_engine! {
    /// Log in to a registry of images, and out of it.
    #[derive(Clone, Deserialize, JsonSchema)]
    pub struct DockerLogin {
        /// The registry.
        #[serde(default = "hub")]
        #[schemars(extend("aliases" = ["registry", "url"]))]
        registry_url: String,
        /// The user's name there.
        username: Option<String>,
        /// The password.
        #[schemars(extend("secret" = true))]
        password: Option<String>,
        /// Log in even if the credentials are kept already.
        #[serde(default)]
        #[schemars(extend("aliases" = ["reauth"]))]
        reauthorize: bool,
        /// Whether to log in or out.
        #[serde(default)]
        state: State,
        /// The file that keeps the credentials.
        #[serde(default = "usual_file")]
        #[schemars(extend("aliases" = ["dockercfg_path"]))]
        config_path: HostPath,
    }
}

fn hub() -> String {
    HUB_ADDRESS.into()
}

fn usual_file() -> HostPath {
    HostPath::new("~/.docker/config.json")
}

impl Module for DockerLogin {
    const NAME: &'static str = "docker_login";
    const COLLECTION: &'static str = "community.docker";
    type Delta = LoginChange;

    fn look(&self, probe: &Probe) -> Result<Look<LoginChange>, Failure> {
        let file = ConfigFile::read(probe, self.config_path.on(probe)?)?;
        if let Some(helper) = file.helper(&self.registry_url) {
            return Err(Failure::refused(format!(
                "{} leaves credentials to the helper {helper}, which is not supported; name another file with config_path",
                file.path.display()
            )));
        }
        let kept = file.kept(&self.registry_url);
        let mut change = LoginChange {
            registry: self.registry_url.clone(),
            before: kept.as_ref().map(|kept| kept.user.clone()),
            login: None,
            file,
        };
        if self.state == State::Absent {
            return Ok(match kept {
                Some(_) => Look::Change(change),
                None => Look::same(Object::new()),
            });
        }
        let wanted = self.credentials()?;
        if kept.as_ref() == Some(&wanted) && !self.reauthorize {
            let result = json!({"username": wanted.user, "serveraddress": self.registry_url});
            return Ok(Look::same(told(result)));
        }
        change.login = Some((self.engine(probe)?, wanted));
        Ok(Look::Change(change))
    }
}

impl DockerLogin {
    fn credentials(&self) -> Result<Credentials, Failure> {
        match (&self.username, &self.password) {
            (Some(user), Some(password)) => Ok(Credentials {
                user: user.clone(),
                password: password.clone(),
            }),
            (user, password) => {
                let missing = [
                    ("username", user.is_none()),
                    ("password", password.is_none()),
                ];
                let missing = missing.iter().filter(|(_, missing)| *missing);
                let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
                Err(Failure::refused(format!(
                    "state is present but all of the following are missing: {}",
                    missing.join(", ")
                )))
            }
        }
    }
}

/// What would change: whether there are credentials for a registry.
pub struct LoginChange {
    registry: String,
    /// Whose are kept now.
    before: Option<String>,
    /// `None`: log out.
    login: Option<(Engine, Credentials)>,
    file: ConfigFile,
}

impl Delta for LoginChange {
    fn diff(&self) -> Vec<Diff> {
        let side = |user: &str| Side::State([("user".to_owned(), user.to_owned())].into());
        let after = self.login.as_ref().map(|(_, wanted)| side(&wanted.user));
        vec![Diff {
            what: format!("login at {} in {}", self.registry, self.file.path.display()),
            before: self.before.as_deref().map_or(Side::Absent, side),
            after: after.unwrap_or(Side::Absent),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }

    fn predicted(&self) -> Object {
        Object::new()
    }

    fn apply(mut self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut data = Object::new();
        match &self.login {
            None => self.file.forget(&self.registry),
            Some((engine, wanted)) => {
                data = told(authorize(engine, host, &self.registry, wanted)?);
                self.file.keep(&self.registry, wanted);
            }
        }
        write(&self.file, host)?;
        Ok(Outcome {
            changed: true,
            data,
            ..Outcome::default()
        })
    }
}

fn told(result: Value) -> Object {
    Object::from_iter([("login_result".to_owned(), result)])
}

/// Lets the engine ask the registry.
fn authorize(
    engine: &Engine,
    host: &mut Host,
    registry: &str,
    wanted: &Credentials,
) -> Result<Value, Failure> {
    let body = json!({
        "username": wanted.user,
        "password": wanted.password,
        "serveraddress": registry,
    });
    let control = Control::new(engine, host);
    let said = control.post(&Call::new(&["auth"]), Some(&body));
    said.map_err(|failure| {
        Failure::refused(format!(
            "Logging into {registry} for user {} failed - {failure}",
            wanted.user
        ))
    })
}

/// Nobody else may read it.
fn write(file: &ConfigFile, host: &mut Host) -> Result<(), Failure> {
    let path = host.target(&file.path)?;
    let own = Ownership::default();
    if let Some(parent) = path.parent() {
        let bits = Bits {
            mode: 0o700,
            ..own.create(host, true)?
        };
        for directory in Directory::all(host, parent, bits)? {
            directory.perform(host)?;
        }
    }
    let before = host.entry(&path)?;
    let bits = match &before {
        Some(inode) => Bits::of(inode),
        None => own.create(host, false)?,
    };
    let bits = Bits {
        mode: 0o600,
        ..bits
    };
    let text = format!("{:#}\n", Value::Object(file.content.clone()));
    let source = Source::Bytes(text.into());
    Write::plan_unseen(host, &path, before.as_ref(), source, bits)?.perform(host)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn credentials_that_are_kept_are_no_change_and_can_be_forgotten() {
        let scratch = Scratch::new();
        let file = scratch.write(
            "config.json",
            r#"{"auths": {"reg.example": {"auth": "YWRhOnMzY3JldA=="}}, "psFormat": "x"}"#,
        );
        let login = |password: &str| json!({"registry": "reg.example", "username": "ada", "password": password, "config_path": file});
        let mut trial = Trial::new();
        let data = trial.same("docker_login", login("s3cret"));
        assert_eq!(data["login_result"]["username"], "ada");
        let elsewhere = json!({"registry": "reg.example", "username": "ada", "config_path": file});
        assert!(
            trial
                .look("docker_login", elsewhere)
                .msg
                .unwrap()
                .ends_with("missing: password")
        );
        let logout = json!({"registry": "reg.example", "state": "absent", "config_path": file});
        let outcome = trial.change("docker_login", logout);
        assert!(!format!("{outcome:?}").contains("YWRh"));
        let left = scratch.read("config.json");
        assert!(
            left.contains("psFormat") && !left.contains("reg.example"),
            "{left}"
        );
    }
}
