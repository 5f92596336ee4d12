//! `community.general.a_module`.

use super::Named;
use crate::template::{builtin::Run, call::describe, failure};

pub(super) const TESTS: &[Named<Run>] = &[("community.general.a_module", |call| {
    let name = call.value();
    let Some(name) = name.as_str() else {
        let message = format!("a module's name is text, not {}", describe(&name));
        return Err(failure::plain(message));
    };
    Ok(call.context()?.vars.has_module(name).into())
})];
