use {
    super::Address,
    crate::act::{Digest, Failure, Probe},
    std::{io::Read, path::Path},
};

/// The most bytes of a file that lists hashes.
pub const LIMIT: usize = 16 * 1024 * 1024;

/// What the argument `checksum` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checksum {
    digest: Option<Digest>,
    /// A hash, or the URL of a list.
    text: String,
}

impl Checksum {
    /// Reads `ALGORITHM:HASH`, `ALGORITHM:URL`, or nothing.
    pub fn read(text: &str) -> Result<Self, Failure> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let Some((name, text)) = text.split_once(':') else {
            return Err(Failure::refused(
                "The checksum parameter has to be in format <algorithm>:<checksum>",
            ));
        };
        let digest = Digest::named(&name.trim().to_ascii_lowercase()).ok_or_else(|| {
            Failure::refused(format!(
                "checksum: {name} is no known algorithm; use md5, sha1, sha224, sha256, sha384 or sha512"
            ))
        })?;
        Ok(Self {
            digest: Some(digest),
            text: text.into(),
        })
    }

    /// Where the hash stands, if it is not given itself.
    pub fn url(&self) -> Option<&str> {
        self.text.contains("://").then_some(&self.text)
    }

    /// The hash itself, in small letters. `None`: no checksum was given.
    pub fn known(self, from: &Path) -> Result<Option<Self>, Failure> {
        if self.digest.is_none() {
            return Ok(None);
        }
        let letters = self
            .text
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == '_');
        let text = letters.collect::<String>().to_ascii_lowercase();
        match !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit()) {
            true => Ok(Some(Self { text, ..self })),
            false => Err(Failure::refused(format!(
                "The checksum format is invalid: {} is not hexadecimal {}",
                self.text,
                from.display()
            ))),
        }
    }

    /// The hash of the file `name` in a list of hashes, as `sha256sum` or BSD's `sha256` write it; or the only word there.
    pub fn listed(&self, list: &str, name: &str, from: &Address) -> Result<Self, Failure> {
        let lines: Vec<&str> = list.lines().collect();
        let hash = match lines.as_slice() {
            [only] if only.split_whitespace().count() == 1 => Some(only.trim()),
            lines => lines.iter().find_map(|line| {
                let (hash, path) = bsd(line).or_else(|| gnu(line))?;
                (path == name).then_some(hash)
            }),
        };
        let Some(hash) = hash else {
            let msg = format!("Unable to find a checksum for file '{name}' in '{from}'");
            return Err(Failure::refused(msg));
        };
        let found = Self {
            digest: self.digest,
            text: hash.into(),
        };
        found
            .clone()
            .known(Path::new(""))
            .map(|known| known.unwrap_or(found))
    }

    /// The hash of what a reader gives.
    pub fn of(&self, reader: &mut dyn Read, path: &Path) -> Result<String, Failure> {
        let digest = self.digest.unwrap_or(Digest::Sha1);
        digest.read(reader).map_err(Failure::io("read", path))
    }

    /// Whether the file at a path has the hash.
    pub fn is_met(&self, probe: &Probe, path: &Path) -> Result<bool, Failure> {
        let digest = self.digest.unwrap_or(Digest::Sha1);
        Ok(probe.digest(path, digest)? == self.text)
    }

    /// Fails if `real` is not the hash.
    pub fn verify(&self, real: &str, path: &Path) -> Result<(), Failure> {
        match real == self.text {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "The checksum for {} did not match {}; it was {real}.",
                path.display(),
                self.text
            ))),
        }
    }

    /// The SHA-256 hash, where it is one.
    pub fn sha256(&self) -> Option<&str> {
        (self.digest == Some(Digest::Sha256)).then_some(&self.text)
    }
}

/// `SHA256 (name) = hash`
fn bsd(line: &str) -> Option<(&str, &str)> {
    let (algorithm, rest) = line.split_once('(')?;
    let (path, hash) = rest.rsplit_once(')')?;
    let hash = hash.trim_start().strip_prefix('=')?.trim();
    let one = algorithm.trim_end().chars().all(char::is_alphanumeric);
    (one && !hash.contains(' ')).then_some((hash, path))
}

/// `hash  name`, `hash *name` or `hash  ./name`
fn gnu(line: &str) -> Option<(&str, &str)> {
    let (hash, path) = line.trim_end().split_once(char::is_whitespace)?;
    let path = path.trim_start();
    let path = path.strip_prefix('*').unwrap_or(path);
    Some((hash, path.trim_start_matches(['.', '/'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(list: &str) -> Result<String, String> {
        let from = Address::read("http://ada:secret@h/SUMS").unwrap();
        let stated = Checksum::read("sha256:http://h/SUMS").unwrap();
        let found = stated.listed(list, "b.tgz", &from);
        found
            .map(|found| found.text)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn finds_a_hash_in_lists_of_all_kinds() {
        assert_eq!(listed("AA  a.tgz\nBB  b.tgz\n").unwrap(), "bb");
        assert_eq!(listed("aa *a.tgz\nbb *./b.tgz\n").unwrap(), "bb");
        assert_eq!(
            listed("SHA256 (a.tgz) = aa\nSHA256 (b.tgz) = bb").unwrap(),
            "bb"
        );
        assert_eq!(listed("cc\n").unwrap(), "cc");
        let missing = listed("aa  a.tgz\nbb x/b.tgz").unwrap_err();
        assert!(
            missing.contains("'b.tgz' in 'http://****:****@h/SUMS'"),
            "{missing}"
        );
    }

    #[test]
    fn refuses_what_is_no_checksum() {
        assert!(
            Checksum::read("abc")
                .unwrap_err()
                .to_string()
                .contains("<algorithm>")
        );
        assert!(Checksum::read("crc:abc").is_err());
        let odd = Checksum::read("sha1:xyz").unwrap();
        assert!(odd.known(Path::new("")).is_err());
        assert_eq!(
            Checksum::read("").unwrap().known(Path::new("")).unwrap(),
            None
        );
    }
}
