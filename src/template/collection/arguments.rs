//! Arguments as the collections declare them: with names that are known, and turned into the type that is wanted.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use crate::template::{
    call::{Call, describe, items},
    failure, filter, print,
};

/// The arguments of a call, of which all have a known name.
pub(super) struct Arguments<'c> {
    args: &'c [Value],
    kwargs: &'c [(String, Value)],
    names: &'static [&'static str],
}

impl<'c> Arguments<'c> {
    /// Takes the names in their order; the value comes first.
    ///
    /// # Errors
    /// An argument of another name, or one too many.
    pub fn of(call: &'c Call<'_, '_, '_>, names: &'static [&'static str]) -> Result<Self, Error> {
        Self::given(&call.args, &call.kwargs, names)
    }

    /// The same of arguments that stand elsewhere, such as a lookup's terms.
    pub fn given(
        args: &'c [Value],
        kwargs: &'c [(String, Value)],
        names: &'static [&'static str],
    ) -> Result<Self, Error> {
        let known = names.join(", ");
        if let Some((name, _)) = kwargs
            .iter()
            .find(|(name, _)| !names.contains(&name.as_str()))
        {
            return Err(failure::plain(format!(
                "there is no argument '{name}'; there are {known}"
            )));
        }
        if args.len() > names.len() {
            return Err(failure::plain(format!(
                "there are too many arguments; there are {known}"
            )));
        }
        Ok(Self {
            args,
            kwargs,
            names,
        })
    }

    fn found(&self, name: &str) -> Option<&Value> {
        let at = self.names.iter().position(|known| *known == name)?;
        let named = || self.kwargs.iter().find(|(key, _)| key == name);
        self.args.get(at).or_else(|| Some(&named()?.1))
    }

    /// An argument as it is; nothing where it is not given, or null.
    pub fn raw(&self, name: &str) -> Option<Value> {
        self.found(name).filter(|value| !value.is_none()).cloned()
    }

    /// An argument that must be given, and may be null.
    pub fn any(&self, name: &str) -> Result<Value, Error> {
        let found = self.found(name).cloned();
        found.ok_or_else(|| failure::plain(format!("the argument '{name}' is missing")))
    }

    pub fn need(&self, name: &str) -> Result<Value, Error> {
        self.raw(name)
            .ok_or_else(|| failure::plain(format!("the argument '{name}' is missing")))
    }

    /// Anything as text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(|value| print::text(&value))
    }

    pub fn need_text(&self, name: &str) -> Result<String, Error> {
        self.need(name).map(|value| print::text(&value))
    }

    /// A whole number, or text that is one.
    pub fn int(&self, name: &str) -> Result<Option<i64>, Error> {
        let Some(value) = self.raw(name) else {
            return Ok(None);
        };
        let number = match value.kind() {
            ValueKind::Bool => Some(i64::from(value.is_true())),
            ValueKind::String => value.as_str().and_then(|text| text.trim().parse().ok()),
            _ => value.as_i64(),
        };
        number.map(Some).ok_or_else(|| {
            failure::plain(format!(
                "the argument '{name}' must be an integer, not {}",
                describe(&value)
            ))
        })
    }

    pub fn need_int(&self, name: &str) -> Result<i64, Error> {
        self.int(name)?
            .ok_or_else(|| failure::plain(format!("the argument '{name}' is missing")))
    }

    /// A boolean, or what Ansible takes for one.
    pub fn flag(&self, name: &str, default: bool) -> Result<bool, Error> {
        let Some(value) = self.raw(name) else {
            return Ok(default);
        };
        filter::truth(&value).ok_or_else(|| {
            failure::plain(format!(
                "the argument '{name}' must be a boolean, not {}",
                print::repr(&value)
            ))
        })
    }

    /// A list; text is split at its commas, and a number is a list of one.
    pub fn list(&self, name: &str) -> Result<Vec<Value>, Error> {
        let value = self.need(name)?;
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => items(&value),
            ValueKind::String => {
                let text = value.as_str().unwrap_or_default();
                Ok(text.split(',').map(|part| part.trim().into()).collect())
            }
            ValueKind::Number => Ok(vec![print::text(&value).into()]),
            _ => Err(failure::plain(format!(
                "the argument '{name}' must be a list, not {}",
                describe(&value)
            ))),
        }
    }

    /// A list of anything as text.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Error> {
        Ok(self.list(name)?.iter().map(print::text).collect())
    }

    /// One of some words.
    pub fn choice(&self, name: &str, choices: &[&'static str]) -> Result<&'static str, Error> {
        let Some(text) = self.text(name) else {
            return Ok(choices[0]);
        };
        choices
            .iter()
            .find(|choice| **choice == text)
            .copied()
            .ok_or_else(|| {
                let choices = choices.join(", ");
                failure::plain(format!("'{name}' is one of {choices}, not '{text}'"))
            })
    }
}
