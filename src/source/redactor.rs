use {
    super::secret::MASK,
    aho_corasick::AhoCorasick,
    std::{
        borrow::Cow,
        collections::BTreeSet,
        ops::Range,
        sync::{Arc, Mutex, MutexGuard, PoisonError},
    },
};

/// The shortest text that is masked, in characters: shorter ones (`no`, `42`) stand everywhere, so that masking them would
/// make every output unreadable and, by where the masks stand, tell the secret all the same.
const SHORTEST: usize = 3;

/// Masks every secret that is known so far inside larger texts. Clones share what they know.
///
/// It must know the secrets for as long as anything may be shown, so unlike a [`Secret`](super::Secret) it wipes nothing.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    values: BTreeSet<String>,
    /// Finds all values at once; built when first needed after a new one was learned.
    search: Option<Arc<AhoCorasick>>,
}

impl Redactor {
    /// Takes a secret to mask from now on: as a whole, each of its lines, and each of them as JSON escapes it.
    ///
    /// Parts shorter than three characters, blanks around them not counted, are not masked.
    pub fn learn(&self, secret: &str) {
        let mut known = self.known();
        for part in std::iter::once(secret).chain(secret.lines()) {
            let part = part.trim();
            if part.chars().count() >= SHORTEST {
                known.add(part);
                known.add(&escaped(part));
            }
        }
    }

    /// The text with `********` in place of every known secret; the text itself where it holds none.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(search) = self.known().search() else {
            return Cow::Borrowed(text);
        };
        let found = overlaid(&search, text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(masked(text, &found))
    }

    /// A thread that panicked while it added a value leaves a set that is whole, so that its lock is no obstacle.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn add(&mut self, value: &str) {
        if self.values.insert(value.to_owned()) {
            self.search = None;
        }
    }

    fn search(&mut self) -> Option<Arc<AhoCorasick>> {
        if self.search.is_none() && !self.values.is_empty() {
            let values = self.values.iter();
            self.search = AhoCorasick::new(values).ok().map(Arc::new);
        }
        self.search.clone()
    }
}

/// Where secrets stand, in order; those that touch or overlap as one.
fn overlaid(search: &AhoCorasick, text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = search
        .find_overlapping_iter(text)
        .map(|hit| hit.range())
        .collect();
    found.sort_by_key(|range| range.start);
    found.into_iter().fold(Vec::new(), |mut merged, range| {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
        merged
    })
}

fn masked(text: &str, found: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut seen = 0;
    for range in found {
        masked.push_str(&text[seen..range.start]);
        masked.push_str(MASK);
        seen = range.end;
    }
    masked.push_str(&text[seen..]);
    masked
}

/// The text as JSON writes it between quotes.
fn escaped(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json[1..json.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redact(secrets: &[&str], text: &str) -> String {
        let redactor = Redactor::default();
        for secret in secrets {
            redactor.learn(secret);
        }
        redactor.redact(text).into_owned()
    }

    #[test]
    fn masks_every_occurrence() {
        assert_eq!(
            redact(&["hunter2"], "a hunter2, hunter2!"),
            "a ********, ********!"
        );
        assert_eq!(redact(&["geheim ü"], "ö geheim ü ö"), "ö ******** ö");
        assert_eq!(redact(&["hunter2"], "nothing"), "nothing");
        assert_eq!(redact(&[], "nothing"), "nothing");
    }

    #[test]
    fn masks_overlapping_secrets_whole() {
        assert_eq!(
            redact(&["abcd", "cdefgh", "def"], "xabcdefghx"),
            "x********x"
        );
        assert_eq!(redact(&["abc", "abcdef"], "abcdef"), "********");
        assert_eq!(redact(&["abc", "def"], "abcdef"), "****************");
    }

    #[test]
    fn masks_lines_of_a_secret_and_its_json_form() {
        let key = "BEGIN\n  q\"uo\\te  \nEND\n";
        assert_eq!(redact(&[key], "line q\"uo\\te here"), "line ******** here");
        assert_eq!(
            redact(&[key], r#"{"x":"q\"uo\\te"}"#),
            r#"{"x":"********"}"#
        );
        assert_eq!(redact(&[key], key), "********\n");
        assert_eq!(redact(&[key], &format!("{key:?}")), r#""********\n""#);
    }

    #[test]
    fn leaves_short_values_alone() {
        assert_eq!(redact(&["no", " 1 ", ""], "no 1 n"), "no 1 n");
        assert_eq!(redact(&["äöü"], "äöü"), "********");
    }

    #[test]
    fn shares_what_clones_learn() {
        let redactor = Redactor::default();
        assert_eq!(redactor.redact("hunter2"), "hunter2");
        redactor.clone().learn("hunter2");
        assert_eq!(redactor.redact("hunter2"), MASK);
    }
}
