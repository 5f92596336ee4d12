//! The tree of a regular expression that looks around or back, as Python writes it.

/// What a piece of an expression asks of a text.
#[derive(Debug)]
pub(super) enum Node {
    One(Set),
    Edge(Edge),
    Group(usize, Box<Node>),
    /// One after the other.
    All(Vec<Node>),
    /// One of them, the first that leads on.
    Any(Vec<Node>),
    Repeat {
        node: Box<Node>,
        least: usize,
        most: Option<usize>,
        greedy: bool,
    },
    Look {
        node: Box<Node>,
        behind: bool,
        wanted: bool,
    },
    /// What a group found, once more.
    Again {
        group: usize,
        fold: bool,
    },
}

/// A place between two characters.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edge {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    /// The end, or before the line end there.
    LastLineEnd,
    Word,
    NoWord,
}

/// Characters of which one is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    pub items: Vec<Item>,
    pub negated: bool,
    /// Whether upper and lower case are the same.
    pub fold: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Range(u32, u32),
    Digit(bool),
    Word(bool),
    Space(bool),
}

impl Item {
    fn has(self, code: u32) -> bool {
        let is = |of: fn(char) -> bool| char::from_u32(code).is_some_and(of);
        match self {
            Self::Range(from, to) => (from..=to).contains(&code),
            Self::Digit(wanted) => is(char::is_numeric) == wanted,
            Self::Word(wanted) => is_word(code) == wanted,
            Self::Space(wanted) => is(char::is_whitespace) == wanted,
        }
    }
}

pub(super) fn is_word(code: u32) -> bool {
    char::from_u32(code).is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// A character's other case, where there is one.
pub(super) fn other_case(code: u32) -> u32 {
    let Some(c) = char::from_u32(code) else {
        return code;
    };
    let other = if c.is_lowercase() {
        c.to_uppercase().next()
    } else {
        c.to_lowercase().next()
    };
    other.map_or(code, u32::from)
}

impl Set {
    pub fn has(&self, code: u32) -> bool {
        let among = |code| self.items.iter().any(|item| item.has(code));
        (among(code) || (self.fold && among(other_case(code)))) != self.negated
    }
}

impl Node {
    /// How many characters it takes, where that is always the same.
    pub fn width(&self) -> Option<usize> {
        match self {
            Self::One(_) => Some(1),
            Self::Edge(_) | Self::Look { .. } => Some(0),
            Self::Group(_, node) => node.width(),
            Self::All(nodes) => nodes.iter().map(Self::width).sum(),
            Self::Any(nodes) => {
                let first = nodes.first()?.width()?;
                let same = nodes.iter().all(|node| node.width() == Some(first));
                same.then_some(first)
            }
            Self::Repeat {
                node, least, most, ..
            } => (*most == Some(*least)).then_some(node.width()? * least),
            Self::Again { .. } => None,
        }
    }
}
