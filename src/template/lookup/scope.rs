use std::{path::PathBuf, sync::Arc};

use minijinja::value::Value;

use crate::template::{Reach, TemplateError, Variables, print};

/// Variables with some more before them.
#[derive(Debug)]
struct Extended {
    more: Value,
    outer: Arc<dyn Variables>,
}

/// Puts the entries of a map before the variables.
pub(in crate::template) fn with(outer: &Arc<dyn Variables>, more: Value) -> Arc<dyn Variables> {
    Arc::new(Extended {
        more,
        outer: Arc::clone(outer),
    })
}

impl Variables for Extended {
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        match self.more.get_item(&Value::from(name)) {
            Ok(found) if !found.is_undefined() => Some(Ok(found)),
            _ => self.outer.get(name),
        }
    }

    fn names(&self) -> Vec<String> {
        let more = self.more.try_iter().into_iter().flatten();
        more.map(|name| print::text(&name))
            .chain(self.outer.names())
            .collect()
    }

    fn search_path(&self, kind: &str) -> Vec<PathBuf> {
        self.outer.search_path(kind)
    }

    fn may_reach(&self, reach: Reach) -> bool {
        self.outer.may_reach(reach)
    }

    fn hosts(&self, pattern: &str) -> Vec<String> {
        self.outer.hosts(pattern)
    }

    fn has_module(&self, name: &str) -> bool {
        self.outer.has_module(name)
    }
}
