use {
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

/// The kinds of objects that have an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Aggregate,
    Collation,
    Conversion,
    Database,
    Domain,
    EventTrigger,
    ForeignDataWrapper,
    ForeignTable,
    Function,
    Language,
    LargeObject,
    Matview,
    Procedure,
    Publication,
    Routine,
    Schema,
    Sequence,
    Server,
    Statistics,
    Table,
    Tablespace,
    TextSearchConfiguration,
    TextSearchDictionary,
    Type,
    View,
}

/// Where the server's catalog has a kind of object.
struct Catalog {
    table: &'static str,
    /// What the columns for the name and the owner begin with, and end on.
    name: &'static str,
    owner: &'static str,
    /// The column for the schema, and the function that says whether it is seen without one.
    schema: Option<(&'static str, &'static str)>,
    condition: &'static str,
}

const fn plain(table: &'static str, name: &'static str, owner: &'static str) -> Catalog {
    Catalog {
        table,
        name,
        owner,
        schema: None,
        condition: "",
    }
}

const fn inside(
    table: &'static str,
    columns: [&'static str; 3],
    visible: &'static str,
    condition: &'static str,
) -> Catalog {
    Catalog {
        table,
        name: columns[0],
        owner: columns[1],
        schema: Some((columns[2], visible)),
        condition,
    }
}

const fn relation(condition: &'static str) -> Catalog {
    inside(
        "pg_class",
        ["relname", "relowner", "relnamespace"],
        "pg_table_is_visible",
        condition,
    )
}

const fn routine(condition: &'static str) -> Catalog {
    inside(
        "pg_proc",
        ["proname", "proowner", "pronamespace"],
        "pg_function_is_visible",
        condition,
    )
}

impl Kind {
    /// In SQL.
    pub fn words(self) -> &'static str {
        match self {
            Self::Aggregate => "AGGREGATE",
            Self::Collation => "COLLATION",
            Self::Conversion => "CONVERSION",
            Self::Database => "DATABASE",
            Self::Domain => "DOMAIN",
            Self::EventTrigger => "EVENT TRIGGER",
            Self::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
            Self::ForeignTable => "FOREIGN TABLE",
            Self::Function => "FUNCTION",
            Self::Language => "LANGUAGE",
            Self::LargeObject => "LARGE OBJECT",
            Self::Matview => "MATERIALIZED VIEW",
            Self::Procedure => "PROCEDURE",
            Self::Publication => "PUBLICATION",
            Self::Routine => "ROUTINE",
            Self::Schema => "SCHEMA",
            Self::Sequence => "SEQUENCE",
            Self::Server => "SERVER",
            Self::Statistics => "STATISTICS",
            Self::Table => "TABLE",
            Self::Tablespace => "TABLESPACE",
            Self::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
            Self::TextSearchDictionary => "TEXT SEARCH DICTIONARY",
            Self::Type => "TYPE",
            Self::View => "VIEW",
        }
    }

    /// It may be named with the types of its arguments.
    pub fn is_callable(self) -> bool {
        matches!(
            self,
            Self::Aggregate | Self::Function | Self::Procedure | Self::Routine
        )
    }

    pub fn has_schema(self) -> bool {
        self.catalog().schema.is_some()
    }

    /// The query for the owners of the objects that are named `$1`, in the schema `$2` or, without one, that are seen.
    pub fn find(self) -> String {
        let Catalog {
            table,
            name,
            owner,
            schema,
            condition,
        } = self.catalog();
        let (join, inside) = match schema {
            None => (String::new(), String::new()),
            Some((column, visible)) => (
                format!(" JOIN pg_catalog.pg_namespace n ON n.oid = o.{column}"),
                format!(" AND (n.nspname = $2 OR $2 = '' AND pg_catalog.{visible}(o.oid))"),
            ),
        };
        format!(
            "SELECT pg_catalog.pg_get_userbyid(o.{owner}) FROM pg_catalog.{table} o{join} \
             WHERE o.{name}::text = $1{inside}{condition}"
        )
    }

    fn catalog(self) -> Catalog {
        match self {
            Self::Aggregate => routine(" AND o.prokind = 'a'"),
            Self::Function => routine(" AND o.prokind IN ('f', 'w')"),
            Self::Procedure => routine(" AND o.prokind = 'p'"),
            Self::Routine => routine(""),
            Self::ForeignTable => relation(" AND o.relkind = 'f'"),
            Self::Matview => relation(" AND o.relkind = 'm'"),
            Self::Sequence => relation(" AND o.relkind = 'S'"),
            Self::Table => relation(" AND o.relkind IN ('r', 'p')"),
            Self::View => relation(" AND o.relkind = 'v'"),
            Self::Domain | Self::Type => inside(
                "pg_type",
                ["typname", "typowner", "typnamespace"],
                "pg_type_is_visible",
                "",
            ),
            Self::Collation => inside(
                "pg_collation",
                ["collname", "collowner", "collnamespace"],
                "pg_collation_is_visible",
                "",
            ),
            Self::Conversion => inside(
                "pg_conversion",
                ["conname", "conowner", "connamespace"],
                "pg_conversion_is_visible",
                "",
            ),
            Self::Statistics => inside(
                "pg_statistic_ext",
                ["stxname", "stxowner", "stxnamespace"],
                "pg_statistics_obj_is_visible",
                "",
            ),
            Self::TextSearchConfiguration => inside(
                "pg_ts_config",
                ["cfgname", "cfgowner", "cfgnamespace"],
                "pg_ts_config_is_visible",
                "",
            ),
            Self::TextSearchDictionary => inside(
                "pg_ts_dict",
                ["dictname", "dictowner", "dictnamespace"],
                "pg_ts_dict_is_visible",
                "",
            ),
            Self::Database => plain("pg_database", "datname", "datdba"),
            Self::EventTrigger => plain("pg_event_trigger", "evtname", "evtowner"),
            Self::ForeignDataWrapper => plain("pg_foreign_data_wrapper", "fdwname", "fdwowner"),
            Self::Language => plain("pg_language", "lanname", "lanowner"),
            Self::LargeObject => plain("pg_largeobject_metadata", "oid", "lomowner"),
            Self::Publication => plain("pg_publication", "pubname", "pubowner"),
            Self::Schema => plain("pg_namespace", "nspname", "nspowner"),
            Self::Server => plain("pg_foreign_server", "srvname", "srvowner"),
            Self::Tablespace => plain("pg_tablespace", "spcname", "spcowner"),
        }
    }
}
