//! PEM: DER as text between two lines.

use base64::{Engine as _, prelude::BASE64_STANDARD};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One object of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Pem {
    /// What its first line names: `CERTIFICATE`.
    pub kind: String,
    /// The lines before its content, by name.
    pub headers: Vec<(String, String)>,
    pub der: Vec<u8>,
}

impl Pem {
    /// An object without headers.
    pub fn new(kind: &str, der: Vec<u8>) -> Self {
        Self {
            kind: kind.into(),
            headers: Vec::new(),
            der,
        }
    }

    /// The first object, if there is one. What stands around it does not matter.
    pub fn first(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        Self::next(&mut text.lines().map(str::trim_end))
    }

    /// All objects.
    pub fn all(bytes: &[u8]) -> Vec<Self> {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let mut lines = text.lines().map(str::trim_end);
        std::iter::from_fn(|| Self::next(&mut lines)).collect()
    }

    fn next<'t>(lines: &mut impl Iterator<Item = &'t str>) -> Option<Self> {
        let kind = lines.find_map(|line| line.strip_prefix(BEGIN)?.strip_suffix(DASHES))?;
        let (mut headers, mut encoded) = (Vec::new(), String::new());
        for line in lines {
            if line.starts_with(END) {
                return Some(Self {
                    kind: kind.into(),
                    headers,
                    der: BASE64_STANDARD.decode(encoded).ok()?,
                });
            }
            match line.split_once(':') {
                Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
                None => encoded.push_str(line.trim()),
            }
        }
        None
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The object as text.
    pub fn text(&self) -> String {
        let mut text = format!("{BEGIN}{}{DASHES}\n", self.kind);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\n"));
        }
        if !self.headers.is_empty() {
            text.push('\n');
        }
        let encoded = BASE64_STANDARD.encode(&self.der);
        for (at, letter) in encoded.chars().enumerate() {
            if at > 0 && at % 64 == 0 {
                text.push('\n');
            }
            text.push(letter);
        }
        text + &format!("\n{END}{}{DASHES}\n", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut pem = Pem::new("THING", (0..100).collect());
        assert_eq!(Pem::first(pem.text().as_bytes()).as_ref(), Some(&pem));
        pem.headers.push(("Proc-Type".into(), "4,ENCRYPTED".into()));
        let text = format!("a word before\n{}and after\n", pem.text());
        let read = Pem::first(text.as_bytes()).unwrap();
        assert_eq!(read.header("Proc-Type"), Some("4,ENCRYPTED"));
        assert_eq!(read, pem);
        let both = text + &Pem::new("OTHER", vec![1]).text();
        assert_eq!(Pem::all(both.as_bytes()).len(), 2);
    }

    #[test]
    fn half_an_object_is_none() {
        let text = Pem::new("THING", vec![1, 2, 3]).text();
        assert_eq!(Pem::first(&text.as_bytes()[..text.len() - 20]), None);
        assert_eq!(Pem::first(b"nothing"), None);
    }
}
