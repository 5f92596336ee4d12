use std::cmp::Ordering;

/// A version of a Python package, as PEP 440 has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    epoch: u64,
    release: Vec<u64>,
    /// `a`, `b` or `rc`, in this order.
    pre: Option<(u8, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
    local: Vec<Part>,
}

/// A part of what follows `+`: numbers come after words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Word(String),
    Number(u64),
}

/// Words before numbers, and what they stand for.
const PRE: [(&str, u8); 8] = [
    ("alpha", 0),
    ("a", 0),
    ("beta", 1),
    ("b", 1),
    ("preview", 2),
    ("pre", 2),
    ("rc", 2),
    ("c", 2),
];

impl Version {
    /// `None`: it is none.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text);
        let (public, local) = match text.split_once('+') {
            Some((public, local)) => (public, Some(local)),
            None => (text, None),
        };
        let (epoch, public) = match public.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, public),
        };
        let mut rest = public;
        let release = read_release(&mut rest)?;
        let pre = PRE
            .iter()
            .find_map(|(word, kind)| Some((*kind, suffix(&mut rest, word)?)));
        let post = match rest.strip_prefix('-').map(number) {
            // `1.0-1` is `1.0.post1`.
            Some(Some((number, after))) => {
                rest = after;
                Some(number)
            }
            _ => ["post", "rev", "r"]
                .iter()
                .find_map(|word| suffix(&mut rest, word)),
        };
        let dev = suffix(&mut rest, "dev");
        let local = local.map_or(Some(Vec::new()), read_local)?;
        rest.is_empty().then_some(Self {
            epoch,
            release,
            pre,
            post,
            dev,
            local,
        })
    }

    /// What comes out before the release.
    fn is_pre(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    fn part(&self, at: usize) -> u64 {
        self.release.get(at).copied().unwrap_or(0)
    }

    fn order(&self, other: &Self, local: bool) -> Ordering {
        let length = self.release.len().max(other.release.len());
        let release = (0..length).map(|at| self.part(at).cmp(&other.part(at)));
        let release = release.fold(Ordering::Equal, Ordering::then);
        // A development version alone comes before all, no suffix after those before the release.
        let pre = |version: &Self| match (version.pre, version.post, version.dev) {
            (Some((kind, number)), ..) => (1, kind, number),
            (None, None, Some(_)) => (0, 0, 0),
            (None, ..) => (2, 0, 0),
        };
        let post = |version: &Self| version.post.map_or((0, 0), |number| (1, number));
        let dev = |version: &Self| version.dev.map_or((1, 0), |number| (0, number));
        let own = match local {
            true => self.local.cmp(&other.local),
            false => Ordering::Equal,
        };
        self.epoch
            .cmp(&other.epoch)
            .then(release)
            .then(pre(self).cmp(&pre(other)))
            .then(post(self).cmp(&post(other)))
            .then(dev(self).cmp(&dev(other)))
            .then(own)
    }

    fn same_release(&self, other: &Self) -> bool {
        let length = self.release.len().max(other.release.len());
        self.epoch == other.epoch && (0..length).all(|at| self.part(at) == other.part(at))
    }

    fn begins_with(&self, prefix: &Self) -> bool {
        let parts = 0..prefix.release.len();
        self.epoch == prefix.epoch && parts.into_iter().all(|at| self.part(at) == prefix.part(at))
    }
}

fn number(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|digit: char| !digit.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

fn read_release(rest: &mut &str) -> Option<Vec<u64>> {
    let (first, mut after) = number(rest)?;
    let mut release = vec![first];
    while let Some((next, tail)) = after.strip_prefix('.').and_then(number) {
        release.push(next);
        after = tail;
    }
    *rest = after;
    Some(release)
}

/// A word with its number (0 where there is none); separators may stand around it.
fn suffix(rest: &mut &str, word: &str) -> Option<u64> {
    let separators = ['.', '-', '_'];
    let plain = rest.strip_prefix(separators).unwrap_or(rest);
    let after = plain.strip_prefix(word)?;
    let digits = after.strip_prefix(separators).unwrap_or(after);
    let (number, tail) = match number(digits) {
        Some(found) => found,
        None if after.starts_with(|letter: char| letter.is_ascii_alphabetic()) => return None,
        None => (0, after),
    };
    *rest = tail;
    Some(number)
}

fn read_local(local: &str) -> Option<Vec<Part>> {
    let parts = local.split(['.', '-', '_']).map(|part| match part.parse() {
        Ok(number) => Some(Part::Number(number)),
        Err(_) => (!part.is_empty()).then(|| Part::Word(part.to_owned())),
    });
    parts.collect()
}

/// One condition on a version, such as `>=1.2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    operator: &'static str,
    text: String,
}

