use minijinja::value::Value;

use crate::template::from_json;

/// A word or sign of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Quoted(String),
    Number(i64),
    Literal(Value),
    Sign(&'static str),
    End,
}

/// Longer signs before those that they start with.
const SIGNS: &[&str] = &[
    "[]", "[?", "||", "&&", "==", "!=", "<=", ">=", "[", "]", "{", "}", "(", ")", ",", ":", ".",
    "*", "@", "|", "&", "<", ">", "!",
];

/// Splits an expression.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            'a'..='z' | 'A'..='Z' | '_' => word(rest),
            '0'..='9' | '-' => number(rest)?,
            '\'' => {
                let (inner, length) = until(rest, '\'')?;
                let text = inner.replace("\\'", "'");
                (Token::Literal(text.into()), length)
            }
            '"' => {
                let (_, length) = until(rest, '"')?;
                let name = serde_json::from_str(&rest[..length]);
                (Token::Quoted(name.map_err(|_| wrong(rest))?), length)
            }
            '`' => {
                let (inner, length) = until(rest, '`')?;
                (literal(&inner.replace("\\`", "`"))?, length)
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let sign = sign.ok_or_else(|| wrong(rest))?;
                (Token::Sign(sign), sign.len())
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    tokens.push(Token::End);
    Ok(tokens)
}

fn wrong(rest: &str) -> String {
    format!("nothing can be made of '{rest}'")
}

fn word(rest: &str) -> (Token, usize) {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let length = end.unwrap_or(rest.len());
    (Token::Name(rest[..length].to_owned()), length)
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let digits = rest[1..].find(|c: char| !c.is_ascii_digit());
    let length = digits.map_or(rest.len(), |digits| digits + 1);
    let number = rest[..length].parse().map_err(|_| wrong(rest))?;
    Ok((Token::Number(number), length))
}

/// What stands before the closing quote, and the length with both quotes; a backslash keeps what follows.
fn until(rest: &str, quote: char) -> Result<(&str, usize), String> {
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => _ = chars.next(),
            c if c == quote => return Ok((&rest[1..at], at + 1)),
            _ => {}
        }
    }
    Err(format!("the {quote} of '{rest}' is not closed"))
}

/// JSON, or the text of a string without its quotes.
fn literal(text: &str) -> Result<Token, String> {
    let text = text.trim_start();
    let json = serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&format!("\"{text}\"")))
        .map_err(|_| format!("`{text}` is no JSON"))?;
    Ok(Token::Literal(from_json(&json)))
}
