use {
    super::{
        arguments::with_login,
        change::Change,
        client::{Access, Row, Session, elements},
        sql::{Sql, parts},
        state::State,
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
    },
};

with_login! {
    /// Manage tables of a PostgreSQL database.
    pub struct PostgresqlTable {
        /// The table, with its schema where that is not `public`.
        #[schemars(extend("aliases" = ["name"]))]
        table: String,
        /// Whether it shall be there.
        #[serde(default)]
        state: State,
        /// The database.
        #[serde(default)]
        #[schemars(extend("aliases" = ["db"]))]
        login_db: String,
        /// The columns of a new table, each in SQL. Those of a table that is there stay as they are.
        #[serde(default)]
        columns: Vec<String>,
        /// The role that owns it.
        owner: Option<String>,
        /// Where its content is kept.
        tablespace: Option<String>,
        /// Settings of its storage, each `name=value`.
        #[serde(default)]
        storage_params: Vec<String>,
        /// Make a table whose content is gone after a crash, and that is faster.
        #[serde(default)]
        unlogged: bool,
        /// Make it with the columns of this table.
        like: Option<String>,
        /// And with these parts of it, separated by commas: `DEFAULTS`, `CONSTRAINTS`, `INDEXES`, `STORAGE`, `COMMENTS`, `ALL`.
        including: Option<String>,
        /// Its new name.
        rename: Option<String>,
        /// Remove all rows.
        #[serde(default)]
        truncate: bool,
        /// Remove what depends on it, too.
        #[serde(default)]
        cascade: bool,
    }
}

/// A table as it is.
struct Table {
    owner: String,
    tablespace: String,
    storage: Vec<String>,
}

impl Table {
    fn find(session: &mut Session, name: &[String]) -> Result<Option<Self>, Failure> {
        let (schema, table) = match name {
            [.., schema, table] => (schema.as_str(), table.as_str()),
            [table] => ("public", table.as_str()),
            [] => ("", ""),
        };
        let sql = "SELECT t.tableowner, t.tablespace, c.reloptions FROM pg_catalog.pg_tables t \
                   JOIN pg_catalog.pg_namespace n ON n.nspname = t.schemaname \
                   JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename \
                   WHERE t.schemaname = $1 AND t.tablename = $2";
        Ok(session.rows(sql, &[schema, table])?.first().map(Self::read))
    }

    fn read(row: Row) -> Self {
        Self {
            owner: row.or_empty("tableowner").into(),
            tablespace: row.or_empty("tablespace").into(),
            storage: elements(row.or_empty("reloptions"))
                .into_iter()
                .flatten()
                .collect(),
        }
    }
}

impl Module for PostgresqlTable {
    const NAME: &'static str = "postgresql_table";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let login = self.reach().login(probe, &self.login_db)?;
        let mut session = Session::open(probe, &login, Access::Look)?;
        let name = parts(&self.table);
        let there = Table::find(&mut session, &name)?;
        let mut acts = Acts::new();
        if self.state == State::Present && self.cascade {
            acts.warn("cascade=true is ignored when state=present");
        }
        let mut change = Change::new(login, Vec::new());
        change.statements = match (&self.rename, self.state, &there) {
            (_, State::Absent, None) => Vec::new(),
            (_, State::Absent, Some(_)) => {
                let sql = Sql::new("DROP TABLE ").path(&name);
                vec![sql.words(if self.cascade { " CASCADE" } else { "" })]
            }
            (Some(new), State::Present, there) => self.rename(probe, &mut session, there, new)?,
            (None, State::Present, None) if self.truncate => return Err(self.missing(probe)),
            (None, State::Present, Some(_)) if self.truncate => {
                vec![Sql::new("TRUNCATE TABLE ").path(&name)]
            }
            (None, State::Present, None) => {
                change.brings = Some(format!("table {}", self.table));
                self.create(&name)
            }
            (None, State::Present, Some(there)) => self.alter(&name, there),
        };
        drop(session);
        self.values(&mut acts, there.as_ref());
        change.plan(&mut acts, "queries");
        Ok(acts.into_look())
    }
}

impl PostgresqlTable {
    fn check(&self) -> Result<(), Failure> {
        let given = [
            &self.tablespace,
            &self.owner,
            &self.like,
            &self.including,
            &self.rename,
        ];
        let lists = self.storage_params.iter().chain(&self.columns);
        let texts = given
            .into_iter()
            .flatten()
            .chain(lists)
            .chain([&self.table]);
        self.reach().check(texts.map(String::as_str))?;
        let makes = !self.columns.is_empty()
            || self.like.is_some()
            || self.unlogged
            || !self.storage_params.is_empty()
            || self.owner.is_some()
            || self.tablespace.is_some()
            || self.including.is_some();
        let name = &self.table;
        Err(Failure::refused(match self.state {
            State::Absent if makes || self.truncate || self.rename.is_some() => format!(
                "{name}: state=absent is mutually exclusive with: truncate, rename, columns, tablespace, including, like, \
                 storage_params, unlogged, owner"
            ),
            _ if self.truncate && (makes || self.rename.is_some()) => format!(
                "{name}: truncate is mutually exclusive with: rename, columns, like, unlogged, including, storage_params, \
                 owner, tablespace"
            ),
            _ if self.rename.is_some() && makes => format!(
                "{name}: rename is mutually exclusive with: columns, like, unlogged, including, storage_params, owner, \
                 tablespace"
            ),
            _ if self.like.is_some() && !self.columns.is_empty() => {
                format!("{name}: like and columns params are mutually exclusive")
            }
            _ if self.including.is_some() && self.like.is_none() => {
                format!("{name}: including param needs like param specified")
            }
            _ => return Ok(()),
        }))
    }

