//! Values out of INI and CSV files.

use minijinja::{Error, value::Value};

use super::{Lookup, search};
use crate::template::{call::Call, failure, filter, print};

pub(super) const ALL: &[(&str, Lookup)] = &[("ini", ini), ("csvfile", csvfile)];

/// An option of the lookup: by name, or within the term as `name=value`.
fn option(call: &Call, term: &str, name: &str, default: &str) -> String {
    let inside = term
        .split_whitespace()
        .skip(1)
        .filter_map(|word| word.split_once('='))
        .find(|(key, _)| *key == name);
    match (call.named(name), inside) {
        (Some(value), _) => print::text(&value),
        (None, Some((_, value))) => value.to_owned(),
        (None, None) => default.to_owned(),
    }
}

fn read(call: &Call, name: &str) -> Result<String, Error> {
    let path = search::find(&*call.context()?, "files", name)?;
    std::fs::read_to_string(&path)
        .map_err(|error| failure::plain(format!("cannot read {}: {error}", path.display())))
}

fn ini(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for term in terms {
        let term = print::text(term);
        let key = term.split_whitespace().next().unwrap_or_default();
        let text = read(call, &option(call, &term, "file", "ansible.ini"))?;
        let section = match option(call, &term, "type", "ini").as_str() {
            "properties" => String::new(),
            _ => option(call, &term, "section", "global"),
        };
        let by_pattern = filter::truth(&option(call, &term, "re", "false").into()) == Some(true);
        let regex = by_pattern
            .then(|| filter::compile(key, true, false))
            .transpose()?;
        let before = found.len();
        for (name, value) in entries(&text, &section) {
            let fits = match &regex {
                Some(regex) => filter::found(regex, name, true)?,
                None => name.eq_ignore_ascii_case(key),
            };
            if fits {
                found.push(value.into());
            }
        }
        if found.len() == before && regex.is_none() {
            found.push(call.named("default").unwrap_or_else(|| Value::from("")));
        }
    }
    Ok(found)
}

/// The entries of one section; without a name, those before the first section.
fn entries<'t>(text: &'t str, section: &str) -> Vec<(&'t str, &'t str)> {
    let mut inside = section.is_empty();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            inside = name == section;
        } else if inside {
            let at = line.find(['=', ':']).unwrap_or(line.len());
            let value = line.get(at + 1..).unwrap_or_default();
            found.push((line[..at].trim(), value.trim()));
        }
    }
    found
}

fn csvfile(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for term in terms {
        let term = print::text(term);
        let key = term.split_whitespace().next().unwrap_or_default();
        let number = |name: &str, default: &str| {
            let text = option(call, &term, name, default);
            text.parse::<usize>()
                .map_err(|_| failure::plain(format!("'{name}' must be a number, not '{text}'")))
        };
        let delimiter = match option(call, &term, "delimiter", "TAB").as_str() {
            "TAB" | "t" | "\\t" => '\t',
            other => other.chars().next().unwrap_or('\t'),
        };
        let (column, key_column) = (number("col", "1")?, number("keycol", "0")?);
        let text = read(call, &option(call, &term, "file", "ansible.csv"))?;
        let rows = text.lines().map(|line| cells(line, delimiter));
        let row = rows
            .into_iter()
            .find(|row| row.get(key_column).is_some_and(|cell| cell == key));
        match row {
            Some(row) => {
                let cell = row.get(column).cloned();
                let cell = cell.ok_or_else(|| {
                    failure::plain(format!("the row of '{key}' has no column {column}"))
                })?;
                found.push(cell.into());
            }
            None => found.extend(call.named("default")),
        }
    }
    Ok(found)
}

/// A row's cells; a quoted cell may hold the delimiter, and two quotes for one.
fn cells(line: &str, delimiter: char) -> Vec<String> {
    let mut row = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(cell) = row.last_mut() else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            c if c == delimiter && !quoted => row.push(String::new()),
            c => cell.push(c),
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use crate::template::{Value, fixture};

    #[test]
    fn tables_are_read() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.ini"), "[one]\nx = 1\n[two]\nx=2\n").unwrap();
        std::fs::write(directory.path().join("a.csv"), "k,\"v,w\"\n").unwrap();
        let vars = fixture::vars_in(directory.path().to_owned());
        let text = |source| fixture::engine().text(source, &vars).unwrap();
        assert_eq!(
            text("{{ lookup('ini', 'x', section='two', file='a.ini') }}"),
            Value::from("2")
        );
        assert_eq!(
            text("{{ lookup('csvfile', 'k file=a.csv delimiter=,') }}"),
            Value::from("v,w")
        );
    }
}
