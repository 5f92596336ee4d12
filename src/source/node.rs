use super::Place;

/// One YAML node and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub place: Place,
    pub kind: Kind,
}

/// What a node holds, read as Ansible reads YAML 1.1.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
    List(Vec<Node>),
    /// Entries in the order written; keys are scalars (usually strings) and no two are equal.
    Map(Vec<(Node, Node)>),
    /// `!unsafe`: a string, or a list or map of them, that is never a template.
    Unsafe(Box<Node>),
    /// `!vault`: the envelope's text, decrypted only when the value is used.
    Vault(String),
}

impl Node {
    pub fn new(place: Place, kind: Kind) -> Self {
        Self { place, kind }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&[(Node, Node)]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under a string key, where this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let (_, value) = self
            .as_map()?
            .iter()
            .find(|(name, _)| name.as_str() == Some(key))?;
        Some(value)
    }

    pub fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// What a person calls this kind of value, with its article: for "expected a list, found …".
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::String(_) => "a string",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
            Kind::Unsafe(inner) => inner.describe(),
            Kind::Vault(_) => "a vaulted string",
        }
    }
}
