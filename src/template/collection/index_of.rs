//! The places in a list at which a test holds; as filter and as lookup.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{Named, arguments::Arguments};
use crate::template::{
    builtin::Run,
    call::{Call, list},
    failure,
    lookup::Lookup,
    print,
};

pub(super) const FILTERS: &[Named<Run>] = &[("ansible.utils.index_of", |call| {
    let args = call.args.clone();
    index_of(call, &args)
})];

pub(super) const LOOKUPS: &[Named<Lookup>] = &[("ansible.utils.index_of", |call, terms| {
    let found = index_of(call, terms)?;
    match found.kind() {
        ValueKind::Number => Ok(vec![found]),
        _ => list(&found),
    }
})];

const NAMES: &[&str] = &[
    "data",
    "test",
    "value",
    "key",
    "fail_on_missing",
    "wantlist",
    "errors",
];

fn index_of(call: &mut Call, args: &[Value]) -> Result<Value, Error> {
    let kwargs = call.kwargs.clone();
    let given = Arguments::given(args, &kwargs, NAMES)?;
    let test = Test::read(&given.need_text("test")?, given.raw("value"));
    let (key, strict) = (given.text("key"), given.flag("fail_on_missing", false)?);
    let mut found: Vec<Value> = Vec::new();
    for (at, item) in given.list("data")?.into_iter().enumerate() {
        let subject = match &key {
            None => item,
            Some(key) => {
                let Some(inside) = inside(&item, key, strict)? else {
                    continue;
                };
                inside
            }
        };
        if test.holds(call, subject)? {
            found.push(at.into());
        }
    }
    Ok(match (found.as_slice(), given.flag("wantlist", false)?) {
        ([one], false) => one.clone(),
        _ => found.into(),
    })
}

/// What a dictionary has under a key.
fn inside(item: &Value, key: &str, strict: bool) -> Result<Option<Value>, Error> {
    if item.kind() != ValueKind::Map {
        return Err(failure::plain("with 'key', all items must be dictionaries"));
    }
    let inside = item.get_item(&Value::from(key))?;
    match inside.is_undefined() {
        true if strict => Err(failure::plain(format!(
            "{} has no '{key}'",
            print::repr(item)
        ))),
        true => Ok(None),
        false => Ok(Some(inside)),
    }
}

/// A test, perhaps turned around.
struct Test {
    name: String,
    inverted: bool,
    value: Option<Value>,
}

impl Test {
    fn read(written: &str, value: Option<Value>) -> Self {
        let inverted = written.starts_with('!') || written.starts_with("not ");
        let name = match written.strip_prefix("not ") {
            Some(name) => name.trim_start(),
            None => written.trim_start_matches('!'),
        };
        let name = if inverted && name == "=" { "==" } else { name };
        let listed = |value: &Value| matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
        let value = value.map(|value| match name {
            "in" if !listed(&value) => vec![value].into(),
            _ => value,
        });
        Self {
            name: name.to_owned(),
            inverted,
            value,
        }
    }

    fn holds(&self, call: &mut Call, subject: Value) -> Result<bool, Error> {
        let mut given = vec![subject];
        given.extend(self.value.clone());
        let holds = call.state.perform_test(&self.name, &given);
        holds.map(|holds| holds != self.inverted).map_err(|error| {
            failure::plain(format!(
                "the test '{}': {}",
                self.name,
                failure::sentence(&error)
            ))
        })
    }
}
