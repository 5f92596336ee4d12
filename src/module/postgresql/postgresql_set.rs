use {
    super::{
        arguments::with_login,
        change::Change,
        client::{Access, Session},
        sql::{Sql, parts},
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
    },
    serde_json::{Value, json},
};

with_login! {
    /// Change a setting of a PostgreSQL server, by `ALTER SYSTEM`.
    pub struct PostgresqlSet {
        /// The setting.
        name: String,
        /// Its value. `default`: what the server's other files say.
        value: Option<String>,
        /// Take back the value that was set this way.
        #[serde(default)]
        reset: bool,
        /// The database to connect to.
        #[serde(default)]
        #[schemars(extend("aliases" = ["db"]))]
        login_db: String,
    }
}

/// A setting as it is.
struct Setting {
    /// In the server's unit.
    raw: String,
    unit: Option<String>,
    /// When it can be changed: `postmaster` is only at the start.
    context: String,
    /// What the server starts with, if nothing else is said.
    boot: String,
    /// As people write it.
    pretty: String,
    /// What `ALTER SYSTEM` has said before, and may wait for a restart.
    said: Option<String>,
}

impl Setting {
    fn find(session: &mut Session, name: &str) -> Result<Self, Failure> {
        let sql = "SELECT setting, unit, context, boot_val, pg_catalog.current_setting(name) AS pretty \
                   FROM pg_catalog.pg_settings WHERE lower(name) = lower($1)";
        let rows = session.rows(sql, &[name])?;
        let Some(row) = rows.first() else {
            return Err(Failure::refused(format!(
                "No such parameter: {name}. Please check its spelling or presence in your PostgreSQL version \
                 (https://www.postgresql.org/docs/current/runtime-config.html)"
            )));
        };
        // Only some may see it; then nothing was said.
        let said = "SELECT setting FROM pg_catalog.pg_file_settings WHERE lower(name) = lower($1) \
                    AND sourcefile LIKE '%postgresql.auto.conf'";
        let said = session
            .rows(said, &[name])
            .map(|rows| rows.names())
            .unwrap_or_default();
        Ok(Self {
            raw: row.or_empty("setting").into(),
            unit: row.text("unit").map(Into::into),
            context: row.or_empty("context").into(),
            boot: row.or_empty("boot_val").into(),
            pretty: row.or_empty("pretty").into(),
            said: said.into_iter().next_back(),
        })
    }

    /// The value as the server counts it, in bytes where it is a size.
    fn value(&self) -> Value {
        let factor = match self.unit.as_deref() {
            Some("kB") => 1024,
            Some("MB") => 1024 * 1024,
            unit => return json!({"value": self.raw, "unit": unit}),
        };
        match self.raw.parse::<i64>() {
            Ok(number) if number > 0 => json!({"value": number * factor, "unit": "b"}),
            _ => json!({"value": self.raw, "unit": "b"}),
        }
    }
}

impl Module for PostgresqlSet {
    const NAME: &'static str = "postgresql_set";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let login = self.reach().login(probe, &self.login_db)?;
        let mut session = Session::open(probe, &login, Access::Look)?;
        let version = session.version();
        let setting = Setting::find(&mut session, &self.name)?;
        drop(session);
        if setting.context == "internal" {
            return Err(Failure::refused(format!(
                "{}: cannot be changed (internal context). See \
                 https://www.postgresql.org/docs/current/runtime-config-preset.html",
                self.name
            )));
        }
        let statement = self.statement(&setting, version);
        let changes = statement.is_some();
        let restart = setting.context == "postmaster";
        let mut acts = Acts::new();
        if restart && changes {
            acts.warn(format!(
                "Restart of PostgreSQL is required for setting {}",
                self.name
            ));
        }
        let mut change = Change::new(login, statement.into_iter().collect());
        change.atomic = false;
        change.complaint = Some("Unable to set the value");
        if changes && !restart {
            change
                .statements
                .push(Sql::new("SELECT pg_catalog.pg_reload_conf()"));
        }
        acts.value("name", self.name.as_str());
        acts.value("prev_val_pretty", setting.pretty.as_str());
        let pretty = self
            .wanted()
            .filter(|_| changes)
            .unwrap_or_else(|| setting.pretty.clone());
        acts.value("value_pretty", pretty);
        acts.value("value", setting.value());
        acts.value("context", setting.context.as_str());
        acts.value("restart_required", restart);
        change.plan(&mut acts, "queries");
        Ok(acts.into_look())
    }
}

