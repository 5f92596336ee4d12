use minijinja::{Error, value::Value};

use super::Given;
use crate::template::{call::items, failure, print};

/// A place as Python counts it, from the end where it is negative.
fn place(at: i64, length: usize) -> usize {
    let from_end = || length.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(length));
    match usize::try_from(at) {
        Ok(at) => at.min(length),
        Err(_) => from_end(),
    }
}

pub(super) fn call(value: &Value, name: &str, given: &Given) -> Result<Option<Value>, Error> {
    let all = || items(value);
    Ok(Some(match name {
        "index" => index(&all()?, given)?.into(),
        "count" => {
            let wanted = given.need(0)?;
            all()?.iter().filter(|item| **item == wanted).count().into()
        }
        _ if value.is_tuple() => return Ok(None),
        "copy" => all()?.into(),
        // What changes a list that nobody keeps only gives its answer.
        "pop" => popped(all()?, given)?,
        "remove" => {
            index(&all()?, given)?;
            Value::from(())
        }
        "append" | "extend" | "insert" => {
            given.need(0)?;
            Value::from(())
        }
        "clear" | "reverse" | "sort" => Value::from(()),
        _ => return Ok(None),
    }))
}

fn index(all: &[Value], given: &Given) -> Result<usize, Error> {
    let wanted = given.need(0)?;
    let start = place(given.int(1, "start")?.unwrap_or(0), all.len());
    let stop = given
        .int(2, "stop")?
        .map_or(all.len(), |stop| place(stop, all.len()));
    let found = all
        .iter()
        .enumerate()
        .skip(start)
        .take(stop.saturating_sub(start))
        .find(|(_, item)| **item == wanted);
    found
        .map(|(at, _)| at)
        .ok_or_else(|| failure::plain(format!("{} is not in the list", print::repr(&wanted))))
}

fn popped(mut all: Vec<Value>, given: &Given) -> Result<Value, Error> {
    let at = given.int(0, "index")?.unwrap_or(-1);
    let at = match usize::try_from(at) {
        Ok(at) => at,
        Err(_) => all
            .len()
            .wrapping_sub(usize::try_from(at.unsigned_abs()).unwrap_or(0)),
    };
    if at >= all.len() {
        return Err(failure::plain("there is nothing to pop"));
    }
    Ok(all.remove(at))
}
