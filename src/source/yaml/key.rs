use {
    super::super::{Kind, Node},
    std::collections::HashMap,
};

/// What makes two keys of a map the same, as in Python: `1`, `1.0` and `true` are one key.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Identity {
    Null,
    Text(String),
    Whole(i64),
    Fraction(u64),
}

impl Identity {
    /// Nothing where the node cannot be a key.
    pub(super) fn of(key: &Node) -> Option<Self> {
        match &key.kind {
            Kind::Null => Some(Self::Null),
            Kind::Bool(is) => Some(Self::Whole((*is).into())),
            Kind::Int(number) => Some(Self::Whole(*number)),
            Kind::Float(number) => Some(Self::of_float(*number)),
            Kind::String(text) => Some(Self::Text(text.clone())),
            Kind::Unsafe(inner) => Self::of(inner),
            Kind::List(_) | Kind::Map(_) | Kind::Vault(_) => None,
        }
    }

    fn of_float(number: f64) -> Self {
        let whole = number as i64;
        if whole as f64 == number {
            Self::Whole(whole)
        } else {
            Self::Fraction(number.to_bits())
        }
    }
}

/// Where each key stands among a map's entries.
pub(super) type Index = HashMap<Identity, usize>;
