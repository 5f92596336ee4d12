use {
    super::{Values, Vars},
    crate::{
        source::Node,
        template::{Value, ValueKind},
    },
    std::sync::Arc,
};

/// One of the places that variables come from.
#[derive(Clone, Debug)]
pub enum Layer {
    Raw(Arc<Vars>),
    Ready(Arc<Values>),
}

/// What a layer says of a name.
#[derive(Clone, Debug)]
pub enum Binding {
    Raw(Node),
    Ready(Value),
}

impl Binding {
    /// Whether it is a map as it stands, not one that a template would give.
    pub fn is_map(&self) -> bool {
        match self {
            Binding::Raw(node) => node.as_map().is_some(),
            Binding::Ready(value) => value.kind() == ValueKind::Map,
        }
    }
}

impl Layer {
    pub fn get(&self, name: &str) -> Option<Binding> {
        match self {
            Layer::Raw(vars) => vars.get(name).cloned().map(Binding::Raw),
            Layer::Ready(values) => values.get(name).cloned().map(Binding::Ready),
        }
    }

    pub fn names(&self) -> Vec<String> {
        match self {
            Layer::Raw(vars) => vars.names().map(str::to_owned).collect(),
            Layer::Ready(values) => values.keys().cloned().collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Layer::Raw(vars) => vars.is_empty(),
            Layer::Ready(values) => values.is_empty(),
        }
    }
}
