use super::{Mistake, json_groups::shape, yaml::label};
use crate::{
    source::{Fault, Kind, Node},
    template::{self, Engine, Value, ValueKind, Variables},
};
use std::sync::Arc;

/// One entry of `keyed_groups`: the groups of a host are named by a value that it has.
pub(super) struct KeyedGroup<'a> {
    entry: &'a Node,
    key: &'a Node,
    prefix: String,
    separator: String,
    parent_group: Option<&'a Node>,
    default_value: Option<String>,
    /// `trailing_separator: false`.
    without_trailing: bool,
}

/// The groups that a host belongs to by its key.
pub(super) struct Named {
    pub groups: Vec<String>,
    /// A group above them all.
    pub parent: Option<String>,
}

/// Why a host's key names no group.
pub(super) enum Unnamed {
    /// The host has no such value: only a strict file minds.
    Missing(Fault),
    /// The file is wrong.
    Wrong(Fault),
}

impl<'a> KeyedGroup<'a> {
    /// # Errors
    /// An entry that is no map or has no key; options that exclude each other.
    pub fn new(entry: &'a Node) -> Result<Self, Fault> {
        if entry.as_map().is_none() {
            return Err(shape("an entry of `keyed_groups`", "a map", entry));
        }
        let given = |option: &str| entry.get(option).filter(|node| !node.is_null());
        let Some(key) = given("key") else {
            return Err(shape(
                "an entry of `keyed_groups`",
                "a map with `key`",
                entry,
            ));
        };
        let default_value = given("default_value").map(label);
        let trailing = given("trailing_separator");
        if let (Some(trailing), Some(_)) = (trailing, &default_value) {
            return Err(Mistake::DefaultOrTrailing.at(&trailing.place));
        }
        let text = |option: &str, usual: &str| entry.get(option).map_or(usual.to_owned(), label);
        Ok(Self {
            entry,
            key,
            prefix: text("prefix", ""),
            separator: text("separator", "_"),
            parent_group: given("parent_group"),
            default_value,
            without_trailing: trailing.is_some_and(|node| node.kind == Kind::Bool(false)),
        })
    }

    /// The groups of a host that has these variables; none where its key is an empty list or map.
    pub fn names(
        &self,
        host: &str,
        engine: &Engine,
        seen: &Arc<dyn Variables>,
        leading_separator: bool,
    ) -> Result<Option<Named>, Unnamed> {
        let key = self.value(host, engine, seen)?;
        let fallback = self.default_value.as_ref().filter(|_| is_empty(&key));
        if fallback.is_none() && !key.is_true() {
            return match key.kind() {
                ValueKind::Seq | ValueKind::Map => Ok(None),
                _ => Err(self.missing(Mistake::EmptyKey {
                    key: label(self.key),
                    host: host.to_owned(),
                })),
            };
        }
        let bare = match fallback {
            Some(fallback) => vec![fallback.clone()],
            None => self.bare_names(host, &key)?,
        };
        let separator = match self.prefix.is_empty() && !leading_separator {
            true => "",
            false => &self.separator,
        };
        let whole = |bare: &String| safe_group_name(&format!("{}{separator}{bare}", self.prefix));
        Ok(Some(Named {
            groups: bare.iter().map(whole).collect(),
            parent: self.parent(host, engine, seen)?,
        }))
    }

    fn value(
        &self,
        host: &str,
        engine: &Engine,
        seen: &Arc<dyn Variables>,
    ) -> Result<Value, Unnamed> {
        let value = match self.key.as_str() {
            Some(text) => engine.expression(text, seen).map_err(|error| error.message),
            None => Err(format!("a key is a string, not {}", self.key.describe())),
        };
        value.map_err(|reason| self.failed(label(self.key), host, reason))
    }

    fn parent(
        &self,
        host: &str,
        engine: &Engine,
        seen: &Arc<dyn Variables>,
    ) -> Result<Option<String>, Unnamed> {
        let Some(node) = self.parent_group else {
            return Ok(None);
        };
        let parent = engine
            .node(node, seen)
            .map_err(|error| self.failed(label(node), host, error.message))?;
        Ok(parent.is_true().then(|| safe_group_name(&spelled(&parent))))
    }

    fn bare_names(&self, host: &str, key: &Value) -> Result<Vec<String>, Unnamed> {
        let items = || key.try_iter().into_iter().flatten();
        match key.kind() {
            ValueKind::String => Ok(vec![spelled(key)]),
            ValueKind::Seq | ValueKind::Iterable => {
                Ok(items().map(|item| self.item(&item)).collect())
            }
            ValueKind::Map => Ok(items()
                .map(|name| self.pair(&name, &key.get_item(&name).unwrap_or_default()))
                .collect()),
            _ => Err(Unnamed::Wrong(
                Mistake::KeyKind {
                    key: label(self.key),
                    host: host.to_owned(),
                    found: template::describe(key),
                }
                .at(&self.key.place),
            )),
        }
    }

    fn item(&self, item: &Value) -> String {
        match &self.default_value {
            Some(fallback) if is_empty(item) => fallback.clone(),
            _ => spelled(item),
        }
    }

    fn pair(&self, name: &Value, value: &Value) -> String {
        let name = spelled(name);
        if is_empty(value) && self.default_value.is_none() && self.without_trailing {
            return name;
        }
        format!("{name}{}{}", self.separator, self.item(value))
    }

    fn missing(&self, mistake: Mistake) -> Unnamed {
        Unnamed::Missing(mistake.at(&self.entry.place))
    }

    fn failed(&self, what: String, host: &str, reason: String) -> Unnamed {
        let host = host.to_owned();
        self.missing(Mistake::Construct { what, host, reason })
    }
}

/// Nothing, or the empty string: what a default stands in for.
fn is_empty(value: &Value) -> bool {
    value.is_none() || value.as_str() == Some("")
}

fn spelled(value: &Value) -> String {
    match value.is_none() {
        true => "None".to_owned(),
        false => template::display(value),
    }
}

/// A group's name as constructed groups have it: what could not stand in a variable's name becomes `_`.
pub(super) fn safe_group_name(name: &str) -> String {
    let safe = |(at, c): (usize, char)| match c.is_alphanumeric() || c == '_' {
        true if at > 0 || !c.is_numeric() => c,
        _ => '_',
    };
    name.chars().enumerate().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn group_names_are_made_safe() {
        assert_eq!(safe_group_name("us-east-1"), "us_east_1");
        assert_eq!(safe_group_name("1st"), "_st");
        assert_eq!(safe_group_name("_é"), "_é");
    }
}
