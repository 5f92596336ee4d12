use {
    crate::{source::Node, template::Value},
    std::collections::BTreeMap,
};

/// Variables as written: rendered only when used.
#[derive(Clone, Debug, Default)]
pub struct Vars(BTreeMap<String, Node>);

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
        Self(entries.into_iter().collect())
    }

    pub fn get(&self, name: &str) -> Option<&Node> {
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
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
