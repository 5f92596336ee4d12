//! Shell patterns (`*`, `?`, `[a-z]`) in package names and versions.

use regex::Regex;

/// Whether a text has characters that make it a pattern.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Whether a text fits a pattern, as Python's `fnmatch` says.
pub fn fits(pattern: &str, text: &str) -> bool {
    if !is_pattern(pattern) {
        return pattern == text;
    }
    Regex::new(&expression(pattern)).is_ok_and(|regex| regex.is_match(text))
}

fn expression(pattern: &str) -> String {
    let mut expression = String::from(r"(?s)\A");
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        let class = after.find(']').filter(|end| *end > 0);
        rest = match (character, class) {
            ('*', _) => {
                expression.push_str(".*");
                after
            }
            ('?', _) => {
                expression.push('.');
                after
            }
            ('[', Some(end)) => {
                let inner = after[..end].replace('\\', r"\\").replace('[', r"\[");
                let (not, inner) = match inner.strip_prefix('!') {
                    Some(inner) => ("^", inner),
                    None => ("", inner.as_str()),
                };
                expression.push_str(&format!("[{not}{inner}]"));
                &after[end + 1..]
            }
            (other, _) => {
                expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4])));
                after
            }
        };
    }
    expression + r"\z"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_as_the_shell_does() {
        assert!(fits("1.2*", "1.22.1-9"));
        assert!(!fits("1.2.*", "1.22.1-9"));
        assert!(fits("lib?[0-9]", "libx2"));
        assert!(!fits("lib[!x]", "libx"));
        assert!(fits("g++", "g++"));
        assert!(fits("[", "["));
        assert!(!fits("a*", "b"));
    }
}
