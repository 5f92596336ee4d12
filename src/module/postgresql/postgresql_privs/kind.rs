use {
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

/// The kinds of objects that privileges are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Database,
    /// What objects will have that are made later.
    DefaultPrivs,
    ForeignDataWrapper,
    ForeignServer,
    Function,
    /// Membership in roles.
    Group,
    Language,
    Parameter,
    Procedure,
    Schema,
    Sequence,
    /// Views and foreign tables, too.
    #[default]
    Table,
    Tablespace,
    Type,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.words().to_lowercase().replace(' ', "_"))
    }
}

impl Kind {
    /// In SQL.
    pub fn words(self) -> &'static str {
        match self {
            Self::Database => "DATABASE",
            Self::DefaultPrivs => "DEFAULT PRIVS",
            Self::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
            Self::ForeignServer => "FOREIGN SERVER",
            Self::Function => "FUNCTION",
            Self::Group => "GROUP",
            Self::Language => "LANGUAGE",
            Self::Parameter => "PARAMETER",
            Self::Procedure => "PROCEDURE",
            Self::Schema => "SCHEMA",
            Self::Sequence => "SEQUENCE",
            Self::Table => "TABLE",
            Self::Tablespace => "TABLESPACE",
            Self::Type => "TYPE",
        }
    }

    /// Its objects are in schemas.
    pub fn has_schema(self) -> bool {
        self.has_all() || matches!(self, Self::Type | Self::DefaultPrivs)
    }

    /// There are words for all of its objects in a schema.
    pub fn has_all(self) -> bool {
        self.all().is_some()
    }

    /// These words.
    pub fn all(self) -> Option<&'static str> {
        match self {
            Self::Table => Some("ALL TABLES IN SCHEMA "),
            Self::Sequence => Some("ALL SEQUENCES IN SCHEMA "),
            Self::Function => Some("ALL FUNCTIONS IN SCHEMA "),
            Self::Procedure => Some("ALL PROCEDURES IN SCHEMA "),
            _ => None,
        }
    }

    /// The letter by which the server's `acldefault` knows it.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Database => "d",
            Self::ForeignDataWrapper => "F",
            Self::ForeignServer => "S",
            Self::Function | Self::Procedure => "f",
            Self::Language => "l",
            Self::Parameter => "p",
            Self::Schema => "n",
            Self::Sequence => "s",
            Self::Table | Self::DefaultPrivs | Self::Group => "r",
            Self::Tablespace => "t",
            Self::Type => "T",
        }
    }

    /// The query for its objects: name, owner, acl. `$1` is the list of their names; `$2`, for those in schemas, the schema. With
    /// `all`, the list is not heeded.
    pub fn source(self, all: bool) -> String {
        let named = |column: &str| match all {
            true => "$1::text[] IS NOT NULL".to_owned(),
            false => format!("{column} = ANY ($1::text[])"),
        };
        let simple = |prefix: &str, table: &str, owner: &str| {
            format!(
                "SELECT {prefix}name::text AS name, {prefix}{owner} AS owner, {prefix}acl AS acl FROM pg_catalog.{table} \
                 WHERE {}",
                named(&format!("{prefix}name"))
            )
        };
        match self {
            Self::Database => simple("dat", "pg_database", "dba"),
            Self::ForeignDataWrapper => simple("fdw", "pg_foreign_data_wrapper", "owner"),
            Self::ForeignServer => simple("srv", "pg_foreign_server", "owner"),
            Self::Language => simple("lan", "pg_language", "owner"),
            Self::Schema => simple("nsp", "pg_namespace", "owner"),
            Self::Tablespace => simple("spc", "pg_tablespace", "owner"),
            Self::Table => relations("'r', 'v', 'm', 'p', 'f'", &named("c.relname")),
            Self::Sequence => relations("'S'", &named("c.relname")),
            Self::Function => functions("p.prokind IN ('f', 'a', 'w')", &callable(all)),
            Self::Procedure => functions("p.prokind = 'p'", &callable(all)),
            Self::Type => format!(
                "SELECT t.typname::text AS name, t.typowner AS owner, t.typacl AS acl FROM pg_catalog.pg_type t \
                 JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = $2 AND {}",
                named("t.typname")
            ),
            Self::Parameter => "SELECT p.name, 10::oid AS owner, a.paracl AS acl FROM unnest($1::text[]) AS p (name) \
                 LEFT JOIN pg_catalog.pg_parameter_acl a ON a.parname = lower(p.name)"
                .into(),
            Self::Group | Self::DefaultPrivs => String::new(),
        }
    }
}

fn relations(kinds: &str, named: &str) -> String {
    format!(
        "SELECT c.relname::text AS name, c.relowner AS owner, c.relacl AS acl FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $2 AND c.relkind IN ({kinds}) AND {named}"
    )
}

fn functions(kinds: &str, named: &str) -> String {
    format!(
        "SELECT p.oid::regprocedure::text AS name, p.proowner AS owner, p.proacl AS acl FROM pg_catalog.pg_proc p \
         JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $2 AND {kinds} AND {named}"
    )
}

/// A signature that is not there is an error of the server's own.
fn callable(all: bool) -> String {
    match all {
        true => "$1::text[] IS NOT NULL".into(),
        false => "p.oid = ANY ($1::regprocedure[])".into(),
    }
}
