use {
    super::{
        apt::{self, Apt},
        dnf::{self, Dnf},
        known,
    },
    crate::{
        act::{Delta, Failure, Host, Look, Probe},
        module::{Join, Module},
        wire::{Diff, Effect, Object, Outcome},
    },
    schemars::{JsonSchema, Schema, SchemaGenerator},
    serde::{Deserialize, de::DeserializeOwned},
    serde_json::Value,
    std::{borrow::Cow, path::Path},
};

/// What `package` takes itself; it hands all else on to the module of the host's package manager.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only the schema is of interest")]
struct Own {
    /// The packages. Their names may differ between distributions.
    #[serde(default)]
    name: Vec<String>,
    /// Whether they shall be there; `latest` upgrades them, too. apt alone has `build-dep` and `fixed`.
    state: Option<State>,
    /// The package manager to use: `auto`, `apt`, `dnf` or `yum`.
    #[serde(rename = "use", default = "auto")]
    manager: String,
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only the schema is of interest")]
enum State {
    Absent,
    BuildDep,
    Fixed,
    Installed,
    Latest,
    Present,
    Removed,
}

fn auto() -> String {
    "auto".into()
}

/// The arguments, for the module of the host's package manager.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Package(Object);

impl JsonSchema for Package {
    fn schema_name() -> Cow<'static, str> {
        "Package".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Own::json_schema(generator);
        schema.insert("description".to_owned(), ABOUT.into());
        let apt = Apt::json_schema(generator);
        let dnf = Dnf::json_schema(generator);
        if let Some(Value::Object(own)) = schema.get_mut("properties") {
            for (manager, of_manager) in [("apt", apt), ("dnf", dnf)] {
                let properties = of_manager.get("properties").and_then(Value::as_object);
                for (name, property) in properties.into_iter().flatten() {
                    add(own, manager, name, property);
                }
            }
        }
        schema
    }
}

const ABOUT: &str = "Manage packages with whatever package manager the host has: apt or dnf.\n\n\
    Its other arguments are those of `apt` and `dnf`; a host refuses what its own package manager does not know.";

/// Adds an argument of a manager's module; of what both have the first is described, and the names of both are known.
fn add(all: &mut Object, manager: &str, name: &str, property: &Value) {
    let mut property = property.clone();
    match all.get_mut(name) {
        None => {
            let doc = property["description"].as_str().unwrap_or_default();
            property["description"] = format!("With {manager}: {doc}").into();
            all.insert(name.to_owned(), property);
        }
        Some(known) => {
            let mut aliases = known["aliases"].as_array().cloned().unwrap_or_default();
            let more = property["aliases"].as_array().into_iter().flatten();
            for alias in more {
                if !aliases.contains(alias) {
                    aliases.push(alias.clone());
                }
            }
            if !aliases.is_empty() {
                known["aliases"] = aliases.into();
            }
        }
    }
}

/// What the host's package manager would change. A host has one, unless `use` says otherwise for some items of a loop.
#[derive(Default)]
pub struct Transaction {
    apt: Option<apt::Transaction>,
    dnf: Option<dnf::Transaction>,
}

impl Module for Package {
    const NAME: &'static str = "package";
    const JOIN: Option<Join<Transaction>> = Some(join);
    type Delta = Transaction;

    fn look(&self, probe: &Probe) -> Result<Look<Transaction>, Failure> {
        let mut arguments = self.0.clone();
        let named = arguments.remove("use");
        let named = named.as_ref().and_then(Value::as_str).unwrap_or("auto");
        let manager = match named.rsplit('.').next().unwrap_or_default() {
            "auto" => package_manager(probe)?,
            manager => manager,
        };
        match manager {
            "apt" => {
                // They are words of the others.
                match arguments.get("state").and_then(Value::as_str) {
                    Some("installed") => arguments.insert("state".to_owned(), "present".into()),
                    Some("removed") => arguments.insert("state".to_owned(), "absent".into()),
                    _ => None,
                };
                let look = taken::<Apt>("apt", arguments)?.look(probe)?;
                Ok(of_manager(look, |delta| Transaction {
                    apt: Some(delta),
                    dnf: None,
                }))
            }
            "dnf" | "dnf4" | "dnf5" | "yum" => {
                let look = taken::<Dnf>("dnf", arguments)?.look(probe)?;
                Ok(of_manager(look, |delta| Transaction {
                    apt: None,
                    dnf: Some(delta),
                }))
            }
            other => {
                let msg = format!(
                    "`use: {other}`: the package managers that farcast knows are apt and dnf"
                );
                Err(Failure::refused(msg))
            }
        }
    }
}