    fn create(&self, name: &[String]) -> Vec<Sql> {
        let words = if self.unlogged {
            "CREATE UNLOGGED TABLE "
        } else {
            "CREATE TABLE "
        };
        let mut sql = Sql::new(words).path(name).words(" (");
        sql = match &self.like {
            None => sql.verbatim(&self.columns.join(",")),
            Some(like) => {
                let parts_of = self.including.as_deref().unwrap_or_default().split(',');
                let parts_of = parts_of.map(str::trim).filter(|part| !part.is_empty());
                let sql = sql.words("LIKE ").path(&parts(like));
                parts_of.fold(sql, |sql, part| sql.words(" INCLUDING ").verbatim(part))
            }
        };
        sql = sql.words(")");
        if !self.storage_params.is_empty() {
            sql = sql
                .words(" WITH (")
                .verbatim(&self.storage_params.join(","))
                .words(")");
        }
        if let Some(tablespace) = &self.tablespace {
            sql = sql.words(" TABLESPACE ").name(tablespace);
        }
        [sql]
            .into_iter()
            .chain(self.owner.as_ref().map(|owner| own(name, owner)))
            .collect()
    }

    fn alter(&self, name: &[String], there: &Table) -> Vec<Sql> {
        let mut statements = Vec::new();
        let tablespace = self.tablespace.as_deref().filter(|wanted| {
            // The usual one has no name there.
            *wanted != there.tablespace && !(*wanted == "pg_default" && there.tablespace.is_empty())
        });
        if let Some(tablespace) = tablespace {
            let sql = Sql::new("ALTER TABLE ")
                .path(name)
                .words(" SET TABLESPACE ");
            statements.push(sql.name(tablespace));
        }
        let owner = self.owner.as_ref().filter(|owner| **owner != there.owner);
        statements.extend(owner.map(|owner| own(name, owner)));
        let bare = |setting: &String| setting.replace(' ', "");
        if !self
            .storage_params
            .iter()
            .all(|wanted| there.storage.contains(&bare(wanted)))
        {
            let sql = Sql::new("ALTER TABLE ").path(name).words(" SET (");
            statements.push(sql.verbatim(&self.storage_params.join(",")).words(")"));
        }
        statements
    }

    fn rename(
        &self,
        probe: &Probe,
        session: &mut Session,
        there: &Option<Table>,
        new: &str,
    ) -> Result<Vec<Sql>, Failure> {
        let name = parts(&self.table);
        let renamed = match name.split_last() {
            Some((_, schema)) if !new.contains('.') => [schema, &[new.to_owned()]].concat(),
            _ => parts(new),
        };
        match (there, Table::find(session, &renamed)?) {
            (None, Some(_)) => Ok(Vec::new()),
            (None, None) => Err(self.missing(probe)),
            (Some(_), _) => {
                let last = renamed.last().map(String::as_str).unwrap_or_default();
                Ok(vec![
                    Sql::new("ALTER TABLE ")
                        .path(&name)
                        .words(" RENAME TO ")
                        .name(last),
                ])
            }
        }
    }

    fn missing(&self, probe: &Probe) -> Failure {
        let words = format!("relation \"{}\" does not exist", self.table);
        match probe.pending() {
            Some(pending) => Failure::Unforeseeable(format!("{words}; may come with {pending}")),
            None => Failure::refused(words),
        }
    }

    /// What is known of the table afterwards.
    fn values(&self, acts: &mut Acts, there: Option<&Table>) {
        acts.value("table", self.table.as_str());
        if self.state == State::Absent {
            acts.value("state", if there.is_some() { "absent" } else { "" });
            return;
        }
        acts.value("state", "present");
        let owner = self.owner.as_ref().or(there.map(|there| &there.owner));
        let tablespace = self
            .tablespace
            .as_ref()
            .or(there.map(|there| &there.tablespace));
        if let Some(owner) = owner {
            acts.value("owner", owner.as_str());
        }
        acts.value("tablespace", tablespace.cloned().unwrap_or_default());
        let storage = there.map(|there| there.storage.clone()).unwrap_or_default();
        let mut storage: Vec<String> = storage;
        for wanted in &self.storage_params {
            let name = wanted.split('=').next().unwrap_or_default().trim();
            storage.retain(|there| there.split('=').next() != Some(name));
            storage.push(wanted.replace(' ', ""));
        }
        acts.value("storage_params", storage);
    }
}

fn own(table: &[String], owner: &str) -> Sql {
    Sql::new("ALTER TABLE ")
        .path(table)
        .words(" OWNER TO ")
        .name(owner)
}
