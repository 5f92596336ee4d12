//! Cookies that a server sets.

use std::collections::BTreeMap;

/// The names and values of the cookies that `Set-Cookie` headers set. One that ends a cookie (`Max-Age=0`) takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cookies(BTreeMap<String, String>);

impl Cookies {
    /// Heeds one header.
    pub fn set(&mut self, header: &str) {
        let mut parts = header.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let ends = parts.any(|part| part.trim().eq_ignore_ascii_case("max-age=0"));
        match ends {
            true => self.0.remove(name.trim()),
            false => {
                let value = value.trim().trim_matches('"');
                self.0.insert(name.trim().into(), value.into())
            }
        };
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// As a `Cookie` header has them: `a=1; b=2`.
    pub fn header(&self) -> String {
        let pairs: Vec<String> = self
            .pairs()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_value_and_forgets_what_ends() {
        let mut cookies = Cookies::default();
        for header in [
            "a=1; Path=/",
            "b=\"x\"",
            "a=2; HttpOnly",
            "c=3",
            "c=; Max-Age=0",
        ] {
            cookies.set(header);
        }
        assert_eq!(cookies.header(), "a=2; b=x");
    }
}