/// The arguments as a manager's module takes them.
fn taken<M: DeserializeOwned>(manager: &str, arguments: Object) -> Result<M, Failure> {
    let known = known::arguments::<M>();
    let strange = arguments
        .keys()
        .find(|name| !known.contains(&name.as_str()));
    if let Some(name) = strange {
        return Err(Failure::refused(format!(
            "`package` hands its arguments on to this host's package manager, and {manager} does not know `{name}`"
        )));
    }
    serde_json::from_value(Value::Object(arguments))
        .map_err(|error| Failure::refused(format!("`package`, with {manager}: {error}")))
}

fn of_manager<D>(look: Look<D>, transaction: fn(D) -> Transaction) -> Look<Transaction> {
    match look {
        Look::Same(outcome) => Look::Same(outcome),
        Look::Change(delta) => Look::Change(transaction(delta)),
    }
}

/// The host's package manager: `apt` or `dnf`.
pub fn package_manager(probe: &Probe) -> Result<&'static str, Failure> {
    for (path, manager) in [
        ("/usr/bin/apt-get", "apt"),
        ("/usr/bin/dnf", "dnf"),
        ("/usr/bin/dnf5", "dnf"),
        ("/usr/bin/yum", "dnf"),
    ] {
        if probe.exists(Path::new(path))? {
            return Ok(manager);
        }
    }
    Err(Failure::refused(
        "the host has neither apt nor dnf nor yum: no package manager that farcast knows",
    ))
}

fn join(transactions: Vec<Transaction>) -> Transaction {
    let (mut apt, mut dnf) = (Vec::new(), Vec::new());
    for transaction in transactions {
        apt.extend(transaction.apt);
        dnf.extend(transaction.dnf);
    }
    Transaction {
        apt: (!apt.is_empty()).then(|| apt::Transaction::join(apt)),
        dnf: (!dnf.is_empty()).then(|| dnf::Transaction::join(dnf)),
    }
}

impl Transaction {
    /// Gathers what the parts tell.
    fn gather<T, L: IntoIterator<Item = T>>(
        &self,
        of_apt: fn(&apt::Transaction) -> L,
        of_dnf: fn(&dnf::Transaction) -> L,
    ) -> Vec<T> {
        let apt = self.apt.iter().flat_map(of_apt);
        apt.chain(self.dnf.iter().flat_map(of_dnf)).collect()
    }
}

impl Delta for Transaction {
    fn diff(&self) -> Vec<Diff> {
        self.gather(Delta::diff, Delta::diff)
    }

    fn effects(&self) -> Vec<Effect> {
        self.gather(Delta::effects, Delta::effects)
    }

    fn predicted(&self) -> Object {
        let values = self.gather(Delta::predicted, Delta::predicted);
        values.into_iter().collect()
    }

    fn warnings(&self) -> Vec<String> {
        self.gather(Delta::warnings, Delta::warnings)
    }

    fn message(&self) -> Option<String> {
        let messages = self.gather(Delta::message, Delta::message);
        messages.into_iter().next()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let apt = self.apt.map(|delta| delta.apply(host)).transpose()?;
        let dnf = self.dnf.map(|delta| delta.apply(host)).transpose()?;
        let mut both = apt.into_iter().chain(dnf);
        let mut outcome = both.next().unwrap_or_default();
        for other in both {
            outcome.changed |= other.changed;
            outcome.data.extend(other.data);
        }
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::find, serde_json::json};

    fn given(value: Value) -> Object {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn takes_the_arguments_of_every_manager() {
        let schema = find("package").unwrap().schema();
        for name in [
            "use",
            "enablerepo",
            "deb",
            "cache_valid_time",
            "expire-cache",
            "pkg",
        ] {
            assert!(schema.argument(name).is_some(), "{name}");
        }
        let choices = schema.argument("state").unwrap().shape.choices();
        assert!(choices.contains(&"build-dep".to_owned()) && choices.len() == 7);
        assert!(schema.arguments.iter().all(|argument| !argument.required));
    }

    #[test]
    fn refuses_what_the_manager_does_not_know() {
        let arguments = given(json!({"name": ["nano"], "enablerepo": ["crb"]}));
        assert!(taken::<Dnf>("dnf", arguments.clone()).is_ok());
        let refused = taken::<Apt>("apt", arguments).err().unwrap().to_string();
        assert!(
            refused.ends_with("apt does not know `enablerepo`"),
            "{refused}"
        );
        let arguments = given(json!({"deb": "x.deb"}));
        assert!(taken::<Apt>("apt", arguments.clone()).is_ok());
        assert!(taken::<Dnf>("dnf", arguments).is_err());
    }
}
