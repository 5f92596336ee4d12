use {
    super::{Engine, Reach, TemplateError, Value, ValueKind, Variables},
    crate::source::Node,
    std::{path::PathBuf, sync::Arc},
};

/// The name under which the terms of a loop stand.
const TERMS: &str = "ansible_loop_terms";

/// The variables of a step, and the terms of its loop.
#[derive(Debug)]
struct WithTerms {
    variables: Arc<dyn Variables>,
    terms: Value,
}

impl Variables for WithTerms {
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        match name {
            TERMS => Some(Ok(self.terms.clone())),
            name => self.variables.get(name),
        }
    }

    fn names(&self) -> Vec<String> {
        self.variables.names()
    }

    fn search_path(&self, kind: &str) -> Vec<PathBuf> {
        self.variables.search_path(kind)
    }

    fn may_reach(&self, reach: Reach) -> bool {
        self.variables.may_reach(reach)
    }

    fn hosts(&self, pattern: &str) -> Vec<String> {
        self.variables.hosts(pattern)
    }

    fn has_module(&self, name: &str) -> bool {
        self.variables.has_module(name)
    }
}

impl Engine {
    /// The items of a `with_NAME` loop: what the lookup of that name gives for its terms, always a list.
    pub fn lookup_loop(
        &self,
        name: &str,
        terms: &Node,
        variables: &Arc<dyn Variables>,
    ) -> Result<Value, TemplateError> {
        let terms = self.node(terms, variables)?;
        let terms = match terms.kind() {
            ValueKind::Seq | ValueKind::Iterable => terms,
            _ => Value::from(vec![terms]),
        };
        let variables = Arc::clone(variables);
        let with: Arc<dyn Variables> = Arc::new(WithTerms { variables, terms });
        // A lookup's name is an identifier: `with_` and whatever the keyword had behind it.
        let name: String = name
            .chars()
            .filter(|c| c.is_alphanumeric() || "._".contains(*c))
            .collect();
        self.expression(&format!("query('{name}', *{TERMS})"), &with)
    }
}
