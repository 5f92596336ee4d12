//! Regular expressions as Python writes them, on the bytes of files.

mod machine;
mod reader;
mod tree;

use {
    self::{
        machine::{Machine, Spans},
        reader::Flags,
    },
    super::super::Failure,
    regex::bytes::{Regex, RegexBuilder},
};

/// A regular expression as Python writes it.
#[derive(Debug)]
pub struct Pattern(Engine);

#[derive(Debug)]
enum Engine {
    /// Takes a time that grows with the text, whatever the expression.
    Steady(Regex),
    /// Looks around and back, and may try in vain for long.
    Trying(Machine),
}

/// What an expression and its groups found.
#[derive(Debug)]
pub struct Found<'t> {
    text: &'t [u8],
    spans: Spans,
    names: Vec<Option<String>>,
}

impl<'t> Found<'t> {
    /// A group's text; group 0 is the whole.
    pub fn group(&self, number: usize) -> Option<&'t [u8]> {
        let (from, to) = (*self.spans.get(number)?)?;
        Some(&self.text[from..to])
    }

    /// The text of a group that has a name.
    pub fn named(&self, name: &str) -> Option<&'t [u8]> {
        self.group(self.number(name)?)
    }

    /// Where a group that has a name begins and ends.
    pub fn span(&self, name: &str) -> Option<(usize, usize)> {
        *self.spans.get(self.number(name)?)?
    }

    fn number(&self, name: &str) -> Option<usize> {
        let known = self
            .names
            .iter()
            .position(|known| known.as_deref() == Some(name))?;
        Some(known + 1)
    }

    fn whole(&self) -> (usize, usize) {
        self.spans.first().copied().flatten().unwrap_or_default()
    }
}

impl Pattern {
    /// For single lines.
    pub fn line(pattern: &str) -> Result<Self, Failure> {
        Self::build(pattern, false, false)
    }

    /// For whole files: `^` and `$` stand for the ends of lines.
    pub fn lines(pattern: &str) -> Result<Self, Failure> {
        Self::build(pattern, true, false)
    }

    /// For whole files: `.` stands for ends of lines, too.
    pub fn whole(pattern: &str) -> Result<Self, Failure> {
        Self::build(pattern, false, true)
    }

    /// For a whole name, not parts of it.
    pub fn entire(pattern: &str) -> Result<Self, Failure> {
        Self::build(&format!("^(?:{pattern})$"), false, true)
    }

    /// A shell pattern (`*`, `?`, `[…]`) for a whole name.
    pub fn glob(pattern: &str) -> Result<Self, Failure> {
        Self::entire(&glob(pattern))
    }

    fn build(pattern: &str, multi_line: bool, dot_all: bool) -> Result<Self, Failure> {
        let wrong = |error: String| {
            Failure::refused(format!(
                "the regular expression {pattern} is wrong: {error}"
            ))
        };
        if looks_around(pattern) {
            let flags = Flags {
                multi_line,
                dot_all,
                ..Flags::default()
            };
            let machine = Machine::new(pattern, flags).map_err(wrong)?;
            return Ok(Self(Engine::Trying(machine)));
        }
        RegexBuilder::new(&translated(pattern))
            .multi_line(multi_line)
            .dot_matches_new_line(dot_all)
            .build()
            .map(|regex| Self(Engine::Steady(regex)))
            .map_err(|error| wrong(error.to_string()))
    }

    pub fn matches(&self, text: &[u8]) -> bool {
        self.find(text, 0).is_some()
    }

    /// Whether it matches from the beginning, as Python's `re.match`.
    pub fn matches_start(&self, text: &[u8]) -> bool {
        self.find(text, 0).is_some_and(|found| found.whole().0 == 0)
    }

    pub fn captures<'t>(&self, text: &'t [u8]) -> Option<Found<'t>> {
        self.find(text, 0)
    }

    fn find<'t>(&self, text: &'t [u8], from: usize) -> Option<Found<'t>> {
        match &self.0 {
            Engine::Steady(regex) => {
                let captures = regex.captures_at(text, from)?;
                let spans = captures
                    .iter()
                    .map(|group| Some((group?.start(), group?.end())));
                let names = regex.capture_names().skip(1);
                Some(Found {
                    text,
                    spans: spans.collect(),
                    names: names.map(|name| name.map(str::to_owned)).collect(),
                })
            }
            Engine::Trying(machine) => Some(Found {
                text,
                spans: machine.find(text, from)?,
                names: machine.names.clone(),
            }),
        }
    }

    /// Every match, one behind the other; an empty one may stand right behind one that is not empty.
    fn all<'t>(&self, text: &'t [u8]) -> Vec<Found<'t>> {
        let mut matches = Vec::new();
        let mut at = 0;
        while let Some(found) = (at <= text.len()).then(|| self.find(text, at)).flatten() {
            let (from, to) = found.whole();
            at = match from == to {
                true => to + machine::character(text, to).1,
                false => to,
            };
            matches.push(found);
        }
        matches
    }

    /// Where the last match begins and ends.
    pub fn last(&self, text: &[u8]) -> Option<(usize, usize)> {
        self.all(text).last().map(Found::whole)
    }

    /// Replaces all matches; `\1`, `\g<1>` and `\g<name>` in `by` stand for groups. Gives the number of replacements, too.
    pub fn replace(&self, text: &[u8], by: &str) -> (Vec<u8>, usize) {
        let all = self.all(text);
        let mut replaced = Vec::with_capacity(text.len());
        let mut end = 0;
        for found in &all {
            let (from, to) = found.whole();
            replaced.extend_from_slice(&text[end..from]);
            replaced.extend(expand(by, found));
            end = to;
        }
        replaced.extend_from_slice(&text[end..]);
        (replaced, all.len())
    }
}

