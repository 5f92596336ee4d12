use super::Address;
use fancy_regex::Regex;

/// Splits a host pattern into its terms: at commas, else at colons unless the whole is one host or address.
pub fn split(pattern: &str) -> Vec<String> {
    let terms = if pattern.contains(',') {
        pattern.split(',').map(str::to_owned).collect()
    } else if Address::parse(pattern).is_some() {
        vec![pattern.to_owned()]
    } else {
        split_at_colons(pattern)
    };
    terms
        .iter()
        .map(|term| term.trim().to_owned())
        .filter(|term| !term.is_empty())
        .collect()
}

/// Colons and white space separate; a closed pair of square brackets is kept whole, a lone bracket is dropped.
fn split_at_colons(pattern: &str) -> Vec<String> {
    let mut terms = vec![String::new()];
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let bracketed = if c == '[' {
            rest.find(']').map(|end| end + 1)
        } else {
            None
        };
        let length = bracketed.unwrap_or(c.len_utf8());
        let (piece, after) = rest.split_at(length);
        if bracketed.is_some() || !(c.is_whitespace() || matches!(c, ':' | '[' | ']')) {
            terms
                .last_mut()
                .into_iter()
                .for_each(|term| term.push_str(piece));
        } else {
            terms.push(String::new());
        }
        rest = after;
    }
    terms
}

/// How a term changes what was chosen before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    Add,
    /// `&`: keeps only its own.
    Keep,
    /// `!`: takes its own away.
    Remove,
}

/// Sorts terms as they take effect: additions, then `&`, then `!`; without an addition `all` is one.
pub fn order(terms: &[String]) -> Vec<(Effect, String)> {
    let mut ordered: Vec<(Effect, String)> = terms
        .iter()
        .filter(|term| !term.is_empty())
        .map(|term| effect(term))
        .collect();
    ordered.sort_by_key(|(effect, _)| *effect);
    if ordered
        .first()
        .is_none_or(|(effect, _)| *effect != Effect::Add)
    {
        ordered.insert(0, (Effect::Add, "all".to_owned()));
    }
    ordered
}

fn effect(term: &str) -> (Effect, String) {
    let (effect, name) = match term.as_bytes() {
        [b'!', ..] => (Effect::Remove, &term[1..]),
        [b'&', ..] => (Effect::Keep, &term[1..]),
        _ => (Effect::Add, term),
    };
    (effect, name.to_owned())
}

/// Which of the matches a term's `[…]` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscript {
    One(i64),
    /// Both ends included; no end means: to the last.
    Range(usize, Option<usize>),
}

/// Splits `web[0]`, `web[-1]`, `web[1:3]` and `web[1:]`; anything else has no subscript.
pub fn subscript(term: &str) -> (&str, Option<Subscript>) {
    let whole = (term, None);
    let Some((name, inside)) = term
        .strip_suffix(']')
        .and_then(|open| open.rsplit_once('['))
    else {
        return whole;
    };
    if name.is_empty() || term.starts_with('~') {
        return whole;
    }
    match read_subscript(inside) {
        Some(subscript) => (name, Some(subscript)),
        None => whole,
    }
}

fn read_subscript(inside: &str) -> Option<Subscript> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    if digits(inside.strip_prefix('-').unwrap_or(inside)) {
        return inside.parse().ok().map(Subscript::One);
    }
    let (first, last) = inside.split_once([':', '-'])?;
    if !digits(first) || !(last.is_empty() || digits(last)) {
        return None;
    }
    let first = first.parse().ok()?;
    if last.is_empty() {
        return Some(Subscript::Range(first, None));
    }
    match last.parse().ok()? {
        0 => i64::try_from(first).ok().map(Subscript::One),
        last => Some(Subscript::Range(first, Some(last))),
    }
}

impl Subscript {
    /// Takes its share of the matches; none where the one it asks for is not there.
    pub fn apply<T: Copy>(self, matches: &[T]) -> Option<Vec<T>> {
        match self {
            Self::One(index) => {
                let length = i64::try_from(matches.len()).ok()?;
                let index = if index < 0 { index + length } else { index };
                matches
                    .get(usize::try_from(index).ok()?)
                    .map(|&one| vec![one])
            }
            Self::Range(first, last) => {
                let end = last.map_or(matches.len(), |last| {
                    matches.len().min(last.saturating_add(1))
                });
                Some(matches.get(first..end).unwrap_or_default().to_vec())
            }
        }
    }
}

/// A compiled term: a name, a glob (`*`, `?`, `[…]`) or, after `~`, a regular expression that must match from the start.
pub enum Matcher {
    Name(String),
    Regex(Box<Regex>),
}

impl Matcher {
    /// # Errors
    /// Why the regular expression is none.
    pub fn new(term: &str) -> Result<Self, String> {
        let regex = match term.strip_prefix('~') {
            Some(regex) => format!(r"\A(?:{regex})"),
            None if term.contains(['*', '?', '[']) => glob(term),
            None => return Ok(Self::Name(term.to_owned())),
        };
        let compiled = Regex::new(&regex).map_err(|error| error.to_string())?;
        Ok(Self::Regex(Box::new(compiled)))
    }

    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Name(term) => term == name,
            Self::Regex(regex) => regex.is_match(name).unwrap_or(false),
        }
    }
}

