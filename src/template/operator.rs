//! Operators that mean more, or less, to Python than to minijinja; and where what they join begins and ends.

use std::cmp::Ordering;

use minijinja::{
    Error, State,
    machinery::ast::BinOpKind,
    value::{Rest, Tuple, Value, ValueKind},
};

use super::{call::describe, call::list, failure, moment, print};

/// The sign of an operator that asks for an order, and the filter that answers it.
pub(super) fn ordering(kind: BinOpKind) -> Option<(&'static str, &'static str)> {
    match kind {
        BinOpKind::Lt => Some(("<", "__lt")),
        BinOpKind::Lte => Some(("<=", "__le")),
        BinOpKind::Gt => Some((">", "__gt")),
        BinOpKind::Gte => Some((">=", "__ge")),
        _ => None,
    }
}

fn two(args: &Rest<Value>) -> Result<(&Value, &Value), Error> {
    match args.as_slice() {
        [left, right] if left.is_undefined() || right.is_undefined() => Err(failure::undefined()),
        [left, right] => Ok((left, right)),
        _ => Err(failure::plain("an operator needs two values")),
    }
}

/// `a ~ b`: both as Python prints them.
pub(super) fn concatenated(_state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    let (left, right) = two(&args)?;
    Ok((print::text(left) + &print::text(right)).into())
}

pub(super) fn less(_state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    answered(&args, "<", Ordering::is_lt)
}

pub(super) fn at_most(_state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    answered(&args, "<=", Ordering::is_le)
}

pub(super) fn greater(_state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    answered(&args, ">", Ordering::is_gt)
}

pub(super) fn at_least(_state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    answered(&args, ">=", Ordering::is_ge)
}

fn answered(args: &Rest<Value>, sign: &str, holds: fn(Ordering) -> bool) -> Result<Value, Error> {
    let (left, right) = two(args)?;
    match compared(left, right) {
        Some(Some(order)) => Ok(holds(order).into()),
        Some(None) => Ok(false.into()),
        None => Err(failure::plain(format!(
            "'{sign}' compares no {} with {}",
            noun(left),
            describe(right)
        ))),
    }
}

/// What a loop goes through; nothing is no list.
pub(super) fn each(_state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    let value = args.first().cloned().unwrap_or_default();
    match value.is_none() {
        true => Err(failure::plain("a loop cannot go through nothing")),
        false => Ok(value),
    }
}

/// `a[start:stop:step]` of a list or text, as Python counts.
pub(super) fn slice(_state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    let [value, start, stop, step] = args.as_slice() else {
        return Err(failure::plain("a slice has three parts"));
    };
    if args.iter().any(Value::is_undefined) {
        return Err(failure::undefined());
    }
    let text = value.as_str();
    let items: Vec<Value> = match text {
        Some(text) => text.chars().map(|c| Value::from(c.to_string())).collect(),
        None => list(value)?,
    };
    let step = step.as_i64().unwrap_or(1);
    if step == 0 {
        return Err(failure::plain("the step of a slice cannot be 0"));
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let (lowest, highest) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let bound = |part: &Value, default: i64| match part.as_i64() {
        None => default,
        Some(at) if at < 0 => (at + length).max(lowest),
        Some(at) => at.min(highest),
    };
    let (first, last) = if step > 0 {
        (lowest, highest)
    } else {
        (highest, lowest)
    };
    let (mut at, stop) = (bound(start, first), bound(stop, last));
    let mut taken = Vec::new();
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        taken.extend(
            usize::try_from(at)
                .ok()
                .and_then(|at| items.get(at))
                .cloned(),
        );
        at = at.saturating_add(step);
    }
    match text {
        Some(_) => Ok(taken.iter().map(print::text).collect::<String>().into()),
        None if value.is_tuple() => Ok(Tuple::from(taken).into()),
        None => Ok(taken.into()),
    }
}

fn noun(value: &Value) -> &'static str {
    let named = describe(value);
    named.split_once(' ').map_or(named, |(_, noun)| noun)
}

/// Which of two values comes first; nothing where Python knows no order of such values, and no order at all beside NaN.
pub(super) fn compared(left: &Value, right: &Value) -> Option<Option<Ordering>> {
    match (left.kind(), right.kind()) {
        (ValueKind::Number | ValueKind::Bool, ValueKind::Number | ValueKind::Bool) => {
            Some(numbers(left, right))
        }
        (ValueKind::String, ValueKind::String) | (ValueKind::Bytes, ValueKind::Bytes) => {
            Some(Some(left.cmp(right)))
        }
        (ValueKind::Seq | ValueKind::Iterable, ValueKind::Seq | ValueKind::Iterable)
            if left.is_tuple() == right.is_tuple() =>
        {
            sequences(left, right)
        }
        _ => moment::compared(left, right).map(Some),
    }
}

fn numbers(left: &Value, right: &Value) -> Option<Ordering> {
    if left.is_integer() && right.is_integer() {
        return Some(left.cmp(right));
    }
    number(left).partial_cmp(&number(right))
}

fn number(value: &Value) -> f64 {
    match value.kind() {
        ValueKind::Bool => f64::from(u8::from(value.is_true())),
        _ => f64::try_from(value.clone()).unwrap_or(f64::NAN),
    }
}

fn sequences(left: &Value, right: &Value) -> Option<Option<Ordering>> {
    let mut others = right.try_iter().ok()?;
    for item in left.try_iter().ok()? {
        let Some(other) = others.next() else {
            return Some(Some(Ordering::Greater));
        };
        if item != other {
            return compared(&item, &other);
        }
    }
    let shorter = others.next().map_or(Ordering::Equal, |_| Ordering::Less);
    Some(Some(shorter))
}

/// Counts the parentheses of a piece of an expression that close, and that open, what is not in it. Those in strings do not count.
fn unmatched(piece: &str) -> (usize, usize) {
    let (mut closing, mut opening) = (0, 0);
    let mut quote = None;
    let mut chars = piece.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => _ = chars.next(),
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => opening += 1,
            (None, ')') if opening > 0 => opening -= 1,
            (None, ')') => closing += 1,
            _ => {}
        }
    }
    (closing, opening)
}

/// Where an expression begins that ends before `end`, with the parentheses around it.
pub(super) fn outer_start(source: &str, start: usize, end: usize) -> usize {
    let (closing, _) = unmatched(&source[start..end]);
    (0..closing).fold(start, |at, _| source[..at].rfind('(').unwrap_or(at))
}

/// Where an expression ends that begins behind `start`, with the parentheses around it.
pub(super) fn outer_end(source: &str, start: usize, end: usize) -> usize {
    let (_, opening) = unmatched(&source[start..end]);
    (0..opening).fold(end, |at, _| {
        source[at..].find(')').map_or(at, |found| at + found + 1)
    })
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn only_what_has_an_order_is_compared() {
        assert_eq!(shown("{{ (1, 2) < (1, 3) }}"), "True");
        assert_eq!(shown("{{ true < 1.5 }}"), "True");
        assert_eq!(
            shown("{{ 1 < 'a' }}"),
            "error: '<' compares no integer with a string"
        );
    }

    #[test]
    fn what_is_joined_prints_as_in_python() {
        assert_eq!(shown("{{ 1e20 ~ [1.0, none] }}"), "'1e+20[1.0, None]'");
    }
}
