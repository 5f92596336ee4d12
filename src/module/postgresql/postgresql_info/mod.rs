mod queries;

use {
    super::{
        arguments::with_login,
        client::{Access, Login, Rows, Session, Trouble},
        postgresql_ping::version,
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{Module, archive::matches},
        wire::Object,
    },
    serde_json::{Value, json},
};

with_login! {
    /// Gather information about a PostgreSQL server.
    pub struct PostgresqlInfo {
        /// The database to connect to.
        #[serde(default)]
        login_db: String,
        /// What to gather: `version`, `in_recovery`, `tablespaces`, `databases`, `replications`, `repl_slots`, `settings`, `roles`; `*`
        /// stands for any letters, and what begins with `!` is left out. Not said: everything.
        #[serde(default)]
        filter: Vec<String>,
    }
}

/// What there is, in Ansible's order, with what is given where it is not gathered.
const PARTS: [&str; 8] = [
    "version",
    "in_recovery",
    "tablespaces",
    "databases",
    "replications",
    "repl_slots",
    "settings",
    "roles",
];

impl Module for PostgresqlInfo {
    const NAME: &'static str = "postgresql_info";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.reach().check([])?;
        let login = self.reach().login(probe, &self.login_db)?;
        let mut session = Session::open(probe, &login, Access::Look)?;
        let mut acts = Acts::new();
        acts.value("pending_restart_settings", json!([]));
        for part in PARTS {
            let value = match (self.wants(part), part) {
                (false, "in_recovery") => Value::Null,
                (false, _) => json!({}),
                (true, "version") => full_version(&mut session)?.into(),
                (true, "in_recovery") => {
                    json!(session.rows(queries::RECOVERY, &[])?.names() == ["t"])
                }
                (true, "tablespaces") => keyed(&session.rows(queries::TABLESPACES, &[])?).into(),
                (true, "databases") => databases(probe, &login, &mut session)?.into(),
                (true, "replications") => keyed(&session.rows(queries::REPLICATIONS, &[])?).into(),
                (true, "repl_slots") => keyed(&session.rows(queries::SLOTS, &[])?).into(),
                (true, "roles") => keyed(&session.rows(queries::ROLES, &[])?).into(),
                (true, _) => {
                    let (settings, pending) = settings(&mut session)?;
                    acts.value("pending_restart_settings", pending);
                    settings.into()
                }
            };
            acts.value(part, value);
        }
        Ok(acts.into_look())
    }
}

impl PostgresqlInfo {
    fn wants(&self, part: &str) -> bool {
        let fits = |pattern: &str| matches(part, pattern);
        let (without, with): (Vec<_>, Vec<_>) = self
            .filter
            .iter()
            .map(String::as_str)
            .partition(|pattern| pattern.starts_with('!'));
        match with.is_empty() {
            false => with.into_iter().any(fits),
            true => !without
                .into_iter()
                .any(|pattern| fits(pattern.trim_start_matches('!'))),
        }
    }
}

/// Rows by their first column.
fn keyed(rows: &Rows) -> Object {
    let mut all = Object::new();
    let name = rows.columns.first().map(|column| column.name.as_str());
    for mut row in rows.objects() {
        let key = match name.and_then(|name| row.shift_remove(name)) {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => continue,
        };
        all.insert(key, Value::Object(row));
    }
    all
}

fn full_version(session: &mut Session) -> Result<Object, Failure> {
    let raw = session.rows("SELECT pg_catalog.version()", &[])?.names();
    let mut version = version(raw.first().map(String::as_str).unwrap_or_default());
    version.entry("patch").or_insert(Value::Null);
    Ok(version)
}

/// The settings, and those that wait for a restart.
fn settings(session: &mut Session) -> Result<(Object, Vec<String>), Failure> {
    let mut all = keyed(&session.rows(queries::SETTINGS, &[])?);
    let mut pending = Vec::new();
    for (name, setting) in &mut all {
        let Value::Object(setting) = setting else {
            continue;
        };
        if setting.get("pending_restart") == Some(&Value::Bool(true)) {
            pending.push(name.clone());
        }
        if setting.get("val_in_bytes") == Some(&Value::Null) {
            setting.shift_remove("val_in_bytes");
        }
    }
    Ok((all, pending))
}

/// The databases, and what is in each.
fn databases(probe: &Probe, login: &Login, session: &mut Session) -> Result<Object, Failure> {
    let mut all = keyed(&session.rows(queries::DATABASES, &[])?);
    let subscriptions = session.rows(queries::SUBSCRIPTIONS, &[]).ok();
    for (name, database) in &mut all {
        let Value::Object(database) = database else {
            continue;
        };
        let inside = match Session::open(probe, &login.clone().into_database(name), Access::Look) {
            Ok(mut session) => Some(inside(&mut session)?),
            Err(Failure::Refused { .. }) => None,
            Err(failure) => return Err(failure),
        };
        match inside {
            Some(inside) => {
                database.extend(inside);
                let of = |row: &Object| row.get("dbname").and_then(Value::as_str) == Some(name);
                database.insert(
                    "subscriptions".into(),
                    subscribed(subscriptions.as_ref(), of).into(),
                );
            }
            None => {
                for part in ["namespaces", "extensions", "languages"] {
                    database.insert(part.into(), json!({}));
                }
                database.insert("error".into(), "Could not connect to the database.".into());
            }
        }
    }
    Ok(all)
}

fn subscribed(rows: Option<&Rows>, of: impl Fn(&Object) -> bool) -> Object {
    let rows = rows.map(Rows::objects).unwrap_or_default();
    let mut all = Object::new();
    for mut row in rows.into_iter().filter(of) {
        row.shift_remove("dbname");
        if let Some(Value::String(name)) = row.shift_remove("subname") {
            all.insert(name, Value::Object(row));
        }
    }
    all
}

fn inside(session: &mut Session) -> Result<Object, Trouble> {
    let mut extensions = keyed(&session.rows(queries::EXTENSIONS, &[])?);
    for extension in extensions.values_mut() {
        if let Some(raw) = extension.get("extversion").and_then(Value::as_str) {
            extension["extversion"] = extension_version(raw);
        }
    }
    Ok(Object::from_iter([
        (
            "namespaces".into(),
            keyed(&session.rows(queries::NAMESPACES, &[])?).into(),
        ),
        ("extensions".into(), extensions.into()),
        (
            "languages".into(),
            keyed(&session.rows(queries::LANGUAGES, &[])?).into(),
        ),
        (
            "publications".into(),
            keyed(&session.rows(queries::PUBLICATIONS, &[])?).into(),
        ),
    ]))
}

/// `1.6` in its parts; what is no number has none.
fn extension_version(raw: &str) -> Value {
    let numeric = raw
        .split(['.', '-'])
        .all(|part| part.parse::<u64>().is_ok());
    let mut parts = raw
        .split(['.', '-'])
        .filter(|_| numeric)
        .map(|part| part.parse::<u64>().ok());
    json!({"major": parts.next().flatten(), "minor": parts.next().flatten(), "raw": raw})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_of_extensions() {
        assert_eq!(
            extension_version("1.6"),
            json!({"major": 1, "minor": 6, "raw": "1.6"})
        );
        assert_eq!(
            extension_version("2.1dev"),
            json!({"major": null, "minor": null, "raw": "2.1dev"})
        );
    }
}
