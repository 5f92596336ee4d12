use minijinja::{
    Error,
    value::{Tuple, Value, ValueKind},
};

use super::{Given, search};
use crate::template::{bound, braces, call::describe, failure};

pub(super) fn call(text: &str, name: &str, given: &Given) -> Result<Option<Value>, Error> {
    if let Some(answer) = asked(text, name) {
        given.at_most(0)?;
        return Ok(Some(answer.into()));
    }
    if let Some(changed) = changed(text, name) {
        given.at_most(0)?;
        return Ok(Some(changed.into()));
    }
    Ok(Some(match name {
        "split" => split(text, given, false)?,
        "rsplit" => split(text, given, true)?,
        "splitlines" => lines(
            text,
            given.arg(0, "keepends").is_some_and(|keep| keep.is_true()),
        ),
        "strip" | "lstrip" | "rstrip" => stripped(text, name, given)?,
        "replace" => replaced(text, given)?,
        "startswith" => search::borders(text, given, false)?,
        "endswith" => search::borders(text, given, true)?,
        "find" | "rfind" => match search::find(text, given, name == "rfind")? {
            Some(at) => at.into(),
            None => (-1).into(),
        },
        "index" | "rindex" => match search::find(text, given, name == "rindex")? {
            Some(at) => at.into(),
            None => return Err(failure::plain("the substring is not found")),
        },
        "count" => search::count(text, given)?.into(),
        "join" => joined(text, &given.need(0)?)?,
        "zfill" => zfill(text, width(given)?).into(),
        "ljust" | "rjust" | "center" => justified(text, name, given)?.into(),
        "removeprefix" => {
            let prefix = given.text(0)?;
            text.strip_prefix(prefix.as_str()).unwrap_or(text).into()
        }
        "removesuffix" => {
            let suffix = given.text(0)?;
            text.strip_suffix(suffix.as_str()).unwrap_or(text).into()
        }
        "partition" | "rpartition" => partition(text, given, name == "rpartition")?,
        "expandtabs" => expanded(text, given)?.into(),
        "format" => braces::format(text, given.args, &|name| given.arg(usize::MAX, name))?,
        "format_map" => {
            let map = given.need(0)?;
            braces::format(text, &[], &|name| {
                let found = map.get_item(&Value::from(name)).ok()?;
                (!found.is_undefined()).then_some(found)
            })?
        }
        "translate" => translated(text, &given.need(0)?)?,
        "maketrans" => table(given)?,
        "encode" => Value::from_bytes(text.as_bytes().to_vec()),
        _ => return Ok(None),
    }))
}

/// The questions that a string answers about its characters.
fn asked(text: &str, name: &str) -> Option<bool> {
    let all = |of: fn(char) -> bool| !text.is_empty() && text.chars().all(of);
    let cased = text.chars().any(|c| c.is_lowercase() || c.is_uppercase());
    Some(match name {
        "isdigit" => {
            all(|c| c.is_numeric() && (is_decimal(c) || "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉".contains(c)))
        }
        "isdecimal" => all(is_decimal),
        "isnumeric" => all(char::is_numeric),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isspace" => all(char::is_whitespace),
        "isascii" => text.is_ascii(),
        "islower" => cased && !text.chars().any(char::is_uppercase),
        "isupper" => cased && !text.chars().any(char::is_lowercase),
        "istitle" => cased && titled(text) == text,
        "isprintable" => !text
            .chars()
            .any(|c| c.is_control() || (c.is_whitespace() && c != ' ')),
        "isidentifier" => {
            let first = text.chars().next();
            first.is_some_and(|c| c.is_alphabetic() || c == '_')
                && text.chars().all(|c| c.is_alphanumeric() || c == '_')
        }
        _ => return None,
    })
}

/// Digits of any script: those that Unicode counts from zero to nine.
fn is_decimal(c: char) -> bool {
    c.is_ascii_digit() || (c.is_numeric() && c as u32 > 0x5ff && !c.is_alphabetic() && in_run(c))
}

