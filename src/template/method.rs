//! The methods of Python's strings, lists and dictionaries that templates use, where minijinja's own are not enough.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{bound, call::entries, failure, percent, print};

/// Calls a method; nothing where it is left to minijinja and its Python compatibility.
pub(super) fn call(value: &Value, name: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    match value.kind() {
        ValueKind::String => string(value.as_str().unwrap_or_default(), name, args),
        ValueKind::Map => map(value, name, args),
        ValueKind::Seq | ValueKind::Iterable => list(value, name, args),
        _ => Ok(None),
    }
}

fn string(text: &str, name: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    let arg = |at: usize| args.get(at).map(print::text);
    let result = match name {
        "format" => percent::format(text, args)?,
        "join" => {
            let items = args.first().cloned().unwrap_or_default();
            let parts: Vec<String> = items.try_iter()?.map(|item| print::text(&item)).collect();
            parts.join(text).into()
        }
        "zfill" => {
            let width = args.first().and_then(Value::as_usize).unwrap_or(0);
            zfill(text, bound::width(width)?).into()
        }
        "ljust" | "rjust" | "center" => {
            let width = args.first().and_then(Value::as_usize).unwrap_or(0);
            let width = bound::width(width)?;
            justified(text, name, width, &arg(1).unwrap_or_else(|| " ".into())).into()
        }
        "swapcase" => text
            .chars()
            .map(|c| {
                if c.is_lowercase() {
                    c.to_uppercase().to_string()
                } else {
                    c.to_lowercase().to_string()
                }
            })
            .collect::<String>()
            .into(),
        "removeprefix" => {
            let prefix = arg(0).unwrap_or_default();
            text.strip_prefix(prefix.as_str()).unwrap_or(text).into()
        }
        "removesuffix" => {
            let suffix = arg(0).unwrap_or_default();
            text.strip_suffix(suffix.as_str()).unwrap_or(text).into()
        }
        "partition" => partition(
            text.split_once(&arg(0).unwrap_or_default()),
            text,
            &arg(0),
            false,
        ),
        "rpartition" => partition(
            text.rsplit_once(&arg(0).unwrap_or_default()),
            text,
            &arg(0),
            true,
        ),
        "rsplit" => rsplit(text, args),
        "casefold" => text.to_lowercase().into(),
        "encode" | "decode" => text.into(),
        "index" => match text.find(&arg(0).unwrap_or_default()) {
            Some(at) => text[..at].chars().count().into(),
            None => return Err(failure::plain("the substring is not found")),
        },
        _ => return Ok(None),
    };
    Ok(Some(result))
}

fn zfill(text: &str, width: usize) -> String {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (&text[..1], digits),
        None => ("", text),
    };
    let missing = width.saturating_sub(text.chars().count());
    format!("{sign}{}{digits}", "0".repeat(missing))
}

fn justified(text: &str, name: &str, width: usize, fill: &str) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let left = match name {
        "ljust" => 0,
        "rjust" => missing,
        _ => missing / 2 + (missing & width & 1),
    };
    format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left))
}

fn partition(
    split: Option<(&str, &str)>,
    text: &str,
    separator: &Option<String>,
    last: bool,
) -> Value {
    let separator = separator.as_deref().unwrap_or_default();
    let parts = match split {
        Some((before, after)) => [before, separator, after],
        None if last => ["", "", text],
        None => [text, "", ""],
    };
    parts.into_iter().map(Value::from).collect()
}

fn rsplit(text: &str, args: &[Value]) -> Value {
    let limit = args
        .get(1)
        .and_then(Value::as_usize)
        .map_or(usize::MAX, |count| count + 1);
    let mut parts: Vec<Value> = match args.first().and_then(Value::as_str) {
        Some(separator) => text.rsplitn(limit, separator).map(Value::from).collect(),
        None => text.split_whitespace().rev().map(Value::from).collect(),
    };
    parts.reverse();
    parts.into()
}

fn map(value: &Value, name: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    let pairs = || entries(value);
    Ok(match name {
        "items" | "iteritems" => Some(
            pairs()?
                .into_iter()
                .map(|(key, item)| Value::from(vec![key, item]))
                .collect(),
        ),
        "keys" => Some(pairs()?.into_iter().map(|(key, _)| key).collect()),
        "values" => Some(pairs()?.into_iter().map(|(_, item)| item).collect()),
        "copy" => Some(value.clone()),
        "get" => {
            let key = args.first().cloned().unwrap_or_default();
            let found = value.get_item(&key)?;
            let absent = || args.get(1).cloned().unwrap_or(Value::from(()));
            Some(if found.is_undefined() {
                absent()
            } else {
                found
            })
        }
        _ => None,
    })
}

fn list(value: &Value, name: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    let wanted = args.first().cloned().unwrap_or_default();
    let mut items = value.try_iter()?;
    Ok(match name {
        "index" => match items.position(|item| item == wanted) {
            Some(at) => Some(at.into()),
            None => {
                let message = format!("{} is not in the list", print::repr(&wanted));
                return Err(failure::plain(message));
            }
        },
        "count" => Some(items.filter(|item| *item == wanted).count().into()),
        "copy" => Some(items.collect()),
        _ => None,
    })
}
