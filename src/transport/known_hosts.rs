use {
    super::known_files::KnownFiles,
    base64::{Engine, engine::general_purpose::STANDARD},
    hmac::{Hmac, KeyInit, Mac},
    russh::keys::{Algorithm, PublicKey},
    sha1::Sha1,
    std::{
        fs::{self, OpenOptions},
        io::{self, Write},
        os::unix::fs::{DirBuilderExt, OpenOptionsExt},
        path::{Path, PathBuf},
    },
};

/// The lines of a `known_hosts` file about one host.
pub(super) struct KnownHosts {
    path: PathBuf,
    /// As the file names it: `host`, or `[host]:port` where the port is not 22.
    host: String,
    entries: Vec<Entry>,
}

struct Entry {
    line: usize,
    revoked: bool,
    key: PublicKey,
}

/// What the file says about a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Known,
    /// Nothing, or keys of other kinds only.
    Unknown,
    /// Another key of this kind stands in this line, or the key was revoked there.
    Contradicted {
        line: usize,
    },
}

impl KnownHosts {
    /// Reads what the file says about a host; a missing file says nothing.
    pub(super) fn read(files: &KnownFiles, path: &Path, host: &str, port: u16) -> io::Result<Self> {
        let host = match port {
            22 => host.to_lowercase(),
            _ => format!("[{}]:{port}", host.to_lowercase()),
        };
        let file = files.file(path)?;
        let entries = file
            .about(&host)
            .filter_map(|(number, line)| entry(number, line, &host))
            .collect();
        Ok(Self {
            path: path.to_owned(),
            host,
            entries,
        })
    }

    pub(super) fn verdict(&self, key: &PublicKey) -> Verdict {
        let same = |entry: &&Entry| entry.key.key_data() == key.key_data();
        if let Some(entry) = self.entries.iter().filter(same).find(|entry| entry.revoked) {
            return Verdict::Contradicted { line: entry.line };
        }
        if self.entries.iter().any(|entry| same(&entry)) {
            return Verdict::Known;
        }
        let other = |entry: &&Entry| !entry.revoked && entry.key.algorithm() == key.algorithm();
        match self.entries.iter().find(other) {
            Some(entry) => Verdict::Contradicted { line: entry.line },
            None => Verdict::Unknown,
        }
    }

    /// The kinds of the keys that are known, to ask the host for one of these.
    pub(super) fn kinds(&self) -> Vec<Algorithm> {
        let good = self.entries.iter().filter(|entry| !entry.revoked);
        good.map(|entry| entry.key.algorithm()).collect()
    }

    /// Adds a key as the last line.
    pub(super) fn add(&self, key: &PublicKey) -> io::Result<()> {
        if let Some(directory) = self.path.parent() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory)?;
        }
        let complete =
            fs::read(&self.path).is_ok_and(|text| text.ends_with(b"\n") || text.is_empty());
        let begin = if complete || !self.path.exists() {
            ""
        } else {
            "\n"
        };
        let mut key = key.clone();
        key.set_comment("");
        let key = key.to_openssh().map_err(io::Error::other)?;
        // One write, so that lines of several hosts at once do not mix.
        let line = format!("{begin}{} {}\n", self.host, key.trim_end());
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)?
            .write_all(line.as_bytes())
    }
}

fn entry(number: usize, line: &str, host: &str) -> Option<Entry> {
    let mut words = line.split_ascii_whitespace().peekable();
    let mark = words.next_if(|word| word.starts_with('@'));
    let hosts = words.next()?;
    // Certificates are not asked for, so their authorities say nothing here.
    if hosts.starts_with('#') || !matches!(mark, None | Some("@revoked")) || !names(hosts, host) {
        return None;
    }
    let key = PublicKey::from_openssh(&format!("{} {}", words.next()?, words.next()?)).ok()?;
    Some(Entry {
        line: number,
        revoked: mark.is_some(),
        key,
    })
}

/// Whether a list of patterns names the host; one that is negated and fits outweighs all.
fn names(patterns: &str, host: &str) -> bool {
    let mut named = false;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(pattern) if fits(pattern, host) => return false,
            Some(_) => {}
            None => named |= fits(pattern, host),
        }
    }
    named
}

