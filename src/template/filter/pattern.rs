//! Regular expressions as Python's `re` has them, for fancy-regex.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use fancy_regex::{Captures, Regex, RegexBuilder};
use minijinja::Error;

use crate::template::failure;

/// How many patterns are kept: as many as Python keeps.
const KEPT: usize = 512;

/// A pattern, whether it ignores case, and whether lines count.
type Pattern = (String, bool, bool);

/// The patterns that were compiled already. Clones of a [`Regex`] share it.
static KNOWN: LazyLock<Mutex<HashMap<Pattern, Regex>>> = LazyLock::new(Mutex::default);

/// Compiles a pattern written for Python, where it was not compiled before.
pub(in crate::template) fn compile(
    pattern: &str,
    ignore_case: bool,
    multiline: bool,
) -> Result<Regex, Error> {
    let wanted = (pattern.to_owned(), ignore_case, multiline);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = known.get(&wanted) {
        return Ok(regex.clone());
    }
    let regex = compiled(pattern, ignore_case, multiline)?;
    // Patterns may be made of data, without end.
    if known.len() >= KEPT {
        known.clear();
    }
    known.insert(wanted, regex.clone());
    Ok(regex)
}

fn compiled(pattern: &str, ignore_case: bool, multiline: bool) -> Result<Regex, Error> {
    RegexBuilder::new(&translated(pattern))
        .case_insensitive(ignore_case)
        .multi_line(multiline)
        .build()
        .map_err(|error| failure::plain(format!("the pattern '{pattern}' is wrong: {error}")))
}

/// What Python writes otherwise: `\Z` is the very end, `$` also stands before the last line's end, and within brackets only `\`, `^`,
/// `-` and a later `]` mean something.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    // Within brackets, whether anything stands there already.
    let mut class = None;
    while let Some(c) = chars.next() {
        match (c, class) {
            ('\\', _) => {
                escape(chars.next(), &mut out);
                class = class.map(|_| true);
            }
            ('[', None) => {
                out.push('[');
                class = Some(false);
                out.extend(chars.next_if_eq(&'^'));
            }
            (']', Some(true)) => {
                out.push(']');
                class = None;
            }
            ('[' | ']' | '&' | '~', Some(_)) => {
                out.extend(['\\', c]);
                class = Some(true);
            }
            ('$', None) => out.push_str("(?:$|(?=\\n\\z))"),
            (c, _) => {
                out.push(c);
                class = class.map(|_| true);
            }
        }
    }
    out
}

fn escape(escaped: Option<char>, out: &mut String) {
    match escaped {
        Some('Z') => out.push_str("\\z"),
        Some(c) => out.extend(['\\', c]),
        None => out.push('\\'),
    }
}

/// Whether a pattern is found, as `re.match` (at the start) or `re.search` (anywhere) says.
pub(in crate::template) fn found(regex: &Regex, text: &str, at_start: bool) -> Result<bool, Error> {
    let found = regex.find(text).map_err(exhausted)?;
    Ok(found.is_some_and(|found| !at_start || found.start() == 0))
}

pub(super) fn exhausted(error: fancy_regex::Error) -> Error {
    failure::plain(format!(
        "the pattern could not be tried to its end: {error}"
    ))
}

/// Every match, as Python finds them: an empty one may stand right behind one that is not empty.
pub(super) fn all<'t>(regex: &Regex, text: &'t str) -> Result<Vec<Captures<'t, str>>, Error> {
    let mut matches = Vec::new();
    let mut at = 0;
    while at <= text.len() {
        let Some(captures) = regex.captures_from_pos(text, at).map_err(exhausted)? else {
            break;
        };
        let Some(whole) = captures.get(0) else { break };
        let step = text[whole.end()..].chars().next().map_or(1, char::len_utf8);
        at = match whole.start() == whole.end() {
            true => whole.end() + step,
            false => whole.end(),
        };
        matches.push(captures);
    }
    Ok(matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_compiled_once_but_not_kept_without_end() {
        // What would come of compiling it is told apart from what is kept.
        let other = Regex::new("other").unwrap();
        let key = ("kept$".to_owned(), false, false);
        KNOWN.lock().unwrap().insert(key, other);
        let regex = compile("kept$", false, false).unwrap();
        assert_eq!(regex.as_str(), "other");
        assert!(found(&compile("kept$", true, false).unwrap(), "KEPT", true).unwrap());
        for number in 0..KEPT * 2 {
            compile(&format!("made{number}"), false, false).unwrap();
        }
        assert!(KNOWN.lock().unwrap().len() <= KEPT);
    }

    #[test]
    fn the_differences_are_translated() {
        assert_eq!(translated("[][]$"), r"[\]\[](?:$|(?=\n\z))");
        assert_eq!(translated(r"[^]a]\Z"), r"[^\]a]\z");
        let ends = compile("a$", false, false).unwrap();
        assert!(found(&ends, "a\n", true).unwrap());
        assert!(!found(&ends, "a\nb", true).unwrap());
    }
}
