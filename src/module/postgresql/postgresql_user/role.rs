use {
    super::{
        super::client::{Row, Session},
        configuration,
    },
    crate::act::Failure,
};

/// A role as it is.
#[derive(Debug, Default)]
pub struct Role {
    pub name: String,
    /// The attributes that it has.
    pub flags: Vec<&'static str>,
    pub limit: i64,
    /// As it is stored, or stars where only the server may see it.
    pub password: Option<String>,
    pub comment: String,
    pub settings: Vec<(String, String)>,
}

/// Each attribute, and its column.
const COLUMNS: [(&str, &str); 7] = [
    ("SUPERUSER", "rolsuper"),
    ("CREATEROLE", "rolcreaterole"),
    ("CREATEDB", "rolcreatedb"),
    ("INHERIT", "rolinherit"),
    ("LOGIN", "rolcanlogin"),
    ("REPLICATION", "rolreplication"),
    ("BYPASSRLS", "rolbypassrls"),
];

/// Who may read the passwords is told them.
const WITH_PASSWORD: &str = "SELECT r.*, a.rolpassword AS stored, \
    pg_catalog.shobj_description(r.oid, 'pg_authid') AS comment \
    FROM pg_catalog.pg_roles r JOIN pg_catalog.pg_authid a ON a.oid = r.oid WHERE r.rolname = $1";
const WITHOUT: &str = "SELECT r.*, r.rolpassword AS stored, \
    pg_catalog.shobj_description(r.oid, 'pg_authid') AS comment \
    FROM pg_catalog.pg_roles r WHERE r.rolname = $1";
/// The server's word for: you may not.
const FORBIDDEN: &str = "42501";

impl Role {
    pub fn find(session: &mut Session, name: &str) -> Result<Option<Self>, Failure> {
        let rows = match session.rows(WITH_PASSWORD, &[name]) {
            Err(trouble) if trouble.state() == Some(FORBIDDEN) => session.rows(WITHOUT, &[name])?,
            rows => rows?,
        };
        Ok(rows.first().map(Self::read))
    }

    fn read(row: Row) -> Self {
        let flags = COLUMNS.iter().filter(|(_, column)| row.is_true(column));
        Self {
            name: row.or_empty("rolname").into(),
            flags: flags.map(|(flag, _)| *flag).collect(),
            limit: row.or_empty("rolconnlimit").parse().unwrap_or(-1),
            password: row.text("stored").map(Into::into),
            comment: row.or_empty("comment").into(),
            settings: configuration::read(row.or_empty("rolconfig")),
        }
    }

    /// Whether its password ends at another time. The server reads the time, as it knows how.
    pub fn expires_other(
        &self,
        session: &mut Session,
        expires: Option<&str>,
    ) -> Result<bool, Failure> {
        let Some(expires) = expires else {
            return Ok(false);
        };
        let sql = "SELECT $1::timestamptz IS DISTINCT FROM rolvaliduntil AS other \
                   FROM pg_catalog.pg_roles WHERE rolname = $2";
        let rows = session.rows(sql, &[expires, &self.name])?;
        Ok(rows.first().is_some_and(|row| row.is_true("other")))
    }
}
