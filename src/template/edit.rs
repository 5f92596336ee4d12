use std::ops::Range;

/// Changes to a text: each replaces a range of bytes (an empty one inserts).
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.0.push((at..at, text.into()));
    }

    pub fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.0.push((range, text.into()));
    }

    /// Must be called once after the last change; changes at the same place keep the order in which they were made.
    pub fn order(&mut self) {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
    }

    pub fn apply(&self, source: &str) -> String {
        let mut out = String::with_capacity(source.len() + self.0.len() * 16);
        let mut at = 0;
        for (range, text) in &self.0 {
            out.push_str(&source[at..range.start]);
            out.push_str(text);
            at = range.end;
        }
        out.push_str(&source[at..]);
        out
    }

    /// Leads from a byte of the changed text back to the byte of the original.
    pub fn origin(&self, offset: usize) -> usize {
        let mut grown = 0_isize;
        for (range, text) in &self.0 {
            let start = range.start.wrapping_add_signed(grown);
            if offset < start {
                break;
            }
            if offset < start + text.len() {
                return range.start;
            }
            grown += text.len() as isize - range.len() as isize;
        }
        offset.wrapping_add_signed(-grown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_back_to_the_original() {
        let mut edits = Edits::default();
        edits.insert(2, "((");
        edits.replace(4..6, "xyz");
        edits.order();
        assert_eq!(edits.apply("abcdefgh"), "ab((cdxyzgh");
        assert_eq!(edits.origin(1), 1);
        assert_eq!(edits.origin(4), 2);
        assert_eq!(edits.origin(9), 6);
    }
}
