use {
    crate::{
        control,
        module::{self, Schema},
    },
    std::{
        collections::HashMap,
        sync::{Arc, LazyLock, PoisonError, RwLock},
    },
};

/// What is known of the arguments of a module or control step.
#[derive(Debug, Default)]
pub struct Declared {
    pub schema: Schema,
    pub open: bool,
    pub free_form: Option<&'static str>,
    pub raw: &'static [&'static str],
}

type Known = RwLock<HashMap<String, Option<Arc<Declared>>>>;

/// Schemas are dear to make, and the same for all that is checked and run.
static KNOWN: LazyLock<Known> = LazyLock::new(RwLock::default);

/// The arguments of a module or control step, as a task names it; nothing where there is none of that name.
pub fn declared(name: &str) -> Option<Arc<Declared>> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(name) {
        return found.clone();
    }
    drop(known);
    let made = make(name).map(Arc::new);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.insert(name.to_owned(), made.clone());
    made
}

fn make(name: &str) -> Option<Declared> {
    match (control::find(name), module::find(name)) {
        (Some(step), _) => Some(Declared {
            schema: step.schema(),
            open: step.open,
            free_form: step.free_form,
            raw: step.raw,
        }),
        (None, Some(module)) => Some(Declared {
            schema: module.schema(),
            open: false,
            free_form: module.free_form,
            raw: &[],
        }),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_made_once() {
        let first = declared("ansible.builtin.file").unwrap();
        let second = declared("ansible.builtin.file").unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert!(first.schema.argument("path").is_some());
        assert!(declared("no_such_module").is_none());
    }
}
