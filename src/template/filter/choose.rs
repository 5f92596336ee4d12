//! Filters that apply a filter or a test to each item.

use minijinja::{Error, value::Value};

use super::attribute;
use crate::template::{builtin::Run, call::Call, failure, print};

pub(super) const ALL: &[(&str, Run)] = &[
    ("map", map),
    ("select", |call| choose(call, false, true)),
    ("reject", |call| choose(call, false, false)),
    ("selectattr", |call| choose(call, true, true)),
    ("rejectattr", |call| choose(call, true, false)),
];

fn map(call: &mut Call) -> Result<Value, Error> {
    let items = call.items()?;
    if let Some(path) = call.named("attribute") {
        let default = call.named("default");
        let mut found = Vec::with_capacity(items.len());
        for item in &items {
            let value = attribute(item, &path)?;
            match (&default, value.is_undefined()) {
                (Some(default), true) => found.push(default.clone()),
                (None, true) => {
                    call.context()?.lacks(item, &print::text(&path), None);
                    found.push(value);
                }
                _ => found.push(value),
            }
        }
        return Ok(found.into());
    }
    let name = call.need_text(1, "filter")?;
    let mut applied = Vec::with_capacity(items.len());
    for item in items {
        let given = rest(call, 2, item);
        applied.push(filtered(call, &name, &given)?);
    }
    Ok(applied.into())
}

fn missing(path: &Value) -> Result<Value, Error> {
    Err(failure::plain(format!("an item has no attribute '{path}'")))
}

/// The arguments for the inner filter or test: the item, then what follows its name.
fn rest(call: &Call, from: usize, item: Value) -> Vec<Value> {
    let mut given = vec![item];
    given.extend(call.args.iter().skip(from).cloned());
    if !call.kwargs.is_empty() {
        let named: minijinja::value::Kwargs = call.kwargs.iter().cloned().collect();
        given.push(named.into());
    }
    given
}

fn filtered(call: &mut Call, name: &str, given: &[Value]) -> Result<Value, Error> {
    call.state
        .apply_filter(name, given)
        .map_err(|error| unknown(error, "filter", name))
}

fn unknown(error: Error, what: &str, name: &str) -> Error {
    use minijinja::ErrorKind::{UnknownFilter, UnknownTest};
    if matches!(error.kind(), UnknownFilter | UnknownTest) && error.detail().is_none() {
        return Error::new(error.kind(), format!("{what} {name} is unknown"));
    }
    error
}

fn choose(call: &mut Call, by_attribute: bool, keep: bool) -> Result<Value, Error> {
    let path = by_attribute
        .then(|| call.need(1, "attribute"))
        .transpose()?;
    let at = 1 + usize::from(by_attribute);
    let test = call.text(at, "test");
    let mut chosen = Vec::new();
    for item in call.items()? {
        let subject = match &path {
            Some(path) => attribute(&item, path)?,
            None => item.clone(),
        };
        let holds = match &test {
            Some(test) => {
                let given = rest(call, at + 1, subject);
                call.state
                    .perform_test(test, &given)
                    .map_err(|error| unknown(error, "test", test))?
            }
            None if subject.is_undefined() => {
                return missing(&path.unwrap_or_default());
            }
            None => subject.is_true(),
        };
        if holds == keep {
            chosen.push(item);
        }
    }
    Ok(chosen.into())
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn filters_and_tests_are_applied_to_each_item() {
        assert_eq!(
            shown("{{ names | map('upper') | list }}"),
            "['ADA', 'BOB', 'EVE']"
        );
        assert_eq!(shown("{{ [1, 2, 3] | select('odd') }}"), "[1, 3]");
        assert_eq!(
            shown("{{ [{'a': 1}, {'b': 2}] | selectattr('a', 'defined') }}"),
            "[{'a': 1}]"
        );
        assert_eq!(
            shown("{{ [{'a': 1}, {}] | map(attribute='a', default=0) }}"),
            "[1, 0]"
        );
    }
}
