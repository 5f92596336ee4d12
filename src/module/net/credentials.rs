use {
    base64::{Engine, prelude::BASE64_STANDARD},
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
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let code = code.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (byte, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
