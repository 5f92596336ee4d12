//! The settings that a role's sessions begin with.

use {
    super::super::{client::elements, sql::Sql},
    crate::{act::Failure, wire::Object},
    serde_json::Value,
};

/// Reads the server's list of them.
pub fn read(list: &str) -> Vec<(String, String)> {
    let settings = elements(list).into_iter().flatten();
    let split = |text: String| {
        let (name, value) = text.split_once('=')?;
        Some((name.into(), value.into()))
    };
    settings.filter_map(split).collect()
}

/// The settings that shall be.
pub struct Wanted<'a> {
    pub settings: &'a Object,
    /// And no others.
    pub reset: bool,
    /// They are values; else SQL.
    pub quote: bool,
}

impl Wanted<'_> {
    /// What has to be said to the server about a role that has these settings.
    pub fn statements(&self, role: &str, there: &[(String, String)]) -> Result<Vec<Sql>, Failure> {
        let mut statements = Vec::new();
        let extra = there
            .iter()
            .filter(|(name, _)| self.reset && !self.settings.contains_key(name));
        for (name, _) in extra {
            statements.push(
                Sql::new("ALTER ROLE ")
                    .name(role)
                    .words(" RESET ")
                    .name(name),
            );
        }
        for (name, value) in self.settings {
            if self.quote && name.contains(['\'', '"']) {
                return Err(Failure::refused(
                    "The key of a configuration may not contain single or double quotes",
                ));
            }
            let value = text(value);
            if there
                .iter()
                .any(|known| (&known.0, &known.1) == (name, &value))
            {
                continue;
            }
            let sql = Sql::new("ALTER ROLE ")
                .name(role)
                .words(" SET ")
                .name(name)
                .words(" TO ");
            statements.push(match self.quote {
                true => sql.value(&value),
                false => sql.verbatim(&value),
            });
        }
        Ok(statements)
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "on".into(),
        Value::Bool(false) => "off".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn says_what_differs() {
        let there = read(r#"{work_mem=16MB,"search_path=a, b",jit=off}"#);
        let settings = json!({"work_mem": "16MB", "search_path": "a, c", "jit": false});
        let wanted = Wanted {
            settings: settings.as_object().unwrap(),
            reset: false,
            quote: false,
        };
        let shown = |wanted: &Wanted| -> Vec<String> {
            let statements = wanted.statements("ada", &there).unwrap();
            statements
                .iter()
                .map(|sql| sql.shown().to_owned())
                .collect()
        };
        assert_eq!(
            shown(&wanted),
            [r#"ALTER ROLE "ada" SET "search_path" TO a, c"#]
        );
        let settings = json!({"jit": "o'n"});
        let wanted = Wanted {
            settings: settings.as_object().unwrap(),
            reset: true,
            quote: true,
        };
        assert_eq!(
            shown(&wanted),
            [
                r#"ALTER ROLE "ada" RESET "work_mem""#,
                r#"ALTER ROLE "ada" RESET "search_path""#,
                r#"ALTER ROLE "ada" SET "jit" TO 'o''n'"#
            ]
        );
    }
}
