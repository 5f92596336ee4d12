use {
    super::{
        options::{ALIASES, OPTIONS},
        setting::Kind,
    },
    crate::{act::Failure, wire::Object},
    serde_json::Value,
    std::collections::BTreeMap,
};

/// When an option of a container is as it shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// It is the same.
    Strict,
    /// Always.
    Ignore,
    /// All that is asked for is there.
    AllowMorePresent,
}

/// How the options of a container are compared: the argument `comparisons`.
#[derive(Debug, Default)]
pub(super) struct Comparisons {
    all: Option<Comparison>,
    each: BTreeMap<&'static str, Comparison>,
}

impl Comparisons {
    /// Reads the argument. Fails, in Ansible's words, for what is no option or no comparison.
    pub(super) fn read(given: Option<&Object>) -> Result<Self, Failure> {
        let mut comparisons = Self::default();
        for (key, value) in given.into_iter().flatten() {
            let word = value.as_str().unwrap_or_default();
            let comparison = match word {
                "strict" => Comparison::Strict,
                "ignore" => Comparison::Ignore,
                "allow_more_present" if key != "*" => Comparison::AllowMorePresent,
                _ if key == "*" => {
                    return refuse(
                        "The wildcard can only be used with comparison modes 'strict' and 'ignore'!"
                            .into(),
                    );
                }
                _ => return refuse(format!("Unknown comparison mode '{}'!", shown(value))),
            };
            if key == "*" {
                comparisons.all = Some(comparison);
            } else {
                comparisons.add(key, comparison)?;
            }
        }
        Ok(comparisons)
    }

    fn add(&mut self, key: &str, comparison: Comparison) -> Result<(), Failure> {
        let alias = ALIASES.iter().find(|(alias, _)| *alias == key);
        let name = alias.map_or(key, |(_, name)| name);
        let Some((name, kind)) = OPTIONS.iter().find(|(known, _)| *known == name) else {
            return refuse(format!(
                "Unknown module option '{key}' in comparisons dict!"
            ));
        };
        if comparison == Comparison::AllowMorePresent && *kind == Kind::Value {
            return refuse(format!(
                "Option '{key}' is a value and not a set/list/dict, so its comparison cannot be allow_more_present"
            ));
        }
        match self.each.insert(name, comparison) {
            None => Ok(()),
            Some(_) => refuse(format!(
                "Both '{key}' and another name of {name} are specified in comparisons dict!"
            )),
        }
    }

    /// How an option of this kind is compared.
    pub(super) fn of(&self, name: &str, kind: Kind) -> Comparison {
        let usual = match (name, kind) {
            ("stop_timeout", _) => Comparison::Ignore,
            (_, Kind::Value | Kind::List) => Comparison::Strict,
            _ => Comparison::AllowMorePresent,
        };
        let own = self.each.get(name).copied();
        own.or(self.all).unwrap_or(usual)
    }
}

fn shown(value: &Value) -> String {
    crate::module::docker::text::plain(value)
}

fn refuse<T>(msg: String) -> Result<T, Failure> {
    Err(Failure::refused(msg))
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    fn read(value: Value) -> Result<Comparisons, String> {
        let Value::Object(given) = value else {
            unreachable!()
        };
        Comparisons::read(Some(&given)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_name_wins_over_the_wildcard() {
        let known = read(json!({"env": "strict", "*": "ignore", "ports": "strict"})).unwrap();
        assert_eq!(known.of("env", Kind::Set), Comparison::Strict);
        assert_eq!(known.of("published_ports", Kind::Map), Comparison::Strict);
        assert_eq!(known.of("image", Kind::Value), Comparison::Ignore);
        let usual = Comparisons::default();
        assert_eq!(usual.of("env", Kind::Set), Comparison::AllowMorePresent);
        assert_eq!(usual.of("command", Kind::List), Comparison::Strict);
        assert_eq!(usual.of("stop_timeout", Kind::Value), Comparison::Ignore);
    }

    #[test]
    fn refuses_what_is_no_comparison() {
        assert!(
            read(json!({"*": "allow_more_present"}))
                .unwrap_err()
                .contains("wildcard")
        );
        assert!(
            read(json!({"env": "loose"}))
                .unwrap_err()
                .contains("'loose'")
        );
        assert!(
            read(json!({"nvironment": "strict"}))
                .unwrap_err()
                .contains("Unknown module option")
        );
        assert!(read(json!({"user": "allow_more_present"})).is_err());
    }
}
