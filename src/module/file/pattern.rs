use {
    super::super::Failure,
    regex::bytes::{Captures, Regex, RegexBuilder},
};

/// A regular expression as Python writes it.
#[derive(Debug)]
pub struct Pattern(Regex);

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
        if let Some(what) = foreign(pattern) {
            return Err(Failure::refused(format!(
                "the regular expression {pattern} uses {what}, which farcast does not have on hosts; write it without, or edit the \
                 text on the controller and use copy"
            )));
        }
        RegexBuilder::new(&translated(pattern))
            .multi_line(multi_line)
            .dot_matches_new_line(dot_all)
            .build()
            .map(Self)
            .map_err(|error| {
                Failure::refused(format!(
                    "the regular expression {pattern} is wrong: {error}"
                ))
            })
    }

    pub fn matches(&self, text: &[u8]) -> bool {
        self.0.is_match(text)
    }

    /// Whether it matches from the beginning, as Python's `re.match`.
    pub fn matches_start(&self, text: &[u8]) -> bool {
        self.0.find(text).is_some_and(|found| found.start() == 0)
    }

    pub fn captures<'t>(&self, text: &'t [u8]) -> Option<Captures<'t>> {
        self.0.captures(text)
    }

    /// Where the last match begins and ends.
    pub fn last(&self, text: &[u8]) -> Option<(usize, usize)> {
        let found = self.0.find_iter(text).last()?;
        Some((found.start(), found.end()))
    }

    /// Replaces all matches; `\1`, `\g<1>` and `\g<name>` in `by` stand for groups. Gives the number of replacements, too.
    pub fn replace(&self, text: &[u8], by: &str) -> (Vec<u8>, usize) {
        let mut count = 0;
        let replaced = self.0.replace_all(text, |captures: &Captures| {
            count += 1;
            expand(by, captures)
        });
        (replaced.into_owned(), count)
    }
}

/// A replacement with its groups filled in.
pub fn expand(template: &str, captures: &Captures) -> Vec<u8> {
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
fn escape<'t>(after: &'t str, captures: &Captures, expanded: &mut Vec<u8>) -> &'t str {
    if let Some((name, rest)) = after
        .strip_prefix("g<")
        .and_then(|group| group.split_once('>'))
    {
        let group = match name.parse() {
            Ok(number) => captures.get(number),
            Err(_) => captures.name(name),
        };
        expanded.extend_from_slice(group.map_or(b"", |group| group.as_bytes()));
        return rest;
    }
    let digits = after.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if let Ok(number) = after[..digits].parse() {
        let group = captures.get(number);
        expanded.extend_from_slice(group.map_or(b"", |group| group.as_bytes()));
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

/// What a pattern uses that finite automata cannot do.
fn foreign(pattern: &str) -> Option<&'static str> {
    let around = ["(?=", "(?!", "(?<=", "(?<!"];
    if around.iter().any(|mark| pattern.contains(mark)) {
        return Some("look-around");
    }
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next().is_some_and(|c| ('1'..='9').contains(&c)) {
            return Some("a back-reference");
        }
    }
    pattern.contains("(?P=").then_some("a back-reference")
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
    fn says_what_it_cannot() {
        for (pattern, what) in [
            ("a(?!b)", "look-around"),
            (r"(a)\1", "back-reference"),
            ("(", "is wrong"),
        ] {
            let error = Pattern::line(pattern).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
        assert!(Pattern::line(r"a\\1\<b\>\Z").unwrap().matches(br"a\1<b>"));
    }
}
