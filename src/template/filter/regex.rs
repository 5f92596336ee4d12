//! Regular expressions as Python's `re` has them.

use fancy_regex::{Captures, Regex, RegexBuilder};
use minijinja::{Error, value::Value};

use crate::template::{builtin::Run, call::Call, failure};

pub(super) const ALL: &[(&str, Run)] = &[
    ("regex_replace", replace),
    ("regex_search", search),
    ("regex_findall", find_all),
    ("regex_escape", escape),
];

/// Compiles a pattern written for Python.
pub(in crate::template) fn compile(
    pattern: &str,
    ignore_case: bool,
    multiline: bool,
) -> Result<Regex, Error> {
    RegexBuilder::new(&translated(pattern))
        .case_insensitive(ignore_case)
        .multi_line(multiline)
        .build()
        .map_err(|error| failure::plain(format!("the pattern '{pattern}' is wrong: {error}")))
}

/// What Python writes otherwise: `\Z` is the very end, `$` also stands before the last line's end.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('Z') => out.push_str("\\z"),
                Some(escaped) => {
                    out.push('\\');
                    out.push(escaped);
                }
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

/// Whether a pattern is found, as `re.match` (at the start) or `re.search` (anywhere) says.
pub(in crate::template) fn found(regex: &Regex, text: &str, at_start: bool) -> Result<bool, Error> {
    let found = regex.find(text).map_err(exhausted)?;
    Ok(found.is_some_and(|found| !at_start || found.start() == 0))
}

fn exhausted(error: fancy_regex::Error) -> Error {
    failure::plain(format!(
        "the pattern could not be tried to its end: {error}"
    ))
}

fn replace(call: &mut Call) -> Result<Value, Error> {
    let pattern = call.text(1, "pattern").unwrap_or_default();
    let new = call.text(2, "replacement").unwrap_or_default();
    let regex = compile(
        &pattern,
        call.flag(3, "ignorecase"),
        call.flag(4, "multiline"),
    )?;
    let limit = usize::try_from(call.int(5, "count")?.unwrap_or(0)).unwrap_or(0);
    let parts = replacement(&new);
    let subject = call.subject();
    let mut out = String::new();
    let (mut end, mut count) = (0, 0_usize);
    for captures in regex.captures_iter(subject.as_str()) {
        let captures = captures.map_err(exhausted)?;
        let Some(whole) = captures.get(0) else {
            continue;
        };
        if limit > 0 && count == limit {
            break;
        }
        out.push_str(&subject[end..whole.start()]);
        parts
            .iter()
            .for_each(|part| out.push_str(part.of(&captures)));
        end = whole.end();
        count += 1;
    }
    out.push_str(&subject[end..]);
    let wanted = call.int(6, "mandatory_count")?.unwrap_or(0);
    if wanted > 0 && i64::try_from(count).unwrap_or(i64::MAX) != wanted {
        let message = format!(
            "'{pattern}' was to be replaced {wanted} times, but stands there {count} times"
        );
        return Err(failure::plain(message));
    }
    Ok(out.into())
}

/// A part of what is put in.
enum Part {
    Text(String),
    Group(usize),
    Name(String),
}

impl Part {
    fn of<'t>(&'t self, captures: &'t Captures<'_, str>) -> &'t str {
        match self {
            Self::Text(text) => text,
            Self::Group(index) => captures.get(*index).map_or("", |found| found.as_str()),
            Self::Name(name) => captures.name(name).map_or("", |found| found.as_str()),
        }
    }
}

/// Reads `\1`, `\g<1>`, `\g<name>` and the escapes of Python.
fn replacement(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some((group, after)) = group(rest) {
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(group);
            rest = after;
            continue;
        }
        let c = rest.chars().next();
        match c {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some('\\') | None => plain.push('\\'),
            Some(other) => plain.extend(['\\', other]),
        }
        rest = &rest[c.map_or(0, char::len_utf8)..];
    }
    plain.push_str(rest);
    parts.push(Part::Text(plain));
    parts
}

fn group(text: &str) -> Option<(Part, &str)> {
    if let Some(named) = text.strip_prefix("g<") {
        let (name, after) = named.split_once('>')?;
        let part = match name.parse() {
            Ok(index) => Part::Group(index),
            Err(_) => Part::Name(name.to_owned()),
        };
        return Some((part, after));
    }
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let index = text[..digits].parse().ok()?;
    Some((Part::Group(index), &text[digits..]))
}

fn search(call: &mut Call) -> Result<Value, Error> {
    let pattern = call.need_text(1, "regex")?;
    let regex = compile(
        &pattern,
        call.flag(9, "ignorecase"),
        call.flag(9, "multiline"),
    )?;
    let subject = call.subject();
    let Some(captures) = regex.captures(subject.as_str()).map_err(exhausted)? else {
        return Ok(Value::from(()));
    };
    let groups: Vec<Value> = call.args.iter().skip(2).cloned().collect();
    if groups.is_empty() {
        return Ok(captures.get(0).map_or("", |whole| whole.as_str()).into());
    }
    let mut found = Vec::with_capacity(groups.len());
    for wanted in groups {
        let wanted = wanted.as_str().unwrap_or_default();
        let Some((part, "")) = wanted.strip_prefix('\\').and_then(group) else {
            return Err(failure::plain(format!("'{wanted}' names no group")));
        };
        let capture = match &part {
            Part::Group(index) => captures.get(*index),
            Part::Name(name) => captures.name(name),
            Part::Text(_) => None,
        };
        found.push(capture.map_or(Value::from(()), |capture| capture.as_str().into()));
    }
    Ok(found.into())
}

fn find_all(call: &mut Call) -> Result<Value, Error> {
    let pattern = call.need_text(1, "regex")?;
    let regex = compile(
        &pattern,
        call.flag(3, "ignorecase"),
        call.flag(2, "multiline"),
    )?;
    let subject = call.subject();
    let mut all = Vec::new();
    for captures in regex.captures_iter(subject.as_str()) {
        let captures = captures.map_err(exhausted)?;
        let group =
            |index: usize| Value::from(captures.get(index).map_or("", |found| found.as_str()));
        all.push(match captures.len() {
            1 => group(0),
            2 => group(1),
            count => (1..count).map(group).collect(),
        });
    }
    Ok(all.into())
}

fn escape(call: &mut Call) -> Result<Value, Error> {
    let kind = call.text(1, "re_type").unwrap_or_else(|| "python".into());
    let special = match kind.as_str() {
        "python" => "()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c",
        "posix_basic" => "].[^$*\\",
        other => {
            return Err(failure::plain(format!(
                "'{other}' is no kind of pattern; python and posix_basic are"
            )));
        }
    };
    let mut out = String::new();
    for c in call.subject().chars() {
        if special.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn replaces_as_python_does() {
        assert_eq!(
            shown(r"{{ 'ab12' | regex_replace('([a-z]+)(\d+)', '\2-\1') }}"),
            "'12-ab'"
        );
        assert_eq!(
            shown(r"{{ 'ab' | regex_replace('(?P<x>a)', '<\g<x>>') }}"),
            "'<a>b'"
        );
    }

    #[test]
    fn finds_groups() {
        assert_eq!(
            shown(r"{{ 'k=v' | regex_search('(\w)=(\w)', '\1', '\2') }}"),
            "['k', 'v']"
        );
        assert_eq!(shown(r"{{ 'k=v' | regex_search('z') is none }}"), "True");
        assert_eq!(shown(r"{{ 'a1b2' | regex_findall('\d') }}"), "['1', '2']");
    }
}
