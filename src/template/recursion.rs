use std::{cell::RefCell, sync::Arc};

use super::{ErrorKind, TemplateError, Variables};

/// How deep variables may refer to variables.
const DEEPEST: usize = 100;
/// How often one text may stand among the templates being rendered, each time seeing other variables.
const OFTENEST: usize = 8;

thread_local! {
    /// The templates that this thread is rendering, outermost first: text, and which variables it sees.
    static RENDERING: RefCell<Vec<(Arc<str>, usize)>> = const { RefCell::new(Vec::new()) };
}

/// Held while a template renders, so that one which needs its own result is found.
pub(super) struct Guard;

impl Guard {
    pub fn enter(source: &str, vars: &Arc<dyn Variables>) -> Result<Self, TemplateError> {
        let seen = Arc::as_ptr(vars).cast::<()>() as usize;
        RENDERING.with_borrow_mut(|rendering| {
            let same = || rendering.iter().filter(|(text, _)| **text == *source);
            let again = same().any(|(_, vars)| *vars == seen) || same().count() >= OFTENEST;
            if again || rendering.len() >= DEEPEST {
                return Err(circle(source, rendering));
            }
            rendering.push((source.into(), seen));
            Ok(Self)
        })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        RENDERING.with_borrow_mut(Vec::pop);
    }
}

fn circle(source: &str, rendering: &[(Arc<str>, usize)]) -> TemplateError {
    let from = rendering
        .iter()
        .rposition(|(text, _)| **text == *source)
        .unwrap_or(rendering.len().saturating_sub(3));
    let mut chain: Vec<&str> = rendering[from..]
        .iter()
        .map(|(text, _)| text.trim())
        .collect();
    chain.push(source.trim());
    let message = format!("a template needs its own result: {}", chain.join("  →  "));
    let mut error = TemplateError::new(ErrorKind::Recursion, message);
    error.help = Some("a variable refers to itself; give one of them another name".into());
    error
}
