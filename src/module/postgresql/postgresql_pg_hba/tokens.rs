//! The words of a line: separated by blanks, quoted parts kept whole, a comment last.

use crate::act::Failure;

/// Splits a line into its words. Quotes stay: they take the meaning from words such as `all`.
///
/// # Errors
/// A quote is not closed.
pub fn tokens(line: &str) -> Result<Vec<String>, Failure> {
    let (mut tokens, mut token, mut quoted) = (Vec::new(), String::new(), false);
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => {
                quoted = !quoted;
                token.push(letter);
            }
            '#' if !quoted => {
                tokens.extend(whole(&mut token));
                tokens.push(line[at..].into());
                return Ok(tokens);
            }
            blank if blank.is_whitespace() && !quoted => tokens.extend(whole(&mut token)),
            letter => token.push(letter),
        }
    }
    match quoted {
        true => Err(Failure::refused("Unterminated quote")),
        false => {
            tokens.extend(whole(&mut token));
            Ok(tokens)
        }
    }
}

fn whole(token: &mut String) -> Option<String> {
    (!token.is_empty()).then(|| std::mem::take(token))
}

/// A word without the quotes around it.
pub fn bare(token: &str) -> &str {
    let inner = token
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_quotes_together() {
        let line = r##"host  "my db",all	all 10.0.0.0/8 ldap a="b c"#note "x"##;
        let words = tokens(line).unwrap();
        let wanted = [
            "host",
            "\"my db\",all",
            "all",
            "10.0.0.0/8",
            "ldap",
            "a=\"b c\"",
            "#note \"x",
        ];
        assert_eq!(words, wanted);
        assert!(tokens("host \"all").is_err());
    }
}
