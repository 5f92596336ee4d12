use std::{path::PathBuf, sync::Arc};

use minijinja::{
    Error, State,
    value::{Kwargs, Value, ValueKind},
};

use super::{Reach, context::Context, failure, print};

/// One use of a filter, test or function: what it is given, and the run that it happens in.
pub(super) struct Call<'c, 's, 'e> {
    pub state: &'c mut State<'s, 'e>,
    /// For filters and tests the value comes first.
    pub args: Vec<Value>,
    pub kwargs: Vec<(String, Value)>,
}

impl<'c, 's, 'e> Call<'c, 's, 'e> {
    pub fn new(state: &'c mut State<'s, 'e>, given: &[Value]) -> Self {
        let (args, kwargs) = match given.split_last() {
            Some((last, rest)) if last.is_kwargs() => (rest, Some(last)),
            _ => (given, None),
        };
        Self {
            state,
            args: args.to_vec(),
            kwargs: kwargs.map(named).unwrap_or_default(),
        }
    }

    /// What a filter or test is applied to.
    pub fn value(&self) -> Value {
        self.args.first().cloned().unwrap_or_default()
    }

    /// An argument by its place (the value is 0) or its name; nothing where it is not given.
    pub fn arg(&self, at: usize, name: &str) -> Option<Value> {
        self.args.get(at).cloned().or_else(|| self.named(name))
    }

    pub fn named(&self, name: &str) -> Option<Value> {
        self.kwargs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    }

    /// An argument that must be given.
    pub fn need(&self, at: usize, name: &str) -> Result<Value, Error> {
        self.arg(at, name)
            .ok_or_else(|| failure::plain(format!("the argument '{name}' is missing")))
    }

    /// An argument as text; anything is turned into text as Python's `str` does.
    pub fn text(&self, at: usize, name: &str) -> Option<String> {
        self.arg(at, name)
            .filter(|value| !value.is_none())
            .map(|value| print::text(&value))
    }

    pub fn need_text(&self, at: usize, name: &str) -> Result<String, Error> {
        self.need(at, name).map(|value| print::text(&value))
    }

    pub fn flag(&self, at: usize, name: &str) -> bool {
        self.arg(at, name).is_some_and(|value| value.is_true())
    }

    pub fn int(&self, at: usize, name: &str) -> Result<Option<i64>, Error> {
        match self.arg(at, name) {
            None => Ok(None),
            Some(value) if value.is_none() => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or_else(|| {
                failure::plain(format!(
                    "the argument '{name}' must be an integer, not {}",
                    describe(&value)
                ))
            }),
        }
    }

    /// The value's items; for a map its keys.
    pub fn items(&self) -> Result<Vec<Value>, Error> {
        items(&self.value())
    }

    /// The value as text.
    pub fn subject(&self) -> String {
        print::text(&self.value())
    }

    /// The value as the path of something on the controller that is to be looked at, which is noted where the expression is
    /// evaluated before its turn.
    pub fn file(&self) -> PathBuf {
        if let Ok(context) = self.context() {
            let _ = context.vars.may_reach(Reach::Files);
        }
        PathBuf::from(self.subject())
    }

    pub fn context(&self) -> Result<Arc<Context>, Error> {
        Context::of(self.state)
    }
}

fn named(kwargs: &Value) -> Vec<(String, Value)> {
    let Ok(kwargs) = Kwargs::try_from(kwargs.clone()) else {
        return Vec::new();
    };
    kwargs
        .args()
        .filter_map(|name| Some((name.to_owned(), kwargs.peek(name).ok()?)))
        .collect()
}

/// The items of a list, or the keys of a map, or the characters of a string.
pub(super) fn items(value: &Value) -> Result<Vec<Value>, Error> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map | ValueKind::String => {
            value.try_iter()?.checked().collect()
        }
        ValueKind::Undefined => Err(failure::undefined()),
        _ => Err(failure::plain(format!(
            "needs a list, not {}",
            describe(value)
        ))),
    }
}

/// The items of a list; anything else is an error.
pub(super) fn list(value: &Value) -> Result<Vec<Value>, Error> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => value.try_iter()?.checked().collect(),
        ValueKind::Undefined => Err(failure::undefined()),
        _ => Err(failure::plain(format!(
            "needs a list, not {}",
            describe(value)
        ))),
    }
}

/// A map's entries in order.
pub(super) fn entries(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    match value.kind() {
        ValueKind::Map => value
            .try_iter()?
            .map(|key| {
                let item = value.get_item(&key)?;
                match failure::carried(&item) {
                    Some(error) => Err(failure::caused(error)),
                    None => Ok((key, item)),
                }
            })
            .collect(),
        ValueKind::Undefined => Err(failure::undefined()),
        _ => Err(failure::plain(format!(
            "needs a dictionary, not {}",
            describe(value)
        ))),
    }
}

/// What a person calls this kind of value, with its article.
pub(super) fn describe(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "something undefined",
        ValueKind::None => "nothing",
        ValueKind::Bool => "a boolean",
        ValueKind::Number if value.is_integer() => "an integer",
        ValueKind::Number => "a float",
        ValueKind::String => "a string",
        ValueKind::Bytes => "bytes",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "a dictionary",
        _ => "an object",
    }
}
