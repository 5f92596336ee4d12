//! What Jinja2 itself tests: kinds of values and comparisons.

use std::cmp::Ordering;

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use crate::template::{
    builtin::Run,
    call::{Call, describe},
    failure, operator,
};

pub(super) const ALL: &[(&str, Run)] = &[
    ("defined", |call| yes(!call.value().is_undefined())),
    ("undefined", |call| yes(call.value().is_undefined())),
    ("none", |call| yes(call.value().is_none())),
    (
        "boolean",
        |call| yes(call.value().kind() == ValueKind::Bool),
    ),
    ("true", |call| yes(is_bool(call, true))),
    ("false", |call| yes(is_bool(call, false))),
    ("number", |call| {
        yes(call.value().is_number() || call.value().kind() == ValueKind::Bool)
    }),
    ("integer", |call| yes(call.value().is_integer())),
    ("float", |call| {
        yes(call.value().is_number() && !call.value().is_integer())
    }),
    ("string", |call| {
        yes(call.value().kind() == ValueKind::String)
    }),
    ("mapping", |call| yes(call.value().kind() == ValueKind::Map)),
    ("sequence", |call| yes(iterable(&call.value()))),
    ("iterable", |call| yes(iterable(&call.value()))),
    ("callable", |call| {
        yes(call.value().kind() == ValueKind::Plain)
    }),
    ("lower", |call| {
        let text = call.subject();
        yes(text == text.to_lowercase() && text != text.to_uppercase())
    }),
    ("upper", |call| {
        let text = call.subject();
        yes(text == text.to_uppercase() && text != text.to_lowercase())
    }),
    ("odd", |call| yes(whole(call, 0)?.rem_euclid(2) == 1)),
    ("even", |call| yes(whole(call, 0)?.rem_euclid(2) == 0)),
    ("divisibleby", divisible),
    ("sameas", |call| {
        yes(call.value().kind() == call.need(1, "other")?.kind()
            && call.value() == call.need(1, "other")?)
    }),
    ("eq", equal),
    ("equalto", equal),
    ("==", equal),
    ("ne", |call| yes(call.value() != call.need(1, "other")?)),
    ("!=", |call| yes(call.value() != call.need(1, "other")?)),
    ("escaped", |_| yes(false)),
    ("lt", |call| ordered(call, Ordering::is_lt)),
    ("<", |call| ordered(call, Ordering::is_lt)),
    ("lessthan", |call| ordered(call, Ordering::is_lt)),
    ("le", |call| ordered(call, Ordering::is_le)),
    ("<=", |call| ordered(call, Ordering::is_le)),
    ("gt", |call| ordered(call, Ordering::is_gt)),
    (">", |call| ordered(call, Ordering::is_gt)),
    ("greaterthan", |call| ordered(call, Ordering::is_gt)),
    ("ge", |call| ordered(call, Ordering::is_ge)),
    (">=", |call| ordered(call, Ordering::is_ge)),
    ("in", |call| {
        let container = call.need(1, "seq")?;
        yes(holds(&container, &call.value())?)
    }),
    ("filter", |call| {
        let name = call.subject();
        yes(crate::template::filter::all().any(|(known, _)| known == name))
    }),
    ("test", |call| {
        let name = call.subject();
        yes(crate::template::test::all().any(|(known, _)| known == name))
    }),
];

/// The answer of a test.
pub(super) fn yes(answer: bool) -> Result<Value, Error> {
    Ok(answer.into())
}

/// Whether a list, a map's keys or a string holds a value.
pub(in crate::template) fn holds(container: &Value, value: &Value) -> Result<bool, Error> {
    match container.kind() {
        ValueKind::String => {
            Ok(container
                .as_str()
                .unwrap_or_default()
                .contains(value.as_str().ok_or_else(|| {
                    failure::plain(format!(
                        "only a string can be in a string, not {}",
                        describe(value)
                    ))
                })?))
        }
        _ => Ok(container.try_iter()?.any(|item| item == *value)),
    }
}

/// Whether two values stand in an order.
fn ordered(call: &Call, holds: fn(Ordering) -> bool) -> Result<Value, Error> {
    let (value, other) = (call.value(), call.need(1, "other")?);
    match operator::compared(&value, &other) {
        Some(order) => yes(order.is_some_and(holds)),
        None => Err(failure::plain(format!(
            "{} and {} have no order",
            describe(&value),
            describe(&other)
        ))),
    }
}

fn equal(call: &mut Call) -> Result<Value, Error> {
    yes(call.value() == call.need(1, "other")?)
}

fn is_bool(call: &Call, wanted: bool) -> bool {
    call.value().kind() == ValueKind::Bool && call.value().is_true() == wanted
}

fn iterable(value: &Value) -> bool {
    matches!(
        value.kind(),
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map | ValueKind::String
    )
}

fn whole(call: &Call, at: usize) -> Result<i64, Error> {
    let value = call.need(at, "num")?;
    value
        .as_i64()
        .ok_or_else(|| failure::plain(format!("needs an integer, not {}", describe(&value))))
}

fn divisible(call: &mut Call) -> Result<Value, Error> {
    match whole(call, 1)? {
        0 => Err(failure::plain("division by zero")),
        number => yes(whole(call, 0)? % number == 0),
    }
}
