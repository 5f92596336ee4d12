//! What backslashes mean in the strings of a template, as Python has it.

use std::{borrow::Cow, ops::Range, str::Chars};

/// Reads a string with its quotes, and writes it so that only backslashes and quotes are escaped.
///
/// # Errors
/// An escape that is none, in words.
pub(super) fn respelled(literal: &str) -> Result<String, String> {
    let Some(quote) = literal.chars().next() else {
        return Ok(String::new());
    };
    let inside = literal.get(1..literal.len() - 1).unwrap_or_default();
    let mut out = String::from(quote);
    for c in read(inside)?.chars() {
        if c == '\\' || c == quote {
            out.push('\\');
        }
        out.push(c);
    }
    out.push(quote);
    Ok(out)
}

/// Where strings stand in a text of nothing but strings and blanks, quotes included.
pub(super) fn literals(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut rest = text.char_indices();
    while let Some((begin, quote)) = rest.next() {
        if quote.is_whitespace() {
            continue;
        }
        while let Some((at, c)) = rest.next() {
            if c == '\\' {
                rest.next();
            } else if c == quote {
                found.push(begin..at + 1);
                break;
            }
        }
    }
    found
}

/// The text, as long as before, with nothing in it that the parser could take for an escape it does not know.
pub(super) fn muted(source: &str) -> Cow<'_, str> {
    if !source.contains('\\') {
        return source.into();
    }
    let mut out = String::with_capacity(source.len());
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(next @ ('\\' | '\'' | '"'))) => {
                out.extend([c, next]);
                chars.next();
            }
            ('\\', _) => out.push('_'),
            _ => out.push(c),
        }
    }
    out.into()
}

/// Doubles the backslashes; a quote behind one stays inside its string.
pub(super) fn doubled(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len() + 4);
    let mut chars = literal.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('\\') => out.push_str("\\\\\\\\"),
            Some(quote @ ('\'' | '"')) => out.extend(['\\', '\\', '\\', quote]),
            Some(other) => out.extend(['\\', '\\', other]),
            None => out.push_str("\\\\"),
        }
    }
    out
}

fn read(inside: &str) -> Result<String, String> {
    let mut out = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(escaped(&mut chars)?),
            c => out.push(c),
        }
    }
    Ok(out)
}

/// What stands for a backslash and what follows it.
fn escaped(chars: &mut Chars) -> Result<Vec<char>, String> {
    let Some(letter) = chars.next() else {
        return Err("a backslash at the end of a string escapes nothing".into());
    };
    Ok(vec![match letter {
        '\n' => return Ok(Vec::new()),
        '\\' | '\'' | '"' => letter,
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => coded(letter, &taken(chars, 2, 16), 2)?,
        'u' => coded(letter, &taken(chars, 4, 16), 4)?,
        'U' => coded(letter, &taken(chars, 8, 16), 8)?,
        'N' if chars.as_str().starts_with('{') => {
            return Err(
                "characters have no names here: write their number, such as '\\u2022', for '\\N{…}'"
                    .into(),
            );
        }
        '0'..='7' => {
            let digits = format!("{letter}{}", taken(chars, 2, 8));
            let number = u32::from_str_radix(&digits, 8).unwrap_or(0);
            char::from_u32(number).unwrap_or_default()
        }
        other => return Ok(vec!['\\', other]),
    }])
}

/// The digits that come next, at most so many.
fn taken(chars: &mut Chars, most: usize, radix: u32) -> String {
    let digits = chars.clone().take(most);
    let digits: String = digits.take_while(|c| c.is_digit(radix)).collect();
    *chars = chars.as_str()[digits.len()..].chars();
    digits
}

fn coded(letter: char, digits: &str, count: usize) -> Result<char, String> {
    let number = u32::from_str_radix(digits, 16).ok();
    number
        .filter(|_| digits.len() == count)
        .and_then(char::from_u32)
        .ok_or_else(|| {
            format!("'\\{letter}{digits}' is no character: '\\{letter}' takes {count} hexadecimal digits")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_python() {
        let cases = [
            (r"'a\n\t\x41\u00e9\101'", "'a\n\tAéA'"),
            (r"'\a\b\f\v\/\d'", "'\u{7}\u{8}\u{c}\u{b}\\\\/\\\\d'"),
            (r#""\"\'\\""#, r#""\"'\\""#),
            (r"'\U0001F600'", "'😀'"),
            ("'a\\\nb'", "'ab'"),
        ];
        for (written, expected) in cases {
            assert_eq!(respelled(written).as_deref(), Ok(expected), "{written}");
        }
        let message = respelled(r"'\x4'").unwrap_err();
        assert_eq!(
            message,
            r"'\x4' is no character: '\x' takes 2 hexadecimal digits"
        );
        assert!(respelled(r"'\N{BULLET}'").is_err());
    }

    #[test]
    fn the_parser_sees_no_escapes_that_it_does_not_know() {
        assert_eq!(muted(r"'\u12' ~ '\'' ~ '\\x'"), r"'_u12' ~ '\'' ~ '\\x'");
    }
}
