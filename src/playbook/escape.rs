/// Replaces the escapes that Ansible reads in `name=value`: a newline written as `\n` is one, `\\` is one backslash. A
/// backslash before anything else stays.
pub(super) fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        decoded.push_str(before);
        let (c, length) = escape(after).unwrap_or(('\\', 0));
        decoded.push(c);
        rest = &after[length..];
    }
    decoded + rest
}

/// What stands for the escape whose text begins here, and how long it is.
fn escape(text: &str) -> Option<(char, usize)> {
    let kind = text.chars().next()?;
    let c = match kind {
        '\\' | '\'' | '"' => kind,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'x' => return numbered(text, 2),
        'u' => return numbered(text, 4),
        'U' => return numbered(text, 8),
        _ => return None,
    };
    Some((c, 1))
}

/// A letter, then so many hexadecimal digits.
fn numbered(text: &str, digits: usize) -> Option<(char, usize)> {
    let number = u32::from_str_radix(text.get(1..=digits)?, 16).ok()?;
    Some((char::from_u32(number)?, digits + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_what_python_reads() {
        assert_eq!(decoded(r"a\nb\\n \x41\u00e9"), "a\nb\\n Aé");
        assert_eq!(decoded(r"\d+\s \1 \xZZ \"), r"\d+\s \1 \xZZ \");
    }
}
