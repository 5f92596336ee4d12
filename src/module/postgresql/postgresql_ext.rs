use {
    super::{
        arguments::with_login,
        change::Change,
        client::{Access, Session},
        sql::Sql,
        state::State,
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
    },
};

with_login! {
    /// Manage extensions of a PostgreSQL database.
    pub struct PostgresqlExt {
        /// The extension.
        #[schemars(extend("aliases" = ["ext"]))]
        name: String,
        /// Whether it shall be there.
        #[serde(default)]
        state: State,
        /// The database.
        #[schemars(extend("aliases" = ["db"]))]
        login_db: String,
        /// The schema that its objects go to.
        schema: Option<String>,
        /// Its version, or `latest`. Not said: the latest for one that is new, any for one that is there.
        version: Option<String>,
        /// Bring the extensions that it needs, or remove those that need it, too.
        #[serde(default)]
        cascade: bool,
        /// What is said about it. Empty: nothing.
        comment: Option<String>,
    }
}

/// An extension as it is in a database and on the host.
struct Extension {
    installed: Option<String>,
    /// The version that is meant by "latest".
    usual: Option<String>,
    available: Vec<String>,
    comment: String,
}

impl Extension {
    fn find(session: &mut Session, name: &str) -> Result<Self, Failure> {
        let sql = "SELECT (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = $1) AS installed, \
                   (SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = $1) AS usual, \
                   (SELECT pg_catalog.obj_description(oid, 'pg_extension') FROM pg_catalog.pg_extension \
                    WHERE extname = $1) AS comment";
        let rows = session.rows(sql, &[name])?;
        let text = |column| {
            let row = rows.first();
            row.and_then(|row| row.text(column).map(String::from))
        };
        let sql = "SELECT version FROM pg_catalog.pg_available_extension_versions WHERE name = $1";
        Ok(Self {
            installed: text("installed"),
            usual: text("usual"),
            comment: text("comment").unwrap_or_default(),
            available: session.rows(sql, &[name])?.names(),
        })
    }
}

impl Module for PostgresqlExt {
    const NAME: &'static str = "postgresql_ext";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let texts = [
            Some(&self.name),
            self.schema.as_ref(),
            self.version.as_ref(),
            self.comment.as_ref(),
        ];
        self.reach()
            .check(texts.into_iter().flatten().map(String::as_str))?;
        let login = self.reach().login(probe, &self.login_db)?;
        let mut session = Session::open(probe, &login, Access::Look)?;
        let there = Extension::find(&mut session, &self.name)?;
        let mut acts = Acts::new();
        let mut change = Change::new(login, Vec::new());
        change.complaint = Some("Management of PostgreSQL extension failed");
        let (statements, version) = match self.state {
            State::Absent => {
                if self.version.is_some() {
                    acts.warn("Parameter version is ignored when state=absent");
                }
                (self.absent(&there), String::new())
            }
            State::Present => self.present(probe, &mut session, &there)?,
        };
        drop(session);
        change.statements = statements;
        let brings = there.installed.is_none() && self.state == State::Present;
        change.brings = brings.then(|| format!("extension {}", self.name));
        acts.value("db", self.login_db.as_str());
        acts.value("ext", self.name.as_str());
        acts.value("prev_version", there.installed.unwrap_or_default());
        acts.value("version", version);
        change.plan(&mut acts, "queries");
        Ok(acts.into_look())
    }
}

impl PostgresqlExt {
    fn absent(&self, there: &Extension) -> Vec<Sql> {
        let cascade = if self.cascade { " CASCADE" } else { "" };
        let drop = there
            .installed
            .as_ref()
            .map(|_| Sql::new("DROP EXTENSION ").name(&self.name).words(cascade));
        drop.into_iter().collect()
    }

    /// What has to be done, and the version that is there then.
    fn present(
        &self,
        probe: &Probe,
        session: &mut Session,
        there: &Extension,
    ) -> Result<(Vec<Sql>, String), Failure> {
        let wanted = self.wanted(probe, there)?;
        let mut statements = Vec::new();
        let version = match (&there.installed, &self.version) {
            (Some(installed), None) => installed.clone(),
            (Some(installed), Some(_)) if *installed == wanted => wanted,
            (Some(installed), Some(given)) => {
                self.require_path(session, installed, &wanted, given)?;
                let sql = Sql::new("ALTER EXTENSION ")
                    .name(&self.name)
                    .words(" UPDATE");
                statements.push(match given.as_str() {
                    "latest" => sql,
                    given => sql.words(" TO ").value(given),
                });
                wanted
            }
            (None, given) => {
                if !there.available.contains(&wanted) {
                    let which = if given.as_deref() == Some("latest") {
                        "Latest"
                    } else {
                        "Passed"
                    };
                    return Err(Failure::refused(format!(
                        "{which} version '{wanted}' is not available"
                    )));
                }
                statements.push(self.create());
                wanted
            }
        };
        if let Some(comment) = &self.comment
            && *comment != there.comment
        {
            let sql = Sql::new("COMMENT ON EXTENSION ")
                .name(&self.name)
                .words(" IS ");
            statements.push(sql.value(comment));
        }
        Ok((statements, version))
    }

    /// The version that is meant.
    fn wanted(&self, probe: &Probe, there: &Extension) -> Result<String, Failure> {
        if let Some(version) = self.version.as_ref().filter(|version| *version != "latest") {
            return Ok(version.clone());
        }
        match (&there.usual, probe.pending()) {
            (Some(usual), _) => Ok(usual.clone()),
            (None, Some(pending)) if there.available.is_empty() => {
                Err(Failure::Unforeseeable(format!(
                    "extension {} is not available; may come with {pending}",
                    self.name
                )))
            }
            (None, _) if there.available.is_empty() => Err(Failure::refused(format!(
                "Extension {} is not available",
                self.name
            ))),
            (None, _) => Err(Failure::refused(
                "Passed version 'latest' but no default_version available in extension control file",
            )),
        }
    }

    fn require_path(
        &self,
        session: &mut Session,
        from: &str,
        to: &str,
        given: &str,
    ) -> Result<(), Failure> {
        let sql = "SELECT 1 FROM pg_catalog.pg_extension_update_paths($1) \
                   WHERE source = $2 AND target = $3 AND path IS NOT NULL";
        if !session.rows(sql, &[&self.name, from, to])?.is_empty() {
            return Ok(());
        }
        Err(Failure::refused(match given {
            "latest" => format!(
                "Latest version '{to}' has no valid update path from the currently installed version '{from}'"
            ),
            _ => format!(
                "Passed version '{given}' has no valid update path from the currently installed version '{from}' or the \
                 passed version is not available"
            ),
        }))
    }

    fn create(&self) -> Sql {
        let mut sql = Sql::new("CREATE EXTENSION ").name(&self.name);
        if let Some(schema) = &self.schema {
            sql = sql.words(" WITH SCHEMA ").name(schema);
        }
        if let Some(version) = self.version.as_ref().filter(|version| *version != "latest") {
            sql = sql.words(" VERSION ").value(version);
        }
        sql.words(if self.cascade { " CASCADE" } else { "" })
    }
}
