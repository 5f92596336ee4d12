use super::super::{Kind, Node, Place, YamlError};

/// The longest text that is read, in bytes.
pub(super) const BYTES: usize = 16 << 20;
/// The deepest nesting, aliases followed.
pub(super) const DEPTH: usize = 128;
/// The most nodes in one file, those that aliases repeat included.
const NODES: usize = 2_000_000;
/// The most text that anchors and aliases may repeat, in bytes.
const COPIED: usize = 64 << 20;

/// What a file has used of its limits, so that no file can fill the memory.
#[derive(Default)]
pub(super) struct Budget {
    nodes: usize,
    copied: usize,
}

impl Budget {
    /// Accounts for one more node.
    pub(super) fn node(&mut self, place: &Place) -> Result<(), YamlError> {
        self.nodes += 1;
        within(self.nodes, NODES, "values", place)
    }

    /// Accounts for a copy of a tree.
    pub(super) fn copy(&mut self, size: Size, place: &Place) -> Result<(), YamlError> {
        self.nodes = self.nodes.saturating_add(size.nodes);
        self.copied = self.copied.saturating_add(size.text);
        within(self.nodes, NODES, "values", place)?;
        within(
            self.copied,
            COPIED,
            "bytes repeated by anchors and aliases",
            place,
        )
    }
}

/// Refuses a level below the deepest that is allowed.
pub(super) fn depth(level: usize, place: &Place) -> Result<(), YamlError> {
    if level > DEPTH {
        return Err(YamlError::TooDeep {
            limit: DEPTH,
            place: place.clone(),
        });
    }
    Ok(())
}

pub(super) fn within(
    used: usize,
    limit: usize,
    unit: &'static str,
    place: &Place,
) -> Result<(), YamlError> {
    if used > limit {
        return Err(YamlError::TooLarge {
            limit,
            unit,
            place: place.clone(),
        });
    }
    Ok(())
}

/// How much a tree holds.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    nodes: usize,
    text: usize,
    pub(super) height: usize,
}

impl Size {
    pub(super) fn of(node: &Node) -> Self {
        let below = match &node.kind {
            Kind::List(items) => Self::sum(items.iter()),
            Kind::Map(entries) => Self::sum(entries.iter().flat_map(|(key, value)| [key, value])),
            Kind::Unsafe(inner) => Self::of(inner),
            Kind::String(text) | Kind::Vault(text) => Self {
                text: text.len(),
                ..Self::default()
            },
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => Self::default(),
        };
        Self {
            nodes: below.nodes + 1,
            text: below.text,
            height: below.height + 1,
        }
    }

    fn sum<'a>(nodes: impl Iterator<Item = &'a Node>) -> Self {
        nodes.map(Self::of).fold(Self::default(), |all, one| Self {
            nodes: all.nodes + one.nodes,
            text: all.text + one.text,
            height: all.height.max(one.height),
        })
    }
}
