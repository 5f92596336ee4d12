use std::{
    ops::Range,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use minijinja::{
    State,
    value::{Enumerator, Object, Value, ValueKind},
};

use super::{Engine, ErrorKind, TemplateError, Variables, call::describe, failure, print};

/// The name under which a template's functions find the [`Context`] of their run.
const SELF: &str = "__farcast__";

/// One run of one template: what it sees, and what it found missing.
#[derive(Debug)]
pub(super) struct Context {
    pub engine: Engine,
    pub vars: Arc<dyn Variables>,
    /// The directory of the template file, where it is one.
    pub directory: Option<PathBuf>,
    misses: Mutex<Vec<Miss>>,
    emitted: Mutex<Vec<Value>>,
}

/// A link of a chain, or a variable, that was looked up and is not there.
#[derive(Clone, Debug)]
pub(super) struct Miss {
    pub name: String,
    /// The template's name and the bytes there, where a link is missing.
    pub at: Option<(String, Range<usize>)>,
    /// What the value is in which the link is missing.
    pub found: String,
    pub known: Vec<String>,
    /// Why a value that stands in a file is not there: a template in it needs what is undefined.
    pub cause: Option<TemplateError>,
}

impl Context {
    pub fn new(engine: &Engine, vars: &Arc<dyn Variables>, directory: Option<PathBuf>) -> Self {
        Self {
            engine: engine.clone(),
            vars: Arc::clone(vars),
            directory,
            misses: Mutex::default(),
            emitted: Mutex::default(),
        }
    }

    /// The context of a running template.
    pub fn of(state: &State) -> Result<Arc<Self>, minijinja::Error> {
        state
            .lookup(SELF)
            .and_then(|value| value.downcast_object::<Self>())
            .ok_or_else(|| failure::plain("this runs only within a template of farcast"))
    }

    fn miss(&self, miss: Miss) {
        self.misses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(miss);
    }

    /// Remembers that a value has no such entry.
    pub fn lacks(&self, value: &Value, name: &str, at: Option<(String, Range<usize>)>) {
        let keys = match value.kind() {
            ValueKind::Map => value.try_iter().into_iter().flatten(),
            _ => Value::from(()).try_iter().into_iter().flatten(),
        };
        self.miss(Miss {
            name: name.to_owned(),
            at,
            found: describe(value).to_owned(),
            known: keys.map(|key| print::text(&key)).collect(),
            cause: None,
        });
    }

    /// Remembers that a value is undefined because what it is made of is.
    pub fn unmade(&self, name: &str, at: Option<(String, Range<usize>)>, cause: TemplateError) {
        self.miss(Miss {
            name: name.to_owned(),
            at,
            found: String::new(),
            known: Vec::new(),
            cause: Some(cause),
        });
    }

    pub fn misses(&self) -> Vec<Miss> {
        self.misses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Remembers a value that the template gives out.
    pub fn emit(&self, value: &Value) {
        self.emitted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(value.clone());
    }

    /// The value that was given out, where it was the only one (null does not count beside another).
    pub fn only(&self) -> Option<Value> {
        let emitted = self.emitted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut real = emitted.iter().filter(|value| !value.is_none());
        match (real.next(), real.next()) {
            (Some(value), None) => Some(value.clone()),
            (None, _) => emitted.first().cloned(),
            _ => None,
        }
    }

    /// Whether the template gave out no value at all.
    pub fn is_silent(&self) -> bool {
        let emitted = self.emitted.lock().unwrap_or_else(PoisonError::into_inner);
        emitted.is_empty()
    }

    fn variable(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        if self.engine.is_own(name) {
            return None;
        }
        let found = match self.vars.get(name) {
            Some(Err(cause)) if cause.kind == ErrorKind::Undefined => {
                self.unmade(name, None, cause);
                return None;
            }
            found => found,
        };
        if found.is_none() && !self.engine.is_global(name) {
            self.miss(Miss {
                name: name.to_owned(),
                at: None,
                found: String::new(),
                known: Vec::new(),
                cause: None,
            });
        }
        found
    }
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        if name == SELF {
            return Some(Value::from_dyn_object(Arc::clone(self)));
        }
        match self.variable(name)? {
            Ok(value) => Some(value),
            Err(error) => Some(Value::from(failure::caused(error))),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.vars.names().into_iter().map(Value::from).collect())
    }
}
