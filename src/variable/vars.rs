use {
    super::written::Written,
    crate::{source::Node, template::Value},
    std::{collections::BTreeMap, sync::Arc},
};

/// Variables as written: rendered only when used. Cheap to clone for what it holds: the values are shared.
#[derive(Clone, Debug, Default)]
pub struct Vars(BTreeMap<String, Arc<Written>>);

/// Variables that hold their values already: facts, results, extra variables.
pub type Values = BTreeMap<String, Value>;

impl Vars {
    /// The string keys of a map; nothing for anything else.
    pub fn from_node(node: Option<&Node>) -> Self {
        let entries = node.and_then(Node::as_map).unwrap_or_default();
        Self::from_entries(
            entries
                .iter()
                .filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value.clone()))),
        )
    }

    pub fn from_entries(entries: impl IntoIterator<Item = (String, Node)>) -> Self {
        let entries = entries.into_iter();
        Self(
            entries
                .map(|(name, node)| (name, Arc::new(Written::new(node))))
                .collect(),
        )
    }

    pub fn get(&self, name: &str) -> Option<&Node> {
        self.0.get(name).map(|written| written.node())
    }

    /// A variable with the value that it may have already.
    pub(super) fn written(&self, name: &str) -> Option<&Arc<Written>> {
        self.0.get(name)
    }

    /// Takes over another's variables; they win.
    pub fn extend(&mut self, other: Vars) {
        self.0.extend(other.0);
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, &Node)> {
        self.0.iter().map(|(name, written)| (name, written.node()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
