use {
    crate::{
        act::{Failure, Probe},
        wire::Content,
    },
    std::fmt::Write,
};

/// What is in a directory on the controller: directories before what is in them.
///
/// It travels as content of its own: for each item the mode in octal digits, the length and the SHA-256 (`-` twice for a
/// directory) and the path, with blanks between them and a zero byte at the end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest(pub Vec<ManifestItem>);

/// Something in a directory that the controller copies.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestItem {
    /// Below `dest`, without `..`.
    pub path: String,
    /// The source's permission bits, for `mode: preserve`.
    pub mode: u32,
    /// `None`: a directory. Only its length and its SHA-256 travel.
    pub content: Option<Content>,
}

impl Manifest {
    /// As it travels.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for ManifestItem {
            path,
            mode,
            content,
        } in &self.0
        {
            // Writing to a string cannot fail.
            let _ = match content {
                Some(content) => {
                    let Content { length, sha256, .. } = content;
                    write!(text, "{mode:o} {length} {sha256} {path}\0")
                }
                None => write!(text, "{mode:o} - - {path}\0"),
            };
        }
        text
    }

    fn read(text: &str) -> Option<Self> {
        let items = text.split_terminator('\0').map(|item| {
            let mut parts = item.splitn(4, ' ');
            let mode = u32::from_str_radix(parts.next()?, 8).ok()?;
            let content = match (parts.next()?, parts.next()?) {
                ("-", "-") => None,
                (length, sha256) => Some(Content {
                    sha256: sha256.to_owned(),
                    length: length.parse().ok()?,
                    inline: None,
                    sha1: None,
                }),
            };
            let path = parts.next()?.to_owned();
            Some(ManifestItem {
                path,
                mode,
                content,
            })
        });
        items.collect::<Option<_>>().map(Self)
    }

    /// Gets it from the controller.
    pub(super) fn of(probe: &Probe, content: &Content) -> Result<Self, Failure> {
        let bytes = probe.content(content)?.bytes()?;
        let read = std::str::from_utf8(&bytes).ok().and_then(Self::read);
        read.ok_or_else(|| Failure::refused("the list of what to copy is broken"))
    }

    /// Its only file, if it has but one.
    pub(super) fn lone_file(&self) -> Option<&ManifestItem> {
        let mut files = self.0.iter().filter(|item| item.content.is_some());
        files.next().filter(|_| files.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrives_as_it_was_sent() {
        let item = |path: &str, mode, content| ManifestItem {
            path: path.to_owned(),
            mode,
            content,
        };
        let content = Content {
            sha256: "0abc".to_owned(),
            length: 12,
            inline: None,
            sha1: None,
        };
        let manifest = Manifest(vec![
            item("a directory", 0o755, None),
            item("a directory/a\nfile - x", 0o4644, Some(content)),
        ]);
        assert_eq!(Manifest::read(&manifest.to_text()), Some(manifest));
        assert_eq!(Manifest::read(""), Some(Manifest::default()));
        for broken in ["x", "644 1 ab", "888 1 ab path", "644 - ab path", "\0"] {
            assert_eq!(Manifest::read(broken), None, "{broken}");
        }
    }
}
