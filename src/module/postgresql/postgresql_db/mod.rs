mod archive;
mod database;

use {
    super::{
        arguments::with_login,
        change::Change,
        client::{Access, Session},
        sql::Sql,
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
    },
    database::Database,
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

/// What a database shall be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    /// Written to `target`.
    Dump,
    #[default]
    Present,
    /// Named `target`.
    Rename,
    /// Read from `target`.
    Restore,
}

with_login! {
    /// Manage databases of a PostgreSQL server.
    pub struct PostgresqlDb {
        /// The database.
        #[schemars(extend("aliases" = ["db"]))]
        name: String,
        /// Whether it shall be there, or be dumped, restored or renamed.
        #[serde(default)]
        state: State,
        /// The role that owns it.
        #[serde(default)]
        owner: String,
        /// The database that a new one is made like.
        #[serde(default)]
        template: String,
        /// Its encoding: `UTF-8`. Like the locale it cannot be changed later.
        #[serde(default)]
        encoding: String,
        /// Its order of letters.
        #[serde(default)]
        lc_collate: String,
        /// Its kinds of letters.
        #[serde(default)]
        lc_ctype: String,
        /// Its locale for ICU.
        #[serde(default)]
        icu_locale: String,
        /// Whose locales it has: `icu` or `libc`.
        #[serde(default)]
        locale_provider: String,
        /// So many connections at once; `-1`: any number.
        #[serde(default)]
        conn_limit: String,
        /// Where its files are.
        #[serde(default)]
        tablespace: String,
        /// What is said about it. Empty: nothing.
        comment: Option<String>,
        /// End the sessions that are in it, to remove it.
        #[serde(default)]
        force: bool,
        /// The file to dump to or restore from (its ending says the form: `.sql`, `.tar`, `.pgc`, `.dir`, and `.gz`, `.bz2`,
        /// `.xz` of SQL), or the new name.
        #[serde(default)]
        target: String,
        /// More arguments for the program that dumps or restores.
        #[serde(default)]
        target_opts: String,
        /// More arguments for `pg_dump`.
        dump_extra_args: Option<String>,
        /// The database to connect to.
        #[serde(default = "maintenance")]
        maintenance_db: String,
    }
}

fn maintenance() -> String {
    "postgres".into()
}

impl Module for PostgresqlDb {
    const NAME: &'static str = "postgresql_db";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let login = self.reach().login(probe, &self.maintenance_db)?;
        let mut acts = Acts::new();
        match self.state {
            State::Dump | State::Restore => {
                self.archive(probe, &login, &mut acts)?;
                return Ok(acts.into_look());
            }
            State::Absent | State::Present | State::Rename => {}
        }
        let mut session = Session::open(probe, &login, Access::Look)?;
        let there = Database::find(&mut session, &self.name)?;
        acts.value("db", self.name.as_str());
        let mut change = Change::new(login, Vec::new());
        change.atomic = false;
        change.complaint = Some("Database query failed");
        match (self.state, there) {
            (State::Absent, None) => {}
            (State::Absent, Some(_)) => change.statements = self.drop(session.version()),
            (State::Rename, there) => change.statements = self.rename(&mut session, there)?,
            (_, None) => {
                change.brings = Some(format!("database {}", self.name));
                change.statements = self.create(session.version());
            }
            (_, Some(there)) => change.statements = self.alter(&mut session, &there)?,
        }
        change.plan(&mut acts, "executed_commands");
        Ok(acts.into_look())
    }
}

impl PostgresqlDb {
    fn check(&self) -> Result<(), Failure> {
        let texts = [
            &self.owner,
            &self.conn_limit,
            &self.encoding,
            &self.name,
            &self.template,
            &self.tablespace,
        ];
        let comment = self.comment.as_deref();
        self.reach()
            .check(texts.into_iter().map(String::as_str).chain(comment))?;
        let limit = &self.conn_limit;
        if !limit.is_empty() && limit.parse::<i64>().is_err() {
            return Err(Failure::refused(format!(
                "conn_limit is no number: {limit}"
            )));
        }
        match self.state {
            State::Rename if self.target.is_empty() => Err(Failure::refused(
                "The \"target\" option must be defined when the \"rename\" option is used.",
            )),
            State::Rename if self.target == self.name => Err(Failure::refused(
                "The \"name/db\" option and the \"target\" option cannot be the same.",
            )),
            State::Rename if self.maintenance_db == self.name => Err(Failure::refused(
                "The \"maintenance_db\" option and the \"name/db\" option cannot be the same.",
            )),
            _ => Ok(()),
        }
    }

