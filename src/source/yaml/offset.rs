/// Turns the parser's offsets, which count characters, into offsets of bytes.
pub(super) struct Offsets<'text> {
    text: &'text str,
    /// The byte offset of every `STRIDE`th character; empty where the text is ASCII and both are the same.
    marks: Vec<usize>,
}

const STRIDE: usize = 64;

impl<'text> Offsets<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .step_by(STRIDE)
                .map(|(at, _)| at)
                .collect()
        };
        Self { text, marks }
    }

    /// Takes the number of a character, counted from 0; gives its first byte, or the text's length where there is none.
    pub(super) fn byte(&self, character: usize) -> usize {
        if self.marks.is_empty() {
            return character.min(self.text.len());
        }
        let Some(&mark) = self.marks.get(character / STRIDE) else {
            return self.text.len();
        };
        let mut rest = self.text[mark..].char_indices();
        rest.nth(character % STRIDE)
            .map_or(self.text.len(), |(at, _)| mark + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_bytes_in_any_text() {
        for text in ["plain ascii".repeat(20), "aä€🎈".repeat(100), String::new()] {
            let offsets = Offsets::new(&text);
            for (number, (at, _)) in text.char_indices().enumerate() {
                assert_eq!(offsets.byte(number), at);
            }
            assert_eq!(offsets.byte(text.chars().count()), text.len());
            assert_eq!(offsets.byte(text.len() + 1000), text.len());
        }
    }
}
