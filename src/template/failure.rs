//! Errors on their way out of minijinja: what it says becomes what a person needs.

use std::{error::Error as _, ops::Range};

use minijinja::{Error, ErrorKind as Cause, value::Value};

use super::{
    ErrorKind, TemplateError, context::Context, context::Miss, filter, function,
    rewrite::Rewritten, test,
};

/// An error inside a filter, test, function or lookup.
pub(super) fn plain(message: impl Into<String>) -> Error {
    Error::new(Cause::InvalidOperation, message.into())
}

/// Carries one of our own errors through minijinja.
pub(super) fn caused(error: TemplateError) -> Error {
    plain(error.message.clone()).with_source(error)
}

/// The error that lies in a value's place.
pub(super) fn carried(value: &Value) -> Option<TemplateError> {
    let mut only = Value::from(vec![value.clone()]).try_iter().ok()?.checked();
    let error = only.next()?.err()?;
    own(&error).or_else(|| Some(TemplateError::new(ErrorKind::Failed, sentence(&error))))
}

/// A mistake in a text that stands `base` bytes behind the start of what a person wrote.
pub(super) fn syntax(error: &Error, base: usize) -> Error {
    if let Some(own) = own(error) {
        return caused(own);
    }
    let mut found = TemplateError::new(ErrorKind::Syntax, sentence(error));
    found.range = error.range().map(|at| at.start + base..at.end + base);
    caused(found)
}

/// The use of a value that does not exist.
pub(super) fn undefined() -> Error {
    Error::from(Cause::UndefinedError)
}

/// Where the texts of the templates of a run are found again.
pub(super) trait Originals {
    fn original(&self, template: &str) -> Option<std::sync::Arc<Rewritten>>;
}

/// Takes what minijinja says and the bytes by which the template's text is deeper in its name's original.
pub(super) fn explain(
    error: &Error,
    context: &Context,
    originals: &dyn Originals,
) -> TemplateError {
    if let Some(own) = own(error) {
        return located(own, error, originals);
    }
    let innermost = innermost(error);
    let explained = match innermost.kind() {
        Cause::UndefinedError => missing(innermost, context, originals),
        // What an operator says that was given something undefined.
        Cause::InvalidOperation
            if sentence(innermost).contains("undefined") && !context.misses().is_empty() =>
        {
            missing(innermost, context, originals)
        }
        Cause::UnknownFilter | Cause::UnknownTest | Cause::UnknownFunction => unknown(innermost),
        _ => TemplateError::new(ErrorKind::Failed, sentence(innermost)),
    };
    located(explained, innermost, originals)
}

/// `filter x is unknown`, as minijinja says it, in our words.
fn unknown(error: &Error) -> TemplateError {
    let said = sentence(error);
    let (what, names): (_, Vec<&str>) = match error.kind() {
        Cause::UnknownFilter => ("filter", filter::all().map(|(name, _)| name).collect()),
        Cause::UnknownTest => ("test", test::all().map(|(name, _)| name).collect()),
        _ => (
            "function or variable",
            function::all().map(|(name, _)| name).collect(),
        ),
    };
    let Some(name) = said.strip_suffix(" is unknown") else {
        return TemplateError::new(ErrorKind::Unknown, said);
    };
    let name = name.rsplit(' ').next().unwrap_or(name);
    let mut found = TemplateError::new(ErrorKind::Unknown, format!("there is no {what} '{name}'"));
    found.help = nearest(name, names.into_iter());
    found
}

/// Our own error, where one lies at the bottom.
fn own(error: &Error) -> Option<TemplateError> {
    let mut at = error.source();
    while let Some(source) = at {
        if let Some(own) = source.downcast_ref::<TemplateError>() {
            return Some(own.clone());
        }
        at = source.source();
    }
    None
}

fn innermost(error: &Error) -> &Error {
    let mut at = error;
    while let Some(inner) = at
        .source()
        .and_then(|source| source.downcast_ref::<Error>())
    {
        at = inner;
    }
    at
}

fn located(
    mut explained: TemplateError,
    error: &Error,
    originals: &dyn Originals,
) -> TemplateError {
    if explained.range.is_none() && explained.place.is_none() {
        explained.range = range(error, originals);
    }
    explained
}

