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
        let entries = entries(&text, &section)
            .ok_or_else(|| failure::plain(format!("the file has no section '{section}'")))?;
        for (name, value) in entries {
            let fits = match &regex {
                Some(regex) => filter::found(regex, &name, true)?,
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

/// The entries of one section, or without a name those before the first section; nothing where there is no such section.
fn entries(text: &str, section: &str) -> Option<Vec<(String, String)>> {
    let mut inside = section.is_empty();
    let mut known = inside;
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        let name = bare
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'));
        if let Some(name) = name {
            inside = name == section;
            known |= inside;
        } else if inside && line.starts_with(char::is_whitespace) && !found.is_empty() {
            // A line that is indented goes on with the value above.
            if let Some((_, value)) = found.last_mut() {
                value.push('\n');
                value.push_str(bare);
            }
        } else if inside {
            let at = bare.find(['=', ':']).unwrap_or(bare.len());
            let value = bare.get(at + 1..).unwrap_or_default();
            found.push((bare[..at].trim().to_owned(), value.trim().to_owned()));
        }
    }
    known.then_some(found)
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
