//! Whether what happened on a host is what a case expects.

use farcast::event::{Event, Finished, Kind, Status};
use regex::Regex;
use serde_json::Value;

use super::case::Expect;

/// What a host said about the case's task: the first one of its run.
///
/// # Errors
/// When it said nothing.
pub fn finished<'a>(events: &'a [Event], host: &str) -> Result<&'a Finished, String> {
    let is_task = |event: &&Event| {
        matches!(
            event,
            Event::TaskStarted {
                kind: Kind::Task,
                ..
            }
        )
    };
    let task = events.iter().skip_while(|event| !is_task(event));
    let mut said = task.filter_map(|event| match event {
        Event::HostFinished {
            host: name, result, ..
        } if name == host => Some(result),
        _ => None,
    });
    said.next().ok_or_else(|| "no step finished".to_owned())
}

/// The names of all that differs, of a loop's items too.
pub fn differing(events: &[Event], host: &str) -> Vec<String> {
    let results = events.iter().filter_map(|event| match event {
        Event::HostFinished {
            host: name, result, ..
        }
        | Event::ItemFinished {
            host: name, result, ..
        } if name == host => Some(result),
        _ => None,
    });
    let mut names: Vec<String> = results
        .flat_map(|result| result.diff.iter().map(|diff| diff.what.clone()))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Judges what the dry run said.
pub fn of_plan(expect: &Expect, result: &Finished) -> Result<(), String> {
    let Some(wanted) = &expect.plan_changed else {
        return Ok(());
    };
    let said = match result.status {
        Status::Changed => Value::Bool(true),
        Status::Ok | Status::Skipped => Value::Bool(false),
        Status::Unknown => "unknown".into(),
        // That it would fail is no change.
        Status::Failed if expect.failed => Value::Bool(false),
        Status::Failed | Status::Unreachable => "failed".into(),
    };
    if said == *wanted {
        Ok(())
    } else {
        Err(format!(
            "plan_changed is {said}, not {wanted}: {}",
            shown(result)
        ))
    }
}

/// Judges what the first run did.
pub fn of_apply(expect: &Expect, result: &Finished) -> Result<(), String> {
    let failed = matches!(result.status, Status::Failed | Status::Unreachable);
    if failed != expect.failed {
        return Err(format!("failed is {failed}: {}", shown(result)));
    }
    let changed = result.status == Status::Changed;
    if let Some(wanted) = expect.changed.filter(|wanted| *wanted != changed) {
        return Err(format!(
            "changed is {changed}, not {wanted}: {}",
            shown(result)
        ));
    }
    if let Some(wanted) = &expect.message {
        fits("message", wanted, &result.msg.clone().into())?;
    }
    for (key, wanted) in &expect.result {
        let at = if key == "msg" {
            result.msg.clone().into()
        } else {
            at(result, key)
        };
        fits(key, wanted, &at).map_err(|error| format!("{error}\n{}", shown(result)))?;
    }
    Ok(())
}

/// A return value; `stat.exists` is the value `exists` within `stat`.
fn at(result: &Finished, key: &str) -> Value {
    if let Some(value) = result.data.get(key) {
        return value.clone();
    }
    let mut names = key.split('.');
    let first = names.next().and_then(|name| result.data.get(name));
    let found = names.fold(first, |value, name| match value? {
        Value::Array(list) => list.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    });
    found.cloned().unwrap_or_default()
}

/// `/pattern/` is to be found in the text, or in the JSON; anything else must be equal.
fn fits(what: &str, wanted: &Value, found: &Value) -> Result<(), String> {
    let pattern = wanted
        .as_str()
        .and_then(|text| text.strip_prefix('/')?.strip_suffix('/'));
    let fit = match pattern {
        Some(pattern) => {
            let text = found
                .as_str()
                .map_or_else(|| found.to_string(), str::to_owned);
            Regex::new(pattern)
                .map_err(|error| error.to_string())?
                .is_match(&text)
        }
        None => wanted == found,
    };
    if fit {
        Ok(())
    } else {
        Err(format!("{what} is {found}, not {wanted}"))
    }
}

/// A result, for a message.
pub fn shown(result: &Finished) -> String {
    let data = serde_json::to_string_pretty(&result.data).unwrap_or_default();
    format!(
        "{:?}, msg {:?}, diff {:?}, data {data}",
        result.status, result.msg, result.diff
    )
}
