//! What functions are given, and whether it is of the type that they take.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{
    evaluate::{array, evaluate},
    node::Node,
};
use crate::template::{failure, print};

/// A function's arguments, evaluated save for references.
pub(super) struct Arguments<'n> {
    name: &'n str,
    nodes: &'n [Node],
    values: Vec<Value>,
}

impl<'n> Arguments<'n> {
    pub fn of(name: &'n str, nodes: &'n [Node], on: &Value) -> Result<Self, Error> {
        let value = |node: &Node| match node {
            Node::Reference(_) => Ok(Value::UNDEFINED),
            node => evaluate(node, on),
        };
        Ok(Self {
            name,
            nodes,
            values: nodes.iter().map(value).collect::<Result<_, _>>()?,
        })
    }

    /// All of them; at least one.
    pub fn all(&self) -> Result<&[Value], Error> {
        match self.values.is_empty() {
            true => Err(self.wrong("needs at least one argument")),
            false => Ok(&self.values),
        }
    }

    pub fn count(&self, count: usize) -> Result<(), Error> {
        match self.values.len() == count {
            true => Ok(()),
            false => Err(self.wrong(&format!(
                "takes {count}, not {} arguments",
                self.values.len()
            ))),
        }
    }

    pub fn wrong(&self, what: &str) -> Error {
        failure::plain(format!("the function '{}' {what}", self.name))
    }

    fn not(&self, value: &Value, wanted: &str) -> Error {
        let shown = match value.is_undefined() {
            true => "a reference".into(),
            false => print::repr(value),
        };
        self.wrong(&format!("takes {wanted}, not {shown}"))
    }

    pub fn any(&self, at: usize) -> Result<&Value, Error> {
        let value = self.values.get(at);
        let value = value.ok_or_else(|| self.wrong("has too few arguments"))?;
        match value.is_undefined() {
            true => Err(self.not(value, "a value")),
            false => Ok(value),
        }
    }

    pub fn text(&self, at: usize) -> Result<&str, Error> {
        let value = self.any(at)?;
        value.as_str().ok_or_else(|| self.not(value, "a string"))
    }

    pub fn number(&self, at: usize) -> Result<&Value, Error> {
        let value = self.any(at)?;
        match value.kind() {
            ValueKind::Number => Ok(value),
            _ => Err(self.not(value, "a number")),
        }
    }

    pub fn object(&self, at: usize) -> Result<&Value, Error> {
        let value = self.any(at)?;
        match value.kind() {
            ValueKind::Map => Ok(value),
            _ => Err(self.not(value, "an object")),
        }
    }

    pub fn array(&self, at: usize) -> Result<Vec<Value>, Error> {
        let value = self.any(at)?;
        array(value).ok_or_else(|| self.not(value, "an array"))
    }

    /// An array of one kind, which is one of those that are allowed.
    pub fn array_of(&self, at: usize, kinds: &[ValueKind]) -> Result<Vec<Value>, Error> {
        let items = self.array(at)?;
        let first = items.first().map(Value::kind);
        let fits = |item: &&Value| Some(item.kind()) == first && kinds.contains(&item.kind());
        match items.iter().find(|item| !fits(item)) {
            None => Ok(items),
            Some(wrong) => Err(self.not(wrong, "an array of numbers, or one of strings")),
        }
    }

    /// What is behind a `&`.
    pub fn reference(&self, at: usize) -> Result<&'n Node, Error> {
        match self.nodes.get(at) {
            Some(Node::Reference(node)) => Ok(node),
            _ => Err(self.wrong("takes a reference (&name)")),
        }
    }
}
