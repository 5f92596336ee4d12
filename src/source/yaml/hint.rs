use {
    super::super::{Place, SourceFile, YamlError},
    std::sync::Arc,
};

/// Says in a person's words what the parser stumbled over, where, and what to write instead.
///
/// Takes the parser's message, and the byte where it gave up.
pub(super) fn explain(info: &str, file: &Arc<SourceFile>, at: usize) -> YamlError {
    let spot = Spot::new(file.text(), at.min(file.text().len()));
    if let Some(error) = name_unknown(info, file, &spot) {
        return error;
    }
    let finding = tab(info, &spot)
        .or_else(|| template(&spot))
        .or_else(|| colon(info, &spot))
        .or_else(|| quote(info, &spot))
        .or_else(|| escape(info, &spot))
        .or_else(|| sibling(info, &spot))
        .or_else(|| listed(info, &spot))
        .unwrap_or_else(|| Finding::new(info, spot.at, None));
    YamlError::Syntax {
        what: finding.what,
        place: Place::new(file, finding.at, spot.word_end(finding.at)),
        help: finding.help,
    }
}

struct Finding {
    what: String,
    at: usize,
    help: Option<String>,
}

impl Finding {
    fn new(what: impl Into<String>, at: usize, help: Option<String>) -> Self {
        let what = what.into();
        Self { what, at, help }
    }

    fn helped(what: impl Into<String>, at: usize, help: impl Into<String>) -> Self {
        Self::new(what, at, Some(help.into()))
    }
}

/// Where the parser gave up, and the line around it.
struct Spot<'text> {
    text: &'text str,
    at: usize,
    /// Where the line begins.
    start: usize,
    line: &'text str,
}

impl<'text> Spot<'text> {
    fn new(text: &'text str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        Self {
            text,
            at,
            start,
            line,
        }
    }

    /// The line above, where there is one.
    fn above(&self) -> Option<Spot<'text>> {
        let end = self.start.checked_sub(1)?;
        Some(Spot::new(self.text, end))
    }

    fn indent(&self) -> usize {
        self.line.len() - self.line.trim_start().len()
    }

    /// The key and where its value begins in the line, after dashes: `- key: value`.
    fn value(&self) -> (Option<&'text str>, usize) {
        let mut begin = self.indent();
        while let Some(rest) = self.line[begin..].strip_prefix("- ") {
            begin = self.line.len() - rest.trim_start().len();
        }
        match self.line[begin..].split_once(": ") {
            Some((key, value)) if is_word(key) => {
                (Some(key), self.line.len() - value.trim_start().len())
            }
            _ => (None, begin),
        }
    }

    /// The end of the word that begins at a byte, for the mark under it.
    fn word_end(&self, at: usize) -> usize {
        let rest = &self.text[at.min(self.text.len())..];
        let end = rest.find([' ', '\n', '\r', '\t']).unwrap_or(rest.len());
        at + end.max(1)
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|part| part.is_alphanumeric() || "_-. /".contains(part))
}

/// Anchors and tag handles that nobody declared.
fn name_unknown(info: &str, file: &Arc<SourceFile>, spot: &Spot) -> Option<YamlError> {
    let place = Place::new(file, spot.at, spot.word_end(spot.at));
    let name = place.text().to_owned();
    if info.contains("unknown anchor") {
        return Some(YamlError::UnknownAlias { alias: name, place });
    }
    let undeclared = info.contains("handle wasn't declared");
    undeclared.then_some(YamlError::UnknownTag { tag: name, place })
}

fn tab(info: &str, spot: &Spot) -> Option<Finding> {
    let indent = &spot.line[..spot.indent()];
    let found = match indent.find('\t') {
        Some(tab) => spot.start + tab,
        None if info.contains("tab") => spot.start + spot.line.find('\t')?,
        None => return None,
    };
    Some(Finding::helped(
        "a tab cannot indent",
        found,
        "indent with spaces",
    ))
}

/// A value that begins with `{{` opens a map in YAML.
fn template(spot: &Spot) -> Option<Finding> {
    let (key, value) = spot.value();
    let text = spot.line[value..].trim_end();
    let opens = text.starts_with("{{") || text.starts_with("{%");
    (opens && spot.at >= spot.start + value).then(|| {
        Finding::helped(
            "a template that begins a value must be quoted",
            spot.start + value,
            format!("write {}", quoted(key, text)),
        )
    })
}

