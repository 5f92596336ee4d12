//! Tests of what a task registered.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::core::yes;
use crate::template::{builtin::Run, call::Call, call::describe, failure};

pub(super) const ALL: &[(&str, Run)] = &[
    ("changed", changed),
    ("change", changed),
    ("failed", |call| yes(flag(call, "failed")?)),
    ("failure", |call| yes(flag(call, "failed")?)),
    ("succeeded", |call| yes(!flag(call, "failed")?)),
    ("success", |call| yes(!flag(call, "failed")?)),
    ("successful", |call| yes(!flag(call, "failed")?)),
    ("skipped", |call| yes(flag(call, "skipped")?)),
    ("skip", |call| yes(flag(call, "skipped")?)),
    ("unreachable", |call| yes(flag(call, "unreachable")?)),
    ("reachable", |call| yes(!flag(call, "unreachable")?)),
    ("started", |call| yes(ran(call, "started")?)),
    ("finished", |call| yes(ran(call, "finished")?)),
    ("timedout", |call| yes(flag(call, "timedout")?)),
];

/// Whether the result has this key and it is true.
fn flag(call: &Call, key: &str) -> Result<bool, Error> {
    let result = call.value();
    if result.kind() != ValueKind::Map {
        let message = format!("needs the result of a task, not {}", describe(&result));
        return Err(failure::plain(message));
    }
    Ok(result.get_item(&Value::from(key))?.is_true())
}

/// The same of a task that ran on its own time; one that did not has started and finished.
fn ran(call: &Call, key: &str) -> Result<bool, Error> {
    let own = flag(call, key)?;
    Ok(own || call.value().get_item(&Value::from(key))?.is_undefined())
}

fn changed(call: &mut Call) -> Result<Value, Error> {
    let own = flag(call, "changed")?;
    let result = call.value();
    if result.get_item(&Value::from("changed"))?.is_undefined() {
        let items = result.get_item(&Value::from("results"))?;
        if matches!(items.kind(), ValueKind::Seq | ValueKind::Iterable) {
            let changed = Value::from("changed");
            return yes(items
                .try_iter()?
                .any(|item| item.get_item(&changed).is_ok_and(|value| value.is_true())));
        }
    }
    yes(own)
}
