/// What a piece of text means; its colour follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    Plain,
    Ok,
    Changed,
    Skipped,
    Failed,
    Unreachable,
    Unknown,
    Ignored,
    Warning,
    Retry,
    Included,
    Place,
    Added,
    Removed,
    Hunk,
}

impl Label {
    /// The parameters of the terminal's colour sequence, as Ansible uses them by default; `None` is uncoloured.
    fn colour(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Ok | Self::Added => Some("0;32"),
            Self::Changed => Some("0;33"),
            Self::Skipped | Self::Included | Self::Hunk => Some("0;36"),
            Self::Failed | Self::Removed => Some("0;31"),
            Self::Unreachable => Some("1;31"),
            Self::Unknown => Some("0;34"),
            Self::Ignored | Self::Warning => Some("1;35"),
            Self::Retry | Self::Place => Some("1;30"),
        }
    }

    /// The text as it is written, coloured line by line where `coloured` says so. Control characters must be gone already.
    pub(super) fn paint(self, text: &str, coloured: bool) -> String {
        let Some(colour) = self.colour().filter(|_| coloured) else {
            return text.to_owned();
        };
        let paint = |line: &str| match line {
            "" => String::new(),
            _ => format!("\x1b[{colour}m{line}\x1b[0m"),
        };
        text.split('\n').map(paint).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_each_line_on_its_own() {
        assert_eq!(
            Label::Ok.paint("a\n\nb", true),
            "\x1b[0;32ma\x1b[0m\n\n\x1b[0;32mb\x1b[0m"
        );
        assert_eq!(Label::Ok.paint("a", false), "a");
        assert_eq!(Label::Plain.paint("a", true), "a");
    }
}
