//! The functions of JMESPath.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{
    arguments::Arguments,
    evaluate::{array, evaluate, values},
    node::Node,
};
use crate::template::{call::entries, failure, to_json};

type Function = fn(&Arguments) -> Result<Value, Error>;

/// Name, number of arguments (none: at least one), and what it does.
const ALL: &[(&str, Option<usize>, Function)] = &[
    ("abs", Some(1), |given| {
        let value = given.number(0)?;
        Ok(match value.as_i64().filter(|_| value.is_integer()) {
            Some(number) => number.abs().into(),
            None => f64::try_from(value.clone())?.abs().into(),
        })
    }),
    ("avg", Some(1), |given| {
        let items = given.array_of(0, &[ValueKind::Number])?;
        match items.len() {
            0 => Ok(().into()),
            count => Ok((f64::try_from(sum(&items)?)? / count as f64).into()),
        }
    }),
    ("ceil", Some(1), |given| whole(given.number(0)?, f64::ceil)),
    ("contains", Some(2), contains),
    ("ends_with", Some(2), |given| {
        Ok(given.text(0)?.ends_with(given.text(1)?).into())
    }),
    ("floor", Some(1), |given| {
        whole(given.number(0)?, f64::floor)
    }),
    ("join", Some(2), |given| {
        let items = given.array_of(1, &[ValueKind::String])?;
        let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
        Ok(texts.join(given.text(0)?).into())
    }),
    ("keys", Some(1), |given| {
        Ok(given.object(0)?.try_iter()?.collect())
    }),
    ("length", Some(1), |given| {
        let value = given.any(0)?;
        match (value.kind(), array(value)) {
            (_, Some(items)) => Ok(items.len().into()),
            (ValueKind::String | ValueKind::Map, _) => Ok(value.len().unwrap_or(0).into()),
            _ => Err(given.wrong("takes a string, an array or an object")),
        }
    }),
    ("map", Some(2), |given| {
        let node = given.reference(0)?;
        let items = given.array(1)?;
        items.iter().map(|item| evaluate(node, item)).collect()
    }),
    ("max", Some(1), |given| {
        let items = given.array_of(0, &[ValueKind::Number, ValueKind::String])?;
        Ok(extreme(&items, &items, |new, old| new > old))
    }),
    ("max_by", Some(2), |given| {
        let (items, keys) = keyed(given)?;
        Ok(extreme(&items, &keys, |new, old| new > old))
    }),
    ("merge", None, merge),
    ("min", Some(1), |given| {
        let items = given.array_of(0, &[ValueKind::Number, ValueKind::String])?;
        Ok(extreme(&items, &items, |new, old| new < old))
    }),
    ("min_by", Some(2), |given| {
        let (items, keys) = keyed(given)?;
        Ok(extreme(&items, &keys, |new, old| new < old))
    }),
    ("not_null", None, |given| {
        let found = given.all()?.iter().find(|value| !value.is_none());
        Ok(found.cloned().unwrap_or(().into()))
    }),
    ("reverse", Some(1), |given| {
        let value = given.any(0)?;
        match (value.as_str(), array(value)) {
            (Some(text), _) => Ok(text.chars().rev().collect::<String>().into()),
            (None, Some(items)) => Ok(items.into_iter().rev().collect()),
            _ => Err(given.wrong("takes a string or an array")),
        }
    }),
    ("sort", Some(1), |given| {
        let mut items = given.array_of(0, &[ValueKind::Number, ValueKind::String])?;
        items.sort();
        Ok(items.into())
    }),
    ("sort_by", Some(2), |given| {
        let (items, keys) = keyed(given)?;
        let mut pairs: Vec<(Value, Value)> = keys.into_iter().zip(items).collect();
        pairs.sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(pairs.into_iter().map(|(_, item)| item).collect())
    }),
    ("starts_with", Some(2), |given| {
        Ok(given.text(0)?.starts_with(given.text(1)?).into())
    }),
    ("sum", Some(1), |given| {
        sum(&given.array_of(0, &[ValueKind::Number])?)
    }),
    ("to_array", Some(1), |given| {
        let value = given.any(0)?;
        Ok(match array(value) {
            Some(items) => items.into(),
            None => vec![value.clone()].into(),
        })
    }),
    ("to_number", Some(1), |given| Ok(to_number(given.any(0)?))),
    ("to_string", Some(1), |given| {
        let value = given.any(0)?;
        Ok(match value.as_str() {
            Some(_) => value.clone(),
            None => compact(value).into(),
        })
    }),
    ("type", Some(1), |given| {
        Ok(Value::from(match given.any(0)?.kind() {
            ValueKind::String => "string",
            ValueKind::Bool => "boolean",
            ValueKind::Seq | ValueKind::Iterable => "array",
            ValueKind::Map => "object",
            ValueKind::Number => "number",
            _ => "null",
        }))
    }),
    ("values", Some(1), |given| {
        values(given.object(0)?).map(Value::from)
    }),
];