/// The runs of ten digits that texts use beside ASCII's.
fn in_run(c: char) -> bool {
    const ZEROS: [u32; 12] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xe50, 0xed0, 0xff10,
    ];
    ZEROS
        .iter()
        .any(|zero| (*zero..zero + 10).contains(&(c as u32)))
}

fn changed(text: &str, name: &str) -> Option<String> {
    Some(match name {
        "lower" => text.to_lowercase(),
        "upper" => text.to_uppercase(),
        "casefold" => text.to_lowercase().replace('ß', "ss"),
        "title" => titled(text),
        "capitalize" => {
            let mut chars = text.chars();
            let first = chars.next().into_iter().flat_map(char::to_uppercase);
            first.chain(chars.flat_map(char::to_lowercase)).collect()
        }
        "swapcase" => text
            .chars()
            .map(|c| match c.is_lowercase() {
                true => c.to_uppercase().to_string(),
                false => c.to_lowercase().to_string(),
            })
            .collect(),
        _ => return None,
    })
}

/// Python's title: a capital behind everything that is no letter.
fn titled(text: &str) -> String {
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match inside {
            true => out.extend(c.to_lowercase()),
            false => out.extend(c.to_uppercase()),
        }
        inside = c.is_alphabetic();
    }
    out
}

fn split(text: &str, given: &Given, from_right: bool) -> Result<Value, Error> {
    let limit = given
        .int(1, "maxsplit")?
        .and_then(|count| usize::try_from(count).ok());
    let separator = given.arg(0, "sep").filter(|sep| !sep.is_none());
    let Some(separator) = separator else {
        return Ok(words(text, limit, from_right)
            .into_iter()
            .map(Value::from)
            .collect());
    };
    let Some(separator) = separator.as_str() else {
        let message = format!("needs a string or none, not {}", describe(&separator));
        return Err(failure::plain(message));
    };
    if separator.is_empty() {
        return Err(failure::plain("the separator is empty"));
    }
    let count = limit.map_or(usize::MAX, |limit| limit.saturating_add(1));
    let mut parts: Vec<&str> = match from_right {
        true => text.rsplitn(count, separator).collect(),
        false => text.splitn(count, separator).collect(),
    };
    if from_right {
        parts.reverse();
    }
    Ok(parts.into_iter().map(Value::from).collect())
}

/// Words with any space between them; what is left behind the last cut stays whole.
fn words(text: &str, limit: Option<usize>, from_right: bool) -> Vec<&str> {
    let mut rest = text.trim();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let cut = match from_right {
            true => rest
                .rsplit_once(char::is_whitespace)
                .map(|(rest, word)| (word, rest.trim_end())),
            false => rest
                .split_once(char::is_whitespace)
                .map(|(word, rest)| (word, rest.trim_start())),
        };
        let full = limit.is_some_and(|limit| found.len() >= limit);
        let (word, left) = cut.filter(|_| !full).unwrap_or((rest, ""));
        found.push(word);
        rest = left;
    }
    if from_right {
        found.reverse();
    }
    found
}

fn lines(text: &str, keep: bool) -> Value {
    let mut found: Vec<Value> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let at = rest.find([
            '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
        ]);
        let Some(at) = at else {
            found.push(rest.into());
            break;
        };
        let sign = rest[at..].chars().next().map_or(1, char::len_utf8);
        let end = at
            + if rest[at..].starts_with("\r\n") {
                2
            } else {
                sign
            };
        found.push(rest[..if keep { end } else { at }].into());
        rest = &rest[end..];
    }
    found.into()
}

fn stripped(text: &str, name: &str, given: &Given) -> Result<Value, Error> {
    given.at_most(1)?;
    let chars = match given.arg(0, "chars").filter(|chars| !chars.is_none()) {
        Some(_) => Some(given.text(0)?),
        None => None,
    };
    let gone = |c: char| {
        chars
            .as_ref()
            .map_or(c.is_whitespace(), |chars| chars.contains(c))
    };
    Ok(match name {
        "lstrip" => text.trim_start_matches(gone),
        "rstrip" => text.trim_end_matches(gone),
        _ => text.trim_matches(gone),
    }
    .into())
}

