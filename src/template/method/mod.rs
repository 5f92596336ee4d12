//! The methods of Python's strings, lists, dictionaries and numbers, one file a type.

mod dict;
mod list;
mod number;
mod search;
mod string;

use minijinja::{
    Error,
    value::{Kwargs, Value, ValueKind},
};

use super::{call::describe, failure};

/// What a method is given.
pub(super) struct Given<'a> {
    pub args: &'a [Value],
    named: Option<Kwargs>,
}

impl<'a> Given<'a> {
    fn new(given: &'a [Value]) -> Self {
        match given.split_last() {
            Some((last, rest)) if last.is_kwargs() => Self {
                args: rest,
                named: Kwargs::try_from(last.clone()).ok(),
            },
            _ => Self {
                args: given,
                named: None,
            },
        }
    }

    /// An argument by its place or its name.
    fn arg(&self, at: usize, name: &str) -> Option<Value> {
        self.args
            .get(at)
            .cloned()
            .or_else(|| self.named.as_ref()?.peek(name).ok())
    }

    /// An argument that must be there.
    fn need(&self, at: usize) -> Result<Value, Error> {
        self.arg(at, "")
            .ok_or_else(|| failure::plain("an argument is missing"))
    }

    /// A string that must be there.
    fn text(&self, at: usize) -> Result<String, Error> {
        let value = self.need(at)?;
        match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(failure::plain(format!(
                "needs a string, not {}",
                describe(&value)
            ))),
        }
    }

    /// A whole number, where one is given.
    fn int(&self, at: usize, name: &str) -> Result<Option<i64>, Error> {
        match self.arg(at, name) {
            None => Ok(None),
            Some(value) if value.is_none() => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or_else(|| {
                failure::plain(format!("needs a whole number, not {}", describe(&value)))
            }),
        }
    }

    /// Refuses more arguments than a method takes.
    fn at_most(&self, count: usize) -> Result<(), Error> {
        match self.args.len() > count {
            true => Err(failure::plain(format!(
                "takes {count} arguments, not {}",
                self.args.len()
            ))),
            false => Ok(()),
        }
    }
}

/// Calls a method; nothing where the value has none of that name.
pub(super) fn call(value: &Value, name: &str, given: &[Value]) -> Result<Option<Value>, Error> {
    let given = Given::new(given);
    match value.kind() {
        ValueKind::String => string::call(value.as_str().unwrap_or_default(), name, &given),
        ValueKind::Bytes => Ok(match name {
            "decode" => Some(
                String::from_utf8_lossy(value.as_bytes().unwrap_or_default())
                    .into_owned()
                    .into(),
            ),
            _ => None,
        }),
        ValueKind::Map => dict::call(value, name, &given),
        ValueKind::Seq | ValueKind::Iterable => list::call(value, name, &given),
        ValueKind::Number | ValueKind::Bool => number::call(value, name, &given),
        _ => Ok(None),
    }
}

/// What a value has beside its entries; undefined where it has nothing of that name.
pub(super) fn property(value: &Value, name: &str) -> Value {
    match value.kind() {
        ValueKind::Number | ValueKind::Bool => number::property(value, name),
        _ => Value::UNDEFINED,
    }
}
