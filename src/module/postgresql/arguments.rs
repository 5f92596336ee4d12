use {
    super::client::{Login, Security, SslMode},
    crate::{
        act::{Failure, Probe},
        module::HostPath,
        wire::Object,
    },
    std::time::Duration,
};

/// Declares a module's arguments, and those that all of PostgreSQL's modules have: `reach` of the struct gives these.
macro_rules! with_login {
    ($(#[$about:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$about])*
        #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
        pub struct $name {
            $($own)*
            /// The user to log in as.
            #[serde(default = "crate::module::postgresql::arguments::user")]
            #[schemars(extend("aliases" = ["login"]))]
            login_user: String,
            /// Its password, where the server asks for one.
            #[serde(default)]
            #[schemars(extend("secret" = true))]
            login_password: String,
            /// The server. Empty: on this host, by its socket.
            #[serde(default)]
            #[schemars(extend("aliases" = ["host"]))]
            login_host: String,
            /// The directory of the server's socket. Empty: `/var/run/postgresql` or `/tmp`.
            #[serde(default)]
            #[schemars(extend("aliases" = ["unix_socket"]))]
            login_unix_socket: String,
            /// The server's port.
            #[serde(default = "crate::module::postgresql::arguments::port")]
            #[schemars(extend("aliases" = ["port"]))]
            login_port: u16,
            /// Whether a connection over the network is to be encrypted.
            #[serde(default)]
            ssl_mode: crate::module::postgresql::client::SslMode,
            /// A PEM file with the authorities that may vouch for the server.
            #[schemars(extend("aliases" = ["ssl_rootcert"]))]
            ca_cert: Option<crate::module::HostPath>,
            /// A PEM file with the certificate to show.
            ssl_cert: Option<crate::module::HostPath>,
            /// A PEM file with that certificate's key.
            ssl_key: Option<crate::module::HostPath>,
            /// More for the connection, by libpq's names: `host`, `port`, `user`, `password`, `dbname`, `connect_timeout`,
            /// `application_name`, `options`.
            #[serde(default)]
            connect_params: crate::wire::Object,
            /// The role to take on after logging in.
            session_role: Option<String>,
            /// Whether arguments may look like an attempt to smuggle SQL in. They are quoted in any case.
            #[serde(default = "crate::module::postgresql::arguments::yes")]
            trust_input: bool,
        }

        impl $name {
            fn reach(&self) -> crate::module::postgresql::arguments::Reach<'_> {
                crate::module::postgresql::arguments::Reach {
                    user: &self.login_user,
                    password: &self.login_password,
                    host: &self.login_host,
                    unix_socket: &self.login_unix_socket,
                    port: self.login_port,
                    ssl_mode: self.ssl_mode,
                    ca_cert: self.ca_cert.as_ref(),
                    ssl_cert: self.ssl_cert.as_ref(),
                    ssl_key: self.ssl_key.as_ref(),
                    connect_params: &self.connect_params,
                    session_role: self.session_role.as_deref(),
                    trust_input: self.trust_input,
                }
            }
        }
    };
}
pub(super) use with_login;

pub fn user() -> String {
    "postgres".into()
}

pub fn port() -> u16 {
    5432
}

pub fn yes() -> bool {
    true
}

/// The arguments that all of PostgreSQL's modules have.
pub struct Reach<'a> {
    pub user: &'a str,
    pub password: &'a str,
    pub host: &'a str,
    pub unix_socket: &'a str,
    pub port: u16,
    pub ssl_mode: SslMode,
    pub ca_cert: Option<&'a HostPath>,
    pub ssl_cert: Option<&'a HostPath>,
    pub ssl_key: Option<&'a HostPath>,
    pub connect_params: &'a Object,
    pub session_role: Option<&'a str>,
    pub trust_input: bool,
}

impl Reach<'_> {
    /// The way into a database; empty: the one that is named as the user.
    pub fn login(&self, probe: &Probe, database: &str) -> Result<Login, Failure> {
        let path = |path: Option<&HostPath>| path.map(|path| path.on(probe)).transpose();
        let here = self.host.is_empty() || self.host == "localhost";
        let host = match here && !self.unix_socket.is_empty() {
            true => self.unix_socket,
            false => self.host,
        };
        let mut login = Login {
            host: host.into(),
            port: self.port,
            user: self.user.into(),
            password: filled(self.password),
            database: filled(database),
            role: self.session_role.map(Into::into),
            security: Security {
                mode: self.ssl_mode,
                authorities: path(self.ca_cert)?,
                certificate: path(self.ssl_cert)?,
                key: path(self.ssl_key)?,
            },
            patience: None,
            settings: Vec::new(),
        };
        for (name, value) in self.connect_params {
            let text = value.as_str().map_or_else(|| value.to_string(), Into::into);
            overrule(&mut login, name, text)?;
        }
        Ok(login)
    }

    /// Refuses texts that look like smuggled SQL, where the user asks for that (`trust_input: false`).
    pub fn check<'t>(&'t self, texts: impl IntoIterator<Item = &'t str>) -> Result<(), Failure> {
        let texts = texts.into_iter().chain(self.session_role);
        let found: Vec<&str> = texts
            .filter(|text| !self.trust_input && is_dangerous(text))
            .collect();
        match found.is_empty() {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "Passed input '{}' is potentially dangerous",
                found.join(", ")
            ))),
        }
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.into())
}

/// One of `connect_params`: they come before the other arguments.
fn overrule(login: &mut Login, name: &str, value: String) -> Result<(), Failure> {
    let number = || {
        let number = value.parse::<u16>();
        number
            .map_err(|_| Failure::refused(format!("connect_params: {name} is no number: {value}")))
    };
    match name {
        "host" | "hostaddr" => login.host = value,
        "port" => login.port = number()?,
        "user" => login.user = value,
        "password" => login.password = Some(value),
        "dbname" => login.database = Some(value),
        "connect_timeout" => login.patience = Some(Duration::from_secs(number()?.into())),
        "application_name" | "options" => login.settings.push((name.into(), value)),
        _ => {
            return Err(Failure::refused(format!(
                "connect_params: {name} is not supported; there are host, port, user, password, dbname, connect_timeout, \
                 application_name and options"
            )));
        }
    }
    Ok(())
}

/// The three patterns that Ansible takes for dangerous.
fn is_dangerous(text: &str) -> bool {
    let upper = text.to_uppercase();
    let follows = |text: &str, first: &[&str], then: &[&str]| {
        text.lines().any(|line| {
            let starts = first
                .iter()
                .filter_map(|word| Some(line.find(word)? + word.len()));
            starts
                .min()
                .is_some_and(|at| then.iter().any(|word| line[at..].contains(word)))
        })
    };
    let words = [
        "SELECT", "UPDATE", "INSERT", "DELETE", "DROP", "TRUNCATE", "ALTER",
    ];
    follows(&upper, &["'", "\""], &["--"])
        || follows(&upper, &["UNION", "INTERSECT", "EXCEPT"], &["SELECT"])
        || follows(&upper, &[";"], &words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_looks_dangerous() {
        for text in ["a'; --", "x\" --", "1 union select 2", "a; drop table b"] {
            assert!(is_dangerous(text), "{text}");
        }
        for text in ["a-b", "it's", "selection; done", "--"] {
            assert!(!is_dangerous(text), "{text}");
        }
    }
}
