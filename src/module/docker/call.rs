use {
    percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode},
    std::time::Duration,
};

/// What stays as it is in a path: names of images have slashes, colons and at signs.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b'@');

/// What stays as it is in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A request to the engine's interface, without its method and body.
#[derive(Clone, Debug, Default)]
pub struct Call {
    path: String,
    query: Vec<(&'static str, String)>,
    pub headers: Vec<(String, String)>,
    /// How long to wait for each piece of the answer, where that is not the engine's usual time.
    pub patience: Option<Duration>,
}

impl Call {
    /// Takes the parts of the path: names are encoded.
    pub fn new(parts: &[&str]) -> Self {
        let parts = parts.iter().map(|part| utf8_percent_encode(part, PATH));
        Self {
            path: parts.map(|part| format!("/{part}")).collect(),
            ..Self::default()
        }
    }

    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds what is given.
    pub fn perhaps(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// The path and query of a URL.
    pub fn target(&self) -> String {
        let pairs = self.query.iter().map(|(name, value)| {
            let value = utf8_percent_encode(value, QUERY);
            format!("{name}={value}")
        });
        let pairs: Vec<String> = pairs.collect();
        match pairs.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, pairs.join("&")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_would_end_a_path_or_a_query() {
        let call = Call::new(&["images", "reg:5000/a/b:1", "tag"]).query("repo", "x&y=/z");
        assert_eq!(
            call.target(),
            "/images/reg:5000/a/b:1/tag?repo=x%26y%3D%2Fz"
        );
        assert_eq!(
            Call::new(&["containers", "a?b#c"]).target(),
            "/containers/a%3Fb%23c"
        );
    }
}
