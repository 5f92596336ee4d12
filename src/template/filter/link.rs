//! Addresses in a text become links, as Jinja2's `urlize` makes them.

use std::{collections::BTreeSet, sync::LazyLock};

use minijinja::{Error, value::Value};
use regex::Regex;

use super::text::escaped;
use crate::template::{
    builtin::Run,
    call::{Call, items},
    failure, print,
};

pub(super) const ALL: &[(&str, Run)] = &[("urlize", urlize)];

/// What may stand before an address, and behind it.
const OPENING: [&str; 2] = ["(", "&lt;"];
const CLOSING: [&str; 4] = [")", "&gt;", ".", ","];

/// Endings of those addresses that need neither a scheme nor `www.`.
const ENDINGS: &str = "com|edu|gov|info|int|mil|net|org";

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let named = r"(?:https?://|www\.)(?:[\w%-]+\.)*(?:[a-z]{2,63}|xn--[\w%]{2,59})";
    let bare = format!(r"(?:[\w%-]{{2,63}}\.)+(?:{ENDINGS})");
    let number = r"\d{1,3}(?:\.\d{1,3}){3}";
    let long_number = r"\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]";
    let numbered = format!("https?://(?:{number}|{long_number})");
    let behind = r"(?::\d{1,5})?(?:[/?#]\S*)?";
    Regex::new(&format!("(?i)^(?:{named}|{bare}|{numbered}){behind}$")).ok()
});

static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\S+@\w[\w.-]*\.\w+$").ok());

static SCHEME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\w.+-]{2,}:/{0,2}$").ok());

fn fits(regex: &Option<Regex>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}

fn urlize(call: &mut Call) -> Result<Value, Error> {
    let links = Links::wanted(call)?;
    let text = escaped(&call.subject());
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let end = word.trim_end_matches(char::is_whitespace).len();
        let (word, space) = word.split_at(end);
        out.push_str(&links.linked(word));
        out.push_str(space);
    }
    Ok(out.into())
}

/// How links are to be made.
struct Links {
    limit: Option<usize>,
    /// `rel` and `target`, as they stand in a tag.
    attributes: String,
    schemes: Vec<String>,
}

impl Links {
    fn wanted(call: &Call) -> Result<Self, Error> {
        let limit = call.int(1, "trim_url_limit")?;
        let rel = call.text(4, "rel").unwrap_or_default();
        let mut parts: BTreeSet<&str> = rel.split_whitespace().chain(["noopener"]).collect();
        if call.flag(2, "nofollow") {
            parts.insert("nofollow");
        }
        let rel = Vec::from_iter(parts).join(" ");
        let mut attributes = format!(" rel=\"{}\"", escaped(&rel));
        if let Some(target) = call.text(3, "target").filter(|target| !target.is_empty()) {
            attributes += &format!(" target=\"{}\"", escaped(&target));
        }
        let schemes = match call
            .arg(5, "extra_schemes")
            .filter(|given| !given.is_none())
        {
            Some(given) => items(&given)?.iter().map(print::text).collect(),
            None => Vec::new(),
        };
        if let Some(wrong) = schemes.iter().find(|scheme| !fits(&SCHEME, scheme)) {
            let message = format!("'{wrong}' is no beginning of an address, such as 'tel:'");
            return Err(failure::plain(message));
        }
        Ok(Self {
            limit: limit.map(|limit| usize::try_from(limit).unwrap_or(0)),
            attributes,
            schemes,
        })
    }

    /// A word, with a link where it is an address.
    fn linked(&self, word: &str) -> String {
        let (head, rest) = word.split_at(word.len() - after(word).len());
        let (mut middle, mut tail) = rest.split_at(before(rest).len());
        for (open, close) in [("(", ")"), ("&lt;", "&gt;")] {
            let opened = middle.matches(open).count();
            if opened <= middle.matches(close).count() {
                continue;
            }
            // What was opened within the address is closed within it.
            let ends = tail.match_indices(close).take(opened);
            if let Some((at, _)) = ends.last() {
                (middle, tail) = rest.split_at(middle.len() + at + close.len());
            }
        }
        format!("{head}{}{tail}", self.link(middle))
    }

    fn link(&self, word: &str) -> String {
        let attributes = &self.attributes;
        if fits(&ADDRESS, word) {
            let whole = word.starts_with("https://") || word.starts_with("http://");
            let scheme = if whole { "" } else { "https://" };
            return format!(
                "<a href=\"{scheme}{word}\"{attributes}>{}</a>",
                self.cut(word)
            );
        }
        if let Some(address) = word.strip_prefix("mailto:")
            && fits(&MAIL, address)
        {
            return format!("<a href=\"{word}\">{address}</a>");
        }
        let mail = !word.starts_with("www.") && !word.starts_with('@') && !word.contains(':');
        if mail && fits(&MAIL, word) {
            return format!("<a href=\"mailto:{word}\">{word}</a>");
        }
        let known = |scheme: &&String| word != *scheme && word.starts_with(scheme.as_str());
        match self.schemes.iter().find(known) {
            Some(_) => format!("<a href=\"{word}\"{attributes}>{word}</a>"),
            None => word.to_owned(),
        }
    }

    fn cut(&self, word: &str) -> String {
        match self.limit {
            Some(limit) if word.chars().count() > limit => {
                let kept: String = word.chars().take(limit).collect();
                kept + "..."
            }
            _ => word.to_owned(),
        }
    }
}

/// A word without what opens something.
fn after(word: &str) -> &str {
    match OPENING.iter().find_map(|mark| word.strip_prefix(mark)) {
        Some(rest) => after(rest),
        None => word,
    }
}

/// A word without what closes something, or a sentence.
fn before(word: &str) -> &str {
    match CLOSING.iter().find_map(|mark| word.strip_suffix(mark)) {
        Some(rest) => before(rest),
        None => word,
    }
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn addresses_become_links() {
        assert_eq!(
            shown("{{ 'see (www.example.org/a_(b)), ada@example.org.' | urlize(8) }}"),
            "'see (<a href=\"https://www.example.org/a_(b)\" rel=\"noopener\">www.exam...</a>), \
             <a href=\"mailto:ada@example.org\">ada@example.org</a>.'"
        );
        assert_eq!(
            shown(
                "{{ 'tel:112 http://[::1]:80/' | urlize(extra_schemes=['tel:'], nofollow=true) }}"
            ),
            "'<a href=\"tel:112\" rel=\"nofollow noopener\">tel:112</a> \
             <a href=\"http://[::1]:80/\" rel=\"nofollow noopener\">http://[::1]:80/</a>'"
        );
        assert!(shown("{{ 'a' | urlize(extra_schemes=['!']) }}").starts_with("error: "));
    }
}
