//! Lists out of lists: what `with_items` and its kin loop over.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::Lookup;
use crate::template::{
    call::{Call, entries, items},
    failure, filter, percent, print,
};

pub(super) const ALL: &[(&str, Lookup)] = &[
    ("list", |_, terms| Ok(terms.to_vec())),
    ("items", |_, terms| opened(terms)),
    ("dict", dict),
    ("indexed_items", |_, terms| {
        let items = opened(terms)?.into_iter().enumerate();
        Ok(items
            .map(|(at, item)| Value::from(vec![Value::from(at), item]))
            .collect())
    }),
    ("together", together),
    ("nested", nested),
    ("subelements", subelements),
    ("sequence", sequence),
];

/// A list's items, or the value itself.
pub(in crate::template) fn one_or_more(term: &Value) -> Result<Vec<Value>, Error> {
    match term.kind() {
        ValueKind::Seq | ValueKind::Iterable => items(term),
        _ => Ok(vec![term.clone()]),
    }
}

/// Lists among the terms are opened one level.
fn opened(terms: &[Value]) -> Result<Vec<Value>, Error> {
    let lists = terms
        .iter()
        .map(one_or_more)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(lists.concat())
}

fn dict(_call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for term in terms {
        for (key, value) in entries(term)? {
            found.push(Value::from_pairs([("key", key), ("value", value)]));
        }
    }
    Ok(found)
}

/// Every choice of one item from each list; items that are lists are opened.
fn nested(_call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    if terms.is_empty() {
        return Err(failure::plain("needs lists to choose from"));
    }
    let lists = terms.iter().map(items).collect::<Result<Vec<_>, _>>()?;
    if let ([only], Some(item)) = (
        lists.as_slice(),
        lists.iter().flatten().find(|item| items(item).is_err()),
    ) {
        let message = format!("{} of {} items is no list", print::repr(item), only.len());
        return Err(failure::plain(message));
    }
    filter::choices(&lists)
        .iter()
        .map(|choice| opened(choice).map(Value::from))
        .collect()
}

fn together(_call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    if terms.is_empty() {
        return Err(failure::plain("needs lists to put together"));
    }
    let lists = terms.iter().map(items).collect::<Result<Vec<_>, _>>()?;
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| {
        let cells = lists
            .iter()
            .map(|list| list.get(at).cloned().unwrap_or(Value::from(())));
        opened(&cells.collect::<Vec<_>>()).map(Value::from)
    };
    (0..longest).map(row).collect()
}

fn subelements(_call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let [outer, path, rest @ ..] = terms else {
        return Err(failure::plain(
            "needs a list and the name of the lists within",
        ));
    };
    let outer = match outer.kind() {
        ValueKind::Map => entries(outer)?.into_iter().map(|(_, item)| item).collect(),
        _ => items(outer)?,
    };
    let skip = rest.first().is_some_and(|options| {
        options
            .get_item(&Value::from("skip_missing"))
            .is_ok_and(|value| value.is_true())
    });
    let pairs = filter::pairs(&outer, path, skip)?;
    Ok(pairs.iter().map(|pair| without(pair, path)).collect())
}

/// Ansible's lookup, unlike its filter, gives the outer item without the list that was gone through.
fn without(pair: &Value, path: &Value) -> Value {
    let part = |at: usize| pair.get_item_by_index(at).unwrap_or_default();
    let path = print::text(path);
    let links: Vec<&str> = path.split('.').collect();
    Value::from(vec![lacking(&part(0), &links), part(1)])
}

/// A dictionary without what is at the end of a path.
fn lacking(value: &Value, links: &[&str]) -> Value {
    let [first, rest @ ..] = links else {
        return value.clone();
    };
    let kept = entries(value).unwrap_or_default().into_iter();
    Value::from_pairs(kept.filter_map(|(key, item)| {
        let on_path = key.as_str() == Some(first);
        match (on_path, rest.is_empty()) {
            (true, true) => None,
            (true, false) => Some((key, lacking(&item, rest))),
            _ => Some((key, item)),
        }
    }))
}

/// `start=1 end=5 stride=2 format=%02d`, `count=3`, or `5`, `2-8`, `2-8/2:%d`.
fn sequence(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    // Each term is a sequence of its own; a call may give its options by name alone.
    let parts: Vec<&[Value]> = match terms {
        [] => vec![&[]],
        _ => terms.chunks(1).collect(),
    };
    let parts = parts.into_iter().map(|part| one_sequence(call, part));
    Ok(parts.collect::<Result<Vec<_>, _>>()?.concat())
}

fn one_sequence(call: &Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    let words: Vec<String> = terms.iter().map(print::text).collect();
    let mut options: Vec<(String, String)> = call
        .kwargs
        .iter()
        .map(|(name, value)| (name.clone(), print::text(value)))
        .collect();
    for word in words.iter().flat_map(|text| text.split_whitespace()) {
        match word.split_once('=') {
            Some((name, value)) => options.push((name.to_owned(), value.to_owned())),
            None => options.extend(short(word)),
        }
    }
    let number = |name: &str| -> Result<Option<i64>, Error> {
        let Some((_, text)) = options.iter().find(|(known, _)| known == name) else {
            return Ok(None);
        };
        let parsed = match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16),
            None => text.parse(),
        };
        parsed
            .map(Some)
            .map_err(|_| failure::plain(format!("'{name}' must be a number, not '{text}'")))
    };
    let start = number("start")?.unwrap_or(1);
    let stride = number("stride")?.unwrap_or(1);
    let end = match (number("end")?, number("count")?) {
        (Some(end), None) => end,
        (None, Some(0)) => return Ok(found),
        (None, Some(count)) => start + stride * (count - 1),
        _ => return Err(failure::plain("needs either 'end' or 'count'")),
    };
    let format = options
        .iter()
        .find(|(name, _)| name == "format")
        .map_or("%d", |(_, format)| format);
    if (stride > 0 && end < start && number("count")?.is_none()) || (stride < 0 && end > start) {
        return Err(failure::plain(
            "the stride leads away from the end: it is negative to count backwards",
        ));
    }
    if stride == 0 || (end - start) / stride > 1_000_000 {
        return Err(failure::plain("such a sequence has no end"));
    }
    if stride > 0 && end < start {
        return Err(failure::plain("to count backwards make stride negative"));
    }
    if stride < 0 && end > start {
        return Err(failure::plain(
            "to count forward don't make stride negative",
        ));
    }
    let mut at = start;
    while (stride > 0 && at <= end) || (stride < 0 && at >= end) {
        found.push(percent::percent(format, &Value::from(at))?.into());
        at += stride;
    }
    Ok(found)
}

fn short(word: &str) -> Vec<(String, String)> {
    let (range, format) = match word.split_once(':') {
        Some((range, format)) => (range, Some(format)),
        None => (word, None),
    };
    let (range, stride) = match range.split_once('/') {
        Some((range, stride)) => (range, Some(stride)),
        None => (range, None),
    };
    let (start, end) = match range.split_once('-') {
        Some((start, end)) => (Some(start), end),
        None => (None, range),
    };
    let named = [
        ("start", start),
        ("end", Some(end)),
        ("stride", stride),
        ("format", format),
    ];
    named
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn lists_are_made() {
        assert_eq!(
            shown("{{ query('sequence', '2-6/2:a%02d') }}"),
            "['a02', 'a04', 'a06']"
        );
        assert_eq!(shown("{{ query('items', 1, [2, 3]) }}"), "[1, 2, 3]");
        assert_eq!(
            shown("{{ query('nested', [1], [2, 3]) }}"),
            "[[1, 2], [1, 3]]"
        );
    }
}
