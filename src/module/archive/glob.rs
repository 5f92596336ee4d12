//! Patterns for names, as shells have them; `*` and `?` match `/`, too.

/// Whether a whole name matches a pattern with `*`, `?` and `[…]`.
pub fn matches(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) =
        (name.chars().collect(), pattern.chars().collect());
    let (mut n, mut p) = (0, 0);
    // Where the last star was, and how much it had taken.
    let mut star = None;
    loop {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, n));
            p += 1;
        } else if n == name.len() {
            return pattern[p..].iter().all(|left| *left == '*');
        } else if let Some(length) = one(name[n], &pattern[p..]) {
            (n, p) = (n + 1, p + length);
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            (p, n) = (at + 1, taken + 1);
        } else {
            return false;
        }
    }
}

/// The length of the piece of pattern that one letter matches.
fn one(letter: char, pattern: &[char]) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['[', rest @ ..] => match rest.iter().skip(1).position(|c| *c == ']') {
            Some(end) => set(letter, &rest[..=end]).then_some(end + 3),
            None => (letter == '[').then_some(1),
        },
        [same, ..] if *same == letter => Some(1),
        _ => None,
    }
}

fn set(letter: char, set: &[char]) -> bool {
    let (not, mut set) = match set {
        ['!', rest @ ..] => (true, rest),
        set => (false, set),
    };
    let mut is_in = false;
    loop {
        set = match set {
            [] => return is_in != not,
            [from, '-', to, rest @ ..] => {
                is_in |= (*from..=*to).contains(&letter);
                rest
            }
            [same, rest @ ..] => {
                is_in |= *same == letter;
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_shells_do() {
        for (name, pattern) in [
            ("a/b.txt", "*.txt"),
            ("abc", "a?c"),
            ("a-b", "a[!x]b"),
            ("file7", "file[0-9]"),
            ("x[y", "x[y"),
            ("", "*"),
            ("aXbXc", "a*X*c"),
        ] {
            assert!(matches(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [
            ("abc", "ab"),
            ("ab", "abc"),
            ("filex", "file[0-9]"),
            ("a", "[!a]"),
        ] {
            assert!(!matches(name, pattern), "{name} {pattern}");
        }
    }
}
