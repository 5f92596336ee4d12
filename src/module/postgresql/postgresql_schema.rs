use {
    super::{
        arguments::with_login,
        change::Change,
        client::{Access, Session},
        sql::{Sql, single},
        state::State,
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
    },
};

with_login! {
    /// Manage schemas of a PostgreSQL database.
    pub struct PostgresqlSchema {
        /// The schema.
        #[schemars(extend("aliases" = ["schema"]))]
        name: String,
        /// Whether it shall be there.
        #[serde(default)]
        state: State,
        /// The database.
        #[serde(default = "usual_database")]
        #[schemars(extend("aliases" = ["db", "database"]))]
        login_db: String,
        /// The role that owns it.
        #[serde(default)]
        owner: String,
        /// Remove what is in it, too.
        #[serde(default)]
        cascade_drop: bool,
        /// What is said about it. Empty: nothing.
        comment: Option<String>,
    }
}

fn usual_database() -> String {
    "postgres".into()
}

impl Module for PostgresqlSchema {
    const NAME: &'static str = "postgresql_schema";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let comment = self.comment.as_deref();
        self.reach()
            .check([self.name.as_str(), &self.owner].into_iter().chain(comment))?;
        let login = self.reach().login(probe, &self.login_db)?;
        let name = single(&self.name);
        let mut session = Session::open(probe, &login, Access::Look)?;
        let sql = "SELECT pg_catalog.pg_get_userbyid(nspowner) AS owner, \
                   pg_catalog.obj_description(oid, 'pg_namespace') AS comment \
                   FROM pg_catalog.pg_namespace WHERE nspname = $1";
        let rows = session.rows(sql, &[&name])?;
        let mut change = Change::new(login, Vec::new());
        change.complaint = Some("Database query failed");
        match (self.state, rows.first()) {
            (State::Absent, None) => {}
            (State::Absent, Some(_)) => {
                let sql = Sql::new("DROP SCHEMA ").name(&name);
                change
                    .statements
                    .push(sql.words(if self.cascade_drop { " CASCADE" } else { "" }));
            }
            (State::Present, None) => {
                let sql = Sql::new("CREATE SCHEMA ").name(&name);
                change.statements.push(match self.owner.is_empty() {
                    true => sql,
                    false => sql.words(" AUTHORIZATION ").name(&self.owner),
                });
                let comment = comment.filter(|comment| !comment.is_empty());
                change
                    .statements
                    .extend(comment.map(|text| say(&name, text)));
                change.brings = Some(format!("schema {name}"));
            }
            (State::Present, Some(row)) => {
                if !self.owner.is_empty() && row.text("owner") != Some(&self.owner) {
                    let sql = Sql::new("ALTER SCHEMA ").name(&name);
                    change
                        .statements
                        .push(sql.words(" OWNER TO ").name(&self.owner));
                }
                let comment = comment.filter(|comment| *comment != row.or_empty("comment"));
                change
                    .statements
                    .extend(comment.map(|text| say(&name, text)));
            }
        }
        drop(session);
        let mut acts = Acts::new();
        acts.value("schema", self.name.as_str());
        change.plan(&mut acts, "queries");
        Ok(acts.into_look())
    }
}

fn say(schema: &str, comment: &str) -> Sql {
    Sql::new("COMMENT ON SCHEMA ")
        .name(schema)
        .words(" IS ")
        .value(comment)
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial, wire::Effect},
        serde_json::json,
    };

    #[test]
    fn a_server_to_come_is_known_after_apply() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let arguments = json!({"name": "base", "login_unix_socket": scratch.at("none")});
        let said = trial
            .look("postgresql_schema", arguments.clone())
            .msg
            .unwrap();
        assert!(
            said.starts_with("unable to connect to database: "),
            "{said}"
        );
        trial.probe.foresee([Effect::Package {
            name: "postgresql".into(),
            installed: true,
        }]);
        let look = trial.look("postgresql_schema", arguments);
        let why = look.unknown.unwrap();
        assert!(
            !look.failed && why.ends_with("may come with package postgresql"),
            "{why}"
        );
    }
}
