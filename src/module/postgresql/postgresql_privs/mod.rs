mod acl;
mod defaults;
mod group;
mod kind;
mod objects;
mod roles;

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
    kind::Kind,
    roles::Grantee,
};

with_login! {
    /// Grant or revoke privileges in PostgreSQL.
    pub struct PostgresqlPrivs {
        /// The database to connect to.
        #[schemars(extend("aliases" = ["db", "database"]))]
        login_db: String,
        /// Whether they shall be granted.
        #[serde(default)]
        state: State,
        /// The privileges, separated by commas: `SELECT,INSERT`, `ALL`.
        #[schemars(extend("aliases" = ["priv"]))]
        privs: Option<String>,
        /// The kind of the objects.
        #[serde(default)]
        r#type: Kind,
        /// The objects, separated by commas; `ALL_IN_SCHEMA` for all in the schema. In signatures of functions colons stand for
        /// commas. Of default privileges: `TABLES`, `SEQUENCES`, `FUNCTIONS`, `TYPES`, `SCHEMAS` or `ALL_DEFAULT`.
        #[schemars(extend("aliases" = ["obj"]))]
        objs: Option<String>,
        /// Their schema: `public`, if nothing else is said. `not-specified`: default privileges everywhere.
        schema: Option<String>,
        /// Whom they are granted to, separated by commas; `PUBLIC` is everyone.
        #[schemars(extend("aliases" = ["role"]))]
        roles: String,
        /// Fail if such a role is not there; else it is passed over.
        #[serde(default = "super::arguments::yes")]
        fail_on_role: bool,
        /// Whose new objects get default privileges, separated by commas.
        target_roles: Option<String>,
        /// Whether they may grant them to others; not said: as it is.
        #[schemars(extend("aliases" = ["admin_option"]))]
        grant_option: Option<bool>,
    }
}

/// What is asked for, read and checked.
struct Wish<'a> {
    state: State,
    kind: Kind,
    /// In capitals; underscores are blanks.
    privileges: Vec<String>,
    objects: Vec<String>,
    /// All objects of the kind in the schema.
    all: bool,
    schema: Option<&'a str>,
    grantees: Vec<Grantee>,
    target_roles: Vec<String>,
    grant_option: Option<bool>,
}

impl Module for PostgresqlPrivs {
    const NAME: &'static str = "postgresql_privs";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let texts = [
            Some(&self.roles),
            self.target_roles.as_ref(),
            self.schema.as_ref(),
        ];
        self.reach()
            .check(texts.into_iter().flatten().map(String::as_str))?;
        let mut wish = self.wish()?;
        let login = self.reach().login(probe, &self.login_db)?;
        let mut session = Session::open(probe, &login, Access::Look)?;
        let mut acts = Acts::new();
        for name in split(&self.roles) {
            match Grantee::find(&mut session, &name)? {
                Some(grantee) => wish.grantees.push(grantee),
                None if self.fail_on_role => return Err(roles::unknown(probe, &name)),
                None => acts.warn(format!("Role '{name}' does not exist, pass it")),
            }
        }
        let statements = match wish.grantees.is_empty() {
            true => {
                acts.warn("No valid roles provided, nothing to do");
                Vec::new()
            }
            false => wish.statements(probe, &mut session)?,
        };
        if !wish.target_roles.is_empty() && self.r#type != Kind::DefaultPrivs {
            acts.warn(
                "\"target_roles\" will be ignored Argument \"type: default_privs\" is required for usage of \"target_roles\".",
            );
        }
        drop(session);
        Change::new(login, statements).plan(&mut acts, "queries");
        Ok(acts.into_look())
    }
}

impl PostgresqlPrivs {
    fn wish(&self) -> Result<Wish<'_>, Failure> {
        let (kind, refused) = (self.r#type, |text: String| Err(Failure::refused(text)));
        let all = self.objs.as_deref() == Some("ALL_IN_SCHEMA");
        if self.schema.is_some() && !kind.has_schema() {
            return refused(format!(
                "Argument \"schema\" is not allowed for type \"{kind}\"."
            ));
        }
        if all && !kind.has_all() {
            return refused(format!(
                "Argument \"objs\": ALL_IN_SCHEMA can be used only for type: table, sequence, function or procedure, {kind} \
                 was passed."
            ));
        }
        let objects = match (&self.objs, kind) {
            (None, Kind::Database) => vec![self.login_db.clone()],
            (None, _) => {
                return refused(format!(
                    "Argument \"objs\" is required for type \"{kind}\"."
                ));
            }
            (Some(_), _) if all => Vec::new(),
            (Some(objs), Kind::Function | Kind::Procedure) => split(objs)
                .into_iter()
                .map(|object| object.replace(':', ","))
                .collect(),
            (Some(objs), _) => split(objs),
        };
        match (&self.privs, kind) {
            (Some(_), Kind::Group) => {
                return refused("Argument \"privs\" is not allowed for type \"group\".".into());
            }
            (None, kind) if kind != Kind::Group => {
                return refused(format!(
                    "Argument \"privs\" is required for type \"{kind}\"."
                ));
            }
            _ => {}
        }
        Ok(Wish {
            state: self.state,
            kind,
            privileges: acl::privileges(self.privs.as_deref().unwrap_or_default())?,
            objects,
            all,
            schema: self.schema(),
            grantees: Vec::new(),
            target_roles: self.target_roles.as_deref().map(split).unwrap_or_default(),
            grant_option: self.grant_option,
        })
    }

    fn schema(&self) -> Option<&str> {
        let everywhere = self.schema.as_deref() == Some("not-specified")
            || self
                .objs
                .as_deref()
                .is_some_and(|objs| objs.eq_ignore_ascii_case("schemas"));
        match self.r#type.has_schema() && !everywhere {
            true => Some(self.schema.as_deref().unwrap_or("public")),
            false => None,
        }
    }
}

impl Wish<'_> {
    /// What has to be said to the server; nothing, where all is as it shall be.
    fn statements(&self, probe: &Probe, session: &mut Session) -> Result<Vec<Sql>, Failure> {
        match self.kind {
            Kind::Group => self.memberships(probe, session),
            Kind::DefaultPrivs => self.defaults(probe, session),
            _ => self.grants(probe, session),
        }
    }

    /// Adds the grantees.
    fn whom(&self, sql: Sql, words: &'static str) -> Sql {
        let mut sql = sql.words(words);
        for (at, grantee) in self.grantees.iter().enumerate() {
            sql = sql.words(if at == 0 { "" } else { "," });
            sql = grantee.put(sql);
        }
        sql
    }

    /// Adds the privileges. They are of a list of words.
    fn what(&self, sql: Sql) -> Sql {
        sql.verbatim(&self.privileges.join(","))
    }
}

fn split(list: &str) -> Vec<String> {
    let parts = list
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.map(Into::into).collect()
}
