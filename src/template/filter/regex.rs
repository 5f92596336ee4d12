//! Regular expressions as Python's `re` has them.

use fancy_regex::Captures;
use minijinja::{Error, value::Value};

use super::pattern::{all, compile, exhausted};
use crate::template::{builtin::Run, call::Call, failure};

pub(super) const ALL: &[(&str, Run)] = &[
    ("regex_replace", replace),
    ("regex_search", search),
    ("regex_findall", find_all),
    ("regex_escape", escape),
];

fn replace(call: &mut Call) -> Result<Value, Error> {
    let pattern = call.text(1, "pattern").unwrap_or_default();
    let new = call.text(2, "replacement").unwrap_or_default();
    let regex = compile(
        &pattern,
        call.flag(3, "ignorecase"),
        call.flag(4, "multiline"),
    )?;
    let limit = usize::try_from(call.int(5, "count")?.unwrap_or(0)).unwrap_or(0);
    let parts = replacement(&new)?;
    let subject = call.subject();
    let mut out = String::new();
    let (mut end, mut count) = (0, 0_usize);
    for captures in all(&regex, &subject)? {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        if limit > 0 && count == limit {
            break;
        }
        out.push_str(&subject[end..whole.start()]);
        for part in &parts {
            out.push_str(part.of(&captures)?);
        }
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
    fn of<'t>(&'t self, captures: &'t Captures<'_, str>) -> Result<&'t str, Error> {
        let missing = |group: &str| failure::plain(format!("the pattern has no group {group}"));
        match self {
            Self::Text(text) => Ok(text),
            Self::Group(index) if *index >= captures.len() => Err(missing(&index.to_string())),
            Self::Group(index) => Ok(captures.get(*index).map_or("", |found| found.as_str())),
            Self::Name(name) => Ok(captures.name(name).map_or("", |found| found.as_str())),
        }
    }
}

/// Reads `\1`, `\g<1>`, `\g<name>` and the escapes of Python.
fn replacement(text: &str) -> Result<Vec<Part>, Error> {
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
            Some('a') => plain.push('\u{7}'),
            Some('f') => plain.push('\u{c}'),
            Some('v') => plain.push('\u{b}'),
            Some('\\') => plain.push('\\'),
            None => return Err(failure::plain("the replacement ends within an escape")),
            Some(letter) if letter.is_ascii_alphabetic() => {
                let message = format!("'\\{letter}' is no escape in a replacement");
                return Err(failure::plain(message));
            }
            Some(other) => plain.extend(['\\', other]),
        }
        rest = &rest[c.map_or(0, char::len_utf8)..];
    }
    plain.push_str(rest);
    parts.push(Part::Text(plain));
    Ok(parts)
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
    let wanted = call
        .args
        .iter()
        .skip(2)
        .map(wanted_group)
        .collect::<Result<Vec<_>, _>>()?;
    let subject = call.subject();
    let Some(captures) = regex.captures(subject.as_str()).map_err(exhausted)? else {
        return Ok(Value::from(()));
    };
    if wanted.is_empty() {
        return Ok(captures.get(0).map_or("", |whole| whole.as_str()).into());
    }
    let mut found = Vec::with_capacity(wanted.len());
    for part in &wanted {
        let capture = match part {
            Part::Group(index) if *index < captures.len() => captures.get(*index),
            Part::Name(name) => captures.name(name),
            _ => return Err(failure::plain("the pattern has no such group")),
        };
        found.push(capture.map_or(Value::from(()), |capture| capture.as_str().into()));
    }
    Ok(found.into())
}

/// A group as `\1` or `\g<name>` names it.
fn wanted_group(wanted: &Value) -> Result<Part, Error> {
    let wanted = wanted.as_str().unwrap_or_default();
    match wanted.strip_prefix('\\').and_then(group) {
        Some((part, "")) => Ok(part),
        _ => Err(failure::plain(format!("'{wanted}' names no group"))),
    }
}

fn find_all(call: &mut Call) -> Result<Value, Error> {
    let pattern = call.need_text(1, "regex")?;
    let regex = compile(
        &pattern,
        call.flag(3, "ignorecase"),
        call.flag(2, "multiline"),
    )?;
    let subject = call.subject();
    let mut found = Vec::new();
    for captures in all(&regex, &subject)? {
        let group =
            |index: usize| Value::from(captures.get(index).map_or("", |found| found.as_str()));
        found.push(match captures.len() {
            1 => group(0),
            2 => group(1),
            count => (1..count).map(group).collect(),
        });
    }
    Ok(found.into())
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
