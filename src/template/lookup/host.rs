//! Hosts of the inventory.

use minijinja::{Error, value::Value};

use super::{Lookup, list};
use crate::template::{call::Call, print};

pub(super) const ALL: &[(&str, Lookup)] = &[("inventory_hostnames", inventory_hostnames)];

/// The hosts that patterns choose; none where a pattern is none.
fn inventory_hostnames(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let mut patterns = Vec::new();
    for term in terms {
        patterns.extend(list::one_or_more(term)?.iter().map(print::text));
    }
    let chosen = call.context()?.vars.hosts(&patterns.join(","));
    Ok(chosen.into_iter().map(Value::from).collect())
}
