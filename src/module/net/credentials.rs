use {
    base64::{Engine, prelude::BASE64_STANDARD},
    percent_encoding::percent_decode_str,
    std::fmt::{self, Debug, Formatter},
};

/// A user name and its password. Debug output shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl Credentials {
    /// Takes them out of a URL (`http://USER:PASSWORD@host/`), where they are percent-encoded.
    pub fn split_off(url: &str) -> (String, Option<Self>) {
        let whole = || (url.to_owned(), None);
        let Some((scheme, rest)) = url.split_once("://") else {
            return whole();
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let Some(at) = rest[..end].rfind('@') else {
            return whole();
        };
        let (user, password) = rest[..at].split_once(':').unwrap_or((&rest[..at], ""));
        let credentials = Self {
            user: decoded(user),
            password: decoded(password),
        };
        (format!("{scheme}://{}", &rest[at + 1..]), Some(credentials))
    }

    /// The value of the `Authorization` header.
    pub fn basic(&self) -> String {
        let pair = format!("{}:{}", self.user, self.password);
        format!("Basic {}", BASE64_STANDARD.encode(pair))
    }
}

impl Debug for Credentials {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str("********")
    }
}

/// Without percent-encoding.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
