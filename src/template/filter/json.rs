//! JSON as Python's `json` writes it.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use crate::template::{
    call::{describe, entries},
    failure, print,
};

/// How JSON is laid out.
pub(super) struct Style {
    /// Spaces a level; nothing for one line.
    pub indent: Option<usize>,
    pub sorted: bool,
    /// Whether anything beyond ASCII is escaped.
    pub ascii: bool,
    /// What stands between entries, and behind keys, where it is not the usual.
    pub separators: Option<[String; 2]>,
}

pub(super) fn write(value: &Value, style: &Style) -> Result<String, Error> {
    let mut out = String::new();
    node(value, style, 0, &mut out)?;
    Ok(out)
}

/// JSON over several lines with its keys in order, as Ansible shows differences.
pub(in crate::template) fn pretty(value: &Value) -> Result<String, Error> {
    let style = Style {
        indent: Some(4),
        sorted: true,
        ascii: true,
        separators: None,
    };
    write(value, &style)
}

fn node(value: &Value, style: &Style, depth: usize, out: &mut String) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => out.push_str(&print::repr(value)),
        ValueKind::String | ValueKind::Bytes => {
            string(value.as_str().unwrap_or_default(), style, out)
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let items: Vec<Value> = value.try_iter()?.collect();
            group(items.len(), "[]", style, depth, out, |at, out| {
                node(&items[at], style, depth + 1, out)
            })?;
        }
        ValueKind::Map => map(value, style, depth, out)?,
        ValueKind::Undefined => return Err(failure::undefined()),
        _ => {
            return Err(failure::plain(format!(
                "{} cannot be written as JSON",
                describe(value)
            )));
        }
    }
    Ok(())
}

fn map(value: &Value, style: &Style, depth: usize, out: &mut String) -> Result<(), Error> {
    let mut pairs = entries(value)?;
    if style.sorted {
        pairs.sort_by(|(left, _), (right, _)| left.cmp(right));
    }
    group(pairs.len(), "{}", style, depth, out, |at, out| {
        let (key, value) = &pairs[at];
        string(&key_text(key), style, out);
        out.push_str(style.separators.as_ref().map_or(": ", |[_, colon]| colon));
        node(value, style, depth + 1, out)
    })
}

fn key_text(key: &Value) -> String {
    match key.kind() {
        ValueKind::Bool => if key.is_true() { "true" } else { "false" }.into(),
        ValueKind::None => "null".into(),
        _ => print::text(key),
    }
}

fn group(
    count: usize,
    brackets: &str,
    style: &Style,
    depth: usize,
    out: &mut String,
    mut each: impl FnMut(usize, &mut String) -> Result<(), Error>,
) -> Result<(), Error> {
    out.push_str(&brackets[..1]);
    let line = |depth: usize, out: &mut String| {
        if let Some(indent) = style.indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent * depth));
        }
    };
    for at in 0..count {
        if at > 0 {
            let usual = if style.indent.is_some() { "," } else { ", " };
            out.push_str(style.separators.as_ref().map_or(usual, |[comma, _]| comma));
        }
        line(depth + 1, out);
        each(at, out)?;
    }
    if count > 0 {
        line(depth, out);
    }
    out.push_str(&brackets[1..]);
    Ok(())
}

fn string(text: &str, style: &Style, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 || (style.ascii && !c.is_ascii()) => {
                let mut units = [0_u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