/// Whether a name fits a term of a pattern; a term that cannot be understood fits nothing.
pub fn fits(term: &str, name: &str) -> bool {
    Matcher::new(term).is_ok_and(|matcher| matcher.matches(name))
}

/// A shell's glob as a regular expression that must match everything.
fn glob(term: &str) -> String {
    let mut regex = String::from(r"(?s)\A");
    let mut rest = term;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => match class(rest) {
                Some((class, length)) => {
                    regex.push_str(&class);
                    rest = &rest[length..];
                }
                None => regex.push_str(r"\["),
            },
            _ => regex.push_str(&fancy_regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    regex + r"\z"
}

/// The class that a `[` begins, and how many bytes it took after the `[`; none where it is never closed.
fn class(rest: &str) -> Option<(String, usize)> {
    let negated = rest.starts_with('!');
    let start = usize::from(negated);
    let first = rest[start..].chars().next()?;
    let after = start + first.len_utf8();
    let end = after + rest[after..].find(']')?;
    let members: Vec<char> = rest[start..end].chars().collect();
    let mut class = String::from(if negated { "[^" } else { "[" });
    let mut at = 0;
    while at < members.len() {
        if at + 2 < members.len() && members[at + 1] == '-' {
            if members[at] <= members[at + 2] {
                class.push_str(&format!(
                    "{}-{}",
                    member(members[at]),
                    member(members[at + 2])
                ));
            }
            at += 3;
        } else {
            class.push_str(&member(members[at]));
            at += 1;
        }
    }
    Some((class + "]", end + 1))
}

/// A character that means itself inside a class.
fn member(c: char) -> String {
    if c.is_alphanumeric() {
        c.to_string()
    } else {
        format!(r"\x{{{:x}}}", u32::from(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_commas_else_at_colons() {
        let cases = [
            ("web", "web"),
            ("a, b[1] ,c[2:3],, d", "a b[1] c[2:3] d"),
            ("web:&prod:!db", "web &prod !db"),
            ("web[1:3]", "web[1:3]"),
            ("web[1:3]:db", "web[1:3] db"),
            ("2001:db8::1", "2001:db8::1"),
            ("web,2001:db8::1", "web 2001:db8::1"),
            ("~web[0-9]+:!x", "~web[0-9]+ !x"),
            ("a b", "a b"),
            (":", ""),
        ];
        for (pattern, terms) in cases {
            assert_eq!(split(pattern).join(" "), terms, "{pattern}");
        }
    }

    #[test]
    fn orders_additions_before_restrictions() {
        let terms = ["!a", "b", "&c", "d"].map(str::to_owned);
        let names: Vec<String> = order(&terms).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["b", "d", "c", "a"]);
        assert_eq!(
            order(&["!a".to_owned()])[0],
            (Effect::Add, "all".to_owned())
        );
    }

    #[test]
    fn reads_subscripts() {
        let cases = [
            ("web[0]", "web", Some(Subscript::One(0))),
            ("web[-1]", "web", Some(Subscript::One(-1))),
            ("web[1:3]", "web", Some(Subscript::Range(1, Some(3)))),
            ("web[1:]", "web", Some(Subscript::Range(1, None))),
            ("web[3:0]", "web", Some(Subscript::One(3))),
            ("web[a:b]", "web[a:b]", None),
            ("~web[0]", "~web[0]", None),
            ("[0]", "[0]", None),
        ];
        for (term, name, expected) in cases {
            assert_eq!(subscript(term), (name, expected), "{term}");
        }
    }

    #[test]
    fn applies_subscripts() {
        let three = [1, 2, 3];
        assert_eq!(Subscript::One(-1).apply(&three), Some(vec![3]));
        assert_eq!(Subscript::One(-4).apply(&three), None);
        assert_eq!(Subscript::One(3).apply(&three), None);
        assert_eq!(Subscript::Range(1, None).apply(&three), Some(vec![2, 3]));
        assert_eq!(Subscript::Range(0, Some(1)).apply(&three), Some(vec![1, 2]));
        assert_eq!(Subscript::Range(2, Some(1)).apply(&three), Some(vec![]));
        assert_eq!(Subscript::Range(9, None).apply(&three), Some(vec![]));
    }

    #[test]
    fn globs_and_regular_expressions_match_as_a_shell_and_python_do() {
        let cases = [
            ("web*", "web1", true),
            ("web*", "aweb", false),
            ("w?b", "wéb", true),
            ("web[0-2]", "web1", true),
            ("web[!0-2]", "web1", false),
            ("a.b*", "axb", false),
            ("a[]]*", "a]", true),
            ("a[^b]*", "a^", true),
            ("a[*", "a[x", true),
            ("~web", "web1", true),
            ("~eb", "web", false),
            ("~a|b", "bc", true),
        ];
        for (term, name, expected) in cases {
            assert_eq!(
                Matcher::new(term).unwrap().matches(name),
                expected,
                "{term} {name}"
            );
        }
        assert!(Matcher::new("~(").is_err());
    }
}
