//! Lists of apt's sources in the form of one line each.

use {
    crate::act::{Failure, Probe},
    std::path::{Path, PathBuf},
};

const FILE: &str = "/etc/apt/sources.list";

/// Where lists stand, besides the one file.
pub const DIRECTORY: &str = "/etc/apt/sources.list.d";

/// A file of sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceList {
    pub path: PathBuf,
    pub text: String,
}

/// The lists of a host.
pub fn read_all(probe: &Probe) -> Result<Vec<SourceList>, Failure> {
    let mut paths = vec![PathBuf::from(FILE)];
    match probe.list(Path::new(DIRECTORY)) {
        Err(Failure::Missing { .. }) => {}
        names => {
            let names = names?
                .into_iter()
                .filter(|name| name.to_string_lossy().ends_with(".list"));
            paths.extend(names.map(|name| Path::new(DIRECTORY).join(name)));
        }
    }
    paths
        .into_iter()
        .map(|path| SourceList::read(probe, path))
        .collect()
}

impl SourceList {
    /// Reads a list; one that is not there is empty.
    pub fn read(probe: &Probe, path: PathBuf) -> Result<Self, Failure> {
        let text = match probe.exists(&path)? {
            true => String::from_utf8_lossy(&probe.read(&path)?).into_owned(),
            false => String::new(),
        };
        Ok(Self { path, text })
    }

    /// Whether a source is there, and be it switched off.
    pub fn has(&self, line: &str) -> bool {
        self.text
            .lines()
            .any(|known| canonical(known).as_deref() == Some(line))
    }

    /// The list with a source added.
    pub fn with(&self, line: &str) -> Self {
        let mut text = self.text.clone();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
        self.become_text(text)
    }

    /// The list with a source switched on, if it is there.
    pub fn enabling(&self, line: &str) -> Self {
        let lines = self.text.lines().map(|known| {
            match is_off(known) && canonical(known).as_deref() == Some(line) {
                true => line,
                false => known,
            }
        });
        self.become_text(join(lines))
    }

    /// The list without a source.
    pub fn without(&self, line: &str) -> Self {
        let lines = self.text.lines();
        let rest = lines.filter(|known| is_off(known) || canonical(known).as_deref() != Some(line));
        self.become_text(join(rest))
    }

    /// A final newline that is not there is no difference.
    fn become_text(&self, text: String) -> Self {
        let text = match text.trim_end_matches('\n') == self.text.trim_end_matches('\n') {
            true => self.text.clone(),
            false => text,
        };
        Self {
            path: self.path.clone(),
            text,
        }
    }
}

fn join<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn is_off(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// A source without comments and needless spaces, also if it is switched off; `None`: it is none.
pub fn canonical(line: &str) -> Option<String> {
    let line = line.trim();
    let line = line.strip_prefix('#').unwrap_or(line);
    let line = line.split('#').next().unwrap_or(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_source = ["deb", "deb-src"].contains(words.first()?) && words.len() > 2;
    is_source.then(|| words.join(" "))
}

/// The name that Ansible gives to the file of a source: its address, with `_` for all that is no letter or digit.
pub fn file_name(line: &str) -> String {
    let mut words = line.split_whitespace().skip(1).peekable();
    if words.peek().is_some_and(|word| word.starts_with('[')) {
        for word in words.by_ref() {
            if word.ends_with(']') {
                break;
            }
        }
    }
    let address = words.next().unwrap_or_default();
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let address = address.split_once('@').map_or(address, |(_, rest)| rest);
    let parts = address.split(|c: char| !c.is_ascii_alphanumeric());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "deb http://a.org/x stable main";

    fn list(text: &str) -> SourceList {
        SourceList {
            path: "/x".into(),
            text: text.into(),
        }
    }

    #[test]
    fn adds_removes_and_enables() {
        let off = list("# a comment\n#  deb  http://a.org/x stable   main # why\n");
        assert!(off.has(LINE));
        assert_eq!(off.enabling(LINE).text, format!("# a comment\n{LINE}\n"));
        assert_eq!(off.without(LINE), off);
        let on = off.with(LINE);
        assert_eq!(on.without(LINE).text, off.text);
        assert_eq!(
            list("deb x y").with(LINE).text,
            format!("deb x y\n{LINE}\n")
        );
        let unfinished = list("deb http://b y");
        assert_eq!(unfinished.enabling(LINE), unfinished);
    }

    #[test]
    fn names_files_as_ansible_does() {
        assert_eq!(
            file_name("deb http://archive.ubuntu.com/ubuntu hardy partner"),
            "archive_ubuntu_com_ubuntu"
        );
        assert_eq!(
            file_name(
                "deb [arch=amd64 signed-by=/x.asc] https://me:secret@dl.x.org/a-b/ stable main"
            ),
            "dl_x_org_a_b"
        );
        assert_eq!(canonical("rpm x y"), None);
        assert_eq!(canonical("deb x"), None);
    }
}
