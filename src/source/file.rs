use {
    super::MASK,
    std::{
        fmt::{self, Debug, Display, Formatter},
        path::{Path, PathBuf},
        sync::{Arc, OnceLock},
    },
    zeroize::Zeroizing,
};

/// A file's text, read once and shared by everything that points into it.
pub struct SourceFile {
    path: PathBuf,
    text: Zeroizing<String>,
    confidential: bool,
    /// Where its lines end; found when first needed.
    ends: OnceLock<Vec<usize>>,
}

impl PartialEq for SourceFile {
    fn eq(&self, other: &Self) -> bool {
        let same = self.path == other.path && self.confidential == other.confidential;
        same && self.text == other.text
    }
}

impl Eq for SourceFile {}

/// The path only: a text may be long, or a secret.
impl Debug for SourceFile {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.debug_tuple("SourceFile").field(&self.path).finish()
    }
}

impl SourceFile {
    /// Takes the path to show in messages and the text as it was read.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            path: path.into(),
            text: Zeroizing::new(text.into()),
            confidential: false,
            ends: OnceLock::new(),
        })
    }

    /// A file that is a vault as a whole: its decrypted text is never shown, and wiped when nothing points into it any more.
    pub fn confidential(path: impl Into<PathBuf>, text: Zeroizing<String>) -> Arc<Self> {
        Arc::new(Self {
            path: path.into(),
            text,
            confidential: true,
            ends: OnceLock::new(),
        })
    }

    /// Whether the text came out of a vault, so that what stands in it is a secret.
    pub fn is_confidential(&self) -> bool {
        self.confidential
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line that a byte stands in, counted from 1.
    fn line(&self, offset: usize) -> usize {
        let find = || self.text.match_indices('\n').map(|(at, _)| at).collect();
        let ends: &Vec<usize> = self.ends.get_or_init(find);
        ends.partition_point(|end| *end < offset) + 1
    }
}

/// Where something stands: a range of bytes in a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    file: Arc<SourceFile>,
    start: usize,
    end: usize,
}

impl Place {
    /// Takes byte offsets; they are moved down to the next character boundary and into the text.
    pub fn new(file: &Arc<SourceFile>, start: usize, end: usize) -> Self {
        let within = |offset| file.text.floor_char_boundary(offset);
        let start = within(start);
        Self {
            file: Arc::clone(file),
            start,
            end: within(end).max(start),
        }
    }

    /// A place in text that no file holds, such as a command line argument.
    pub fn outside(name: &str, text: &str) -> Self {
        Self::new(&SourceFile::new(name, text), 0, text.len())
    }

    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// The bytes from start to end, as written.
    pub fn text(&self) -> &str {
        &self.file.text[self.start..self.end]
    }

    /// The text to name in a message: `********` where it came out of a vault.
    pub fn shown(&self) -> &str {
        if self.file.confidential {
            return MASK;
        }
        self.text()
    }

    pub fn start(&self) -> usize {
        self.start
    }

    pub fn end(&self) -> usize {
        self.end
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.file.line(self.start)
    }

    /// The whole lines that it touches.
    pub fn whole_line(&self) -> &str {
        let text = self.file.text();
        let begin = self.before().rfind('\n').map_or(0, |at| at + 1);
        let end = text[self.end..]
            .find('\n')
            .map_or(text.len(), |at| self.end + at);
        &text[begin..end]
    }

    /// The column in characters, counted from 1.
    pub fn column(&self) -> usize {
        let before = self.before();
        let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
        line.chars().count() + 1
    }

    fn before(&self) -> &str {
        &self.file.text[..self.start]
    }
}

/// `file:line:column`, as editors and terminals understand it.
impl Display for Place {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            self.path().display(),
            self.line(),
            self.column()
        )
    }
}

impl Debug for Place {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{self} ({}..{})", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_columns_in_characters_from_one() {
        let file = SourceFile::new("site.yml", "a: ä\nb: öx\n");
        let at = file.text().find('x').unwrap();
        let place = Place::new(&file, at, at + 1);
        assert_eq!(place.to_string(), "site.yml:2:5");
        assert_eq!(place.text(), "x");
    }

    #[test]
    fn stays_within_the_text() {
        let file = SourceFile::new("f", "ä");
        let place = Place::new(&file, 1, 99);
        assert_eq!((place.start(), place.end()), (0, 2));
    }

    #[test]
    fn debug_shows_no_text() {
        let file = SourceFile::confidential("f", Zeroizing::new("hunter2".to_owned()));
        let place = Place::new(&file, 0, 7);
        assert_eq!(
            format!("{place:?} {file:?}"),
            r#"f:1:1 (0..7) SourceFile("f")"#
        );
    }
}
