//! Order within lists: first, last, sorting, reversing, uniqueness, batches.

use std::cmp::Ordering;

use minijinja::{
    Error,
    value::{Tuple, Value, ValueKind},
};

use super::attribute;
use crate::template::{
    builtin::Run,
    call::{Call, describe, entries},
    failure, operator,
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
    ("min", |call| extreme(call, Ordering::Less)),
    ("max", |call| extreme(call, Ordering::Greater)),
];

/// What a value is compared by where case does not count.
pub(super) fn folded(value: &Value) -> Value {
    match value.kind() {
        ValueKind::String => value.as_str().unwrap_or_default().to_lowercase().into(),
        _ => value.clone(),
    }
}

/// Sorts by keys as Python does, which compares no values of different kinds.
pub(in crate::template) fn sorted<T>(
    items: &mut [T],
    reversed: bool,
    key: impl Fn(&T) -> &Value,
) -> Result<(), Error> {
    let mut wrong = None;
    items.sort_by(|left, right| {
        let (left, right) = (key(left), key(right));
        let order = match operator::compared(left, right) {
            Some(order) => order.unwrap_or(Ordering::Equal),
            None => {
                wrong.get_or_insert_with(|| disordered(left, right));
                Ordering::Equal
            }
        };
        if reversed { order.reverse() } else { order }
    });
    wrong.map_or(Ok(()), Err)
}

fn disordered(left: &Value, right: &Value) -> Error {
    let (left, right) = (describe(left), describe(right));
    failure::plain(format!("{left} and {right} have no order"))
}

fn sort(call: &mut Call) -> Result<Value, Error> {
    let reversed = call.flag(1, "reverse");
    let exact = call.flag(2, "case_sensitive");
    let paths = call.text(3, "attribute");
    let key = |item: &Value| -> Result<Value, Error> {
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
        let values: Vec<Value> = values
            .iter()
            .map(|value| if exact { value.clone() } else { folded(value) })
            .collect();
        Ok(match &paths {
            None => values.into_iter().next().unwrap_or_default(),
            Some(_) => values.into(),
        })
    };
    let mut keyed = call
        .items()?
        .into_iter()
        .map(|item| Ok((key(&item)?, item)))
        .collect::<Result<Vec<_>, Error>>()?;
    sorted(&mut keyed, reversed, |(key, _)| key)?;
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
    let by_value = match call.text(2, "by").as_deref() {
        Some("value") => true,
        Some("key") | None => false,
        Some(other) => {
            let message = format!("sorts by 'key' or 'value', not by '{other}'");
            return Err(failure::plain(message));
        }
    };
    let reversed = call.flag(3, "reverse");
    let keyed = |(key, value): (Value, Value)| {
        let by = if by_value { &value } else { &key };
        let by = if exact { by.clone() } else { folded(by) };
        (by, Value::from(Tuple::from(vec![key, value])))
    };
    let mut pairs: Vec<_> = entries(&call.value())?.into_iter().map(keyed).collect();
    sorted(&mut pairs, reversed, |(by, _)| by)?;
    Ok(pairs.into_iter().map(|(_, pair)| pair).collect())
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
    let items = call.items()?;
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

fn extreme(call: &mut Call, wanted: Ordering) -> Result<Value, Error> {
    let exact = call.flag(1, "case_sensitive");
    let path = call.arg(2, "attribute").filter(|path| !path.is_none());
    let items = call.items()?;
    let mut best: Option<(Value, Value)> = None;
    for item in items {
        let value = match &path {
            Some(path) => attribute(&item, path)?,
            None => item.clone(),
        };
        let key = if exact { value } else { folded(&value) };
        let better = match &best {
            None => true,
            Some((known, _)) => {
                let order = operator::compared(&key, known);
                order.ok_or_else(|| disordered(&key, known))? == Some(wanted)
            }
        };
        if better {
            best = Some((key, item));
        }
    }
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
