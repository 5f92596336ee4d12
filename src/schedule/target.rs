use {
    crate::{
        control::fault,
        playbook::{Key, boolean_text},
        source::{Fault, Place},
        template::Value,
        transport::{Become, HostKeys, Means, Method, Operator, Secret, Target},
        variable::Scope,
    },
    std::{path::PathBuf, sync::Arc, time::Duration},
};

/// What the command line and the configuration say about connections; variables and keywords of a host win.
#[derive(Clone, Debug)]
pub struct Login {
    pub connection: Option<String>,
    pub user: Option<String>,
    pub port: Option<u16>,
    pub password: Option<Secret>,
    pub key_file: Option<PathBuf>,
    pub common_args: Vec<String>,
    pub extra_args: Vec<String>,
    pub known_hosts: Option<PathBuf>,
    pub host_keys: HostKeys,
    pub timeout: Duration,
    pub keepalive: Duration,
    pub operator: Operator,
    pub becomes: bool,
    pub become_method: Option<String>,
    pub become_user: Option<String>,
    pub become_password: Option<Secret>,
}

/// Reads a host's connection from its variables, the step's keywords and the command line.
pub(super) struct Resolver<'a> {
    pub(super) scope: &'a Arc<Scope>,
    pub(super) login: &'a Login,
    pub(super) place: &'a Place,
}

impl Resolver<'_> {
    /// Where the host is and how to reach it.
    pub(super) fn target(&self) -> Result<Target, Fault> {
        let name = self.scope.host().to_owned();
        let login = self.login;
        let words = |text: Option<String>| match text {
            None => Ok(Vec::new()),
            Some(text) => shlex::split(&text).ok_or_else(|| {
                Fault::new(format!("an unclosed quote in the ssh options `{text}`")).at(self.place)
            }),
        };
        let mut common_args = match self.text(&["ansible_ssh_common_args"], None)? {
            None => login.common_args.clone(),
            text => words(text)?,
        };
        common_args.extend(match self.text(&["ansible_ssh_extra_args"], None)? {
            None => login.extra_args.clone(),
            text => words(text)?,
        });
        let password = self.text(
            &[
                "ansible_password",
                "ansible_ssh_pass",
                "ansible_ssh_password",
            ],
            None,
        )?;
        let port = match self.text(&["ansible_port", "ansible_ssh_port"], Some(Key::Port))? {
            None => login.port,
            Some(text) => Some(text.trim().parse().map_err(|_| {
                Fault::new(format!("`{text}` is not a port of host {name}")).at(self.place)
            })?),
        };
        let key_file = self.text(
            &["ansible_ssh_private_key_file", "ansible_private_key_file"],
            None,
        )?;
        Ok(Target {
            address: self
                .text(&["ansible_host", "ansible_ssh_host"], None)?
                .unwrap_or_else(|| name.clone()),
            port,
            user: self
                .text(&["ansible_user", "ansible_ssh_user"], Some(Key::RemoteUser))?
                .or_else(|| login.user.clone()),
            method: self.method(&name)?,
            key_file: key_file
                .map(|path| self.home(&path))
                .or_else(|| login.key_file.clone()),
            password: password.map(Secret::new).or_else(|| login.password.clone()),
            common_args,
            known_hosts: login.known_hosts.clone(),
            host_keys: login.host_keys,
            connect_timeout: login.timeout,
            keepalive: login.keepalive,
            operator: login.operator.clone(),
            name,
        })
    }

    /// The user to become, where the step asks for one.
    pub(super) fn becomes(&self) -> Result<Option<Become>, Fault> {
        let wanted = match self.text(&["ansible_become"], Some(Key::Become))? {
            None => self.login.becomes,
            Some(text) => boolean_text(&text).ok_or_else(|| {
                Fault::new(format!("`become` takes true or false, not `{text}`")).at(self.place)
            })?,
        };
        if !wanted {
            return Ok(None);
        }
        let login = self.login;
        let method = self
            .text(&["ansible_become_method"], Some(Key::BecomeMethod))?
            .or_else(|| login.become_method.clone());
        let means = self.means(method.as_deref().unwrap_or("sudo"))?;
        let name =
            |option: &str| format!("ansible_{}_{option}", method.as_deref().unwrap_or("sudo"));
        let user = self
            .text(
                &["ansible_become_user", &name("user")],
                Some(Key::BecomeUser),
            )?
            .or_else(|| login.become_user.clone());
        let password = self.text(
            &[
                "ansible_become_password",
                "ansible_become_pass",
                &name("pass"),
                &name("password"),
            ],
            None,
        )?;
        let flags = self.text(
            &["ansible_become_flags", &name("flags")],
            Some(Key::BecomeFlags),
        )?;
        let flags = flags.unwrap_or_default();
        Ok(Some(Become {
            means,
            exe: self.text(&["ansible_become_exe", &name("exe")], Some(Key::BecomeExe))?,
            user: user.unwrap_or_else(|| "root".to_owned()),
            password: password
                .map(Secret::new)
                .or_else(|| login.become_password.clone()),
            flags: shlex::split(&flags).unwrap_or_default(),
        }))
    }

    fn means(&self, method: &str) -> Result<Means, Fault> {
        match method.rsplit('.').next().unwrap_or(method) {
            "sudo" => Ok(Means::Sudo),
            "su" => Ok(Means::Su),
            "doas" => Ok(Means::Doas),
            other => Err(
                Fault::new(format!("`{other}` is not a way to become another user"))
                    .at(self.place)
                    .help("use sudo, su or doas"),
            ),
        }
    }

    fn method(&self, host: &str) -> Result<Method, Fault> {
        let named = self
            .text(&["ansible_connection"], Some(Key::Connection))?
            .or_else(|| self.login.connection.clone());
        match named
            .as_deref()
            .map(|name| name.rsplit('.').next().unwrap_or(name))
        {
            None | Some("ssh" | "smart") => Ok(Method::Ssh),
            Some("russh" | "paramiko" | "paramiko_ssh" | "libssh") => Ok(Method::Russh),
            Some("local") => Ok(Method::Local),
            Some(other) => Err(
                Fault::new(format!("`{other}` is not a connection (host {host})"))
                    .at(self.place)
                    .help("use ssh, russh or local"),
            ),
        }
    }

    /// The first of these variables that is set, else the keyword around the step.
    fn text(&self, variables: &[&str], key: Option<Key>) -> Result<Option<String>, Fault> {
        for name in variables {
            let value = self
                .scope
                .value(name)
                .map_err(|error| fault(error, self.place))?;
            if let Some(value) = value.filter(|value| !value.is_none() && !value.is_undefined()) {
                return Ok(Some(shown(&value)));
            }
        }
        let frame = self.scope.around().frame.as_deref();
        let Some(node) = key.and_then(|key| frame?.keyword(key)) else {
            return Ok(None);
        };
        let engine = &self.scope.world().engine;
        let value = engine
            .node(node, &self.scope.variables())
            .map_err(|error| fault(error, &node.place))?;
        Ok((!value.is_none() && !crate::template::is_omit(&value)).then(|| shown(&value)))
    }

    fn home(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), &self.login.operator.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        }
    }
}

fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
