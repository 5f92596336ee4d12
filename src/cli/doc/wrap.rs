use unicode_width::UnicodeWidthStr;

/// Lays out text in Markdown: paragraphs and list items, each line indented and no wider than `width` columns.
/// A word that is wider stands alone. Every line ends in a line break.
pub(super) fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let mut laid = String::new();
    for (at, paragraph) in text.split("\n\n").enumerate() {
        if at > 0 {
            laid.push('\n');
        }
        for item in items(paragraph) {
            let hanging = if is_item(&item) { 2 } else { 0 };
            lines(&item, indent, hanging, width, &mut laid);
        }
    }
    laid
}

/// The list items of a paragraph, or the paragraph itself.
fn items(paragraph: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in paragraph
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        match items.last_mut() {
            Some(item) if !is_item(line) => {
                item.push(' ');
                item.push_str(line);
            }
            _ => items.push(line.to_owned()),
        }
    }
    items
}

fn is_item(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("* ")
}

fn lines(text: &str, indent: usize, hanging: usize, width: usize, laid: &mut String) {
    let mut line = " ".repeat(indent);
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.width() + 1 + word.width() > width {
            laid.push_str(&line);
            laid.push('\n');
            line = " ".repeat(indent + hanging);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    if !empty {
        laid.push_str(&line);
        laid.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_paragraphs_and_items_within_the_width() {
        let text = "One two three\nfour five.\n\n- an item that goes on\n- another\n";
        assert_eq!(
            wrapped(text, 2, 16),
            "  One two three\n  four five.\n\n  - an item that\n    goes on\n  - another\n"
        );
        assert_eq!(wrapped("a-very-long-word b", 0, 5), "a-very-long-word\nb\n");
        assert_eq!(wrapped("", 2, 20), "");
    }
}
