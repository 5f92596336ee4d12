//! Lists and dictionaries whose entries are rendered when they are asked for. A variable is rendered whole where that is possible;
//! where one of its entries cannot be rendered (yet), those that can are still there. Opening a vault takes milliseconds, so that
//! what holds vaults is opened entry by entry, too.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::{Engine, TemplateError, Variables, failure, is_omit, raw};
use crate::source::{Kind, Node};

/// A list or dictionary as it stands in a file, and what it may see.
#[derive(Debug)]
struct Lazy {
    engine: Engine,
    node: Node,
    vars: Arc<dyn Variables>,
}

impl Engine {
    /// A variable's value: rendered whole, or entry by entry where an entry has no value.
    ///
    /// # Errors
    /// What rendering gives, where the value is no list or dictionary.
    pub fn variable(&self, node: &Node, vars: &Arc<dyn Variables>) -> Result<Value, TemplateError> {
        match (self.node(node, vars), &node.kind) {
            (Err(_), Kind::List(_) | Kind::Map(_)) => Ok(self.entry_by_entry(node, vars)),
            (rendered, _) => rendered,
        }
    }

    /// A list or dictionary of which each entry is rendered when it is asked for.
    pub(super) fn entry_by_entry(&self, node: &Node, vars: &Arc<dyn Variables>) -> Value {
        Value::from_object(Lazy {
            engine: self.clone(),
            node: node.clone(),
            vars: Arc::clone(vars),
        })
    }
}

/// Whether a value is rendered entry by entry. Such a value must not be kept: it holds the variables that it stands in.
pub fn is_lazy(value: &Value) -> bool {
    value.downcast_object_ref::<Lazy>().is_some()
}

/// The whole value.
///
/// # Errors
/// The first entry that cannot be rendered, with its place.
pub fn whole(value: Value) -> Result<Value, TemplateError> {
    match value.downcast_object_ref::<Lazy>() {
        Some(lazy) => lazy.engine.node(&lazy.node, &lazy.vars),
        None => Ok(value),
    }
}

impl Lazy {
    fn entry(&self, node: &Node) -> Value {
        if let Some(constant) = self.engine.constant(node) {
            return constant;
        }
        match self.engine.variable(node, &self.vars) {
            Ok(value) => value,
            Err(error) => Value::from(failure::caused(error)),
        }
    }

    fn key(&self, node: &Node) -> Value {
        self.engine
            .node(node, &self.vars)
            .unwrap_or_else(|_| raw(node))
    }
}

impl Object for Lazy {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.node.kind {
            Kind::Map(_) => ObjectRepr::Map,
            _ => ObjectRepr::Seq,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let found = match &self.node.kind {
            Kind::Map(entries) => {
                let (_, node) = entries.iter().find(|(name, _)| self.key(name) == *key)?;
                self.entry(node)
            }
            Kind::List(items) => self.entry(items.get(key.as_usize()?)?),
            _ => return None,
        };
        (!is_omit(&found)).then_some(found)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &self.node.kind {
            Kind::Map(entries) => {
                Enumerator::Values(entries.iter().map(|(name, _)| self.key(name)).collect())
            }
            Kind::List(items) => Enumerator::Seq(items.len()),
            _ => Enumerator::NonEnumerable,
        }
    }
}
