//! `from_csv`: rows as dictionaries, read as Python's `csv` reads them.

use minijinja::{Error, value::Value};

use super::{Named, arguments::Arguments};
use crate::template::{builtin::Run, call::Call, failure};

pub(super) const FILTERS: &[Named<Run>] = &[("community.general.from_csv", from_csv)];

const NAMES: &[&str] = &[
    "data",
    "dialect",
    "fieldnames",
    "delimiter",
    "skipinitialspace",
    "strict",
];

fn from_csv(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, NAMES)?;
    let delimiter = match given.choice("dialect", &["excel", "excel-tab", "unix"])? {
        "excel-tab" => '\t',
        _ => ',',
    };
    let delimiter = match given.text("delimiter") {
        None => delimiter,
        Some(text) => {
            let mut chars = text.chars();
            let one = chars.next().filter(|_| chars.next().is_none());
            one.ok_or_else(|| failure::plain("'delimiter' must be one character"))?
        }
    };
    let text = given.need_text("data")?;
    let mut reader = Reader {
        delimiter,
        skip: given.flag("skipinitialspace", false)?,
        strict: given.flag("strict", false)?,
        rows: Vec::new(),
        row: Vec::new(),
        field: String::new(),
        state: State::Start,
    };
    reader.read(text.trim_start_matches('\u{feff}'))?;
    let mut rows = reader.rows.into_iter().filter(|row| !row.is_empty());
    let names: Vec<Value> = match given.raw("fieldnames") {
        Some(_) => given.list("fieldnames")?,
        None => rows
            .next()
            .unwrap_or_default()
            .into_iter()
            .map(Value::from)
            .collect(),
    };
    Ok(rows.map(|row| named(&names, row)).collect())
}

/// A row with the names of its columns; what has no name stands under null, and what is missing is null.
fn named(names: &[Value], row: Vec<String>) -> Value {
    let mut fields = row.into_iter().map(Value::from);
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    for name in names {
        let value = fields.next().unwrap_or(().into());
        match pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => pairs.push((name.clone(), value)),
        }
    }
    let rest: Vec<Value> = fields.collect();
    if !rest.is_empty() {
        pairs.push((().into(), rest.into()));
    }
    Value::from_pairs(pairs)
}

/// Where in a field the reader is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a quote within a quoted field.
    Quote,
}

struct Reader {
    delimiter: char,
    skip: bool,
    strict: bool,
    rows: Vec<Vec<String>>,
    row: Vec<String>,
    field: String,
    state: State,
}

impl Reader {
    fn read(&mut self, text: &str) -> Result<(), Error> {
        let mut chars = text.chars().peekable();
        let mut started = false;
        while let Some(c) = chars.next() {
            let ends = matches!(c, '\r' | '\n') && self.state != State::Quoted;
            if ends {
                if c == '\r' && chars.peek() == Some(&'\n') {
                    chars.next();
                }
                self.line(started);
                started = false;
                continue;
            }
            started = true;
            self.take(c)?;
        }
        if self.state == State::Quoted && self.strict {
            return Err(failure::plain("a quoted field is not closed"));
        }
        if started {
            self.line(true);
        }
        Ok(())
    }

    /// Ends the row; an empty line is an empty row.
    fn line(&mut self, started: bool) {
        if started {
            self.field();
        }
        self.rows.push(std::mem::take(&mut self.row));
    }

    fn field(&mut self) {
        self.row.push(std::mem::take(&mut self.field));
        self.state = State::Start;
    }

    fn take(&mut self, c: char) -> Result<(), Error> {
        match (self.state, c) {
            (State::Quoted, '"') => self.state = State::Quote,
            (State::Quoted, c) => self.field.push(c),
            (_, c) if c == self.delimiter => self.field(),
            (State::Start, '"') => self.state = State::Quoted,
            (State::Start, ' ') if self.skip => {}
            (State::Quote, '"') => {
                self.field.push('"');
                self.state = State::Quoted;
            }
            (State::Quote, _) if self.strict => {
                return Err(failure::plain(format!(
                    "'{}' is expected after '\"'",
                    self.delimiter
                )));
            }
            (_, c) => {
                self.field.push(c);
                self.state = State::Plain;
            }
        }
        Ok(())
    }
}