fn replaced(text: &str, given: &Given) -> Result<Value, Error> {
    let (old, new) = (given.text(0)?, given.text(1)?);
    let count = given
        .int(2, "count")?
        .and_then(|count| usize::try_from(count).ok());
    Ok(match count {
        Some(count) => text.replacen(&old, &new, count).into(),
        None => text.replace(&old, &new).into(),
    })
}

fn joined(text: &str, items: &Value) -> Result<Value, Error> {
    let mut parts = Vec::new();
    for item in crate::template::call::items(items)? {
        match item.as_str() {
            Some(part) => parts.push(part.to_owned()),
            None => {
                let message = format!("joins strings, and this is {}", describe(&item));
                return Err(failure::plain(message));
            }
        }
    }
    Ok(parts.join(text).into())
}

fn width(given: &Given) -> Result<usize, Error> {
    let width = given
        .int(0, "width")?
        .ok_or_else(|| failure::plain("the width is missing"))?;
    bound::width(usize::try_from(width).unwrap_or(0))
}

fn zfill(text: &str, width: usize) -> String {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (&text[..1], digits),
        None => ("", text),
    };
    let missing = width.saturating_sub(text.chars().count());
    format!("{sign}{}{digits}", "0".repeat(missing))
}

fn justified(text: &str, name: &str, given: &Given) -> Result<String, Error> {
    let width = width(given)?;
    let fill = match given.arg(1, "fillchar") {
        Some(_) => given.text(1)?,
        None => " ".into(),
    };
    if fill.chars().count() != 1 {
        return Err(failure::plain("what fills up must be one character"));
    }
    let missing = width.saturating_sub(text.chars().count());
    let left = match name {
        "ljust" => 0,
        "rjust" => missing,
        _ => missing / 2 + (missing & width & 1),
    };
    Ok(format!(
        "{}{text}{}",
        fill.repeat(left),
        fill.repeat(missing - left)
    ))
}

fn partition(text: &str, given: &Given, last: bool) -> Result<Value, Error> {
    let separator = given.text(0)?;
    if separator.is_empty() {
        return Err(failure::plain("the separator is empty"));
    }
    let split = match last {
        true => text.rsplit_once(&separator),
        false => text.split_once(&separator),
    };
    let parts = match split {
        Some((before, after)) => [before, &separator, after],
        None if last => ["", "", text],
        None => [text, "", ""],
    };
    Ok(Tuple::from(parts.map(Value::from).to_vec()).into())
}

fn expanded(text: &str, given: &Given) -> Result<String, Error> {
    let size = usize::try_from(given.int(0, "tabsize")?.unwrap_or(8)).unwrap_or(0);
    bound::width(size)?;
    let mut out = String::new();
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                out.push_str(&" ".repeat(spaces));
                column += spaces;
            }
            c => {
                out.push(c);
                column = if matches!(c, '\n' | '\r') {
                    0
                } else {
                    column + 1
                };
            }
        }
    }
    Ok(out)
}

/// `translate`: characters by their numbers, to texts, numbers or nothing.
fn translated(text: &str, table: &Value) -> Result<Value, Error> {
    let mut out = String::new();
    for c in text.chars() {
        let to = table.get_item(&Value::from(c as u32))?;
        match to.kind() {
            ValueKind::Undefined => out.push(c),
            ValueKind::None => {}
            ValueKind::Number => {
                let code = u32::try_from(to.as_i64().unwrap_or(0)).unwrap_or(0);
                out.extend(char::from_u32(code));
            }
            _ => out.push_str(to.as_str().unwrap_or_default()),
        }
    }
    Ok(out.into())
}

fn table(given: &Given) -> Result<Value, Error> {
    let (from, to) = (given.text(0)?, given.text(1)?);
    if from.chars().count() != to.chars().count() {
        return Err(failure::plain("both strings must be equally long"));
    }
    let pairs = from.chars().zip(to.chars());
    Ok(Value::from_pairs(pairs.map(|(from, to)| {
        (Value::from(from as u32), Value::from(to as u32))
    })))
}
