//! YAML scalars as PyYAML writes them: plain where that reads back the same, else quoted.

use minijinja::value::{Value, ValueKind};

use crate::{
    source::{Kind, SourceFile, yaml},
    template::print,
};

/// A scalar in block context. `column` is where it starts, `indent` where its further lines start; a key stays on its line.
pub(super) fn plain_or_quoted(
    value: &Value,
    width: usize,
    column: usize,
    indent: usize,
    key: bool,
) -> String {
    written(value, width, column, indent, key, false)
}

/// A scalar between brackets.
pub(super) fn in_flow(value: &Value, width: usize, column: usize, indent: usize) -> String {
    written(value, width, column, indent, false, true)
}

fn written(
    value: &Value,
    width: usize,
    column: usize,
    indent: usize,
    key: bool,
    flow: bool,
) -> String {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => "null".into(),
        ValueKind::Bool => if value.is_true() { "true" } else { "false" }.into(),
        ValueKind::Number if value.is_integer() => value.to_string(),
        ValueKind::Number => float(f64::try_from(value.clone()).unwrap_or_default()),
        _ => string(&print::text(value), width, column, indent, key, flow),
    }
}

fn float(number: f64) -> String {
    if number.is_nan() {
        return ".nan".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    let text = print::float(number);
    match text.split_once('e') {
        Some((digits, power)) if !digits.contains('.') => format!("{digits}.0e{power}"),
        _ => text,
    }
}

fn string(text: &str, width: usize, column: usize, indent: usize, key: bool, flow: bool) -> String {
    if text.is_empty() {
        return "''".into();
    }
    let special = text
        .chars()
        .any(|c| c != '\n' && (c.is_control() || c == '\u{feff}'));
    let space_break = text.contains(" \n");
    let edges = text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']);
    if special || space_break {
        return double_quoted(text, width, column, indent);
    }
    if !text.contains('\n') && !edges && is_plain(text, flow) {
        return folded(text, "", width, column, indent);
    }
    if key && text.contains('\n') {
        return double_quoted(text, usize::MAX, column, indent);
    }
    let escaped = text.replace('\'', "''");
    format!("'{}'", single_lines(&escaped, width, column + 1, indent))
}

/// Whether a string may stand without quotes and is still read as this string.
fn is_plain(text: &str, flow: bool) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let marks = "#,[]{}&*!|>'\"%@`";
    let second_blank = text.chars().nth(1).is_none_or(char::is_whitespace);
    let leading = marks.contains(first)
        || ("?:".contains(first) && (second_blank || flow))
        || (first == '-' && second_blank)
        || text.starts_with("---")
        || text.starts_with("...");
    let inside = text.contains(": ") || text.ends_with(':') || text.contains(" #");
    let in_flow = flow && text.contains([',', '?', '[', ']', '{', '}', ':']);
    if leading || inside || in_flow {
        return false;
    }
    resolves_to_string(text)
}

fn resolves_to_string(text: &str) -> bool {
    if text == "=" || text == "<<" {
        return false;
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) && is_timestamp(text) {
        return false;
    }
    match yaml::load_one(&SourceFile::new("scalar", text)) {
        Ok(node) => matches!(node.kind, Kind::String(_)),
        Err(_) => false,
    }
}

/// PyYAML reads `2024-01-31` as a date.
fn is_timestamp(text: &str) -> bool {
    let date = text.get(..10).is_some_and(|date| {
        date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
    });
    date && (text.len() == 10 || text[10..].starts_with(['T', 't', ' ']))
}

/// Breaks a plain string at its single spaces where the line is full.
fn folded(text: &str, end: &str, width: usize, column: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut at = column;
    let words: Vec<&str> = text.split(' ').collect();
    for (index, word) in words.iter().enumerate() {
        let single = index > 0 && !word.is_empty() && !words[index - 1].is_empty();
        if index > 0 {
            if single && at > width {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                at = indent;
            } else {
                out.push(' ');
                at += 1;
            }
        }
        out.push_str(word);
        at += word.chars().count();
    }
    out + end
}

/// A single-quoted string's lines: a line break is written as an empty line.
fn single_lines(text: &str, width: usize, column: usize, indent: usize) -> String {
    let mut out = String::new();
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
            }
        }
        let start = if at == 0 { column } else { indent };
        out.push_str(&folded(line, "", width, start, indent));
    }
    if text.ends_with('\n') {
        out.push('\n');
        out.push_str(&" ".repeat(indent));
    }
    out
}

fn double_quoted(text: &str, width: usize, column: usize, indent: usize) -> String {
    let mut out = String::from("\"");
    let mut at = column + 1;
    let chars: Vec<char> = text.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let piece = escaped(*c);
        let inner = index > 0 && index + 1 < chars.len();
        if inner && *c == ' ' && at > width {
            out.push_str("\\\n");
            out.push_str(&" ".repeat(indent));
            at = indent;
            if chars[index] == ' ' {
                out.push('\\');
                at += 1;
            }
        }
        at += piece.chars().count();
        out.push_str(&piece);
    }
    out.push('"');
    out
}

fn escaped(c: char) -> String {
    match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\t' => "\\t".into(),
        '\r' => "\\r".into(),
        '\0' => "\\0".into(),
        '\u{1b}' => "\\e".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        c if (c as u32) < 0x100 && c.is_control() => format!("\\x{:02X}", c as u32),
        c => c.to_string(),
    }
}
