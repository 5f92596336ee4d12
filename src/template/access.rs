//! What `a.b`, `a[b]` and `a.b()` do: a missing link makes the whole chain undefined, and is remembered for the message.

use minijinja::{
    Error, State,
    value::{Rest, Value, ValueKind, ValueOrKwargs},
};

use super::{ErrorKind, context::Context, failure, growing::is_growing, method, print};

/// `__get(value, key, start, end)`.
pub(super) fn get(state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    let [value, key, start, end] = args.as_slice() else {
        return Ok(Value::UNDEFINED);
    };
    if value.is_undefined() {
        return Ok(value.clone());
    }
    let found = found(value, key)?;
    if found.kind() == ValueKind::Invalid {
        return unmade(state, &found, key, start, end);
    }
    if found.is_undefined() {
        miss(state, value, key, start, end)?;
    }
    Ok(found)
}

/// An entry; lists have them by whole numbers alone.
fn found(value: &Value, key: &Value) -> Result<Value, Error> {
    let list = matches!(value.kind(), ValueKind::Seq | ValueKind::String);
    if list && key.is_number() && !key.is_integer() {
        return Ok(Value::UNDEFINED);
    }
    let found = value.get_item(key)?;
    if found.is_undefined() && key.as_str().is_some() {
        return Ok(method::property(value, key.as_str().unwrap_or_default()));
    }
    Ok(found)
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
    if let Some(undefined) = given.iter().find(|value| value.is_undefined()) {
        return Ok(undefined.clone());
    }
    let method = name.as_str().unwrap_or_default();
    let growing = is_growing(value);
    if !growing && let Some(result) = method::call(value, method, given)? {
        return Ok(result);
    }
    match value.call_method(state, method, given) {
        Err(error) if error.kind() == minijinja::ErrorKind::UnknownMethod => {}
        result => return result,
    }
    if growing && let Some(result) = method::call(value, method, given)? {
        return Ok(result);
    }
    miss(state, value, name, start, end)?;
    Ok(Value::UNDEFINED)
}

/// An entry that is made of what is undefined is undefined, too; any other error in its place is one.
fn unmade(
    state: &State,
    found: &Value,
    key: &Value,
    start: &Value,
    end: &Value,
) -> Result<Value, Error> {
    match failure::carried(found) {
        Some(cause) if cause.kind == ErrorKind::Undefined => {
            let at = Some((state.name().to_owned(), place(start, end)));
            Context::of(state)?.unmade(&print::text(key), at, cause);
            Ok(Value::UNDEFINED)
        }
        Some(error) => Err(failure::caused(error)),
        None => Ok(Value::UNDEFINED),
    }
}

fn place(start: &Value, end: &Value) -> std::ops::Range<usize> {
    start.as_usize().unwrap_or(0)..end.as_usize().unwrap_or(0)
}

fn miss(
    state: &State,
    value: &Value,
    key: &Value,
    start: &Value,
    end: &Value,
) -> Result<(), Error> {
    let at = Some((state.name().to_owned(), place(start, end)));
    Context::of(state)?.lacks(value, &print::text(key), at);
    Ok(())
}
