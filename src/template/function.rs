//! The functions that every template has.

use minijinja::{Error, value::Value};

use super::{
    ErrorKind, TemplateError, bound, builtin::Run, call::Call, call::entries, failure, lookup,
    moment, turn,
};

/// Every function with its name.
pub(super) fn all() -> impl Iterator<Item = (&'static str, Run)> {
    ALL.iter().chain(turn::ALL).copied()
}

const ALL: &[(&str, Run)] = &[
    ("range", range),
    ("dict", dict),
    ("undef", undef),
    ("now", moment::now),
    ("lookup", lookup::lookup),
    ("query", lookup::query),
    ("q", lookup::query),
];

fn range(call: &mut Call) -> Result<Value, Error> {
    let number = |at| call.int(at, "range");
    let (start, stop) = match (number(0)?, number(1)?) {
        (Some(start), Some(stop)) => (start, stop),
        (Some(stop), None) => (0, stop),
        (None, _) => return Err(failure::plain("needs where to stop")),
    };
    let step = number(2)?.unwrap_or(1);
    if step == 0 {
        return Err(failure::plain("a step of 0 never arrives"));
    }
    let length = (stop.saturating_sub(start) / step).max(0);
    bound::items(usize::try_from(length).unwrap_or(usize::MAX))?;
    let mut numbers = Vec::new();
    let mut at = start;
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        numbers.push(Value::from(at));
        at += step;
    }
    Ok(numbers.into())
}

fn dict(call: &mut Call) -> Result<Value, Error> {
    let mut pairs = match call.args.first() {
        Some(map) if map.kind() == minijinja::value::ValueKind::Map => entries(map)?,
        Some(list) => list
            .try_iter()?
            .map(|pair| Ok((pair.get_item_by_index(0)?, pair.get_item_by_index(1)?)))
            .collect::<Result<_, Error>>()?,
        None => Vec::new(),
    };
    for (name, value) in &call.kwargs {
        pairs.push((Value::from(name.as_str()), value.clone()));
    }
    Ok(Value::from_pairs(pairs))
}

fn undef(call: &mut Call) -> Result<Value, Error> {
    match call.text(0, "hint") {
        Some(hint) => {
            let cause = TemplateError::new(ErrorKind::Undefined, hint);
            call.context()?.unmade("undef", None, cause);
            Ok(Value::UNDEFINED)
        }
        None => Ok(Value::UNDEFINED),
    }
}
