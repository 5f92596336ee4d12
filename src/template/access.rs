//! What `a.b`, `a[b]` and `a.b()` do: a missing link makes the whole chain undefined, and is remembered for the message.

use minijinja::{
    Error, State,
    value::{Rest, Value, ValueKind, ValueOrKwargs},
};

use super::{context::Context, method, print};

/// `__get(value, key, start, end)`.
pub(super) fn get(state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    let [value, key, start, end] = args.as_slice() else {
        return Ok(Value::UNDEFINED);
    };
    if value.is_undefined() {
        return Ok(value.clone());
    }
    let found = value.get_item(key)?;
    if !found.is_undefined() {
        return checked(found);
    }
    miss(state, value, key, start, end)?;
    Ok(Value::UNDEFINED)
}

/// `__call(value, name, start, end, arguments…)`.
pub(super) fn call(state: &mut State, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let args = args.into_values();
    let [value, name, start, end, given @ ..] = args.as_slice() else {
        return Ok(Value::UNDEFINED);
    };
    if value.is_undefined() {
        return Ok(value.clone());
    }
    let method = name.as_str().unwrap_or_default();
    if let Some(result) = method::call(value, method, given)? {
        return Ok(result);
    }
    match value.call_method(state, method, given) {
        Err(error) if error.kind() == minijinja::ErrorKind::UnknownMethod => {
            miss(state, value, name, start, end)?;
            Ok(Value::UNDEFINED)
        }
        result => result,
    }
}

/// A value that carries an error gives the error.
fn checked(value: Value) -> Result<Value, Error> {
    if value.kind() != ValueKind::Invalid {
        return Ok(value);
    }
    let mut only = Value::from(vec![value]).try_iter()?.checked();
    only.next().unwrap_or(Ok(Value::UNDEFINED))
}

fn miss(
    state: &State,
    value: &Value,
    key: &Value,
    start: &Value,
    end: &Value,
) -> Result<(), Error> {
    let at = start.as_usize().unwrap_or(0)..end.as_usize().unwrap_or(0);
    let at = Some((state.name().to_owned(), at));
    Context::of(state)?.lacks(value, &print::text(key), at);
    Ok(())
}
