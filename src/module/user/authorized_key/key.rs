/// A line of a file of authorized keys, as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    /// `None` for comments, empty lines and what cannot be read.
    pub key: Option<Key>,
}

impl Line {
    pub(super) fn read(line: &str) -> Self {
        Self {
            text: line.into(),
            key: Key::read(line),
        }
    }

    pub(super) fn of(key: &Key) -> Self {
        Self {
            text: key.line(),
            key: Some(key.clone()),
        }
    }

    /// Whether it holds the same key, whatever its options and comment.
    pub(super) fn is_same_key(&self, key: &Key) -> bool {
        self.key.as_ref().is_some_and(|own| own.blob == key.blob)
    }
}

/// A public key with what stands around it. Equal: the same, whatever the order of the options.
#[derive(Clone, Debug)]
pub(super) struct Key {
    options: String,
    kind: String,
    blob: String,
    comment: String,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let sorted = |key: &Self| {
            let mut options = split(&key.options, ',');
            options.sort_unstable();
            options.into_iter().map(String::from).collect::<Vec<_>>()
        };
        let rest = |key: &Self| (key.kind.clone(), key.blob.clone(), key.comment.clone());
        rest(self) == rest(other) && sorted(self) == sorted(other)
    }
}

impl Eq for Key {}

impl Key {
    /// `None`: the line holds no key.
    pub(super) fn read(line: &str) -> Option<Self> {
        let line = line.replace("\\#", "#");
        let words = split(&line, ' ');
        if words.first()?.starts_with('#') {
            return None;
        }
        let at = words.iter().position(|word| is_kind(word))?;
        Some(Self {
            options: words[..at].join(" "),
            kind: words[at].into(),
            blob: (*words.get(at + 1)?).into(),
            comment: words[at + 2..].join(" "),
        })
    }

    /// With other options and another comment, where given.
    pub(super) fn with(self, options: Option<&str>, comment: Option<&str>) -> Self {
        Self {
            options: options.map_or(self.options, Into::into),
            comment: comment.map_or(self.comment, Into::into),
            ..self
        }
    }

    fn line(&self) -> String {
        let words = [&self.options, &self.kind, &self.blob, &self.comment];
        let words: Vec<&str> = words.into_iter().map(|word| word.trim()).collect();
        let words = words.into_iter().filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Splits at a separator (a space: at any white space) that is not in double quotes. Empty parts are left out.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        let separates = letter == separator || (separator == ' ' && letter.is_whitespace());
        if separates && !quoted {
            parts.push(&text[start..at]);
            start = at + letter.len_utf8();
        }
        quoted ^= letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether a word names a kind of public key.
fn is_kind(word: &str) -> bool {
    let plain = word.strip_suffix("-cert-v01@openssh.com");
    let plain = plain.or(word.strip_suffix("@openssh.com")).unwrap_or(word);
    let hardware = plain.strip_prefix("webauthn-").unwrap_or(plain);
    let hardware = hardware.strip_prefix("sk-").unwrap_or(hardware);
    [
        "ssh-ed25519",
        "ssh-rsa",
        "ssh-dss",
        "ssh-xmss",
        "rsa-sha2-256",
        "rsa-sha2-512",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
    ]
    .contains(&hardware)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_options_with_quotes() {
        let key =
            Key::read("command=\"ssh-rsa \\\" x\",no-pty sk-ssh-ed25519@openssh.com AAAA a b");
        let key = key.unwrap();
        assert_eq!(key.options, "command=\"ssh-rsa \\\" x\",no-pty");
        assert_eq!((key.blob.as_str(), key.comment.as_str()), ("AAAA", "a b"));
        let turned =
            Key::read("no-pty,command=\"ssh-rsa \\\" x\" sk-ssh-ed25519@openssh.com AAAA a b");
        assert_eq!(Some(key), turned);
    }

    #[test]
    fn knows_what_is_no_key() {
        for line in ["", "# ssh-rsa AAAA", "#ssh-rsa AAAA", "ssh-rsa", "x AAAA"] {
            assert_eq!(Key::read(line), None, "{line}");
        }
    }
}