impl PostgresqlSet {
    fn check(&self) -> Result<(), Failure> {
        self.reach().check(
            [self.name.as_str()]
                .into_iter()
                .chain(self.value.as_deref()),
        )?;
        let name = &self.name;
        Err(Failure::refused(match (&self.value, self.reset) {
            (Some(_), true) => format!("{name}: value and reset params are mutually exclusive"),
            (None, false) => format!("{name}: at least one of value or reset param must be specified"),
            (Some(value), false) if value.is_empty() && name == "shared_preload_libraries" => {
                "an empty shared_preload_libraries would keep the server from starting; use value: default or reset: true \
                 instead"
                    .into()
            }
            _ => return Ok(()),
        }))
    }

    /// The value in the server's spelling: `1mb` is `1MB`.
    fn wanted(&self) -> Option<String> {
        let value = self.value.as_deref()?;
        let digits = value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
        Some(match (is_number, &value[digits.len()..]) {
            (true, "b" | "mb" | "gb" | "tb") => value.to_uppercase(),
            (true, "kb" | "KB") => format!("{digits}kB"),
            _ if value == "True" => "on".into(),
            _ if value == "False" => "off".into(),
            _ => value.into(),
        })
    }

    fn statement(&self, setting: &Setting, version: u32) -> Option<Sql> {
        let name = parts(&self.name);
        let Some(wanted) = self.wanted() else {
            let reset = setting.said.is_some() && setting.raw != setting.boot;
            return reset.then(|| Sql::new("ALTER SYSTEM RESET ").path(&name));
        };
        let sql = Sql::new("ALTER SYSTEM SET ").path(&name).words(" = ");
        if wanted == "default" {
            return setting.said.is_some().then(|| sql.words("DEFAULT"));
        }
        let same = |there: &str| {
            list(there) == list(&wanted)
                || size(there).is_some_and(|there| Some(there) == size(&wanted))
        };
        let waits = setting
            .said
            .as_deref()
            .is_some_and(|said| setting.context == "postmaster" && same(said));
        if same(&setting.pretty) || waits {
            return None;
        }
        let is_list = wanted.contains(',')
            && !self.name.ends_with("_command")
            && !self.name.ends_with("_prefix")
            && (version >= 140_000 || self.name != "unix_socket_directories");
        Some(match is_list {
            false => sql.value(&wanted),
            true => wanted
                .split(',')
                .enumerate()
                .fold(sql, |sql, (at, element)| {
                    sql.words(if at == 0 { "" } else { "," })
                        .value(element.trim())
                }),
        })
    }
}

/// The elements of a list, without quotes.
fn list(value: &str) -> Vec<&str> {
    value
        .split(',')
        .map(|element| element.trim_matches(['"', ' ']))
        .collect()
}

/// A size in bytes.
fn size(value: &str) -> Option<u64> {
    let at = value.find(|letter: char| !letter.is_ascii_digit())?;
    let number: u64 = value[..at].parse().ok()?;
    let factor = match &value[at..] {
        "B" => 1,
        "kB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        "TB" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_compared_as_numbers() {
        assert_eq!(size("1GB"), size("1024MB"));
        assert_eq!(size("10"), None);
        assert_eq!(size("1 day"), None);
        assert_eq!(list("a, \"b\""), list("a,b"));
    }
}