/// A replacement with its groups filled in.
pub fn expand(template: &str, captures: &Found) -> Vec<u8> {
    let mut expanded = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('\\') {
        expanded.extend_from_slice(before.as_bytes());
        rest = escape(after, captures, &mut expanded);
    }
    expanded.extend_from_slice(rest.as_bytes());
    expanded
}

/// Adds what an escape stands for; gives the text behind it.
fn escape<'t>(after: &'t str, captures: &Found, expanded: &mut Vec<u8>) -> &'t str {
    if let Some((name, rest)) = after
        .strip_prefix("g<")
        .and_then(|group| group.split_once('>'))
    {
        let group = match name.parse() {
            Ok(number) => captures.group(number),
            Err(_) => captures.named(name),
        };
        expanded.extend_from_slice(group.unwrap_or_default());
        return rest;
    }
    let digits = after.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if let Ok(number) = after[..digits].parse() {
        expanded.extend_from_slice(captures.group(number).unwrap_or_default());
        return &after[digits..];
    }
    let Some(letter) = after.chars().next() else {
        expanded.push(b'\\');
        return after;
    };
    match letter {
        'n' => expanded.push(b'\n'),
        't' => expanded.push(b'\t'),
        'r' => expanded.push(b'\r'),
        '\\' => expanded.push(b'\\'),
        other => expanded.extend(format!("\\{other}").bytes()),
    }
    &after[letter.len_utf8()..]
}

/// Whether a pattern uses what finite automata cannot do.
fn looks_around(pattern: &str) -> bool {
    let marks = ["(?=", "(?!", "(?<=", "(?<!", "(?P="];
    if marks.iter().any(|mark| pattern.contains(mark)) {
        return true;
    }
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next().is_some_and(|c| ('1'..='9').contains(&c)) {
            return true;
        }
    }
    false
}

/// Escapes that mean something else in Python.
fn translated(pattern: &str) -> String {
    let mut translated = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            translated.push(character);
            continue;
        }
        match characters.next() {
            Some('Z') => translated.push_str("\\z"),
            Some(plain @ ('<' | '>')) => translated.push(plain),
            Some(other) => translated.extend(['\\', other]),
            None => translated.push('\\'),
        }
    }
    translated
}

/// A shell pattern as a regular expression.
fn glob(pattern: &str) -> String {
    let mut expression = String::new();
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        match character {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '[' => match rest.as_str().split_once(']') {
                Some((set, behind)) => {
                    let set = set.replace('\\', "\\\\");
                    let set = set
                        .strip_prefix('!')
                        .map_or(set.clone(), |set| format!("^{set}"));
                    expression.push_str(&format!("[{set}]"));
                    rest = behind.chars();
                }
                None => expression.push_str("\\["),
            },
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_with_groups() {
        let pattern = Pattern::lines(r"^(?P<key>\w+)\s*=\s*(.*)$").unwrap();
        let (text, count) = pattern.replace(b"a = 1\nb=2\n", r"\g<key>: \2\t\\");
        assert_eq!(text, b"a: 1\t\\\nb: 2\t\\\n");
        assert_eq!(count, 2);
    }

    #[test]
    fn looks_around_where_it_is_asked_to() {
        let comment = Pattern::lines(r"^(?!#)(\w+)").unwrap();
        let (text, count) = comment.replace(b"a\n#b\nc\n", r"# \1");
        assert_eq!((text.as_slice(), count), (&b"# a\n#b\n# c\n"[..], 2));
        let twice = Pattern::lines(r"(?P<q>['\x22])x(?P=q)").unwrap();
        assert_eq!(twice.replace(b"'x' 'x\"", r"\g<q>y\g<q>").0, b"'y' 'x\"");
        assert_eq!(
            Pattern::whole("(?<=a\n)b").unwrap().last(b"a\nb"),
            Some((2, 3))
        );
    }

    #[test]
    fn says_what_is_wrong() {
        for pattern in ["(", "(?=a", r"(a)\2"] {
            let error = Pattern::line(pattern).unwrap_err().to_string();
            assert!(error.contains("is wrong"), "{error}");
        }
        assert!(Pattern::line(r"a\\1\<b\>\Z").unwrap().matches(br"a\1<b>"));
    }
}
