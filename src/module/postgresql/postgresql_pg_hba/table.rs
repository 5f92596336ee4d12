use {
    super::{
        address::{Address, number},
        rule::{Rule, comment},
        tokens::tokens,
    },
    crate::act::Failure,
    std::cmp::Reverse,
};

/// The lines of the file, in order.
#[derive(Clone, Debug, Default)]
pub struct Table {
    lines: Vec<Line>,
}

/// One line; it may go on over several lines of text.
#[derive(Clone, Debug)]
struct Line {
    content: Content,
    /// As it stands in the file; none where it is new.
    text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Empty,
    Comment(String),
    Include,
    Rule(Rule),
}

/// What a rule, or a comment of its own, comes to.
#[derive(Clone, Debug)]
pub enum Entry {
    Comment(String),
    Rule(Rule),
}

impl Entry {
    fn content(&self) -> Content {
        match self {
            Self::Comment(text) => Content::Comment(comment(text)),
            Self::Rule(rule) => Content::Rule(rule.clone()),
        }
    }
}

impl Line {
    fn new(entry: &Entry) -> Self {
        Self {
            content: entry.content(),
            text: None,
        }
    }

    fn text(&self) -> String {
        match (&self.text, &self.content) {
            (Some(text), _) => text.clone(),
            (None, Content::Comment(text)) => text.clone(),
            (None, Content::Rule(rule)) => rule.line(),
            (None, Content::Empty | Content::Include) => String::new(),
        }
    }

    fn is_about(&self, wanted: &Content) -> bool {
        match (&self.content, wanted) {
            (Content::Rule(there), Content::Rule(wanted)) => there.same_key(wanted),
            (there, wanted) => there == wanted,
        }
    }

    fn is_same(&self, wanted: &Self) -> bool {
        match (&self.content, &wanted.content) {
            (Content::Rule(there), Content::Rule(wanted)) => there.is_same(wanted),
            (there, wanted) => there == wanted,
        }
    }
}

impl Table {
    pub fn read(text: &str) -> Result<Self, Failure> {
        let mut lines = Vec::new();
        let mut number = 1;
        let mut rest = text.lines();
        while let Some(line) = rest.next() {
            let (first, mut whole) = (number, line.to_owned());
            number += 1;
            while whole.ends_with('\\') {
                let Some(next) = rest.next() else {
                    return Err(Failure::refused(
                        "The last line ended with a '\\' (line continuation).",
                    ));
                };
                whole = format!("{whole}\n{next}");
                number += 1;
            }
            let content = content(&whole)
                .map_err(|error| Failure::refused(format!("Error in line {first}: {error}")))?;
            lines.push(Line {
                content,
                text: Some(whole),
            });
        }
        Ok(Self { lines })
    }

    /// Makes sure that an entry is there. Gives what was done, if anything.
    pub fn put(&mut self, entry: &Entry) -> Option<String> {
        let new = Line::new(entry);
        let text = new.text();
        match self
            .lines
            .iter()
            .position(|line| line.is_about(&new.content))
        {
            None => {
                self.lines.push(new);
                Some(format!("Adding rule {text}"))
            }
            Some(at) if self.lines[at].is_same(&new) => None,
            Some(at) => {
                self.lines[at] = new;
                Some(format!("Updating rule {text}"))
            }
        }
    }

    /// Makes sure that an entry is not there.
    pub fn remove(&mut self, entry: &Entry) -> Option<String> {
        let new = Line::new(entry);
        let at = self
            .lines
            .iter()
            .position(|line| line.is_about(&new.content))?;
        self.lines.remove(at);
        Some(format!("Removing rule {}", new.text()))
    }

    /// A table of these entries alone.
    pub fn of(entries: &[Entry]) -> Self {
        let lines = entries.iter().map(Line::new).collect();
        Self { lines }
    }

    pub fn is_same(&self, other: &Self) -> bool {
        let mut pairs = self.lines.iter().zip(&other.lines);
        self.lines.len() == other.lines.len() && pairs.all(|(one, other)| one.is_same(other))
    }

