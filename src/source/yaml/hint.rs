use {
    super::{
        super::{Place, SourceFile, YamlError},
        spot::Spot,
        wording,
    },
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
        .or_else(|| keyless(info, &spot))
        .or_else(|| listed(info, &spot))
        .unwrap_or_else(|| Finding::new(info, spot.at, None));
    YamlError::Syntax {
        what: finding.what,
        place: Place::new(file, finding.at, spot.word_end(finding.at)),
        help: showable(finding.help, file),
    }
}

/// The help quotes the text, which a file out of a vault must not show.
fn showable(help: Option<String>, file: &SourceFile) -> Option<String> {
    help.filter(|_| !file.is_confidential())
}

/// Says that a template must be quoted: what YAML took for a map in a map, the outer one opening at a byte.
pub(super) fn unquoted_template(file: &Arc<SourceFile>, at: usize) -> YamlError {
    let finding = template(&Spot::new(file.text(), at)).unwrap_or_else(|| {
        Finding::helped(
            UNQUOTED,
            at,
            "write \"{{ … }}\", with quotes around the whole value",
        )
    });
    YamlError::Syntax {
        what: finding.what,
        place: Place::new(file, finding.at, finding.at + 2),
        help: showable(finding.help, file),
    }
}

const UNQUOTED: &str = "a template that begins a value must be quoted";

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

/// Anchors and tag handles that nobody declared.
fn name_unknown(info: &str, file: &Arc<SourceFile>, spot: &Spot) -> Option<YamlError> {
    let place = Place::new(file, spot.at, spot.word_end(spot.at));
    let name = place.shown().to_owned();
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
            UNQUOTED,
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
            "close it with the same quote",
        ));
    }
    if !info.contains("trailing content after") {
        return None;
    }
    let (key, value) = spot.value();
    let text = spot.line[value..].trim_end();
    let help = match text.starts_with(['"', '\'']) {
        true => format!("quote the whole value: {}", quoted(key, text)),
        false => "put the whole value into quotes, or a `,` between two".to_owned(),
    };
    Some(Finding::helped(
        "text after the closing quote",
        spot.at,
        help,
    ))
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

/// A line that the parser took for a key until it found no colon; it says so only where the next line begins.
fn keyless(info: &str, spot: &Spot) -> Option<Finding> {
    if !info.contains("simple key expect") {
        return None;
    }
    let end = spot.text[..spot.at].trim_end().len();
    let line = Spot::new(spot.text, end);
    Some(Finding::helped(
        "a line without `: ` among the keys of a map",
        line.start + line.indent(),
        "write `key: value`, or indent the line if it continues the value above",
    ))
}

const ALIGN: &str = "indent it exactly as its siblings are";

fn listed(info: &str, spot: &Spot) -> Option<Finding> {
    let (what, help) = wording::plainer(info)?;
    Some(Finding::helped(what, spot.at, help))
}

