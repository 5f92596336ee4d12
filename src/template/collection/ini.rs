//! INI as Python's `configparser` reads and writes it.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{Named, arguments::Arguments, key::put};
use crate::template::{
    builtin::Run,
    call::{Call, describe, entries},
    failure, print,
};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("community.general.from_ini", from_ini),
    ("community.general.to_ini", to_ini),
];

/// The section whose options all others have, too.
const DEFAULT: &str = "DEFAULT";

/// A section's name with its options.
type Section = (String, Vec<(String, Vec<String>)>);

fn from_ini(call: &mut Call) -> Result<Value, Error> {
    Arguments::of(call, &["obj"])?;
    let value = call.value();
    let text = value
        .as_str()
        .ok_or_else(|| failure::plain(format!("needs a string, not {}", describe(&value))))?;
    let sections = read(text)?;
    let defaults = sections.iter().find(|(name, _)| name == DEFAULT);
    let defaults = defaults
        .map(|(_, options)| map(options))
        .unwrap_or_default();
    let mut found = Vec::new();
    for (name, options) in sections.iter().filter(|(name, _)| name != DEFAULT) {
        let mut all = defaults.clone();
        for (key, value) in map(options) {
            put(&mut all, key, value);
        }
        found.push((name.clone(), Value::from_pairs(all)));
    }
    if !defaults.is_empty() {
        found.push((DEFAULT.to_owned(), Value::from_pairs(defaults)));
    }
    Ok(Value::from_pairs(found))
}

fn map(options: &[(String, Vec<String>)]) -> Vec<(String, Value)> {
    let value = |lines: &Vec<String>| lines.join("\n").trim_end().to_owned().into();
    let pair = |(key, lines): &(String, Vec<String>)| (key.clone(), value(lines));
    options.iter().map(pair).collect()
}

fn read(text: &str) -> Result<Vec<Section>, Error> {
    let mut sections: Vec<Section> = Vec::new();
    let mut indent = 0;
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        let wrong = |what: &str| failure::plain(format!("line {}: {what}", at + 1));
        let trimmed = line.trim();
        let deep = line.len() - line.trim_start().len();
        let option = sections
            .last_mut()
            .and_then(|(_, options)| options.last_mut());
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            // An empty line within a value belongs to it; a comment does not end it.
            if let (true, true, Some((_, lines))) = (inside, trimmed.is_empty(), option) {
                lines.push(String::new());
            }
            continue;
        }
        if let (true, true, Some((_, lines))) = (inside, deep > indent, option) {
            lines.push(trimmed.to_owned());
            continue;
        }
        indent = deep;
        inside = false;
        let header = trimmed
            .strip_prefix('[')
            .and_then(|rest| rest.rsplit_once(']'));
        if let Some((name, _)) = header.filter(|(name, _)| !name.is_empty()) {
            let known = sections.iter().any(|(known, _)| known == name);
            if known && name != DEFAULT {
                return Err(wrong(&format!("the section '{name}' is there twice")));
            }
            sections.push((name.to_owned(), Vec::new()));
            continue;
        }
        let Some((_, options)) = sections.last_mut() else {
            return Err(wrong("an option stands before the first section"));
        };
        let Some((key, value)) = trimmed.split_once(['=', ':']) else {
            return Err(wrong("there is neither '=' nor ':'"));
        };
        let key = key.trim_end().to_owned();
        if key.is_empty() || options.iter().any(|(known, _)| *known == key) {
            return Err(wrong(&format!(
                "the option '{key}' is there twice, or has no name"
            )));
        }
        options.push((key, vec![value.trim().to_owned()]));
        inside = true;
    }
    Ok(sections)
}

fn to_ini(call: &mut Call) -> Result<Value, Error> {
    Arguments::of(call, &["obj"])?;
    let mut sections = entries(&call.value())?;
    if sections.is_empty() {
        return Err(failure::plain("an empty dictionary makes no INI file"));
    }
    // The defaults come first.
    sections.sort_by_key(|(name, _)| name.as_str() != Some(DEFAULT));
    let mut out = String::new();
    for (name, options) in sections {
        let name = print::text(&name);
        let options = entries(&options)?;
        if name == DEFAULT && options.is_empty() {
            continue;
        }
        out.push_str(&format!("[{name}]\n"));
        for (key, value) in options {
            if value.kind() == ValueKind::None {
                return Err(failure::plain(format!(
                    "the option '{key}' of '{name}' has no value"
                )));
            }
            let value = print::text(&value).replace('\n', "\n\t");
            out.push_str(&format!("{} = {value}\n", print::text(&key)));
        }
        out.push('\n');
    }
    out.pop();
    Ok(out.into())
}
