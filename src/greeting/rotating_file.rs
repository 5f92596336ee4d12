//! A log file that turns over when it is full.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::GreetingError;

/// A file that lines are added to. When a line would make it longer than its limit it becomes `NAME.1`,
/// the former `NAME.1` becomes `NAME.2`, and so on; the oldest goes. A line is never split over two files.
#[derive(Debug)]
pub struct RotatingFile {
    path: PathBuf,
    file: File,
    length: u64,
    limit: u64,
    keep: usize,
}

impl RotatingFile {
    /// Opens `path` to add to it. It holds at most `limit` bytes (one longer line apart), and `keep` former files stay beside it.
    pub fn open(path: &Path, limit: u64, keep: usize) -> Result<Self, GreetingError> {
        let (file, length) = append_to(path).map_err(|cause| GreetingError::Log {
            path: path.to_owned(),
            cause,
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
            length,
            limit,
            keep,
        })
    }

    fn turn_over(&mut self) -> io::Result<()> {
        for age in (1..self.keep).rev() {
            rename_if_there(&self.former(age), &self.former(age + 1))?;
        }
        if self.keep == 0 {
            fs::remove_file(&self.path)?;
        } else {
            rename_if_there(&self.path, &self.former(1))?;
        }
        (self.file, self.length) = append_to(&self.path)?;
        Ok(())
    }

    fn former(&self, age: usize) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{age}"));
        name.into()
    }
}

impl Write for RotatingFile {
    /// Adds `line` whole, turning the file over first if it would not fit.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let added = line.len() as u64;
        if self.length > 0 && self.length + added > self.limit {
            self.turn_over()?;
        }
        self.file.write_all(line)?;
        self.length += added;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn append_to(path: &Path) -> io::Result<(File, u64)> {
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(room: &Path) -> Vec<(String, String)> {
        let mut found: Vec<_> = fs::read_dir(room)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                (
                    entry.file_name().into_string().unwrap(),
                    fs::read_to_string(entry.path()).unwrap(),
                )
            })
            .collect();
        found.sort();
        found
    }

    fn files(room: &tempfile::TempDir) -> Vec<String> {
        contents(room.path())
            .into_iter()
            .map(|(name, text)| format!("{name}={text}"))
            .collect()
    }

    #[test]
    fn a_full_file_turns_over_and_the_oldest_goes() {
        let room = tempfile::tempdir().unwrap();
        let mut log = RotatingFile::open(&room.path().join("log"), 4, 2).unwrap();
        for line in ["1\n", "2\n", "3\n", "4\n", "5\n", "6\n", "7\n"] {
            log.write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(files(&room), ["log=7\n", "log.1=5\n6\n", "log.2=3\n4\n"]);
    }

    #[test]
    fn a_line_longer_than_the_limit_stays_whole() {
        let room = tempfile::tempdir().unwrap();
        let mut log = RotatingFile::open(&room.path().join("log"), 4, 1).unwrap();
        log.write_all(b"a long line\n").unwrap();
        log.write_all(b"b\n").unwrap();
        assert_eq!(files(&room), ["log=b\n", "log.1=a long line\n"]);
    }

    #[test]
    fn a_new_start_adds_to_what_is_there_and_counts_it() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("log");
        fs::write(&path, "old\n").unwrap();
        let mut log = RotatingFile::open(&path, 6, 1).unwrap();
        log.write_all(b"a\n").unwrap();
        log.write_all(b"b\n").unwrap();
        assert_eq!(files(&room), ["log=b\n", "log.1=old\na\n"]);
    }

    #[test]
    fn without_former_files_only_the_newest_stays() {
        let room = tempfile::tempdir().unwrap();
        let mut log = RotatingFile::open(&room.path().join("log"), 2, 0).unwrap();
        log.write_all(b"a\n").unwrap();
        log.write_all(b"b\n").unwrap();
        assert_eq!(files(&room), ["log=b\n"]);
    }

    #[test]
    fn a_missing_directory_is_named() {
        let message = RotatingFile::open(Path::new("/nowhere/at/all/log"), 1, 1)
            .unwrap_err()
            .to_string();
        assert!(message.contains("/nowhere/at/all/log"), "{message}");
    }
}