/// The value as it should have been written: in the quotes that it does not hold itself.
fn quoted(key: Option<&str>, value: &str) -> String {
    let key = key.map(|key| format!("{key}: ")).unwrap_or_default();
    if !value.contains(['"', '\\']) {
        return format!("`{key}\"{value}\"`");
    }
    format!("`{key}'{}'`", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;

    /// A broken text; line, column and message; and the help.
    const CASES: &[(&str, &str, &str)] = &[
        (
            "a: {{ x }}\n",
            "1:4: broken YAML: a template that begins a value must be quoted",
            "write `a: \"{{ x }}\"`",
        ),
        (
            "- m: {{ x }} and\n  b\n",
            "1:6: broken YAML: a template that begins a value must be quoted",
            "write `m: \"{{ x }} and\"`",
        ),
        (
            "a: b: c\n",
            "1:5: broken YAML: a value without quotes cannot hold `: `",
            "quote it: `a: \"b: c\"`",
        ),
        (
            "- name: install: it's\n",
            "1:16: broken YAML: a value without quotes cannot hold `: `",
            "quote it: `name: \"install: it's\"`",
        ),
        (
            "a: \"x\nb: 1\n",
            "1:4: broken YAML: this quote is never closed",
            "close it with the same quote",
        ),
        (
            "a: 'x\n",
            "1:4: broken YAML: this quote is never closed",
            "close it with the same quote",
        ),
        (
            "a:\n\tb: 1\n",
            "2:1: broken YAML: a tab cannot indent",
            "indent with spaces",
        ),
        (
            "a: 1\n b: 2\n",
            "2:2: broken YAML: a key cannot begin here",
            "the line above has its value already: indent this line as its siblings are",
        ),
        (
            "a:1\nb: 2\n",
            "2:1: broken YAML: a key cannot begin here",
            "put a space after the colon in `a:1`",
        ),
        (
            "a:\n  - 1\n - 2\n",
            "3:2: broken YAML: a list item among the keys of a map",
            "indent it exactly as its siblings are",
        ),
        (
            "- a\nb: c\n",
            "2:1: broken YAML: a key among the items of a list",
            "indent it exactly as its siblings are",
        ),
        (
            "- a:\n    b\n  - c\n",
            "3:3: broken YAML: a list item among the keys of a map",
            "indent it exactly as its siblings are",
        ),
        (
            "a: 'x' y\n",
            "1:8: broken YAML: text after the closing quote",
            "quote the whole value: `a: \"'x' y\"`",
        ),
        (
            "when: \"{{ a }}\" == 'b'\n",
            "1:17: broken YAML: text after the closing quote",
            "quote the whole value: `when: '\"{{ a }}\" == ''b'''`",
        ),
        (
            "a: 1\nb\nc: 2\n",
            "2:1: broken YAML: a line without `: ` among the keys of a map",
            "write `key: value`, or indent the line if it continues the value above",
        ),
        (
            "\"a\":1\n",
            "1:4: broken YAML: text after the end of the document",
            "indent it as the lines above, and put a space after each key's `:`; a line `---` begins another document",
        ),
        (
            "a: [1, , 2]\n",
            "1:8: broken YAML: a value is missing here",
            "close every `[` and `{`, and quote values that hold `,` `:` `[` `]` `{` or `}`",
        ),
        (
            "hosts: *\n",
            "1:8: broken YAML: `*` and `&` begin the name of an anchor",
            "quote a value that begins with one, such as \"*\"",
        ),
        (
            "a: |#b\n c\n",
            "1:5: broken YAML: a `#` without a space before it",
            "put a space before the `#`",
        ),
        (
            "a: [\n",
            "2:1: broken YAML: a value is missing here",
            "close every `[` and `{`, and quote values that hold `,` `:` `[` `]` `{` or `}`",
        ),
        (
            "a: @foo\n",
            "1:4: broken YAML: a value cannot begin with this character",
            "quote the value",
        ),
        (
            "a: [1, 2\nb: c\n",
            "2:2: broken YAML: no key can stand here",
            "close every `[` and `{`, and quote values that hold `,` `:` `[` `]` `{` or `}`",
        ),
        (
            "a: {b: 1\n",
            "2:1: broken YAML: this map of the form `{a: 1, b: 2}` goes wrong here",
            "close every `[` and `{`, and quote values that hold `,` `:` `[` `]` `{` or `}`",
        ),
        (
            "a: ]\n",
            "1:4: broken YAML: this bracket closes nothing",
            "close every `[` and `{`, and quote values that hold `,` `:` `[` `]` `{` or `}`",
        ),
        (
            "a: \"\\\\ \\d\"\n",
            "1:8: broken YAML: `\\d` is no escape in double quotes",
            "write `\\\\` for a backslash, or use single quotes",
        ),
        (
            "a: - b\n",
            "1:4: broken YAML: a list cannot begin on the line of its key",
            "begin it on the next line",
        ),
        (
            "a: !x!y z\n",
            "1:4: unknown tag `!x!y`",
            "known tags: !vault !unsafe !!str !!int !!float !!bool !!null !!seq !!map !!timestamp",
        ),
        (
            "a: |\n    x\n  y: z\n",
            "3:3: broken YAML: this line belongs to no map above it",
            "indent it exactly as its siblings are",
        ),
        (
            "a: [\"b\" c]\n",
            "1:9: broken YAML: text after the closing quote",
            "put the whole value into quotes, or a `,` between two",
        ),
        (
            "x: {{ a }} {{ b }}\n",
            "1:4: broken YAML: a template that begins a value must be quoted",
            "write `x: \"{{ a }} {{ b }}\"`",
        ),
        (
            "{% if x %}\n",
            "1:1: broken YAML: a template that begins a value must be quoted",
            "write `\"{% if x %}\"`",
        ),
        (
            "a: %x\n",
            "1:4: broken YAML: a value cannot begin with this character",
            "quote the value",
        ),
    ];

    #[test]
    fn names_the_place_and_the_cure() {
        for (text, message, help) in CASES {
            let error = load(&SourceFile::new("f", *text)).unwrap_err();
            let place = error.place();
            assert_eq!(
                &format!("{}:{}: {error}", place.line(), place.column()),
                message,
                "{text}"
            );
            assert_eq!(&error.help().unwrap_or_default(), help, "{text}");
        }
    }
}
