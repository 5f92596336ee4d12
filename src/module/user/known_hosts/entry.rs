use {
    base64::{Engine, engine::general_purpose::STANDARD},
    sha1::{Digest, Sha1},
};

/// The length of the blocks that SHA-1 works on, in bytes.
const BLOCK: usize = 64;

/// A line of a file of known hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// `@cert-authority` or `@revoked`.
    marker: Option<String>,
    /// Separated by commas, or one hidden one: `|1|SALT|HASH`.
    pub names: String,
    pub kind: String,
    blob: String,
    comment: String,
}

impl Entry {
    /// `None` for comments, empty lines and what cannot be read.
    pub(super) fn read(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace().peekable();
        let marker = words.next_if(|word| word.starts_with('@')).map(Into::into);
        let names = words.next().filter(|names| !names.starts_with('#'))?.into();
        Some(Self {
            marker,
            names,
            kind: words.next()?.into(),
            blob: words.next()?.into(),
            comment: words.collect::<Vec<_>>().join(" "),
        })
    }

    pub(super) fn line(&self) -> String {
        let marker = self.marker.as_deref().unwrap_or_default();
        let words = [marker, &self.names, &self.kind, &self.blob, &self.comment];
        let words = words.into_iter().filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }

    /// Whether it is an ordinary key, of which a host has one of each kind.
    pub(super) fn is_plain(&self) -> bool {
        self.marker.is_none()
    }

    pub(super) fn is_hashed(&self) -> bool {
        self.names.starts_with("|1|")
    }

    pub(super) fn is_same_key(&self, other: &Self) -> bool {
        let key = |entry: &Self| (entry.marker.clone(), entry.kind.clone(), entry.blob.clone());
        key(self) == key(other)
    }

    /// Whether it is about a host, given in lower case.
    pub(super) fn is_for(&self, host: &str) -> bool {
        match self.names.strip_prefix("|1|") {
            None => self
                .names
                .split(',')
                .any(|name| name.to_lowercase() == host),
            Some(hidden) => hidden.split_once('|').is_some_and(|(salt, hash)| {
                let salt = STANDARD.decode(salt).unwrap_or_default();
                STANDARD.encode(keyed_hash(&salt, host.as_bytes())) == hash
            }),
        }
    }

    /// The same with a hidden name. The salt is made from the key, so that a dry run shows what an apply does.
    pub(super) fn hashed(self, host: &str) -> Self {
        let salt = Sha1::digest(format!("{host} {} {}", self.kind, self.blob));
        let hash = keyed_hash(&salt, host.as_bytes());
        let names = format!("|1|{}|{}", STANDARD.encode(salt), STANDARD.encode(hash));
        Self { names, ..self }
    }
}

/// HMAC with SHA-1 (RFC 2104), as SSH hides names.
fn keyed_hash(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0; BLOCK];
    match key.len() > BLOCK {
        true => block[..20].copy_from_slice(&Sha1::digest(key)),
        false => block[..key.len()].copy_from_slice(key),
    }
    let padded = |pad: u8, message: &[u8]| {
        let mut state = Sha1::new();
        state.update(block.map(|byte| byte ^ pad));
        state.update(message);
        state.finalize()
    };
    padded(0x5c, &padded(0x36, message)).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_the_standard_says() {
        // RFC 2202, test cases 2 and 6.
        let hash = keyed_hash(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hash[..4], [0xef, 0xfc, 0xdf, 0x6a]);
        let long = [0xaa; 80];
        let hash = keyed_hash(
            &long,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
        );
        assert_eq!(hash[..4], [0xaa, 0x4a, 0xe5, 0xe1]);
    }

    #[test]
    fn reads_markers_and_names() {
        let entry = Entry::read("@revoked A,b ssh-rsa AAAA  c d").unwrap();
        assert!(entry.is_for("a") && entry.is_for("b") && !entry.is_for("a,b"));
        assert_eq!(entry.line(), "@revoked A,b ssh-rsa AAAA c d");
        assert_eq!(Entry::read("# a b c"), None);
        assert_eq!(Entry::read("a ssh-rsa"), None);
    }
}
