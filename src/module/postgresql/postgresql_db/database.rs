use {
    super::{
        super::client::{Row, Session},
        PostgresqlDb,
    },
    crate::act::Failure,
};

/// A database as it is.
#[derive(Debug, Default)]
pub struct Database {
    pub owner: String,
    encoding: String,
    encoding_number: String,
    lc_collate: String,
    lc_ctype: String,
    icu_locale: String,
    locale_provider: String,
    pub conn_limit: String,
    pub tablespace: String,
    pub comment: String,
}

/// Columns that not every version has are read by their name in the row's JSON.
const FIND: &str = "SELECT r.rolname AS owner, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, \
    d.encoding AS number, d.datcollate AS collate, d.datctype AS ctype, \
    coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale') AS icu, \
    CASE pg_catalog.to_jsonb(d) ->> 'datlocprovider' WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' END AS provider, \
    d.datconnlimit AS limit, t.spcname AS tablespace, \
    pg_catalog.shobj_description(d.oid, 'pg_database') AS comment \
    FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = d.datdba \
    JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = $1";

impl Database {
    pub fn find(session: &mut Session, name: &str) -> Result<Option<Self>, Failure> {
        Ok(session.rows(FIND, &[name])?.first().map(Self::read))
    }

    fn read(row: Row) -> Self {
        let text = |column| row.or_empty(column).to_owned();
        Self {
            owner: text("owner"),
            encoding: text("encoding"),
            encoding_number: text("number"),
            lc_collate: text("collate"),
            lc_ctype: text("ctype"),
            icu_locale: text("icu"),
            locale_provider: text("provider"),
            conn_limit: text("limit"),
            tablespace: text("tablespace"),
            comment: text("comment"),
        }
    }

    /// Refuses what cannot be changed about a database, in Ansible's words.
    pub fn same_kind(&self, session: &mut Session, wanted: &PostgresqlDb) -> Result<(), Failure> {
        if !wanted.encoding.is_empty() {
            let sql = "SELECT pg_catalog.pg_char_to_encoding($1)";
            let number = session.rows(sql, &[&wanted.encoding])?.names();
            if number != [self.encoding_number.as_str()] {
                return Err(fixed("database encoding", "encoding", &self.encoding));
            }
        }
        for (name, wanted, there) in [
            ("LC_COLLATE", &wanted.lc_collate, &self.lc_collate),
            ("LC_CTYPE", &wanted.lc_ctype, &self.lc_ctype),
            ("ICU_LOCALE", &wanted.icu_locale, &self.icu_locale),
            (
                "LOCALE_PROVIDER",
                &wanted.locale_provider,
                &self.locale_provider,
            ),
        ] {
            if !wanted.is_empty() && wanted != there {
                return Err(fixed(name, name, there));
            }
        }
        Ok(())
    }
}

fn fixed(what: &str, name: &str, there: &str) -> Failure {
    Failure::refused(format!(
        "Changing {what} is not supported. Current {name}: {there}"
    ))
}
