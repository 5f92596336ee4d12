use std::borrow::Cow;

/// A text made fit for a parser that is stricter than Ansible's.
///
/// YAML 1.2 wants continued lines of brackets and quotes indented deeper than their key, and no tab after a colon; Ansible's
/// parser does not mind, and such files exist. Where the parser stumbles over one of these, the line is indented here, which
/// does not change what brackets and quotes hold, and the text is parsed again.
pub(super) struct Relaxed<'text> {
    /// The text, with blanks in place of tabs after colons.
    base: Cow<'text, str>,
    /// Where in it lines begin that are indented by [`PAD`], in order; a line may be there several times.
    pads: Vec<usize>,
    padded: Option<String>,
    attempts: usize,
}

const PAD: &str = "                                ";
/// How often a text is parsed again at most; and how many bytes that may be in all.
const ATTEMPTS: usize = 1000;
const WORK: usize = 64 << 20;
/// How often one line is indented: what is deeper than that is not written by people, and what does not help will not.
const DEEPEST: usize = 8;

impl<'text> Relaxed<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self {
            base: Cow::Borrowed(text),
            pads: Vec::new(),
            padded: None,
            attempts: 0,
        }
    }

    /// The text to parse.
    pub(super) fn text(&self) -> &str {
        self.padded.as_deref().unwrap_or(&self.base)
    }

    /// Takes an offset in [`Self::text`], gives the one in the original; both in bytes.
    pub(super) fn original(&self, at: usize) -> usize {
        let begin = |index: usize| self.pads[index] + index * PAD.len();
        let before = partition(self.pads.len(), |index| begin(index) < at);
        match before.checked_sub(1) {
            Some(last) if at < begin(last) + PAD.len() => self.pads[last],
            _ => at - before * PAD.len(),
        }
    }

    /// Takes what the parser said and where, as an offset in the original; gives whether it is worth another try.
    pub(super) fn relax(&mut self, info: &str, at: usize) -> bool {
        self.attempts += 1;
        if self.attempts > ATTEMPTS || self.attempts * self.text().len() > WORK {
            return false;
        }
        if info.contains("invalid indentation in quoted scalar") {
            return self.indent_quoted(at);
        }
        if info == "invalid indentation" || info.contains("invalid indentation in flow") {
            return self.indent([line_start(&self.base, at)]);
        }
        info.contains("':' must be followed by") && self.replace_tabs(at)
    }

    /// Indents the lines of a quoted text; not where it is not closed, or goes on after its end.
    fn indent_quoted(&mut self, start: usize) -> bool {
        let Some(end) = closing_quote(&self.base, start) else {
            return false;
        };
        let after = self.base[end + 1..].trim_start_matches([' ', '\t']);
        if !after.is_empty() && !after.starts_with(['\n', '\r', '#', ',', ']', '}']) {
            return false;
        }
        let newlines = self.base[start..end].match_indices('\n');
        let lines: Vec<usize> = newlines.map(|(newline, _)| start + newline + 1).collect();
        self.indent(lines)
    }

    /// Indents lines; gives whether any of them may still be.
    fn indent(&mut self, lines: impl IntoIterator<Item = usize>) -> bool {
        let times = |line: &usize| self.pads.iter().filter(|pad| *pad == line).count();
        let lines = lines.into_iter().filter(|line| times(line) < DEEPEST);
        let lines: Vec<usize> = lines.collect();
        self.pads.extend(&lines);
        self.pads.sort_unstable();
        self.pad();
        !lines.is_empty()
    }

    fn pad(&mut self) {
        let mut padded = String::with_capacity(self.base.len() + self.pads.len() * PAD.len());
        let mut done = 0;
        for &line in &self.pads {
            padded.push_str(&self.base[done..line]);
            padded.push_str(PAD);
            done = line;
        }
        padded.push_str(&self.base[done..]);
        self.padded = Some(padded);
    }

    /// Replaces the tabs before an offset by as many blanks.
    fn replace_tabs(&mut self, at: usize) -> bool {
        let blanks = self.base[..at].trim_end_matches([' ', '\t']).len();
        if !self.base[blanks..at].contains('\t') {
            return false;
        }
        let mut base = self.base[..blanks].to_owned();
        base.push_str(&" ".repeat(at - blanks));
        base.push_str(&self.base[at..]);
        self.base = Cow::Owned(base);
        self.pad();
        true
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

/// Where the quote that opens at `start` closes.
fn closing_quote(text: &str, start: usize) -> Option<usize> {
    let mut rest = text[start..].char_indices().peekable();
    let (_, quote) = rest.next()?;
    while let Some((at, found)) = rest.next() {
        match (quote, found) {
            ('"', '\\') => {
                rest.next();
            }
            ('\'', '\'') if rest.next_if(|&(_, next)| next == '\'').is_some() => {}
            _ if found == quote => return Some(start + at),
            _ => {}
        }
    }
    None
}

/// How many of the first numbers fit; all that fit come before those that do not.
fn partition(length: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = low + (high - low) / 2;
        if fits(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_everything_was() {
        let text = "a: [\nx,\ny\n]\n";
        let mut relaxed = Relaxed::new(text);
        let lines = [5, 8, 8];
        relaxed.indent(lines);
        assert_eq!(relaxed.text().len(), text.len() + 3 * PAD.len());
        for (at, found) in relaxed.text().char_indices() {
            let original = relaxed.original(at);
            let blank_before = found == ' ' && lines.contains(&original);
            assert!(blank_before || text[original..].starts_with(found), "{at}");
        }
        assert_eq!(relaxed.original(relaxed.text().len()), text.len());
    }

    #[test]
    fn finds_the_closing_quote() {
        assert_eq!(closing_quote(r#"a "b\"c" d"#, 2), Some(7));
        assert_eq!(closing_quote("'it''s' x", 0), Some(6));
        assert_eq!(closing_quote("'it''", 0), None);
    }

    #[test]
    fn gives_up_on_what_is_never_closed() {
        assert!(!Relaxed::new("a: \"x\nb: 1\n").relax("invalid indentation in quoted scalar", 3));
        let goes_on = "a: \"x\nb: \"y\"\n";
        assert!(!Relaxed::new(goes_on).relax("invalid indentation in quoted scalar", 3));
        assert!(!Relaxed::new("a: b").relax("anything else", 3));
    }

    #[test]
    fn gives_up_after_many_attempts() {
        let text = "[\n".repeat(2 * ATTEMPTS);
        let mut relaxed = Relaxed::new(&text);
        let tries = (0..)
            .take_while(|line| relaxed.relax("invalid indentation", 2 * line))
            .count();
        assert_eq!(tries, ATTEMPTS);
    }

    #[test]
    fn a_line_is_not_indented_for_ever() {
        let mut relaxed = Relaxed::new("a: {b: \rc\nd: e");
        let tries = (0..ATTEMPTS).take_while(|_| relaxed.relax("invalid indentation", 10));
        assert_eq!(tries.count(), DEEPEST);
        assert_eq!(relaxed.original(relaxed.text().len()), 14);
    }

    #[test]
    fn lines_of_a_quoted_text_are_not_indented_for_ever() {
        let mut relaxed = Relaxed::new("a: \"b\nc\nd\"\n");
        let wrong = "invalid indentation in quoted scalar";
        let tries = (0..ATTEMPTS).take_while(|_| relaxed.relax(wrong, 3));
        assert_eq!(tries.count(), DEEPEST);
    }
}
