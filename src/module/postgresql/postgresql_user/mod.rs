mod configuration;
mod flags;
mod password;
mod role;

use {
    super::{
        arguments::with_login,
        change::Change,
        client::{Access, Session},
        sql::{Sql, single},
        state::State,
    },
    crate::{
        act::{Acts, Delta, Failure, Host, Look, Probe},
        module::Module,
        wire::{Diff, Effect, Object, Outcome},
    },
    flags::Flags,
    password::Password,
    role::Role,
};

with_login! {
    /// Manage users (roles) of a PostgreSQL server.
    pub struct PostgresqlUser {
        /// The user.
        #[schemars(extend("aliases" = ["user"]))]
        name: String,
        /// The password, as it is or already hashed (`md5…`, `SCRAM-SHA-256$…`). Empty: none. The server gets only its hash.
        #[schemars(extend("secret" = true))]
        password: Option<String>,
        /// Whether the user shall be there.
        #[serde(default)]
        state: State,
        /// The database to connect to.
        #[serde(default)]
        #[schemars(extend("aliases" = ["db"]))]
        login_db: String,
        /// Fail if the user cannot be removed.
        #[serde(default = "super::arguments::yes")]
        #[schemars(extend("aliases" = ["fail_on_role"]))]
        fail_on_user: bool,
        /// Attributes: `CREATEDB,NOSUPERUSER`.
        #[serde(default)]
        role_attr_flags: String,
        /// Keep the password as a hash. Servers since version 10 do so in any case.
        #[serde(default = "super::arguments::yes")]
        encrypted: bool,
        /// When the password ends to be good: a time in SQL, or `infinity`.
        expires: Option<String>,
        /// Leave the password of a user that is there as it is, and do not look at it.
        #[serde(default)]
        no_password_changes: bool,
        /// So many connections at once.
        conn_limit: Option<i64>,
        /// What is said about the user. Empty: nothing.
        comment: Option<String>,
        /// Settings that the user's sessions begin with.
        #[serde(default)]
        configuration: Object,
        /// Take back settings that are not in `configuration`.
        #[serde(default)]
        reset_unspecified_configuration: bool,
        /// Quote the values of `configuration`. Without it they are SQL, as lists need it (`search_path`).
        #[serde(default = "super::arguments::yes")]
        quote_configuration_values: bool,
    }
}

impl Module for PostgresqlUser {
    const NAME: &'static str = "postgresql_user";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Roles;

    fn look(&self, probe: &Probe) -> Result<Look<Roles>, Failure> {
        self.check()?;
        let name = single(&self.name);
        let login = self.reach().login(probe, &self.login_db)?;
        let mut session = Session::open(probe, &login, Access::Look)?;
        let flags = Flags::read(&self.role_attr_flags, session.version())?;
        let role = Role::find(&mut session, &name)?;
        let mut acts = Acts::new();
        acts.value("user", self.name.as_str());
        let mut change = Change::new(login, Vec::new());
        match (self.state, &role) {
            (State::Absent, None) => {}
            (State::Absent, Some(_)) => {
                acts.value("user_removed", true);
                change.complaint = Some("Unable to remove user");
                change.statements.push(Sql::new("DROP USER ").name(&name));
            }
            (State::Present, _) if name == "PUBLIC" => self.public()?,
            (State::Present, None) => {
                change.complaint = Some("Unable to add user with given requirement due to ");
                change.brings = Some(format!("role {name}"));
                let password = self.password(&mut session, &name, None)?;
                change
                    .statements
                    .push(self.create(&name, &flags, &password));
                self.rest(&name, &Role::default(), &mut change.statements)?;
            }
            (State::Present, Some(role)) => {
                let password = self.password(&mut session, &name, Some(role))?;
                let sql = self.alter(&mut session, role, &flags, password)?;
                change.statements.extend(sql);
                self.rest(&name, role, &mut change.statements)?;
            }
        }
        drop(session);
        change.plan(&mut acts, "queries");
        let lenient = self.state == State::Absent && !self.fail_on_user;
        Ok(match acts.into_look() {
            Look::Same(outcome) => Look::Same(outcome),
            Look::Change(acts) => Look::Change(Roles { acts, lenient }),
        })
    }
}

