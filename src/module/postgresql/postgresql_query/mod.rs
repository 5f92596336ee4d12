mod fill;
mod queries;
mod results;
mod scan;

use {
    super::{
        arguments::with_login,
        client::{Access, Session, Trouble},
        sql::{Sql, array},
    },
    crate::{
        act::{Failure, Look, Probe},
        module::Module,
        wire::Object,
    },
    fill::{Values, fill},
    queries::Queries,
    results::Results,
    scan::Scan,
    serde_json::Value,
};

with_login! {
    /// Run SQL in a PostgreSQL database.
    ///
    /// What only reads is run in a dry run, too, in a read-only transaction. Anything else is shown in a dry run, and not run.
    pub struct PostgresqlQuery {
        /// The SQL, or a list of it. `%s` and `%(name)s` stand for values; `%%` is a percent sign then.
        #[serde(default)]
        query: Value,
        /// The values for `%s`, in their order.
        #[serde(default)]
        positional_args: Vec<Value>,
        /// The values for `%(name)s`.
        #[serde(default)]
        named_args: Object,
        /// The database.
        #[serde(default)]
        #[schemars(extend("aliases" = ["db"]))]
        login_db: String,
        /// Run without a transaction around it, for SQL that allows none (`VACUUM`).
        #[serde(default)]
        autocommit: bool,
        /// The encoding of the session. The server translates, and farcast speaks UTF-8 with it whatever is said here.
        #[serde(rename = "encoding")]
        _encoding: Option<String>,
        /// The schemas to look for names in.
        #[serde(default)]
        search_path: Vec<String>,
    }
}

impl Module for PostgresqlQuery {
    const NAME: &'static str = "postgresql_query";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Queries;

    fn look(&self, probe: &Probe) -> Result<Look<Queries>, Failure> {
        self.reach().check([])?;
        let written = self.written()?;
        let values = self.values()?;
        let filled: Result<Vec<String>, Failure> =
            written.iter().map(|query| fill(query, &values)).collect();
        let queries = Queries {
            login: self.reach().login(probe, &self.login_db)?,
            written,
            filled: filled?,
            path: self.path(),
            atomic: !self.autocommit,
        };
        match read(probe, &queries)? {
            Some(results) => Ok(Look::same(results.data(&queries))),
            None => Ok(Look::Change(queries)),
        }
    }
}

impl PostgresqlQuery {
    fn written(&self) -> Result<Vec<String>, Failure> {
        let text = |value: &Value| value.as_str().map(String::from);
        let all = match &self.query {
            Value::String(query) => Some(vec![query.clone()]),
            Value::Array(queries) => queries.iter().map(text).collect(),
            _ => None,
        };
        all.ok_or_else(|| Failure::refused("query argument must be of type string or list"))
    }

    fn values(&self) -> Result<Values<'_>, Failure> {
        match (self.positional_args.is_empty(), self.named_args.is_empty()) {
            (false, false) => Err(Failure::refused(
                "parameters are mutually exclusive: positional_args|named_args",
            )),
            (false, true) => Ok(Values::InOrder(&self.positional_args)),
            (true, false) => Ok(Values::ByName(&self.named_args)),
            (true, true) => Ok(Values::None),
        }
    }

    /// As SQL takes names: what is not quoted is written small.
    fn path(&self) -> Option<Sql> {
        let mut sql = Sql::new("SET search_path TO ");
        for (at, name) in self.search_path.iter().enumerate() {
            let name = name.trim();
            sql = sql.words(if at == 0 { "" } else { ", " });
            sql = match name.starts_with('"') {
                true => sql.name(&super::sql::single(name)),
                false => sql.name(&name.to_lowercase()),
            };
        }
        (!self.search_path.is_empty()).then_some(sql)
    }
}

/// The results, if all that is asked for only reads.
fn read(probe: &Probe, queries: &Queries) -> Result<Option<Results>, Failure> {
    let scan = Scan::of(&queries.filled.join("\n;\n"));
    if !scan.reads {
        // The database is looked at nevertheless: a dry run says that it is not there.
        Session::open(probe, &queries.login, Access::Look)?;
        return Ok(None);
    }
    let mut session = Session::open(probe, &queries.login, Access::Look)?;
    if acts(&mut session, &scan)? {
        return Ok(None);
    }
    match queries.run(&mut session) {
        Ok(results) => Ok(Some(results)),
        Err(trouble) if trouble.state() == Some(READ_ONLY) => Ok(None),
        Err(trouble) => Err(queries.failure(trouble)),
    }
}

/// The server's word for: this would write.
const READ_ONLY: &str = "25006";

/// Functions that the server takes to have effects, or results that change, and that only look.
const HARMLESS: [&str; 22] = [
    "clock_timestamp",
    "currval",
    "gen_random_uuid",
    "lastval",
    "pg_current_wal_insert_lsn",
    "pg_current_wal_lsn",
    "pg_database_size",
    "pg_indexes_size",
    "pg_is_in_recovery",
    "pg_is_wal_replay_paused",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp",
    "pg_ls_dir",
    "pg_read_file",
    "pg_relation_size",
    "pg_stat_file",
    "pg_table_size",
    "pg_tablespace_size",
    "pg_total_relation_size",
    "random",
    "timeofday",
];

/// Whether functions are called that may do something, though it is but a SELECT: `pg_reload_conf()`.
fn acts(session: &mut Session, scan: &Scan) -> Result<bool, Trouble> {
    let called = scan
        .calls
        .iter()
        .filter(|name| !HARMLESS.contains(&name.as_str()));
    let called: Vec<String> = called.cloned().collect();
    if called.is_empty() {
        return Ok(false);
    }
    let volatile =
        "SELECT proname FROM pg_catalog.pg_proc WHERE provolatile = 'v' AND proname = ANY ($1)";
    let found = session.rows(volatile, &[&array(&called)])?;
    Ok(!found.is_empty())
}