    fn create(&self, version: u32) -> Vec<Sql> {
        let mut sql = Sql::new("CREATE DATABASE ").name(&self.name);
        for (words, name) in [(" OWNER ", &self.owner), (" TEMPLATE ", &self.template)] {
            if !name.is_empty() {
                sql = sql.words(words).name(name);
            }
        }
        let mut values = vec![
            (" ENCODING ", &self.encoding),
            (" LC_COLLATE ", &self.lc_collate),
            (" LC_CTYPE ", &self.lc_ctype),
        ];
        if version >= 150_000 {
            values.push((" ICU_LOCALE ", &self.icu_locale));
            values.push((" LOCALE_PROVIDER ", &self.locale_provider));
        }
        for (words, value) in values {
            if !value.is_empty() {
                sql = sql.words(words).value(value);
            }
        }
        if !self.tablespace.is_empty() {
            sql = sql.words(" TABLESPACE ").name(&self.tablespace);
        }
        if !self.conn_limit.is_empty() {
            sql = sql.words(" CONNECTION LIMIT ").verbatim(&self.conn_limit);
        }
        let comment = self
            .comment
            .as_deref()
            .filter(|comment| !comment.is_empty());
        let comment = comment.map(|comment| self.comment(comment));
        [sql].into_iter().chain(comment).collect()
    }

    fn comment(&self, comment: &str) -> Sql {
        Sql::new("COMMENT ON DATABASE ")
            .name(&self.name)
            .words(" IS ")
            .value(comment)
    }

    /// What has to be different about a database that is there.
    fn alter(&self, session: &mut Session, there: &Database) -> Result<Vec<Sql>, Failure> {
        there.same_kind(session, self)?;
        let alter = |words| Sql::new("ALTER DATABASE ").name(&self.name).words(words);
        let mut statements = Vec::new();
        if !self.owner.is_empty() && self.owner != there.owner {
            statements.push(alter(" OWNER TO ").name(&self.owner));
        }
        if !self.conn_limit.is_empty() && self.conn_limit != there.conn_limit {
            statements.push(alter(" CONNECTION LIMIT ").verbatim(&self.conn_limit));
        }
        if !self.tablespace.is_empty() && self.tablespace != there.tablespace {
            statements.push(alter(" SET TABLESPACE ").name(&self.tablespace));
        }
        if let Some(comment) = &self.comment
            && *comment != there.comment
        {
            statements.push(self.comment(comment));
        }
        Ok(statements)
    }

    fn drop(&self, version: u32) -> Vec<Sql> {
        let sql = Sql::new("DROP DATABASE ").name(&self.name);
        match (self.force, version >= 130_000) {
            (false, _) => vec![sql],
            (true, true) => vec![sql.words(" WITH (FORCE)")],
            (true, false) => {
                let end = "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity \
                           WHERE pid <> pg_catalog.pg_backend_pid() AND datname = ";
                vec![Sql::new(end).value(&self.name), sql]
            }
        }
    }

    fn rename(&self, session: &mut Session, there: Option<Database>) -> Result<Vec<Sql>, Failure> {
        let target = Database::find(session, &self.target)?;
        match (there.is_some(), target.is_some()) {
            (true, true) => Err(Failure::refused(
                "Both the source and the target databases exist.",
            )),
            (false, false) => Err(Failure::refused(
                "The source and the target databases do not exist.",
            )),
            (false, true) => Ok(Vec::new()),
            (true, false) => {
                let sql = Sql::new("ALTER DATABASE ").name(&self.name);
                Ok(vec![sql.words(" RENAME TO ").name(&self.target)])
            }
        }
    }
}