/// The longer ones first.
const OPERATORS: [&str; 8] = ["===", "==", "!=", "<=", ">=", "~=", "<", ">"];

impl Condition {
    /// `None`: it is none.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let operator = OPERATORS
            .iter()
            .find(|operator| text.starts_with(**operator))?;
        let text = text[operator.len()..].trim().to_owned();
        let plain = text.strip_suffix(".*").unwrap_or(&text);
        let prefix = plain.len() != text.len();
        let fine = *operator == "==="
            || Version::read(plain).is_some() && (!prefix || ["==", "!="].contains(operator));
        fine.then_some(Self { operator, text })
    }

    /// Whether a version meets it; versions before a release count, too.
    pub fn holds(&self, version: &str) -> bool {
        if self.operator == "===" {
            return self.text.eq_ignore_ascii_case(version);
        }
        let plain = self.text.strip_suffix(".*");
        let wanted = Version::read(plain.unwrap_or(&self.text));
        let (Some(there), Some(wanted)) = (Version::read(version), wanted) else {
            return false;
        };
        let equal = match plain {
            Some(_) => there.begins_with(&wanted),
            None => there.order(&wanted, !wanted.local.is_empty()) == Ordering::Equal,
        };
        let order = there.order(&wanted, false);
        match self.operator {
            "==" => equal,
            "!=" => !equal,
            "<=" => order.is_le(),
            ">=" => order.is_ge(),
            "~=" => order.is_ge() && there.begins_with(&wanted.family()),
            "<" => {
                order.is_lt()
                    && (wanted.is_pre() || !there.is_pre() || !there.same_release(&wanted))
            }
            _ => {
                order.is_gt()
                    && (wanted.post.is_some()
                        || there.post.is_none()
                        || !there.same_release(&wanted))
            }
        }
    }
}

impl Version {
    /// The release without its last part.
    fn family(&self) -> Self {
        let mut family = self.clone();
        family.release.pop();
        family
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_versions() {
        let sorted = [
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0-beta.2",
            "1.0rc1",
            "1.0",
            "1.0+a",
            "1.0+1",
            "1.0.post1",
            "1.0.1",
            "1.10",
            "1!0.1",
        ];
        let read: Vec<Version> = sorted
            .iter()
            .map(|text| Version::read(text).unwrap())
            .collect();
        for pair in read.windows(2) {
            assert_eq!(pair[0].order(&pair[1], true), Ordering::Less, "{pair:?}");
        }
        for text in ["", "x", "1.0x", "1..0", "1.0+"] {
            assert_eq!(Version::read(text), None, "{text}");
        }
        assert_eq!(Version::read("v1.0-1"), Version::read("1.0.post1"));
    }

    #[test]
    fn meets_conditions() {
        let holds =
            |condition: &str, version: &str| Condition::read(condition).unwrap().holds(version);
        for (condition, version) in [
            ("==1.0", "1.0.0"),
            ("== 1.*", "1.5"),
            ("!=1.*", "2"),
            ("~=1.4.2", "1.4.9"),
            ("~=1.4", "1.9"),
            (">1.0", "1.1.post1"),
            ("<1.0", "0.9rc1"),
            ("<1.0rc1", "1.0b1"),
            (">=1", "1+local"),
            ("===a", "A"),
            ("==1.0", "1.0+x"),
            ("<=2", "2"),
        ] {
            assert!(holds(condition, version), "{condition} {version}");
        }
        for (condition, version) in [
            ("==1.0+y", "1.0+x"),
            ("<1.0", "1.0rc1"),
            (">1.0", "1.0.post1"),
            ("~=1.4.2", "1.5"),
            (">1", "1"),
            ("==1.*", "2"),
        ] {
            assert!(!holds(condition, version), "{condition} {version}");
        }
        for text in ["1.0", "==", ">=1.*", "=>1"] {
            assert_eq!(Condition::read(text), None, "{text}");
        }
    }
}
