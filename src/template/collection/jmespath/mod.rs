//! JMESPath, the language of `json_query`.
//!
//! Our own, because the crate of that name sorts the keys of every object, and Ansible's users see them in their order.

mod arguments;
mod evaluate;
mod function;
mod node;
mod parse;
mod token;

use minijinja::{Error, value::Value};

use super::Named;
use crate::template::{builtin::Run, call::Call, failure};

pub(super) const FILTERS: &[Named<Run>] = &[("community.general.json_query", json_query)];

fn json_query(call: &mut Call) -> Result<Value, Error> {
    let expression = call.need(1, "expr")?;
    let Some(text) = expression.as_str() else {
        return Err(failure::plain("the query must be text"));
    };
    let node = parse::parse(text)
        .map_err(|wrong| failure::plain(format!("'{text}' is no JMESPath expression: {wrong}")))?;
    evaluate::evaluate(&node, &call.value())
}
