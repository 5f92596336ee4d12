use std::{
    fmt::{self, Formatter},
    sync::Arc,
};

use minijinja::value::{Object, Value};

/// Stands for "as if this argument had not been written".
#[derive(Debug)]
struct Omit;

impl Object for Omit {
    fn repr(self: &Arc<Self>) -> minijinja::value::ObjectRepr {
        minijinja::value::ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("<<Omit>>")
    }
}

/// The value of the variable `omit`: the entry that holds it is dropped.
pub fn omit() -> Value {
    Value::from_object(Omit)
}

/// Whether a value is `omit`.
pub fn is_omit(value: &Value) -> bool {
    value.downcast_object_ref::<Omit>().is_some()
}
