use super::{Fault, Place};

/// Why a file cannot be read as YAML.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum YamlError {
    /// The text breaks YAML's grammar.
    #[error("broken YAML: {what}")]
    Syntax {
        what: String,
        place: Place,
        help: Option<String>,
    },
    #[error("key `{key}` is given twice in one map")]
    DuplicateKey {
        key: String,
        place: Place,
        first: Place,
    },
    #[error("{found} cannot be a key of a map")]
    UnusableKey { found: &'static str, place: Place },
    #[error("unknown tag `{tag}`")]
    UnknownTag { tag: String, place: Place },
    #[error("tag `{tag}` needs {wanted}, found {found}")]
    TagMismatch {
        tag: String,
        wanted: &'static str,
        found: String,
        place: Place,
    },
    #[error("`<<` merges a map or a list of maps, found {found}")]
    Merge { found: &'static str, place: Place },
    #[error("alias `{alias}` names no anchor that is complete here")]
    UnknownAlias { alias: String, place: Place },
    #[error("number `{number}` does not fit into 64 bits")]
    NumberTooLarge { number: String, place: Place },
    #[error("character U+{code:04X} is not allowed in YAML")]
    Unprintable { code: u32, place: Place },
    #[error("nested more than {limit} levels deep")]
    TooDeep { limit: usize, place: Place },
    #[error("larger than {limit} {unit}")]
    TooLarge {
        limit: usize,
        unit: &'static str,
        place: Place,
    },
    #[error("a second document begins here, where one is expected")]
    SecondDocument { place: Place },
}

impl YamlError {
    /// Where the file must be changed.
    pub fn place(&self) -> &Place {
        match self {
            Self::Syntax { place, .. }
            | Self::DuplicateKey { place, .. }
            | Self::UnusableKey { place, .. }
            | Self::UnknownTag { place, .. }
            | Self::TagMismatch { place, .. }
            | Self::Merge { place, .. }
            | Self::UnknownAlias { place, .. }
            | Self::NumberTooLarge { place, .. }
            | Self::Unprintable { place, .. }
            | Self::TooDeep { place, .. }
            | Self::TooLarge { place, .. }
            | Self::SecondDocument { place } => place,
        }
    }

    /// What to do about it, where that is known.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Syntax { help, .. } => return help.clone(),
            Self::DuplicateKey { .. } => "remove one of the two, or rename it",
            Self::UnusableKey { .. } => "quote the key, or write a plain word",
            Self::UnknownTag { .. } => {
                "known tags: !vault !unsafe !!str !!int !!float !!bool !!null !!seq !!map !!timestamp"
            }
            Self::TagMismatch { .. } => "change the value, or remove the tag",
            Self::Merge { .. } => "write `<<: *anchor` or `<<: [*one, *two]`",
            Self::UnknownAlias { .. } => {
                "write the `&anchor` before the alias, or quote a value that begins with `*`"
            }
            Self::NumberTooLarge { .. } => "quote it to keep it as text",
            Self::Unprintable { .. } => {
                "write it as an escape in double quotes, such as \"\\x07\", or remove it"
            }
            Self::TooDeep { .. } | Self::TooLarge { .. } => {
                "split the file, or use fewer aliases inside what aliases name"
            }
            Self::SecondDocument { .. } => "keep one document in this file",
        };
        Some(help.to_owned())
    }
}

impl From<YamlError> for Fault {
    fn from(error: YamlError) -> Self {
        let mut fault = Fault::new(error.to_string()).at(error.place());
        if let Some(help) = error.help() {
            fault = fault.help(help);
        }
        match &error {
            YamlError::DuplicateKey { first, .. } => fault.note("first given here", first),
            _ => fault,
        }
    }
}