/// `: ` where no key can stand.
fn colon(info: &str, spot: &Spot) -> Option<Finding> {
    if !info.contains("mapping values are not allowed") {
        return None;
    }
    let (key, value) = spot.value();
    if key.is_some() && spot.at >= spot.start + value {
        return Some(Finding::helped(
            "a value without quotes cannot hold `: `",
            spot.at,
            format!("quote it: {}", quoted(key, spot.line[value..].trim_end())),
        ));
    }
    let above = spot.above()?;
    let help = match above.line.split_once(':') {
        Some((_, value)) if value.starts_with(|next: char| !next.is_whitespace()) => {
            format!("put a space after the colon in `{}`", above.line.trim())
        }
        _ => {
            "the line above has its value already: indent this line as its siblings are".to_owned()
        }
    };
    let start = spot.start + spot.indent();
    Some(Finding::helped("a key cannot begin here", start, help))
}

fn quote(info: &str, spot: &Spot) -> Option<Finding> {
    let unclosed = [
        "invalid indentation in quoted scalar",
        "quoted scalar, found unexpected end of stream",
        "quoted scalar, found unexpected document indicator",
    ];
    if unclosed.iter().any(|part| info.contains(part)) {
        return Some(Finding::helped(
            "this quote is never closed",
            spot.at,
            "close it; further lines of a quoted text must be indented deeper than its key",
        ));
    }
    info.contains("trailing content after").then(|| {
        let (key, value) = spot.value();
        Finding::helped(
            "text after the closing quote",
            spot.at,
            format!(
                "quote the whole value: {}",
                quoted(key, spot.line[value..].trim_end())
            ),
        )
    })
}

/// A backslash in double quotes that means nothing.
fn escape(info: &str, spot: &Spot) -> Option<Finding> {
    if !info.contains("unknown escape character") {
        return None;
    }
    let mut rest = spot.text[spot.at..].char_indices();
    while let Some((offset, found)) = rest.next() {
        if found == '\\' {
            let (_, escaped) = rest.next()?;
            if !"0abt\tnvfre \"/\\N_LPxuU\n\r".contains(escaped) {
                return Some(Finding::helped(
                    format!("`\\{escaped}` is no escape in double quotes"),
                    spot.at + offset,
                    "write `\\\\` for a backslash, or use single quotes",
                ));
            }
        }
    }
    None
}

/// A line that fits into none of the lists and maps around it.
fn sibling(info: &str, spot: &Spot) -> Option<Finding> {
    let start = spot.start + spot.indent();
    let item = spot.line.trim_start().starts_with("- ");
    if info.contains("did not find expected key") {
        let what = if item {
            "a list item among the keys of a map"
        } else {
            "this line belongs to no map above it"
        };
        return Some(Finding::helped(what, start, ALIGN));
    }
    info.contains("did not find expected '-'").then(|| {
        let what = if item {
            "this item belongs to no list above it"
        } else {
            "a key among the items of a list"
        };
        Finding::helped(what, start, ALIGN)
    })
}

const ALIGN: &str = "indent it exactly as its siblings are";

/// The parser's other messages that are worth plainer words: part of the message, what is wrong, what to do.
const PLAINER: [(&str, &str, &str); 8] = [
    (
        "block sequence entries are not allowed",
        "a list cannot begin on the line of its key",
        "begin it on the next line",
    ),
    (
        "unexpected character",
        "a value cannot begin with this character",
        "quote the value",
    ),
    (
        "expected ',' or '}'",
        "this map of the form `{a: 1, b: 2}` goes wrong here",
        BRACKETS,
    ),
    (
        "expected ',' or ']'",
        "this list of the form `[a, b]` goes wrong here",
        BRACKETS,
    ),
    (
        "illegal placement of ':'",
        "no key can stand here",
        BRACKETS,
    ),
    ("misplaced bracket", "this bracket closes nothing", BRACKETS),
    (
        "invalid indentation in flow construct",
        "a bracket above is never closed",
        BRACKETS,
    ),
    (
        "recursion limit",
        "brackets nested too deeply",
        "split the value",
    ),
];

const BRACKETS: &str =
    "close every `[` and `{`, and quote values that hold `,` `:` `[` `]` `{` or `}`";

fn listed(info: &str, spot: &Spot) -> Option<Finding> {
    PLAINER
        .iter()
        .find(|(part, ..)| info.contains(part))
        .map(|&(_, what, help)| Finding::helped(what, spot.at, help))
}

/// The value as it should have been written: in the quotes that it does not hold itself.
fn quoted(key: Option<&str>, value: &str) -> String {
    let key = key.map(|key| format!("{key}: ")).unwrap_or_default();
    if !value.contains(['"', '\\']) {
        return format!("`{key}\"{value}\"`");
    }
    format!("`{key}'{}'`", value.replace('\'', "''"))
}
