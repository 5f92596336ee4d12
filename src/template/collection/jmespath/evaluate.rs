use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{function, node::Node};
use crate::template::{
    call::{entries, items},
    failure,
};

/// Applies an expression to a value.
///
/// # Errors
/// A function that does not exist or is given what it cannot take, numbers compared with text.
pub(super) fn evaluate(node: &Node, on: &Value) -> Result<Value, Error> {
    match node {
        Node::Current => Ok(on.clone()),
        Node::Literal(value) => Ok(value.clone()),
        Node::Field(name) => field(on, name),
        Node::Index(index) => Ok(index_of(on, *index)),
        Node::Slice(parts) => slice(on, parts),
        Node::Then(left, right) => evaluate(right, &evaluate(left, on)?),
        Node::Each(left, right) => match array(&evaluate(left, on)?) {
            Some(items) => each(items, right),
            None => Ok(().into()),
        },
        Node::EachValue(left, right) => {
            let base = evaluate(left, on)?;
            match base.kind() {
                ValueKind::Map => each(values(&base)?, right),
                _ => Ok(().into()),
            }
        }
        Node::Filter(left, right, condition) => filter(&evaluate(left, on)?, right, condition),
        Node::Flatten(inner) => Ok(flat(&evaluate(inner, on)?)),
        Node::List(_) | Node::Hash(_) if on.is_none() => Ok(().into()),
        Node::List(nodes) => nodes.iter().map(|node| evaluate(node, on)).collect(),
        Node::Hash(pairs) => hash(pairs, on),
        Node::Or(left, right) => {
            let left = evaluate(left, on)?;
            if is_true(&left) {
                Ok(left)
            } else {
                evaluate(right, on)
            }
        }
        Node::And(left, right) => {
            let left = evaluate(left, on)?;
            if is_true(&left) {
                evaluate(right, on)
            } else {
                Ok(left)
            }
        }
        Node::Not(inner) => Ok((!is_true(&evaluate(inner, on)?)).into()),
        Node::Compare(sign, left, right) => {
            compare(sign, &evaluate(left, on)?, &evaluate(right, on)?)
        }
        Node::Call(name, args) => function::call(name, args, on),
        Node::Reference(_) => Err(failure::plain("only a function can take a reference (&)")),
    }
}

/// The items of a list; a tuple is none.
pub(super) fn array(value: &Value) -> Option<Vec<Value>> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable if !value.is_tuple() => items(value).ok(),
        _ => None,
    }
}

pub(super) fn values(map: &Value) -> Result<Vec<Value>, Error> {
    Ok(entries(map)?.into_iter().map(|(_, value)| value).collect())
}

fn field(on: &Value, name: &str) -> Result<Value, Error> {
    if on.kind() != ValueKind::Map {
        return Ok(().into());
    }
    let found = on.get_item(&Value::from(name))?;
    Ok(if found.is_undefined() {
        ().into()
    } else {
        found
    })
}

fn index_of(on: &Value, index: i64) -> Value {
    let Some(items) = array(on) else {
        return ().into();
    };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = if index < 0 {
        index.saturating_add(length)
    } else {
        index
    };
    let at = usize::try_from(at).ok();
    at.and_then(|at| items.get(at).cloned())
        .unwrap_or(().into())
}

fn slice(on: &Value, [start, stop, step]: &[Option<i64>; 3]) -> Result<Value, Error> {
    let Some(items) = array(on) else {
        return Ok(().into());
    };
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(failure::plain("a slice's step of 0 never arrives"));
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let (least, most) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let bound = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(at) if at < 0 => at.saturating_add(length).max(least),
        Some(at) => at.min(most),
    };
    let (first, end) = if step > 0 {
        (0, length)
    } else {
        (length - 1, -1)
    };
    let (mut at, stop) = (bound(*start, first), bound(*stop, end));
    let mut kept = Vec::new();
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        kept.extend(
            usize::try_from(at)
                .ok()
                .and_then(|at| items.get(at).cloned()),
        );
        at = at.saturating_add(step);
    }
    Ok(kept.into())
}

fn each(items: Vec<Value>, node: &Node) -> Result<Value, Error> {
    let mut found = Vec::new();
    for item in items {
        let result = evaluate(node, &item)?;
        found.extend((!result.is_none()).then_some(result));
    }
    Ok(found.into())
}

fn filter(base: &Value, node: &Node, condition: &Node) -> Result<Value, Error> {
    let Some(items) = array(base) else {
        return Ok(().into());
    };
    let mut kept = Vec::new();
    for item in items {
        if is_true(&evaluate(condition, &item)?) {
            kept.push(item);
        }
    }
    each(kept, node)
}

fn flat(base: &Value) -> Value {
    let Some(items) = array(base) else {
        return ().into();
    };
    let open = |item: Value| array(&item).unwrap_or_else(|| vec![item]);
    items.into_iter().flat_map(open).collect()
}

fn hash(pairs: &[(String, Node)], on: &Value) -> Result<Value, Error> {
    let pairs = pairs
        .iter()
        .map(|(name, node)| Ok((name.as_str(), evaluate(node, on)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(Value::from_pairs(pairs))
}

/// Everything is true but null, `false`, and what is empty.
fn is_true(value: &Value) -> bool {
    value.kind() == ValueKind::Number || value.is_true()
}

fn compare(sign: &str, left: &Value, right: &Value) -> Result<Value, Error> {
    let is_bool = |value: &Value| value.kind() == ValueKind::Bool;
    let same = is_bool(left) == is_bool(right) && left == right;
    let (a, b) = (left.kind(), right.kind());
    let fits = |kind| matches!(kind, ValueKind::Number | ValueKind::String);
    match sign {
        "==" => return Ok(same.into()),
        "!=" => return Ok((!same).into()),
        _ if !fits(a) || !fits(b) => return Ok(().into()),
        _ if a != b => return Err(failure::plain("numbers cannot be compared with text")),
        _ => {}
    }
    let order = left.cmp(right);
    Ok(match sign {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    }
    .into())
}
