use {
    super::{Address, complaint::broken_off, cookie::Cookies},
    crate::act::{Failure, Probe},
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
}