impl PostgresqlUser {
    fn check(&self) -> Result<(), Failure> {
        let texts = [&self.password, &self.expires, &self.comment];
        let texts = texts.into_iter().flatten().map(String::as_str);
        let configuration = self
            .configuration
            .values()
            .filter_map(|value| value.as_str());
        self.reach().check(
            texts
                .chain(configuration)
                .chain([self.name.as_str(), self.role_attr_flags.as_str()]),
        )?;
        match self.name.is_empty() {
            true => Err(Failure::refused("name cannot be empty")),
            false => Ok(()),
        }
    }

    fn public(&self) -> Result<(), Failure> {
        let what = match (&self.password, self.role_attr_flags.is_empty()) {
            (Some(_), _) => "cannot change the password for PUBLIC user",
            (None, false) => "cannot change the role_attr_flags for PUBLIC user",
            (None, true) => return Ok(()),
        };
        Err(Failure::refused(what))
    }

    fn password(
        &self,
        session: &mut Session,
        name: &str,
        role: Option<&Role>,
    ) -> Result<Password, Failure> {
        match &self.password {
            Some(_) if self.no_password_changes && role.is_some() => Ok(Password::Right),
            None => Ok(Password::Right),
            Some(wanted) => {
                let stored = role.map(|role| role.password.as_deref());
                password::compare(session, name, wanted, self.encrypted, stored)
            }
        }
    }

    fn create(&self, name: &str, flags: &Flags, password: &Password) -> Sql {
        let mut sql = Sql::new("CREATE USER ").name(name);
        if let Password::New(password) = password {
            sql = sql.words(self.with()).secret(password);
        }
        sql = self.limits(sql);
        match flags.text.is_empty() {
            true => sql,
            false => sql.words(" ").verbatim(&flags.text),
        }
    }

    fn with(&self) -> &'static str {
        match self.encrypted {
            true => " WITH ENCRYPTED PASSWORD ",
            false => " WITH UNENCRYPTED PASSWORD ",
        }
    }

    fn limits(&self, mut sql: Sql) -> Sql {
        if let Some(expires) = &self.expires {
            sql = sql.words(" VALID UNTIL ").value(expires);
        }
        match self.conn_limit {
            Some(limit) => sql.words(" CONNECTION LIMIT ").number(limit),
            None => sql,
        }
    }

    /// What has to be different about a user that is there.
    fn alter(
        &self,
        session: &mut Session,
        role: &Role,
        flags: &Flags,
        password: Password,
    ) -> Result<Option<Sql>, Failure> {
        let differ = flags.differ(role);
        let limits = !self.no_password_changes
            && (self.conn_limit.is_some_and(|limit| limit != role.limit)
                || role.expires_other(session, self.expires.as_deref())?);
        if !differ && !limits && matches!(password, Password::Right) {
            return Ok(None);
        }
        let mut sql = Sql::new("ALTER USER ").name(&role.name);
        sql = match &password {
            Password::New(password) => sql.words(self.with()).secret(password),
            Password::None => sql.words(" WITH PASSWORD NULL"),
            Password::Right => sql,
        };
        if differ {
            sql = sql.words(" ").verbatim(&flags.text);
        }
        Ok(Some(match limits {
            true => self.limits(sql),
            false => sql,
        }))
    }

    /// The comment and the settings.
    fn rest(&self, name: &str, role: &Role, statements: &mut Vec<Sql>) -> Result<(), Failure> {
        if let Some(comment) = &self.comment
            && *comment != role.comment
        {
            let sql = Sql::new("COMMENT ON ROLE ").name(name).words(" IS ");
            statements.push(sql.value(comment));
        }
        let wanted = configuration::Wanted {
            settings: &self.configuration,
            reset: self.reset_unspecified_configuration,
            quote: self.quote_configuration_values,
        };
        statements.extend(wanted.statements(name, &role.settings)?);
        Ok(())
    }
}

/// What would change about a role.
pub struct Roles {
    acts: Acts,
    /// That it cannot be removed is no failure.
    lenient: bool,
}

impl Delta for Roles {
    fn diff(&self) -> Vec<Diff> {
        self.acts.diff()
    }

    fn effects(&self) -> Vec<Effect> {
        self.acts.effects()
    }

    fn predicted(&self) -> Object {
        self.acts.predicted()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut data = self.acts.predicted();
        match self.acts.apply(host) {
            Err(Failure::Refused { msg, .. }) if self.lenient => {
                data.insert("user_removed".into(), false.into());
                Ok(Outcome {
                    data,
                    warnings: vec![msg],
                    ..Outcome::default()
                })
            }
            outcome => outcome,
        }
    }
}
