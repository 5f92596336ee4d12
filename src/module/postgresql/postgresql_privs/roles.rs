use {
    super::super::{
        client::Session,
        sql::{Sql, array},
    },
    crate::act::{Failure, Probe},
};

/// Whom something is granted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grantee {
    /// Everyone.
    Public,
    /// By a word for the user of the session, with the role's name.
    Implicit(&'static str, String),
    Role(String),
}

impl Grantee {
    /// Finds a role by its name or by one of SQL's words; `None`: it is not there.
    pub fn find(session: &mut Session, name: &str) -> Result<Option<Self>, Failure> {
        let words = [
            ("PUBLIC", 0),
            ("CURRENT_USER", 90_500),
            ("SESSION_USER", 90_500),
            ("CURRENT_ROLE", 140_000),
        ];
        let version = session.version();
        let word = words
            .into_iter()
            .find(|(word, since)| word.eq_ignore_ascii_case(name) && version >= *since);
        let sql = match word {
            Some(("PUBLIC", _)) => return Ok(Some(Self::Public)),
            Some(("SESSION_USER", _)) => "SELECT session_user",
            Some(_) => "SELECT current_user",
            None => {
                let found = session.rows(
                    "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = $1",
                    &[name],
                )?;
                return Ok(found.names().pop().map(Self::Role));
            }
        };
        let role = session.rows(sql, &[])?.names().pop().unwrap_or_default();
        Ok(word.map(|(word, _)| Self::Implicit(word, role)))
    }

    /// Its name in access lists: nothing is everyone.
    pub fn name(&self) -> &str {
        match self {
            Self::Public => "",
            Self::Implicit(_, role) | Self::Role(role) => role,
        }
    }

    pub fn put(&self, sql: Sql) -> Sql {
        match self {
            Self::Public => sql.words("PUBLIC"),
            Self::Implicit(word, _) => sql.words(word),
            Self::Role(name) => sql.name(name),
        }
    }
}

/// A role that is not there; in a dry run it may come.
pub fn unknown(probe: &Probe, name: &str) -> Failure {
    let words = format!("Role '{name}' does not exist");
    match probe.pending() {
        Some(pending) => Failure::Unforeseeable(format!("{words}; may come with {pending}")),
        None => Failure::refused(words),
    }
}

/// Fails unless all these roles are there.
pub fn require(probe: &Probe, session: &mut Session, names: &[String]) -> Result<(), Failure> {
    let sql = "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = ANY ($1::text[])";
    let found = session.rows(sql, &[&array(names)])?.names();
    match names.iter().find(|name| !found.contains(name)) {
        Some(name) => Err(unknown(probe, name)),
        None => Ok(()),
    }
}