fn fits(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("|1|") {
        Some(hashed) => fits_hash(hashed, host).unwrap_or(false),
        None => fits_glob(pattern.to_lowercase().as_bytes(), host.as_bytes()),
    }
}

fn fits_hash(hashed: &str, host: &str) -> Option<bool> {
    let (salt, hash) = hashed.split_once('|')?;
    let salt = STANDARD.decode(salt).ok()?;
    let hash = STANDARD.decode(hash).ok()?;
    let mac = Hmac::<Sha1>::new_from_slice(&salt).ok()?;
    Some(mac.chain_update(host).verify_slice(&hash).is_ok())
}

fn fits_glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => fits_glob(rest, text),
        (Some((b'*', rest)), Some((_, tail))) => fits_glob(rest, text) || fits_glob(pattern, tail),
        (Some((b'?', rest)), Some((_, tail))) => fits_glob(rest, tail),
        (Some((a, rest)), Some((b, tail))) => a == b && fits_glob(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIhPd7qHzXBp41QIhXz8HUBq6QjuyGanfXYVPzn9kM6w";
    const TWO: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEBTg8KKBP/VbPH+VAYLqhGjCBoGBqNPj63BbTFP3Bov";

    fn key(text: &str) -> PublicKey {
        PublicKey::from_openssh(text).unwrap()
    }

    fn verdict(file: &str, host: &str, port: u16) -> Verdict {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("known_hosts");
        fs::write(&path, file).unwrap();
        KnownHosts::read(&KnownFiles::default(), &path, host, port)
            .unwrap()
            .verdict(&key(ONE))
    }

    #[test]
    fn patterns_name_hosts() {
        assert_eq!(
            verdict(&format!("web1,10.0.0.1 {ONE} ada@x\n"), "WEB1", 22),
            Verdict::Known
        );
        assert_eq!(
            verdict(&format!("[web1]:2222 {ONE}\n"), "web1", 2222),
            Verdict::Known
        );
        assert_eq!(
            verdict(&format!("[web1]:2222 {ONE}\n"), "web1", 22),
            Verdict::Unknown
        );
        assert_eq!(
            verdict(&format!("*.a.org,!db.a.org {ONE}\n"), "w.a.org", 22),
            Verdict::Known
        );
        assert_eq!(
            verdict(&format!("*.a.org,!db.a.org {ONE}\n"), "db.a.org", 22),
            Verdict::Unknown
        );
        assert_eq!(
            verdict(&format!("#web1 {ONE}\n"), "web1", 22),
            Verdict::Unknown
        );
    }

    #[test]
    fn another_key_of_the_kind_and_a_revoked_one_are_contradictions() {
        let file = format!("\nweb1 {TWO}\n");
        assert_eq!(
            verdict(&file, "web1", 22),
            Verdict::Contradicted { line: 2 }
        );
        let file = format!("web1 {ONE}\n@revoked * {ONE}\n");
        assert_eq!(
            verdict(&file, "web1", 22),
            Verdict::Contradicted { line: 2 }
        );
        let file = format!("web1 {TWO}\nweb1 {ONE}\n");
        assert_eq!(verdict(&file, "web1", 22), Verdict::Known);
    }

    #[test]
    fn hashed_names_are_found() {
        // Made by `ssh-keygen -H` for web.example.net.
        let name = "|1|sbiJ+rZRIl8kx45I4y+mHURDKik=|H35VOvvhVgNxdbscrtVtMo2fu9w=";
        let file = format!("{name} {ONE}\n");
        assert_eq!(verdict(&file, "web.example.net", 22), Verdict::Known);
        assert_eq!(verdict(&file, "example.org", 22), Verdict::Unknown);
    }

    #[test]
    fn an_added_key_is_known_afterwards() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/known_hosts");
        let files = KnownFiles::default();
        let known = KnownHosts::read(&files, &path, "web1", 2222).unwrap();
        known.add(&key(TWO)).unwrap();
        known.add(&key(ONE)).unwrap();
        let known = KnownHosts::read(&files, &path, "web1", 2222).unwrap();
        assert_eq!(known.verdict(&key(ONE)), Verdict::Known);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
    }
}