/// Calls a function by its name.
pub(super) fn call(name: &str, args: &[Node], on: &Value) -> Result<Value, Error> {
    let Some((_, count, run)) = ALL.iter().find(|(known, ..)| *known == name) else {
        let nearest = failure::nearest(name, ALL.iter().map(|(known, ..)| *known));
        let hint = nearest.map_or_else(String::new, |nearest| format!(": {nearest}"));
        return Err(failure::plain(format!(
            "JMESPath has no function '{name}'{hint}"
        )));
    };
    let given = Arguments::of(name, args, on)?;
    if let Some(count) = count {
        given.count(*count)?;
    }
    run(&given)
}

fn sum(items: &[Value]) -> Result<Value, Error> {
    if items.iter().all(Value::is_integer) {
        let total = items.iter().filter_map(Value::as_i64);
        return Ok(total.fold(0_i64, i64::saturating_add).into());
    }
    let mut total = 0.0;
    for item in items {
        total += f64::try_from(item.clone())?;
    }
    Ok(total.into())
}

fn whole(value: &Value, round: fn(f64) -> f64) -> Result<Value, Error> {
    match value.is_integer() {
        true => Ok(value.clone()),
        false => Ok((round(f64::try_from(value.clone())?) as i64).into()),
    }
}

fn contains(given: &Arguments) -> Result<Value, Error> {
    let (subject, wanted) = (given.any(0)?, given.any(1)?);
    match (subject.as_str(), array(subject)) {
        (_, Some(items)) => Ok(items.contains(wanted).into()),
        (Some(text), _) => Ok(text.contains(given.text(1)?).into()),
        _ => Err(given.wrong("takes an array or a string")),
    }
}

fn merge(given: &Arguments) -> Result<Value, Error> {
    let mut merged: Vec<(Value, Value)> = Vec::new();
    for at in 0..given.all()?.len() {
        for (key, value) in entries(given.object(at)?)? {
            match merged.iter_mut().find(|(known, _)| *known == key) {
                Some((_, old)) => *old = value,
                None => merged.push((key, value)),
            }
        }
    }
    Ok(Value::from_pairs(merged))
}

/// The items with what they are ordered by: all numbers, or all strings.
fn keyed(given: &Arguments) -> Result<(Vec<Value>, Vec<Value>), Error> {
    let (items, node) = (given.array(0)?, given.reference(1)?);
    let keys = items
        .iter()
        .map(|item| evaluate(node, item))
        .collect::<Result<Vec<_>, _>>()?;
    let first = keys.first().map(Value::kind);
    let fits = |key: &Value| {
        matches!(key.kind(), ValueKind::Number | ValueKind::String) && Some(key.kind()) == first
    };
    match keys.iter().all(fits) {
        true => Ok((items, keys)),
        false => Err(given.wrong("orders by numbers or by strings")),
    }
}

/// The first item whose key is beyond those of all others.
fn extreme(items: &[Value], keys: &[Value], beyond: fn(&Value, &Value) -> bool) -> Value {
    let mut best: Option<(&Value, &Value)> = None;
    for (item, key) in items.iter().zip(keys) {
        if best.is_none_or(|(_, old)| beyond(key, old)) {
            best = Some((item, key));
        }
    }
    best.map_or(().into(), |(item, _)| item.clone())
}

fn to_number(value: &Value) -> Value {
    let Some(text) = value.as_str().map(str::trim) else {
        return match value.kind() {
            ValueKind::Number => value.clone(),
            _ => ().into(),
        };
    };
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(number), _) => number.into(),
        (_, Ok(number)) => number.into(),
        _ => ().into(),
    }
}

/// JSON without any space, and nothing beyond ASCII.
fn compact(value: &Value) -> String {
    let mut out = String::new();
    for c in to_json(value).to_string().chars() {
        let mut units = [0; 2];
        match c.is_ascii() {
            true => out.push(c),
            false => c
                .encode_utf16(&mut units)
                .iter()
                .for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn keys_keep_their_order() {
        assert_eq!(
            shown("{{ {'b': 1, 'a': {'c': 2}} | json_query('{y: keys(@), x: a.c}') }}"),
            "{'y': ['b', 'a'], 'x': 2}"
        );
    }

    #[test]
    fn an_unknown_function_is_named_with_its_nearest() {
        let shown = shown("{{ [1] | json_query('sumn(@)') }}");
        assert!(shown.contains("did you mean 'sum'?"), "{shown}");
    }
}
