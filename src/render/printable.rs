use std::{borrow::Cow, fmt::Write};

/// The text without anything that could steer a terminal or disguise what it says: control characters and marks that
/// turn the direction of writing are shown as escapes. Newlines and tabs stay.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    escape(text, |c| steers(c) && c != '\n' && c != '\t')
}

/// Like `printable`, for text that must stay on its line so that it cannot pass for a line of ours: newlines are escaped too.
pub(super) fn on_one_line(text: &str) -> Cow<'_, str> {
    escape(text, |c| steers(c) && c != '\t')
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

fn escape(text: &str, unwanted: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&unwanted) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if !unwanted(c) {
            escaped.push(c);
        } else if c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t') {
            // Writing into a string cannot fail.
            let _ = write!(escaped, "\\x{:02x}", u32::from(c));
        } else {
            escaped.extend(c.escape_default());
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_steers_a_terminal() {
        assert_eq!(
            printable("a\x1b[2J\tb\nc\r\u{9b}31m\u{202e}x\0"),
            "a\\x1b[2J\tb\nc\\r\\u{9b}31m\\u{202e}x\\x00"
        );
        assert_eq!(on_one_line("a\nb\tc"), "a\\nb\tc");
        assert!(matches!(printable("plain ä\n"), Cow::Borrowed(_)));
    }
}
