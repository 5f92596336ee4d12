use std::ops::Range;

/// One word of a line: its text without quotes, and where it stood, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub at: Range<usize>,
}

/// A line whose quotes do not close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quote or a backslash at the end of the line is not closed")]
pub struct Unclosed;

/// Splits a line as a POSIX shell does, but expands nothing; `#` outside quotes begins a comment, even inside a word.
pub fn split(line: &str) -> Result<Vec<Word>, Unclosed> {
    let mut words = Vec::new();
    let mut open: Option<Word> = None;
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '#' {
            break;
        }
        if c.is_ascii_whitespace() {
            words.extend(open.take());
            continue;
        }
        let word = open.get_or_insert_with(|| Word {
            text: String::new(),
            at: at..at,
        });
        match c {
            '\'' => single_quoted(&mut chars, &mut word.text)?,
            '"' => double_quoted(&mut chars, &mut word.text)?,
            '\\' => word.text.push(chars.next().ok_or(Unclosed)?.1),
            _ => word.text.push(c),
        }
        word.at.end = chars.offset();
    }
    words.extend(open);
    Ok(words)
}

type Chars<'a> = std::str::CharIndices<'a>;

fn single_quoted(chars: &mut Chars, text: &mut String) -> Result<(), Unclosed> {
    for (_, c) in chars.by_ref() {
        match c {
            '\'' => return Ok(()),
            _ => text.push(c),
        }
    }
    Err(Unclosed)
}

fn double_quoted(chars: &mut Chars, text: &mut String) -> Result<(), Unclosed> {
    while let Some((_, c)) = chars.next() {
        match c {
            '"' => return Ok(()),
            '\\' => match chars.next().ok_or(Unclosed)?.1 {
                escaped @ ('"' | '\\') => text.push(escaped),
                other => text.extend(['\\', other]),
            },
            _ => text.push(c),
        }
    }
    Err(Unclosed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_quotes_escapes_and_comments() {
        let line = r#"web a='x y' b="q\"\n" c=d\ e f=1#x g=2"#;
        let words = split(line).unwrap();
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["web", "a=x y", "b=q\"\\n", "c=d e", "f=1"]);
        assert_eq!(&line[words[1].at.clone()], "a='x y'");
    }

    #[test]
    fn refuses_an_open_quote() {
        assert_eq!(split("web a='x"), Err(Unclosed));
        assert_eq!(split("web a=\"x"), Err(Unclosed));
        assert_eq!(split("web a\\"), Err(Unclosed));
    }

    #[test]
    fn an_empty_quoted_word_is_a_word() {
        assert_eq!(split("''").unwrap().len(), 1);
        assert!(split(" # all comment").unwrap().is_empty());
    }
}
