use {
    super::{Label, Style, printable::printable},
    std::{
        io::{self, Write},
        mem,
    },
    unicode_width::UnicodeWidthStr,
};

/// The only way by which a renderer for people writes: what it is given comes from hosts too, so it is made printable here.
pub struct Screen<W> {
    style: Style,
    writer: W,
    /// What has not been written yet.
    pending: String,
    /// The first failure; nothing is written after it.
    failure: Option<io::Error>,
}

impl<W: Write> Screen<W> {
    /// Takes where to write and how.
    pub fn new(writer: W, style: Style) -> Self {
        Self {
            style,
            writer,
            pending: String::new(),
            failure: None,
        }
    }

    pub fn style(&self) -> &Style {
        &self.style
    }

    /// Writes the text and ends the line.
    pub(super) fn line(&mut self, label: Label, text: &str) {
        self.parts(&[(label, text)]);
    }

    /// Writes one line made of pieces.
    pub(super) fn parts(&mut self, parts: &[(Label, &str)]) {
        for (label, text) in parts {
            self.pending
                .push_str(&label.paint(&printable(text), self.style.colour));
        }
        self.pending.push('\n');
    }

    /// Writes an empty line, then the text with stars up to the last column (three at least).
    pub(super) fn banner(&mut self, text: &str) {
        let text = printable(text);
        let stars = self.style.width.saturating_sub(text.width() + 1).max(3);
        self.line(Label::Plain, "");
        self.line(Label::Plain, &format!("{text} {}", "*".repeat(stars)));
    }

    /// Hands on what was written so far.
    pub(super) fn flush(&mut self) {
        let text = mem::take(&mut self.pending);
        if self.failure.is_some() || text.is_empty() {
            return;
        }
        let written = self.writer.write_all(text.as_bytes());
        self.failure = written.and_then(|()| self.writer.flush()).err();
    }

    /// Hands on what is left and gives the first failure there was.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.flush();
        self.failure.take().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: usize, draw: impl FnOnce(&mut Screen<&mut Vec<u8>>)) -> String {
        let mut bytes = Vec::new();
        let style = Style {
            width,
            ..Style::default()
        };
        let mut screen = Screen::new(&mut bytes, style);
        draw(&mut screen);
        screen.finish().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn stars_fill_the_line_whatever_the_letters_width() {
        assert_eq!(shown(12, |s| s.banner("PLAY")), "\nPLAY *******\n");
        assert_eq!(
            shown(12, |s| s.banner("PLAY 日本")),
            "\nPLAY 日本 **\n".replace("**", "***")
        );
        assert_eq!(shown(5, |s| s.banner("PLAY [long]")), "\nPLAY [long] ***\n");
    }

    #[test]
    fn nothing_passes_unescaped() {
        assert_eq!(shown(9, |s| s.line(Label::Ok, "\x1b[31m")), "\\x1b[31m\n");
    }

    #[test]
    fn a_failure_to_write_is_told_once() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut screen = Screen::new(Full, Style::default());
        screen.line(Label::Plain, "x");
        assert_eq!(
            screen.finish().unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
    }
}
