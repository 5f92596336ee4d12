//! What `groupby` gives: pairs whose parts have names.

use std::sync::Arc;

use minijinja::{
    Error,
    value::{Enumerator, Object, ObjectRepr, Value},
};

use super::{attribute, order};
use crate::template::{builtin::Run, call::Call, failure, print};

pub(super) const ALL: &[(&str, Run)] = &[("groupby", group_by)];

/// `(grouper, list)`.
#[derive(Debug)]
struct Group([Value; 2]);

impl Object for Group {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("grouper") => Some(self.0[0].clone()),
            Some("list") => Some(self.0[1].clone()),
            _ => self.0.get(key.as_usize()?).cloned(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(2)
    }
}

fn group_by(call: &mut Call) -> Result<Value, Error> {
    let path = call.need(1, "attribute")?;
    let default = call.arg(2, "default").filter(|default| !default.is_none());
    let exact = call.flag(3, "case_sensitive");
    let mut keyed: Vec<(Value, Value, Value)> = Vec::new();
    for item in call.items()? {
        let found = attribute(&item, &path)?;
        let found = match (&default, found.is_undefined()) {
            (Some(default), true) => default.clone(),
            (None, true) => {
                call.context()?.lacks(&item, &print::text(&path), None);
                return Err(failure::undefined());
            }
            _ => found,
        };
        let key = if exact {
            found.clone()
        } else {
            order::folded(&found)
        };
        keyed.push((key, found, item));
    }
    order::sorted(&mut keyed, false, |(key, _, _)| key)?;
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for (key, found, item) in keyed {
        match groups.last_mut() {
            Some((last, _, items)) if *last == key => items.push(item),
            _ => groups.push((key, found, vec![item])),
        }
    }
    Ok(groups
        .into_iter()
        .map(|(_, grouper, items)| Value::from_object(Group([grouper, items.into()])))
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn groups_have_named_parts() {
        assert_eq!(
            shown("{% set g = ['ab', 'a'] | groupby(0) %}{{ g[0].grouper ~ g[0].list }}"),
            "\"a['ab', 'a']\""
        );
    }
}
