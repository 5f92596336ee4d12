use {
    super::{Ledger, Values, Vars, written::Written},
    crate::template::{Value, ValueKind},
    std::sync::Arc,
};

/// One of the places that variables come from.
#[derive(Clone, Debug)]
pub enum Layer {
    Raw(Arc<Vars>),
    Ready(Arc<Values>),
    /// What steps have set so far.
    Set(Ledger),
}

/// What a layer says of a name.
#[derive(Clone, Debug)]
pub enum Binding {
    Raw(Arc<Written>),
    Ready(Value),
}

impl Binding {
    /// Whether it is a map as it stands, not one that a template would give.
    pub fn is_map(&self) -> bool {
        match self {
            Binding::Raw(written) => written.node().as_map().is_some(),
            Binding::Ready(value) => value.kind() == ValueKind::Map,
        }
    }
}

impl Layer {
    pub fn get(&self, name: &str) -> Option<Binding> {
        match self {
            Layer::Raw(vars) => vars.written(name).cloned().map(Binding::Raw),
            Layer::Ready(values) => values.get(name).cloned().map(Binding::Ready),
            Layer::Set(ledger) => ledger.get(name).cloned().map(Binding::Ready),
        }
    }

    pub fn names(&self) -> Vec<String> {
        match self {
            Layer::Raw(vars) => vars.names().map(str::to_owned).collect(),
            Layer::Ready(values) => values.keys().cloned().collect(),
            Layer::Set(ledger) => ledger.names().into_iter().map(str::to_owned).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Layer::Raw(vars) => vars.is_empty(),
            Layer::Ready(values) => values.is_empty(),
            Layer::Set(ledger) => ledger.is_empty(),
        }
    }
}
