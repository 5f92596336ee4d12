//! The methods of strings that look for something.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::Given;
use crate::template::{call::describe, failure};

/// The part of a string that a search is limited to, and how many characters stand before it. Nothing where it begins behind the end.
struct Part<'t> {
    text: &'t str,
    before: usize,
}

fn part<'t>(text: &'t str, given: &Given) -> Result<Option<Part<'t>>, Error> {
    let length = text.chars().count();
    let place = |at: i64| match usize::try_from(at) {
        Ok(at) => at,
        Err(_) => length.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(length)),
    };
    let start = given.int(1, "")?.map_or(0, place);
    let end = given.int(2, "")?.map_or(length, place).min(length);
    if start > end {
        return Ok(None);
    }
    let byte = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
    Ok(Some(Part {
        text: &text[byte(start)..byte(end)],
        before: start,
    }))
}

/// Whether the string starts (or ends) with a string, or with one of a tuple.
pub(super) fn borders(text: &str, given: &Given, end: bool) -> Result<Value, Error> {
    let wanted = given.need(0)?;
    let all = match wanted.kind() {
        ValueKind::String => vec![wanted],
        _ if wanted.is_tuple() => wanted.try_iter()?.collect(),
        _ => {
            let message = format!(
                "needs a string or a tuple of strings, not {}",
                describe(&wanted)
            );
            return Err(failure::plain(message));
        }
    };
    let Some(part) = part(text, given)? else {
        return Ok(false.into());
    };
    let fits = |wanted: &str| match end {
        true => part.text.ends_with(wanted),
        false => part.text.starts_with(wanted),
    };
    Ok(all.iter().filter_map(Value::as_str).any(fits).into())
}

/// At which character something is found, from the left or from the right.
pub(super) fn find(text: &str, given: &Given, last: bool) -> Result<Option<usize>, Error> {
    let wanted = given.text(0)?;
    let Some(part) = part(text, given)? else {
        return Ok(None);
    };
    let found = match last {
        true => part.text.rfind(&wanted),
        false => part.text.find(&wanted),
    };
    Ok(found.map(|at| part.before + part.text[..at].chars().count()))
}

/// How often something is found, without overlapping.
pub(super) fn count(text: &str, given: &Given) -> Result<usize, Error> {
    let wanted = given.text(0)?;
    Ok(match part(text, given)? {
        Some(part) if wanted.is_empty() => part.text.chars().count() + 1,
        Some(part) => part.text.matches(&wanted).count(),
        None => 0,
    })
}
