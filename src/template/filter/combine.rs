//! Lists and dictionaries put together and taken apart.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::attribute;
use crate::template::{
    builtin::Run,
    call::{Call, entries, items, list},
    failure, print,
};

pub(super) const ALL: &[(&str, Run)] = &[
    ("combine", combine),
    ("dict2items", to_items),
    ("items2dict", from_items),
    ("items", |call| {
        Ok(entries(&call.value())?
            .into_iter()
            .map(|(key, value)| Value::from(vec![key, value]))
            .collect())
    }),
    ("flatten", flatten),
    ("subelements", subelements),
    ("extract", extract),
    ("difference", |call| {
        sets(call, |left, right| keep(left, right, false))
    }),
    ("intersect", |call| {
        sets(call, |left, right| keep(left, right, true))
    }),
    ("union", |call| {
        sets(call, |left, right| [left, right].concat())
    }),
    ("symmetric_difference", |call| {
        sets(call, |left, right| {
            [keep(left, right, false), keep(right, left, false)].concat()
        })
    }),
    ("zip", zip),
    ("zip_longest", zip_longest),
    ("product", product),
    ("permutations", permutations),
    ("combinations", combinations),
];

fn combine(call: &mut Call) -> Result<Value, Error> {
    let recursive = call
        .kwargs
        .iter()
        .any(|(name, value)| name == "recursive" && value.is_true());
    let lists = call
        .named("list_merge")
        .map_or_else(|| "replace".into(), |name| print::text(&name));
    let known = [
        "replace",
        "keep",
        "append",
        "prepend",
        "append_rp",
        "prepend_rp",
    ];
    if !known.contains(&lists.as_str()) {
        return Err(failure::plain(format!(
            "list_merge is one of {}, not '{lists}'",
            known.join(", ")
        )));
    }
    let mut maps = Vec::new();
    for arg in &call.args {
        match arg.kind() {
            ValueKind::Map => maps.push(arg.clone()),
            _ => maps.extend(leaves(arg, None)?),
        }
    }
    let mut maps = maps.into_iter();
    let mut merged = maps
        .next()
        .unwrap_or_else(|| Value::from_pairs::<_, Value, Value>([]));
    entries(&merged)?;
    for other in maps {
        merged = merge(&merged, &other, recursive, &lists)?;
    }
    Ok(merged)
}

/// The entries of two dictionaries, the right's where both have one; `lists` says what becomes of two lists.
pub(in crate::template) fn merge(
    left: &Value,
    right: &Value,
    recursive: bool,
    lists: &str,
) -> Result<Value, Error> {
    let mut merged = entries(left)?;
    for (key, new) in entries(right)? {
        match merged.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = together(old, new, recursive, lists)?,
            None => merged.push((key, new)),
        }
    }
    Ok(Value::from_pairs(merged))
}

fn together(old: &Value, new: Value, recursive: bool, lists: &str) -> Result<Value, Error> {
    match (old.kind(), new.kind()) {
        (ValueKind::Map, ValueKind::Map) if recursive => merge(old, &new, true, lists),
        (ValueKind::Seq | ValueKind::Iterable, ValueKind::Seq | ValueKind::Iterable) => {
            let (old_items, new_items) = (list(old)?, list(&new)?);
            Ok(match lists {
                "keep" => old.clone(),
                "append" => [old_items, new_items].concat().into(),
                "prepend" => [new_items, old_items].concat().into(),
                "append_rp" => [keep(&old_items, &new_items, false), new_items]
                    .concat()
                    .into(),
                "prepend_rp" => {
                    let old_items = keep(&old_items, &new_items, false);
                    [new_items, old_items].concat().into()
                }
                _ => new,
            })
        }
        _ => Ok(new),
    }
}

/// The items of the left that the right has (or has not).
fn keep(left: &[Value], right: &[Value], shared: bool) -> Vec<Value> {
    left.iter()
        .filter(|item| right.contains(item) == shared)
        .cloned()
        .collect()
}

