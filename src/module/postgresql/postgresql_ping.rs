use {
    super::{
        arguments::with_login,
        client::{Access, Session},
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
        wire::Object,
    },
};

with_login! {
    /// Ask a PostgreSQL server whether it is there.
    pub struct PostgresqlPing {
        /// The database to connect to.
        #[serde(default)]
        #[schemars(extend("aliases" = ["db"]))]
        login_db: String,
    }
}

impl Module for PostgresqlPing {
    const NAME: &'static str = "postgresql_ping";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.reach().check([])?;
        let login = self.reach().login(probe, &self.login_db)?;
        let mut acts = Acts::new();
        match Session::open(probe, &login, Access::Look) {
            Ok(mut session) => {
                let rows = session.rows("SELECT pg_catalog.version()", &[])?;
                let raw = rows
                    .first()
                    .and_then(|row| row.text("version").map(String::from));
                acts.value("is_available", true);
                acts.value("server_version", version(&raw.unwrap_or_default()));
                acts.value("conn_err_msg", "");
            }
            Err(Failure::Refused { msg, .. }) => {
                let reason = msg.trim_start_matches("unable to connect to database: ");
                acts.value("is_available", false);
                acts.value("server_version", Object::new());
                acts.value("conn_err_msg", reason);
                acts.warn(format!("PostgreSQL server is unavailable: {reason}"));
            }
            Err(failure) => return Err(failure),
        }
        Ok(acts.into_look())
    }
}

/// `PostgreSQL 15.14 (Debian …)` in its parts.
pub fn version(raw: &str) -> Object {
    let full = raw.split_whitespace().nth(1).unwrap_or_default();
    let mut version = Object::new();
    for (name, part) in ["major", "minor", "patch"].into_iter().zip(full.split('.')) {
        if let Ok(number) = part.parse::<u64>() {
            version.insert(name.into(), number.into());
        }
    }
    version.insert("full".into(), full.into());
    version.insert("raw".into(), raw.into());
    version
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn says_that_no_server_is_there() {
        let scratch = Scratch::new();
        let socket = scratch.at("none");
        let data = Trial::new().same("postgresql_ping", json!({"login_unix_socket": socket}));
        assert_eq!(data["is_available"], false);
        let said = data["conn_err_msg"].as_str().unwrap();
        assert!(
            said.ends_with("No such file or directory (os error 2)"),
            "{said}"
        );
    }

    #[test]
    fn reads_versions() {
        let version = version("PostgreSQL 9.6.3 on x86_64");
        assert_eq!(
            (&version["major"], &version["patch"]),
            (&json!(9), &json!(3))
        );
        assert_eq!(version["full"], "9.6.3");
    }
}
