//! Facts of several sources brought together, lists of names compared, and the difference of two states.

use std::collections::BTreeSet;

use minijinja::{
    Error,
    value::{Value, ValueKind},
};
use similar::{ChangeTag, TextDiff};

use super::{Named, arguments::Arguments};
use crate::template::{
    builtin::Run,
    call::{Call, items, list},
    failure, filter, print,
};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("ansible.utils.consolidate", consolidate),
    ("ansible.utils.param_list_compare", compare),
    ("ansible.utils.fact_diff", difference),
];

/// One source of facts: its name, and its items by the value of their key.
struct Source {
    name: Value,
    items: Vec<(Value, Value)>,
}

impl Source {
    fn read(value: &Value, strict: bool, unique: bool) -> Result<Self, Error> {
        let part = |name: &str| {
            let part = value.get_item(&Value::from(name))?;
            match part.is_undefined() {
                true => Err(failure::plain(format!("a source of facts has no '{name}'"))),
                false => Ok(part),
            }
        };
        let (key, name) = (part("match_key")?, part("name")?);
        let mut found: Vec<(Value, Value)> = Vec::new();
        for item in list(&part("data")?)? {
            let value = item.get_item(&key)?;
            if value.is_undefined() {
                if strict {
                    return Err(failure::plain(format!(
                        "an item of the source '{name}' has no '{key}'"
                    )));
                }
                continue;
            }
            match found.iter_mut().find(|(known, _)| *known == value) {
                Some(_) if unique => {
                    return Err(failure::plain(format!(
                        "{} is there twice in the source '{name}'",
                        print::repr(&value)
                    )));
                }
                Some((_, old)) => *old = item,
                None => found.push((value, item)),
            }
        }
        Ok(Self { name, items: found })
    }

    fn get(&self, value: &Value) -> Option<&Value> {
        let found = self.items.iter().find(|(known, _)| known == value);
        found.map(|(_, item)| item)
    }
}

/// For each value of the keys: what each source has.
fn consolidate(call: &mut Call) -> Result<Value, Error> {
    let names = &[
        "data_sources",
        "fail_missing_match_key",
        "fail_missing_match_value",
        "fail_duplicate",
    ];
    let given = Arguments::of(call, names)?;
    let strict = given.flag("fail_missing_match_key", true)?;
    let unique = given.flag("fail_duplicate", true)?;
    let complete = given.flag("fail_missing_match_value", true)?;
    let mut sources = Vec::new();
    for source in given.list("data_sources")? {
        sources.push(Source::read(&source, strict, unique)?);
    }
    let all = sources.iter().flat_map(|source| &source.items);
    let values: BTreeSet<Value> = all.map(|(value, _)| value.clone()).collect();
    let mut found = Vec::new();
    for value in values {
        let mut row = Vec::new();
        for source in &sources {
            let item = source.get(&value).cloned();
            if complete && item.is_none() {
                return Err(failure::plain(format!(
                    "the source '{}' has nothing for {}",
                    source.name,
                    print::repr(&value)
                )));
            }
            let nothing = || Value::from_pairs::<_, Value, Value>([]);
            row.push((source.name.clone(), item.unwrap_or_else(nothing)));
        }
        found.push((value, Value::from_pairs(row)));
    }
    Ok(Value::from_pairs(found))
}

/// The names of a base list that a list asks for: some, `all`, and all but some (`!name`).
fn compare(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, &["base", "target"])?;
    let (base, target) = (given.texts("base")?, given.texts("target")?);
    let plain = target
        .iter()
        .filter(|name| *name != "all" && !name.starts_with('!'));
    let (known, unknown): (Vec<_>, Vec<_>) = plain.cloned().partition(|name| base.contains(name));
    let mut chosen = match target.iter().any(|name| name == "all") {
        true => base.clone(),
        false => Vec::new(),
    };
    for name in target.iter().filter_map(|name| name.strip_prefix('!')) {
        if let Some(at) = chosen.iter().position(|known| known == name) {
            chosen.remove(at);
        }
    }
    for name in known {
        if !chosen.contains(&name) {
            chosen.push(name);
        }
    }
    chosen.sort();
    Ok(Value::from_pairs([
        ("actionable", Value::from(chosen)),
        ("unsupported", Value::from(unknown)),
    ]))
}

/// The lines that a state has more and less than another, as the text of a list.
fn difference(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, &["before", "after", "plugin", "common"])?;
    let skip = skipped(&given)?;
    let before = lines(&given.any("before")?, &skip)?;
    let after = lines(&given.any("after")?, &skip)?;
    let common = given.flag("common", false)?;
    let shown = unified(&before, &after, common);
    Ok(print::repr(&shown.into()).into())
}

/// The patterns of lines that do not count.
fn skipped(given: &Arguments) -> Result<Vec<fancy_regex::Regex>, Error> {
    let Some(plugin) = given.raw("plugin") else {
        return Ok(Vec::new());
    };
    let name = plugin.get_item(&Value::from("name"))?;
    if name
        .as_str()
        .is_some_and(|name| name != "ansible.utils.native")
    {
        return Err(failure::plain(format!(
            "there is no way '{name}' to compare facts"
        )));
    }
    let patterns = plugin.get_item(&Value::from("vars"))?;
    let patterns = match patterns.kind() {
        ValueKind::Map => patterns.get_item(&Value::from("skip_lines"))?,
        _ => return Ok(Vec::new()),
    };
    match patterns.kind() {
        ValueKind::Undefined | ValueKind::None => Ok(Vec::new()),
        _ => items(&patterns)?
            .iter()
            .map(|pattern| filter::compile(&print::text(pattern), false, false))
            .collect(),
    }
}

/// A state as text: a list line by line, a dictionary as JSON.
fn lines(state: &Value, skip: &[fancy_regex::Regex]) -> Result<String, Error> {
    let mut rows: Vec<String> = match state.kind() {
        ValueKind::None => return Ok(String::new()),
        ValueKind::Seq | ValueKind::Iterable => list(state)?.iter().map(print::text).collect(),
        ValueKind::Map => return filter::pretty(state).map(|text| text + "\n"),
        _ if skip.is_empty() => return Ok(print::text(state)),
        _ => print::text(state).lines().map(str::to_owned).collect(),
    };
    let mut failed = None;
    rows.retain(|row| {
        let found = skip.iter().map(|pattern| filter::found(pattern, row, true));
        let found = found.collect::<Result<Vec<_>, _>>();
        !found
            .unwrap_or_else(|error| {
                failed = Some(error);
                Vec::new()
            })
            .contains(&true)
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(rows.join("\n") + "\n"),
    }
}

/// The difference with all lines around it.
fn unified(before: &str, after: &str, common: bool) -> Vec<String> {
    if before == after {
        return Vec::new();
    }
    let span = |count: usize| match count {
        0 => "0,0".to_owned(),
        1 => "1".to_owned(),
        count => format!("1,{count}"),
    };
    let diff = TextDiff::from_lines(before, after);
    let mut shown = vec!["--- before".to_owned(), "+++ after".to_owned()];
    let count = |text: &str| span(text.lines().count());
    shown.push(format!("@@ -{} +{} @@", count(before), count(after)));
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        let line = change.value();
        shown.push(format!("{sign}{}", line.trim_end_matches('\n')));
        if !line.ends_with('\n') {
            shown.push("\\ No newline at end of file".to_owned());
        }
    }
    if common {
        shown.retain(|line| !line.starts_with(['+', '-']));
    }
    shown.push(String::new());
    shown
}
