use {
    crate::{
        act::{Acts, Failure, Look, Probe, Question},
        module::Module,
        wire::Object,
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::{Value, json},
};

/// Read a system database such as `passwd`, `group`, `hosts` or `services` into the fact `getent_DATABASE`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Getent {
    /// The database.
    database: String,
    /// Read only this entry.
    key: Option<String>,
    /// Fail if `key` is not in the database; otherwise its value is null.
    #[serde(default = "yes")]
    fail_key: bool,
    /// What separates the fields. Default: `:` for `passwd`, `shadow`, `group` and `gshadow`, else white space.
    split: Option<String>,
    /// Ask only this service of the name service switch, such as `files`.
    service: Option<String>,
}

fn yes() -> bool {
    true
}

impl Module for Getent {
    const NAME: &'static str = "getent";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let question = Question::Database {
            database: self.database.clone(),
            key: self.key.clone(),
            service: self.service.clone(),
        };
        let mut acts = Acts::new();
        let finished = probe.ask(&question)?;
        let foreseen = self.foreseen(probe)?;
        let mut entries = match (finished.rc, &self.key) {
            (0, _) => self.entries(&finished.text()),
            (2, Some(_)) if !foreseen.is_empty() => Object::new(),
            (2, Some(key)) if !self.fail_key => {
                acts.msg(complaint(2));
                Object::from_iter([(key.clone(), Value::Null)])
            }
            (rc, _) => {
                let (reason, said) = (complaint(rc), finished.complaint());
                return Err(Failure::refused(
                    format!("{reason} {said}").trim().to_owned(),
                ));
            }
        };
        entries.extend(foreseen);
        let name = format!("getent_{}", self.database);
        acts.value("ansible_facts", json!({name: entries}));
        Ok(acts.into_look())
    }
}

impl Getent {
    fn entries(&self, text: &str) -> Object {
        let colon = ["passwd", "shadow", "group", "gshadow"].contains(&self.database.as_str());
        let split = self.split.as_deref().or(colon.then_some(":"));
        let mut entries = Object::new();
        for line in text.lines() {
            let mut fields: Vec<&str> = match split {
                Some(split) => line.split(split).collect(),
                None => line.split_whitespace().collect(),
            };
            if fields.is_empty() {
                continue;
            }
            let key = fields.remove(0).to_owned();
            insert(&mut entries, key, fields.into());
        }
        entries
    }

    /// Accounts and groups that a dry run foresees.
    fn foreseen(&self, probe: &Probe) -> Result<Object, Failure> {
        let mut entries = Object::new();
        let asked = |name: &str| self.key.as_deref().is_none_or(|key| key == name);
        match self.database.as_str() {
            "passwd" => {
                for account in probe.accounts()?.into_iter().filter(|a| asked(&a.name)) {
                    if probe.overlay().account(&account.name).is_some() {
                        let (uid, gid) = (account.uid.to_string(), account.gid.to_string());
                        let fields =
                            json!(["x", uid, gid, account.comment, account.home, account.shell]);
                        entries.insert(account.name, fields);
                    }
                }
            }
            "group" => {
                for group in probe.groups()?.into_iter().filter(|g| asked(&g.name)) {
                    if probe.overlay().group(&group.name).is_some() {
                        let fields = json!(["x", group.gid.to_string(), group.members.join(",")]);
                        entries.insert(group.name, fields);
                    }
                }
            }
            _ => {}
        }
        Ok(entries)
    }
}

/// Several lines with the same key become a list of lists.
fn insert(entries: &mut Object, key: String, fields: Value) {
    match entries.get_mut(&key) {
        None => {
            entries.insert(key, fields);
        }
        Some(Value::Array(known)) if known.first().is_some_and(Value::is_array) => {
            known.push(fields);
        }
        Some(known) => *known = json!([known.take(), fields]),
    }
}

fn complaint(rc: i32) -> &'static str {
    match rc {
        1 => "Missing arguments, or database unknown.",
        2 => "One or more supplied key could not be found in the database.",
        3 => "Enumeration not supported on this database.",
        _ => "Unexpected failure!",
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::trial::Trial};

    #[test]
    fn reads_databases() {
        let mut trial = Trial::new();
        let data = trial.same("getent", json!({"database": "passwd", "key": "root"}));
        let root = &data["ansible_facts"]["getent_passwd"]["root"];
        assert_eq!((&root[1], &root[4]), (&json!("0"), &json!("/root")));
        let data = trial.same("getent", json!({"database": "group"}));
        assert_eq!(data["ansible_facts"]["getent_group"]["root"][1], "0");
    }

    #[test]
    fn a_key_may_be_missing_on_demand() {
        let mut trial = Trial::new();
        let mut arguments = json!({"database": "passwd", "key": "no-such-user"});
        let outcome = trial.apply("getent", arguments.clone());
        assert!(outcome.msg.unwrap().starts_with("One or more supplied key"));
        arguments["fail_key"] = json!(false);
        let data = trial.same("getent", arguments);
        let facts = json!({"getent_passwd": {"no-such-user": null}});
        assert_eq!(data["ansible_facts"], facts);
    }

    #[test]
    fn lists_lines_with_the_same_key() {
        let getent = Getent {
            database: "hosts".into(),
            key: None,
            fail_key: true,
            split: None,
            service: None,
        };
        let entries = getent.entries("::1 a b\n::1 c\n::1 d\n");
        assert_eq!(entries["::1"], json!([["a", "b"], ["c"], ["d"]]));
    }
}
