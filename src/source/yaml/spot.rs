/// Where the parser gave up, and the line around it.
pub(super) struct Spot<'text> {
    pub(super) text: &'text str,
    pub(super) at: usize,
    /// Where the line begins.
    pub(super) start: usize,
    pub(super) line: &'text str,
}

impl<'text> Spot<'text> {
    pub(super) fn new(text: &'text str, at: usize) -> Self {
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
    pub(super) fn above(&self) -> Option<Spot<'text>> {
        let end = self.start.checked_sub(1)?;
        Some(Spot::new(self.text, end))
    }

    pub(super) fn indent(&self) -> usize {
        self.line.len() - self.line.trim_start().len()
    }

    /// The key and where its value begins in the line, after dashes: `- key: value`.
    pub(super) fn value(&self) -> (Option<&'text str>, usize) {
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
    pub(super) fn word_end(&self, at: usize) -> usize {
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