    /// Comments first, then the rules, those before that are about less; includes last. Empty lines go.
    pub fn sort(&mut self) {
        self.lines.retain(|line| line.content != Content::Empty);
        self.lines.sort_by_key(|line| match &line.content {
            Content::Comment(_) => (0, None),
            Content::Rule(rule) => (1, Some((weights(rule), line.text()))),
            Content::Include | Content::Empty => (2, None),
        });
    }

    pub fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(Line::text).collect();
        lines.join("\n")
    }

    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.lines.iter().filter_map(|line| match &line.content {
            Content::Rule(rule) => Some(rule),
            _ => None,
        })
    }
}

fn content(text: &str) -> Result<Content, Failure> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(Content::Empty);
    }
    if trimmed.starts_with('#') {
        return Ok(Content::Comment(trimmed.into()));
    }
    let mut words = tokens(&text.replace("\\\n", ""))?;
    let note = words.pop_if(|word| word.starts_with('#'));
    match words.first() {
        Some(first) if first.starts_with("include") => Ok(Content::Include),
        _ => Ok(Content::Rule(Rule {
            comment: note,
            ..Rule::read(&words)?
        })),
    }
}

/// What is compared of two rules, in this order.
type Weights = (Reverse<u16>, usize, usize, Reverse<u8>, (u128, String));

fn weights(rule: &Rule) -> Weights {
    let (reach, kind, number) = match &rule.address {
        None => (130, 3, 0),
        Some(Address::Network(address, bits)) => {
            let (factor, kind) = if address.is_ipv4() { (4, 2) } else { (1, 1) };
            (u16::from(*bits) * factor, kind, number(*address))
        }
        Some(Address::Name(name)) => (reach(name), 0, 0),
    };
    let source = rule
        .address
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let source = if kind == 0 { source } else { String::new() };
    (
        Reverse(reach),
        databases(&rule.databases),
        users(&rule.users),
        Reverse(kind),
        (number, source),
    )
}

/// How narrow a name is, as bits of a network.
fn reach(name: &str) -> u16 {
    match name {
        "all" => 0,
        "samehost" => 129,
        "samenet" => 96,
        domain if domain.starts_with('.') => 64,
        _ => 128,
    }
}

/// The word for all of them.
const ALL: usize = 100_000;

fn databases(list: &str) -> usize {
    let count = list.split(',').count();
    match list {
        quoted if quoted.starts_with('"') => 3,
        list if list.split(',').any(|name| name == "all") => ALL,
        "replication" => 0,
        "samerole" | "samegroup" => 2,
        _ => 3 + count,
    }
}

fn users(list: &str) -> usize {
    match list {
        quoted if quoted.starts_with('"') => 1,
        list if list.split(',').any(|name| name == "all") => ALL,
        list => 1 + list.split(',').count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_what_is_narrow_before_what_is_wide() {
        let text = "host all all all md5\n\n# one\nhost all all 10.0.0.0/8 md5\ninclude_dir x\nhost a all 10.0.0.0/8 md5\n\
                    host all all ::1/128 md5\nhost all all 127.0.0.1/32 md5 # c\nlocal all all peer\n# two\n";
        let mut table = Table::read(text).unwrap();
        table.sort();
        assert_eq!(
            table.text(),
            "# one\n# two\nlocal all all peer\nhost all all 127.0.0.1/32 md5 # c\nhost all all ::1/128 md5\n\
             host a all 10.0.0.0/8 md5\nhost all all 10.0.0.0/8 md5\nhost all all all md5\ninclude_dir x"
        );
    }

    #[test]
    fn says_where_a_line_is_wrong() {
        let error = Table::read("local all all peer\nhost all \\\n all\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "Error in line 2: The rule has too few symbols"
        );
        let error = Table::read("local all all magic").unwrap_err();
        assert_eq!(
            error.to_string(),
            "Error in line 1: Found an unknown method: magic"
        );
    }
}
