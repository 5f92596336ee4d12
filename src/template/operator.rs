//! Operators that mean more, or less, to Python than to minijinja; and where what they join begins and ends.

use std::cmp::Ordering;

use minijinja::{
    Error, State,
    machinery::ast::CompareOpKind,
    value::{Rest, Value, ValueKind},
};

use super::{call::describe, failure, moment, print};

/// The sign of an operator that asks for an order, and the filter that answers it.
pub(super) fn ordering(kind: &CompareOpKind) -> Option<(&'static str, &'static str)> {
    match kind {
        CompareOpKind::Lt => Some(("<", "__lt")),
        CompareOpKind::Lte => Some(("<=", "__le")),
        CompareOpKind::Gt => Some((">", "__gt")),
        CompareOpKind::Gte => Some((">=", "__ge")),
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
