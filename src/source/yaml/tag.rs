use {
    super::{
        super::{Kind, Node, Place, YamlError},
        resolve::{self, Unfit},
    },
    saphyr_parser::{ScalarStyle, Tag},
};

/// The tags that mean something in Ansible's files.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    /// `!`: text, however it looks.
    Text,
    Integer,
    Float,
    Bool,
    Null,
    List,
    Map,
    Unsafe,
    Vault,
}

const CORE: &str = "tag:yaml.org,2002:";

impl Meaning {
    /// Takes a tag as the parser gives it; an unknown one is an error at the place.
    pub(super) fn of(tag: &Tag, place: &Place) -> Result<Self, YamlError> {
        let name = format!("{}{}", tag.handle, tag.suffix);
        let meaning = match name.strip_prefix(CORE).unwrap_or(&name) {
            "!unsafe" => Self::Unsafe,
            "!vault" | "!vault-encrypted" => Self::Vault,
            "!" => Self::Text,
            core if core.len() < name.len() => match core {
                "str" | "timestamp" => Self::Text,
                "int" => Self::Integer,
                "float" => Self::Float,
                "bool" => Self::Bool,
                "null" => Self::Null,
                "seq" => Self::List,
                "map" => Self::Map,
                _ => return Err(unknown(&name, place)),
            },
            _ => return Err(unknown(&name, place)),
        };
        Ok(meaning)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "!!str",
            Self::Integer => "!!int",
            Self::Float => "!!float",
            Self::Bool => "!!bool",
            Self::Null => "!!null",
            Self::List => "!!seq",
            Self::Map => "!!map",
            Self::Unsafe => "!unsafe",
            Self::Vault => "!vault",
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Text | Self::Unsafe => "a string",
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::Bool => "a boolean",
            Self::Null => "nothing",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Vault => {
                "a string that begins with `$ANSIBLE_VAULT;`, written as a block under `!vault |`"
            }
        }
    }

    fn mismatch(self, found: impl Into<String>, place: &Place) -> YamlError {
        YamlError::TagMismatch {
            tag: self.name().to_owned(),
            wanted: self.wanted(),
            found: found.into(),
            place: place.clone(),
        }
    }

    /// Reads a scalar under this tag.
    pub(super) fn scalar(
        self,
        text: &str,
        style: ScalarStyle,
        place: &Place,
    ) -> Result<Kind, YamlError> {
        let fits = match self {
            Self::Text => Ok(Kind::String(text.to_owned())),
            Self::Integer => resolve::integer(text).map(Kind::Int),
            Self::Float => resolve::float(text)
                .or_else(|| resolve::integer(text).ok().map(|whole| whole as f64))
                .or_else(|| text.replace('_', "").parse().ok())
                .map(Kind::Float)
                .ok_or(Unfit::NotOne),
            Self::Bool => resolve::boolean(text).map(Kind::Bool).ok_or(Unfit::NotOne),
            Self::Null => Ok(Kind::Null),
            Self::Vault if text.trim_start().starts_with("$ANSIBLE_VAULT") => {
                Ok(Kind::Vault(text.to_owned()))
            }
            Self::Unsafe => return untemplated(text, style, place),
            Self::Vault | Self::List | Self::Map => Err(Unfit::NotOne),
        };
        fits.map_err(|unfit| match unfit {
            Unfit::TooLarge => too_large(text, place),
            Unfit::NotOne => self.mismatch(format!("`{}`", abridge(text, place)), place),
        })
    }

    /// Reads a list or a map under this tag.
    pub(super) fn collection(self, node: Node) -> Result<Node, YamlError> {
        match (self, &node.kind) {
            (Self::List, Kind::List(_)) | (Self::Map, Kind::Map(_)) => Ok(node),
            (Self::Unsafe, _) => Ok(Node::new(node.place.clone(), Kind::Unsafe(Box::new(node)))),
            _ => Err(self.mismatch(node.describe(), &node.place)),
        }
    }
}

/// Reads a scalar that has no tag.
pub(super) fn untagged(text: &str, style: ScalarStyle, place: &Place) -> Result<Kind, YamlError> {
    match style {
        ScalarStyle::Plain => resolve::plain(text).map_err(|_| too_large(text, place)),
        _ => Ok(Kind::String(text.to_owned())),
    }
}

/// `!unsafe` matters to strings only; numbers and the like stay what they are.
fn untemplated(text: &str, style: ScalarStyle, place: &Place) -> Result<Kind, YamlError> {
    Ok(match untagged(text, style, place)? {
        kind @ Kind::String(_) => Kind::Unsafe(Box::new(Node::new(place.clone(), kind))),
        kind => kind,
    })
}

fn unknown(tag: &str, place: &Place) -> YamlError {
    YamlError::UnknownTag {
        tag: if place.file().is_confidential() {
            place.shown().to_owned()
        } else {
            tag.replace(CORE, "!!")
        },
        place: place.clone(),
    }
}

fn too_large(text: &str, place: &Place) -> YamlError {
    YamlError::NumberTooLarge {
        number: abridge(text, place),
        place: place.clone(),
    }
}

/// The first line, cut where it is long.
fn abridge(text: &str, place: &Place) -> String {
    if place.file().is_confidential() {
        return place.shown().to_owned();
    }
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(40).collect();
    if short.len() < text.trim_end().len() {
        short.push('…');
    }
    short
}
