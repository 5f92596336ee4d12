use {
    super::{Address, complaint::broken_off, cookie::Cookies},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    std::{
        io::{Read, Write},
        time::Duration,
    },
};

/// What a server answered: its headers are read, its content waits.
pub struct Answer {
    pub status: u16,
    /// The words after the status, such as `Not Found`.
    pub reason: String,
    /// Names in small letters, in the order of the answer; values of the same name are joined by `, `.
    pub headers: Vec<(String, String)>,
    pub cookies: Cookies,
    /// Where it came from in the end.
    pub address: Address,
    pub(super) body: Box<dyn Read>,
    pub(super) patience: Duration,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The length of the content in bytes, where the server says it and it comes as it is.
    pub fn length(&self) -> Option<u64> {
        match self.header("content-encoding") {
            None | Some("identity") => self.header("content-length")?.parse().ok(),
            Some(_) => None,
        }
    }

    /// The file name that the server proposes. What looks like a path is cut to its last part.
    pub fn file_name(&self) -> Option<String> {
        let disposition = self.header("content-disposition")?;
        let mut parts = disposition.split(';').map(str::trim);
        let name = parts.find_map(|part| part.strip_prefix("filename="))?;
        let name = name.trim_matches('"').rsplit(['/', '\\']).next()?;
        match name {
            "" | "." | ".." => None,
            name => Some(name.into()),
        }
    }

    /// Passes the content on as it comes. Fails when it breaks off, and ends with the step.
    pub fn pour(&mut self, probe: &Probe, into: &mut dyn Write) -> Result<u64, Failure> {
        let mut buffer = vec![0; 64 * 1024];
        let mut length = 0;
        loop {
            probe.check()?;
            let count = match self.body.read(&mut buffer) {
                Ok(0) => return Ok(length),
                Ok(count) => count,
                Err(error) => {
                    let msg = broken_off(error, &self.address, self.patience);
                    return Err(Failure::refused(msg));
                }
            };
            into.write_all(&buffer[..count])
                .map_err(|source| Failure::Io {
                    doing: "keep the content of",
                    path: self.address.to_string(),
                    source,
                })?;
            length += count as u64;
        }
    }

    /// The whole content, for answers of reasonable size: larger ones than `limit` bytes are an error.
    pub fn content(&mut self, probe: &Probe, limit: usize) -> Result<Vec<u8>, Failure> {
        struct Held(Vec<u8>, usize);
        impl Write for Held {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                if self.0.len() + bytes.len() > self.1 {
                    let limit = self.1 / 1024 / 1024;
                    return Err(std::io::Error::other(format!(
                        "it is longer than {limit} MiB; write it to a file with dest"
                    )));
                }
                self.0.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut held = Held(Vec::new(), limit);
        self.pour(probe, &mut held)?;
        Ok(held.0)
    }

    /// The SHA-256 hash of the content, which is used up by this.
    pub fn sha256(&mut self, probe: &Probe) -> Result<String, Failure> {
        #[derive(Default)]
        struct State(sha2::Sha256);
        impl Write for State {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                sha2::Digest::update(&mut self.0, bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut state = State::default();
        self.pour(probe, &mut state)?;
        let bytes = sha2::Digest::finalize(state.0);
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Answers as values.
impl Answer {
    /// The return values of `uri`: `status`, `url`, `cookies`, `cookies_string`, and the headers with `_` for `-`.
    pub fn values(&self) -> Object {
        let mut values = Object::new();
        for (name, value) in &self.headers {
            values.insert(name.replace('-', "_"), value.as_str().into());
        }
        if let Some(location) = self.header("location")
            && let Ok(target) = self.address.join(location)
        {
            values.insert("location".into(), target.to_string().into());
        }
        let cookies = self.cookies.pairs();
        let cookies: Object = cookies
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        values.insert("cookies".into(), cookies.into());
        values.insert("cookies_string".into(), self.cookies.header().into());
        values.insert("status".into(), self.status.into());
        values.insert("url".into(), self.address.to_string().into());
        values
    }

    /// How it went, as Ansible words it.
    pub fn message(&self) -> String {
        match self.status {
            200..=299 => {
                let length = self.header("content-length").unwrap_or("unknown");
                format!("OK ({length} bytes)")
            }
            status => format!("HTTP Error {status}: {}", self.reason),
        }
    }

    /// Whether the server says that the content is JSON.
    pub fn says_json(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let below = kind.split_once('/').map_or("", |(_, below)| below);
        let suffix = below.rsplit('+').next().unwrap_or_default();
        ["json", "javascript"].contains(&suffix.to_ascii_lowercase().as_str())
    }

    /// Content as text, by the character set that the server says.
    pub fn text(&self, content: &[u8]) -> String {
        let kind = self.header("content-type").unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        match kind.contains("charset=iso-8859-1") || kind.contains("charset=latin") {
            true => content.iter().map(|byte| char::from(*byte)).collect(),
            false => String::from_utf8_lossy(content).into_owned(),
        }
    }
}
