use {
    super::Credentials,
    crate::act::Failure,
    std::fmt::{self, Display, Formatter},
    ureq::http::Uri,
};

/// A URL that a request can be sent to. User name and password are taken out of it; shown, stars stand for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    uri: Uri,
    pub credentials: Option<Credentials>,
}

impl Address {
    /// Reads `http://` and `https://` URLs.
    pub fn read(url: &str) -> Result<Self, Failure> {
        let (url, credentials) = Credentials::split_off(url.trim());
        let url = url.split('#').next().unwrap_or_default();
        let uri: Uri = encoded(url)
            .parse()
            .map_err(|error| Failure::refused(format!("{url} is no URL: {error}")))?;
        match (uri.scheme_str(), uri.host()) {
            (Some("http" | "https"), Some(host)) if !host.is_empty() => {
                Ok(Self { uri, credentials })
            }
            (Some(scheme), _) => Err(Failure::refused(format!(
                "{url}: {scheme} URLs are not supported here; use http or https"
            ))),
            _ => Err(Failure::refused(format!(
                "{url} is no URL: it must begin with http:// or https:// and name a host"
            ))),
        }
    }

    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    pub fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    pub fn is_https(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// The last part of the path, as a file name: `index.html` where there is none.
    pub fn file_name(&self) -> String {
        let name = self.uri.path().rsplit('/').next().unwrap_or_default();
        match name {
            "" | "." | ".." => "index.html".into(),
            name => name.into(),
        }
    }

    /// Where a `Location` header leads from here.
    pub fn join(&self, location: &str) -> Result<Self, Failure> {
        let location = location.trim();
        if location.contains("://") {
            return Self::read(location);
        }
        let scheme = self.uri.scheme_str().unwrap_or("http");
        let authority = self.uri.authority().map_or("", |known| known.as_str());
        let path = self.uri.path();
        Self::read(&match location.chars().next() {
            None => self.uri.to_string(),
            _ if location.starts_with("//") => format!("{scheme}:{location}"),
            Some('/') => format!("{scheme}://{authority}{location}"),
            Some('?') => format!("{scheme}://{authority}{path}{location}"),
            Some(_) => {
                let directory = &path[..=path.rfind('/').unwrap_or(0)];
                let directory = if directory.is_empty() { "/" } else { directory };
                let (below, query) =
                    location.split_at(location.find('?').unwrap_or(location.len()));
                let path = straight(&format!("{directory}{below}"));
                format!("{scheme}://{authority}{path}{query}")
            }
        })
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match (&self.credentials, self.uri.to_string().split_once("://")) {
            (Some(credentials), Some((scheme, rest))) => {
                let stars = match credentials.password.is_empty() {
                    true => "****",
                    false => "****:****",
                };
                write!(f, "{scheme}://{stars}@{rest}")
            }
            _ => self.uri.fmt(f),
        }
    }
}

/// Spaces and what is not ASCII, as browsers write them.
fn encoded(url: &str) -> String {
    let bytes = url.bytes().map(|byte| match byte {
        b'!'..=b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    bytes.collect()
}

/// A path without `.` and `..`.
fn straight(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Address {
        Address::read(url).unwrap()
    }

    #[test]
    fn never_shows_credentials() {
        let secret = address("https://ada:s%40crt@example.org:8443/a?b=c#d");
        assert_eq!(
            secret.to_string(),
            "https://****:****@example.org:8443/a?b=c"
        );
        let credentials = secret.credentials.clone().unwrap();
        assert_eq!(
            (&*credentials.user, &*credentials.password),
            ("ada", "s@crt")
        );
        assert!(!format!("{secret:?}").contains("s@crt"));
        assert_eq!(secret.uri().to_string(), "https://example.org:8443/a?b=c");
    }

    #[test]
    fn follows_locations() {
        let from = address("http://h:1/a/b?c");
        for (location, to) in [
            ("https://other/x", "https://other/x"),
            ("//other/x", "http://other/x"),
            ("/x?y", "http://h:1/x?y"),
            ("x", "http://h:1/a/x"),
            ("../x/./y", "http://h:1/x/y"),
            ("?z", "http://h:1/a/b?z"),
        ] {
            assert_eq!(from.join(location).unwrap().to_string(), to, "{location}");
        }
    }

    #[test]
    fn names_files_and_refuses_other_schemes() {
        assert_eq!(address("http://h/a/b.tgz?x=/y").file_name(), "b.tgz");
        assert_eq!(address("http://h").file_name(), "index.html");
        assert_eq!(address("http://h/ä b").uri().path(), "/%C3%A4%20b");
        assert!(
            Address::read("ftp://h/x")
                .unwrap_err()
                .to_string()
                .contains("ftp URLs")
        );
        assert!(Address::read("example.org").is_err());
    }
}
