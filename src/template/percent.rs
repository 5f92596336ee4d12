//! `'%s' % value`, and the remainder that the same sign gives of numbers.

use minijinja::{
    Error, State,
    value::{Rest, Value, ValueKind},
};

use super::{
    bound, failure, print,
    spec::{self, Spec},
};

/// `__mod(left, right)`: formats a string, or gives the remainder of two numbers.
pub(super) fn remainder(_state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    let [left, right] = args.as_slice() else {
        return Err(failure::plain("'%' needs two values"));
    };
    if left.is_undefined() || right.is_undefined() {
        return Err(failure::undefined());
    }
    if left.kind() == ValueKind::String {
        return percent(left.as_str().unwrap_or_default(), right).map(Value::from);
    }
    let whole = |value: &Value| value.kind() == ValueKind::Bool || value.is_integer();
    if whole(left) && whole(right) {
        let (left, right) = (spec::whole(left)?, spec::whole(right)?);
        return match left.checked_rem(right) {
            Some(rest) if rest != 0 && (rest < 0) != (right < 0) => Ok((rest + right).into()),
            Some(rest) => Ok(rest.into()),
            None => Err(failure::plain("division by zero")),
        };
    }
    let (left, right) = (f64::try_from(left.clone())?, f64::try_from(right.clone())?);
    if right == 0.0 {
        return Err(failure::plain("division by zero"));
    }
    Ok((left - right * (left / right).floor()).into())
}

/// Formats as Python's `%` on strings.
pub(super) fn percent(format: &str, given: &Value) -> Result<String, Error> {
    let mut values = Values {
        given,
        rest: match given.is_tuple() {
            true => given.try_iter()?.collect::<Vec<_>>().into_iter(),
            false => vec![given.clone()].into_iter(),
        },
        named: false,
    };
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (piece, after) = values.piece(&rest[at + 1..])?;
        out.push_str(&piece);
        rest = after;
    }
    if !values.named && given.kind() != ValueKind::Map && values.rest.next().is_some() {
        return Err(failure::plain("more values than the format string uses"));
    }
    out.push_str(rest);
    Ok(out)
}

/// The values that are not yet used.
struct Values<'g> {
    given: &'g Value,
    rest: std::vec::IntoIter<Value>,
    named: bool,
}

impl Values<'_> {
    fn next(&mut self) -> Result<Value, Error> {
        let value = self.rest.next();
        value.ok_or_else(|| failure::plain("not enough values for the format string"))
    }

    /// What one `%…` gives, and the text behind it.
    fn piece<'t>(&mut self, text: &'t str) -> Result<(String, &'t str), Error> {
        let (key, text) = match text.strip_prefix('(') {
            Some(named) => {
                let (key, after) = named
                    .split_once(')')
                    .ok_or_else(|| failure::plain("a '(' without ')' in the format string"))?;
                (Some(key), after)
            }
            None => (None, text),
        };
        let (spec, kind, after) = self.spec(text)?;
        if kind == '%' {
            return Ok(("%".into(), after));
        }
        let value = match key {
            Some(key) => {
                self.named = true;
                self.given.get_item(&Value::from(key))?
            }
            None => self.next()?,
        };
        if value.is_undefined() {
            return Err(failure::undefined());
        }
        Ok((shown(&spec, kind, &value)?, after))
    }

    fn spec<'t>(&mut self, text: &'t str) -> Result<(Spec, char, &'t str), Error> {
        let mut spec = Spec::default();
        let mut rest = text;
        while let Some(flag) = rest.chars().next().filter(|c| "-0+ #".contains(*c)) {
            match flag {
                '-' => spec.align = Some('<'),
                '0' => spec.zero = true,
                '#' => spec.alternate = true,
                sign => spec.sign = spec.sign.filter(|old| *old == '+').or(Some(sign)),
            }
            rest = &rest[1..];
        }
        let width;
        (width, rest) = self.size(rest)?;
        spec.width = bound::width(width.unwrap_or(0))?;
        if let Some(after) = rest.strip_prefix('.') {
            let precision;
            (precision, rest) = self.size(after)?;
            spec.precision = Some(bound::width(precision.unwrap_or(0))?);
        }
        rest = rest.trim_start_matches(['h', 'l', 'L']);
        let kind = rest
            .chars()
            .next()
            .ok_or_else(|| failure::plain("the format string ends within a '%'"))?;
        Ok((spec, kind, &rest[kind.len_utf8()..]))
    }

    /// A number in the text, or a value where a star stands.
    fn size<'t>(&mut self, text: &'t str) -> Result<(Option<usize>, &'t str), Error> {
        match text.strip_prefix('*') {
            Some(after) => Ok((self.next()?.as_usize(), after)),
            None => Ok(digits(text)),
        }
    }
}

fn shown(spec: &Spec, kind: char, value: &Value) -> Result<String, Error> {
    match kind {
        's' => Ok(spec.text(&print::text(value), '>')),
        'r' | 'a' => Ok(spec.text(&print::repr(value), '>')),
        'c' => Ok(spec.text(&character(value)?, '>')),
        'x' | 'X' | 'o' if !value.is_integer() && value.kind() != ValueKind::Bool => {
            Err(spec::unknown(kind, value))
        }
        'b' | 'n' => Err(spec::unknown(kind, value)),
        kind => spec.number(kind, value),
    }
}

/// A character, or the one of this number.
pub(super) fn character(value: &Value) -> Result<String, Error> {
    if let Some(text) = value.as_str().filter(|text| text.chars().count() == 1) {
        return Ok(text.to_owned());
    }
    let code = value.as_i64().and_then(|code| u32::try_from(code).ok());
    match code.and_then(char::from_u32) {
        Some(c) => Ok(c.to_string()),
        None => Err(failure::plain("'c' needs one character or its number")),
    }
}

pub(super) fn digits(text: &str) -> (Option<usize>, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (text[..end].parse().ok(), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_python_does() {
        let given = [Value::from("a"), Value::from(7), Value::from(1.5)];
        let given = Value::from(minijinja::value::Tuple::from(given.to_vec()));
        assert_eq!(
            percent("%-3s|%03d|%.2f%%", &given).unwrap(),
            "a  |007|1.50%"
        );
        assert!(percent("%s %s", &Value::from(1)).is_err());
    }
}