/// The error's bytes in the text as it was written.
fn range(error: &Error, originals: &dyn Originals) -> Option<Range<usize>> {
    let range = error.range()?;
    let rewritten = originals.original(error.name()?)?;
    let end = rewritten.original.len();
    let start = rewritten.origin(range.start).min(end);
    Some(start..rewritten.origin(range.end).clamp(start, end))
}

pub(super) fn sentence(error: &Error) -> String {
    match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    }
}

/// Which value was missing: of those that were looked up in vain, the last within the place of the error.
fn missing(error: &Error, context: &Context, originals: &dyn Originals) -> TemplateError {
    let misses = context.misses();
    let within = range(error, originals);
    let text = error.name().and_then(|name| originals.original(name));
    let here = |miss: &&Miss| match (&miss.at, &within, &text) {
        (Some((_, at)), Some(range), _) => at.start < range.end && range.start < at.end,
        (None, _, _) if !miss.found.is_empty() => true,
        (None, Some(range), Some(text)) => word(&text.original, &miss.name, range).is_some(),
        _ => true,
    };
    match misses.iter().rev().find(here).or(misses.last()) {
        Some(miss) => describe(miss, within, context, originals, text.as_deref()),
        None => TemplateError::new(
            ErrorKind::Undefined,
            "the expression has no value (an inline `if` without `else`?)",
        ),
    }
}

fn describe(
    miss: &Miss,
    within: Option<Range<usize>>,
    context: &Context,
    originals: &dyn Originals,
    text: Option<&Rewritten>,
) -> TemplateError {
    if let Some(cause) = &miss.cause {
        return cause.clone();
    }
    if miss.at.is_none() && miss.found.is_empty() {
        return variable(miss, within, context, text);
    }
    let written = miss.at.as_ref().and_then(|(template, at)| {
        let text = originals.original(template)?;
        text.original.get(at.clone()).map(str::to_owned)
    });
    let path = written.unwrap_or_else(|| miss.name.clone());
    let known = match miss.known.len() {
        0 => String::new(),
        1..=12 => format!("; it has {}", miss.known.join(", ")),
        count => format!("; it has {count} keys: {}, …", miss.known[..10].join(", ")),
    };
    let message = format!(
        "'{path}' is undefined: {} has no '{}'{known}",
        miss.found, miss.name
    );
    let mut error = TemplateError::new(ErrorKind::Undefined, message);
    error.name = Some(path.into());
    error.range = miss.at.as_ref().map(|(_, at)| at.clone()).or(within);
    error.help = nearest(&miss.name, miss.known.iter().map(String::as_str));
    error
}

fn variable(
    miss: &Miss,
    within: Option<Range<usize>>,
    context: &Context,
    text: Option<&Rewritten>,
) -> TemplateError {
    let mut error = TemplateError::new(
        ErrorKind::Undefined,
        format!("'{}' is undefined", miss.name),
    );
    error.name = Some(miss.name.as_str().into());
    if let Some(text) = text {
        let all = 0..text.original.len();
        error.range = within
            .and_then(|range| word(&text.original, &miss.name, &range))
            .or_else(|| word(&text.original, &miss.name, &all));
    }
    let names = context.vars.names();
    error.help = nearest(&miss.name, names.iter().map(String::as_str));
    error
}

/// Where a name stands as a word of its own.
fn word(text: &str, name: &str, within: &Range<usize>) -> Option<Range<usize>> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name)
        .map(|(at, _)| at..at + name.len())
        .filter(|at| at.start < within.end && within.start < at.end)
        .find(|at| {
            !text[..at.start].ends_with(|c| part(c) || c == '.')
                && !text[at.end..].starts_with(part)
        })
}

/// "did you mean", where a name is near enough.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<Box<str>> {
    let distance = |other: &str| strsim::damerau_levenshtein(name, other);
    names
        .map(|other| (distance(other), other))
        .filter(|(distance, _)| *distance <= 1 + name.chars().count() / 4)
        .min()
        .map(|(_, other)| format!("did you mean '{other}'?").into())
}