fn sets(call: &mut Call, join: fn(&[Value], &[Value]) -> Vec<Value>) -> Result<Value, Error> {
    let (left, right) = (call.items()?, items(&call.need(1, "b")?)?);
    let mut unique: Vec<Value> = Vec::new();
    for item in join(&left, &right) {
        if !unique.contains(&item) {
            unique.push(item);
        }
    }
    Ok(unique.into())
}

fn names(call: &Call) -> (String, String) {
    let name =
        |at, name: &str, default: &str| call.text(at, name).unwrap_or_else(|| default.into());
    (name(1, "key_name", "key"), name(2, "value_name", "value"))
}

fn to_items(call: &mut Call) -> Result<Value, Error> {
    let (key_name, value_name) = names(call);
    Ok(entries(&call.value())?
        .into_iter()
        .map(|(key, value)| {
            Value::from_pairs([(key_name.as_str(), key), (value_name.as_str(), value)])
        })
        .collect())
}

fn from_items(call: &mut Call) -> Result<Value, Error> {
    let (key_name, value_name) = names(call);
    let mut pairs = Vec::new();
    for item in list(&call.value())? {
        let part = |name: &str| {
            let part = item.get_item(&Value::from(name))?;
            if part.is_undefined() {
                return Err(failure::plain(format!(
                    "an item has no '{name}': {}",
                    print::repr(&item)
                )));
            }
            Ok(part)
        };
        pairs.push((part(&key_name)?, part(&value_name)?));
    }
    Ok(Value::from_pairs(pairs))
}

/// The items of a list with the lists inside it opened, as deep as asked.
fn leaves(value: &Value, levels: Option<i64>) -> Result<Vec<Value>, Error> {
    let mut out = Vec::new();
    for item in list(value)? {
        match item.kind() {
            ValueKind::Seq | ValueKind::Iterable if levels.is_none_or(|levels| levels > 0) => {
                out.extend(leaves(&item, levels.map(|levels| levels - 1))?);
            }
            _ => out.push(item),
        }
    }
    Ok(out)
}

fn flatten(call: &mut Call) -> Result<Value, Error> {
    let levels = call.int(1, "levels")?;
    let skip = call
        .arg(2, "skip_nulls")
        .is_none_or(|value| value.is_true());
    let null = |value: &Value| value.is_none() || matches!(value.as_str(), Some("None" | "null"));
    Ok(leaves(&call.value(), levels)?
        .into_iter()
        .filter(|item| !skip || !null(item))
        .collect())
}

fn subelements(call: &mut Call) -> Result<Value, Error> {
    let path = call.need(1, "subelements")?;
    let skip = call.flag(2, "skip_missing");
    let value = call.value();
    let outer = match value.kind() {
        ValueKind::Map => entries(&value)?.into_iter().map(|(_, item)| item).collect(),
        _ => list(&value)?,
    };
    pairs(&outer, &path, skip).map(Value::from)
}

/// Each item with each part of the list that it holds under a path.
pub(in crate::template) fn pairs(
    outer: &[Value],
    path: &Value,
    skip: bool,
) -> Result<Vec<Value>, Error> {
    let path = match path.kind() {
        ValueKind::String => path.clone(),
        _ => items(path)?
            .iter()
            .map(print::text)
            .collect::<Vec<_>>()
            .join(".")
            .into(),
    };
    let mut out = Vec::new();
    for item in outer {
        let inner = attribute(item, &path)?;
        if inner.is_undefined() {
            if skip {
                continue;
            }
            return Err(failure::plain(format!(
                "an item has no '{path}': {}",
                print::repr(item)
            )));
        }
        for part in list(&inner)? {
            out.push(Value::from(vec![item.clone(), part]));
        }
    }
    Ok(out)
}

