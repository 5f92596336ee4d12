//! Order within lists: first, last, sorting, reversing, uniqueness, batches.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::attribute;
use crate::template::{
    builtin::Run,
    call::{Call, entries, list},
    failure,
};

pub(super) const ALL: &[(&str, Run)] = &[
    ("first", |call| {
        Ok(call.items()?.first().cloned().unwrap_or_default())
    }),
    ("last", |call| {
        Ok(call.items()?.last().cloned().unwrap_or_default())
    }),
    ("sort", sort),
    ("reverse", reverse),
    ("unique", unique),
    ("dictsort", dictsort),
    ("batch", batch),
    ("slice", slice),
    ("min", |call| extreme(call, std::cmp::Ordering::Less)),
    ("max", |call| extreme(call, std::cmp::Ordering::Greater)),
];

/// What a value is compared by where case does not count.
pub(super) fn folded(value: &Value) -> Value {
    match value.kind() {
        ValueKind::String => value.as_str().unwrap_or_default().to_lowercase().into(),
        _ => value.clone(),
    }
}

/// Python compares no values of different kinds.
fn comparable(values: &[Value]) -> Result<(), Error> {
    let kind = |value: &Value| match value.kind() {
        ValueKind::Bool => ValueKind::Number,
        kind => kind,
    };
    let Some(first) = values.first() else {
        return Ok(());
    };
    match values.iter().find(|value| kind(value) != kind(first)) {
        Some(other) => Err(failure::plain(format!(
            "{} and {} have no order",
            crate::template::call::describe(first),
            crate::template::call::describe(other)
        ))),
        None => Ok(()),
    }
}

fn sort(call: &mut Call) -> Result<Value, Error> {
    let reversed = call.flag(1, "reverse");
    let exact = call.flag(2, "case_sensitive");
    let paths = call.text(3, "attribute");
    let key = |item: &Value| -> Result<Vec<Value>, Error> {
        let values = match &paths {
            None => vec![item.clone()],
            Some(paths) => paths
                .split(',')
                .map(|path| attribute(item, &Value::from(path)))
                .collect::<Result<_, _>>()?,
        };
        if values.iter().any(Value::is_undefined) {
            return Err(failure::plain("an item lacks the attribute to sort by"));
        }
        Ok(values
            .iter()
            .map(|value| if exact { value.clone() } else { folded(value) })
            .collect())
    };
    let mut keyed = call
        .items()?
        .into_iter()
        .map(|item| Ok((key(&item)?, item)))
        .collect::<Result<Vec<_>, Error>>()?;
    let firsts: Vec<Value> = keyed
        .iter()
        .filter_map(|(key, _)| key.first().cloned())
        .collect();
    comparable(&firsts)?;
    keyed.sort_by(|(left, _), (right, _)| {
        let order = left.cmp(right);
        if reversed { order.reverse() } else { order }
    });
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

fn reverse(call: &mut Call) -> Result<Value, Error> {
    if call.value().kind() == ValueKind::String {
        return Ok(call.subject().chars().rev().collect::<String>().into());
    }
    let mut items = call.items()?;
    items.reverse();
    Ok(items.into())
}

fn unique(call: &mut Call) -> Result<Value, Error> {
    let exact = call.flag(1, "case_sensitive");
    let path = call.arg(2, "attribute").filter(|path| !path.is_none());
    let mut seen: Vec<Value> = Vec::new();
    let mut kept = Vec::new();
    for item in call.items()? {
        let value = match &path {
            Some(path) => attribute(&item, path)?,
            None => item.clone(),
        };
        let key = if exact { value } else { folded(&value) };
        if !seen.contains(&key) {
            seen.push(key);
            kept.push(item);
        }
    }
    Ok(kept.into())
}

fn dictsort(call: &mut Call) -> Result<Value, Error> {
    let exact = call.flag(1, "case_sensitive");
    let by_value = call.text(2, "by").as_deref() == Some("value");
    let reversed = call.flag(3, "reverse");
    let mut pairs = entries(&call.value())?;
    pairs.sort_by_cached_key(|(key, value)| {
        let by = if by_value { value } else { key };
        if exact { by.clone() } else { folded(by) }
    });
    if reversed {
        pairs.reverse();
    }
    Ok(pairs
        .into_iter()
        .map(|(key, value)| Value::from(vec![key, value]))
        .collect())
}

fn batch(call: &mut Call) -> Result<Value, Error> {
    let count = call
        .int(1, "linecount")?
        .and_then(|count| usize::try_from(count).ok());
    let count = count
        .filter(|count| *count > 0)
        .ok_or_else(|| failure::plain("needs a size"))?;
    let fill = call.arg(2, "fill_with").filter(|fill| !fill.is_none());
    Ok(call
        .items()?
        .chunks(count)
        .map(|chunk| {
            let mut chunk = chunk.to_vec();
            if let Some(fill) = &fill {
                chunk.resize(count, fill.clone());
            }
            Value::from(chunk)
        })
        .collect())
}

fn slice(call: &mut Call) -> Result<Value, Error> {
    let count = call
        .int(1, "slices")?
        .and_then(|count| usize::try_from(count).ok());
    let count = count
        .filter(|count| *count > 0)
        .ok_or_else(|| failure::plain("needs a number"))?;
    let fill = call.arg(2, "fill_with").filter(|fill| !fill.is_none());
    let items = list(&call.value())?;
    let (each, longer) = (items.len() / count, items.len() % count);
    let mut at = 0;
    let mut slices = Vec::with_capacity(count);
    for index in 0..count {
        let length = each + usize::from(index < longer);
        let mut part = items[at..at + length].to_vec();
        at += length;
        if let (Some(fill), true) = (&fill, longer > 0 && index >= longer) {
            part.push(fill.clone());
        }
        slices.push(Value::from(part));
    }
    Ok(slices.into())
}

fn extreme(call: &mut Call, wanted: std::cmp::Ordering) -> Result<Value, Error> {
    let exact = call.flag(1, "case_sensitive");
    let path = call.arg(2, "attribute").filter(|path| !path.is_none());
    let items = call.items()?;
    let mut best: Option<(Value, Value)> = None;
    let mut keys = Vec::with_capacity(items.len());
    for item in items {
        let value = match &path {
            Some(path) => attribute(&item, path)?,
            None => item.clone(),
        };
        let key = if exact { value } else { folded(&value) };
        keys.push(key.clone());
        if best
            .as_ref()
            .is_none_or(|(known, _)| key.cmp(known) == wanted)
        {
            best = Some((key, item));
        }
    }
    comparable(&keys)?;
    Ok(best.map(|(_, item)| item).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn lists_are_ordered() {
        assert_eq!(shown("{{ ['b', 'A', 'c'] | sort }}"), "['A', 'b', 'c']");
        assert_eq!(
            shown("{{ [1, 'a'] | sort }}").split(':').next(),
            Some("error")
        );
        assert_eq!(shown("{{ [3, 1, 3] | unique }}"), "[3, 1]");
        assert_eq!(
            shown("{{ [1, 2, 3] | batch(2, 'x') }}"),
            "[[1, 2], [3, 'x']]"
        );
    }
}
