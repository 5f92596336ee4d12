use {
    super::{
        super::state::State,
        Behavior, PostgresqlPgHba,
        address::Address,
        rule::{METHODS, Rule, TYPES, known, names, one_word, options},
        table::Entry,
        tokens::tokens,
    },
    crate::{act::Failure, wire::Object},
    serde_json::Value,
};

/// A rule that shall be there, or shall not.
pub struct Wish {
    pub state: State,
    pub entry: Entry,
}

/// The arguments of one rule, and what they are if nothing is said.
const KEYS: [(&str, Option<&str>); 9] = [
    ("address", Some("samehost")),
    ("comment", None),
    ("contype", None),
    ("databases", Some("all")),
    ("method", Some("md5")),
    ("netmask", None),
    ("options", None),
    ("state", Some("present")),
    ("users", Some("all")),
];

impl PostgresqlPgHba {
    /// All rules that are asked for, each of one database and one user.
    pub(super) fn wishes(&self) -> Result<Vec<Wish>, Failure> {
        let mut wishes = Vec::new();
        for rule in self.asked()? {
            wishes.extend(
                split(&rule).map_err(|error| {
                    Failure::refused(format!("Error modifying rules:\n{error}"))
                })?,
            );
        }
        Ok(wishes)
    }

    fn asked(&self) -> Result<Vec<Object>, Failure> {
        let own = self.own();
        if self.rules.is_empty() {
            let asked = self.contype.is_some() || self.comment.is_some();
            return Ok(if asked { vec![own] } else { Vec::new() });
        }
        let usual: Object = KEYS
            .iter()
            .map(|(key, usual)| ((*key).to_owned(), (*usual).into()))
            .collect();
        let used: Vec<&str> = KEYS
            .iter()
            .map(|(key, _)| *key)
            .filter(|key| own.get(*key) != usual.get(*key))
            .collect();
        if self.rules_behavior == Behavior::Conflict && !used.is_empty() {
            return Err(Failure::refused(format!(
                "conflict: either argument \"rules_behavior\" needs to be changed or \"rules\" must not be set or {used:?} \
                 must not be set"
            )));
        }
        let base = match self.rules_behavior {
            Behavior::Combine => own,
            Behavior::Conflict => usual,
        };
        self.rules
            .iter()
            .enumerate()
            .map(|(at, rule)| complete(&base, rule, at))
            .collect()
    }

    /// The arguments of one rule.
    fn own(&self) -> Object {
        let state = match self.state {
            State::Present => "present",
            State::Absent => "absent",
        };
        let values = [
            Some(self.address.as_str()),
            self.comment.as_deref(),
            self.contype.as_deref(),
            Some(self.databases.as_str()),
            Some(self.method.as_str()),
            self.netmask.as_deref(),
            self.options.as_deref(),
            Some(state),
            Some(self.users.as_str()),
        ];
        let pairs = KEYS.iter().zip(values);
        pairs
            .map(|((key, _), value)| ((*key).to_owned(), value.into()))
            .collect()
    }
}

/// A rule of the list, with what it does not say.
fn complete(base: &Object, rule: &Object, at: usize) -> Result<Object, Failure> {
    let mut whole = base.clone();
    let mut addresses = 0;
    for (key, value) in rule {
        let key = match key.as_str() {
            "source" | "src" => "address",
            key => key,
        };
        addresses += usize::from(key == "address");
        if !KEYS.iter().any(|(known, _)| *known == key) {
            return Err(Failure::refused(format!(
                "rule number {at} of the \"rules\" argument has the unknown key {key}"
            )));
        }
        whole.insert(key.into(), value.clone());
    }
    match addresses > 1 {
        true => Err(Failure::refused(format!(
            "rule number {at} of the \"rules\" argument uses ambiguous settings: address, source and src are aliases, only \
             one is allowed"
        ))),
        false => Ok(whole),
    }
}

fn text<'o>(object: &'o Object, key: &str) -> Option<&'o str> {
    let value = object.get(key).and_then(Value::as_str);
    value.filter(|text| !text.is_empty())
}

/// The wishes that a rule comes to.
fn split(object: &Object) -> Result<Vec<Wish>, Failure> {
    let state = match text(object, "state") {
        Some("absent") => State::Absent,
        Some("present") | None => State::Present,
        Some(other) => {
            return Err(Failure::refused(format!(
                "state is absent or present, not {other}"
            )));
        }
    };
    let Some(kind) = text(object, "contype") else {
        let comment = text(object, "comment").map(|comment| Wish {
            state,
            entry: Entry::Comment(comment.into()),
        });
        return Ok(comment.into_iter().collect());
    };
    let kind = known(kind, &TYPES, "Unknown type")?;
    let address = match kind.as_str() {
        "local" => None,
        _ => Some(Address::read(
            text(object, "address").unwrap_or_default(),
            text(object, "netmask"),
        )?),
    };
    let method = known(
        text(object, "method").unwrap_or_default(),
        &METHODS,
        "Unknown method",
    )?;
    let options = given_options(object.get("options").unwrap_or(&Value::Null))?;
    let mut wishes = Vec::new();
    for database in list(text(object, "databases").unwrap_or_default()) {
        one_word(database, "database")?;
        for user in list(text(object, "users").unwrap_or_default()) {
            one_word(user, "users")?;
            let rule = Rule {
                kind: kind.clone(),
                databases: names(database),
                users: names(user),
                address: address.clone(),
                method: method.clone(),
                options: options.clone(),
                comment: text(object, "comment").map(Into::into),
            };
            wishes.push(Wish {
                state,
                entry: Entry::Rule(rule),
            });
        }
    }
    Ok(wishes)
}

/// Names separated by commas; what begins with a quote is one.
fn list(names: &str) -> Vec<&str> {
    match names.starts_with('"') {
        true => vec![names],
        false => names.split(',').collect(),
    }
}

fn given_options(value: &Value) -> Result<std::collections::BTreeMap<String, String>, Failure> {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), Into::into);
    match value {
        Value::Null => options(&[]),
        Value::String(text) => options(&tokens(text)?),
        Value::Array(list) => options(&list.iter().map(plain).collect::<Vec<_>>()),
        Value::Object(map) => Ok(map
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect()),
        other => Err(Failure::refused(format!(
            "Invalid type for options, needs to be either dict, list or str: {other}"
        ))),
    }
}