fn extract(call: &mut Call) -> Result<Value, Error> {
    let container = call.need(1, "container")?;
    let mut found = container.get_item(&call.value())?;
    if found.is_undefined() {
        call.context()?.lacks(&container, &call.subject(), None);
    }
    let more = call.arg(2, "morekeys").filter(|more| !more.is_none());
    let more = match more {
        Some(more) if matches!(more.kind(), ValueKind::Seq | ValueKind::Iterable) => items(&more)?,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    for key in more {
        if found.is_undefined() {
            break;
        }
        found = found.get_item(&key)?;
    }
    Ok(found)
}

fn lists(call: &Call) -> Result<Vec<Vec<Value>>, Error> {
    call.args.iter().map(items).collect()
}

fn zip(call: &mut Call) -> Result<Value, Error> {
    let lists = lists(call)?;
    let shortest = lists.iter().map(Vec::len).min().unwrap_or(0);
    Ok((0..shortest)
        .map(|at| lists.iter().map(|list| list[at].clone()).collect::<Value>())
        .collect())
}

fn zip_longest(call: &mut Call) -> Result<Value, Error> {
    let lists = lists(call)?;
    let fill = call.named("fillvalue").unwrap_or(Value::from(()));
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    Ok((0..longest)
        .map(|at| {
            let row = lists
                .iter()
                .map(|list| list.get(at).unwrap_or(&fill).clone());
            row.collect::<Value>()
        })
        .collect())
}

/// Every choice of one item from each list.
pub(in crate::template) fn choices(lists: &[Vec<Value>]) -> Vec<Vec<Value>> {
    lists.iter().fold(vec![Vec::new()], |rows, list| {
        rows.iter()
            .flat_map(|row| {
                list.iter().map(move |item| {
                    let mut row = row.clone();
                    row.push(item.clone());
                    row
                })
            })
            .collect()
    })
}

fn product(call: &mut Call) -> Result<Value, Error> {
    let times = usize::try_from(call.int(99, "repeat")?.unwrap_or(1)).unwrap_or(1);
    let lists = lists(call)?;
    let repeated: Vec<Vec<Value>> = (0..times).flat_map(|_| lists.clone()).collect();
    Ok(choices(&repeated).into_iter().map(Value::from).collect())
}

fn count(call: &Call, default: usize) -> Result<usize, Error> {
    Ok(call
        .int(1, "r")?
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(default))
}

fn permutations(call: &mut Call) -> Result<Value, Error> {
    let items = call.items()?;
    let count = count(call, items.len())?;
    Ok(picks(
        items.len(),
        count,
        &|row, next| !row.contains(&next),
        &items,
    ))
}

fn combinations(call: &mut Call) -> Result<Value, Error> {
    let items = call.items()?;
    let count = count(call, 2)?;
    Ok(picks(
        items.len(),
        count,
        &|row, next| row.last().is_none_or(|last| next > *last),
        &items,
    ))
}

fn picks(
    size: usize,
    count: usize,
    fits: &dyn Fn(&[usize], usize) -> bool,
    items: &[Value],
) -> Value {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..count {
        rows = rows
            .iter()
            .flat_map(|row| {
                (0..size).filter(|next| fits(row, *next)).map(move |next| {
                    let mut row = row.clone();
                    row.push(next);
                    row
                })
            })
            .collect();
    }
    rows.iter()
        .map(|row| row.iter().map(|at| items[*at].clone()).collect::<Value>())
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn dictionaries_are_combined() {
        assert_eq!(
            shown("{{ {'a': {'b': 1}} | combine({'a': {'c': 2}}, recursive=true) }}"),
            "{'a': {'b': 1, 'c': 2}}"
        );
        assert_eq!(
            shown("{{ {'a': [1]} | combine({'a': [2]}, list_merge='append') }}"),
            "{'a': [1, 2]}"
        );
    }

    #[test]
    fn lists_are_picked_from() {
        assert_eq!(shown("{{ [1, 2] | permutations }}"), "[[1, 2], [2, 1]]");
        assert_eq!(
            shown("{{ [1, 2] | product(['a']) }}"),
            "[[1, 'a'], [2, 'a']]"
        );
        assert_eq!(shown("{{ [1, 2, 2] | difference([1]) }}"), "[2]");
    }
}
