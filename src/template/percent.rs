//! Python's two ways to format strings: `'%s' % value` and `'{}'.format(value)`.

use minijinja::{
    Error, State,
    value::{Kwargs, Rest, Value, ValueKind},
};

use super::{bound, failure, print};

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
    match (left.as_i64(), right.as_i64()) {
        (_, Some(0)) => Err(failure::plain("division by zero")),
        (Some(left), Some(right)) if right.checked_abs().is_some() => {
            Ok(((left % right + right) % right).into())
        }
        _ => {
            let (left, right) = (f64::try_from(left.clone())?, f64::try_from(right.clone())?);
            Ok((left - right * (left / right).floor()).into())
        }
    }
}

/// Formats as Python's `%` on strings.
pub(super) fn percent(format: &str, given: &Value) -> Result<String, Error> {
    let mut values: std::vec::IntoIter<Value> = if given.is_tuple() {
        given.try_iter()?.collect::<Vec<_>>().into_iter()
    } else {
        vec![given.clone()].into_iter()
    };
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (spec, after) = Spec::read(&rest[at + 1..])?;
        rest = after;
        if spec.kind == '%' {
            out.push('%');
            continue;
        }
        let value = match &spec.key {
            Some(key) => given.get_item(&Value::from(key.as_str()))?,
            None => values
                .next()
                .ok_or_else(|| failure::plain("not enough values for the format string"))?,
        };
        if value.is_undefined() {
            return Err(failure::undefined());
        }
        out.push_str(&spec.show(&value)?);
    }
    if given.kind() != ValueKind::Map && values.next().is_some() {
        return Err(failure::plain("more values than the format string uses"));
    }
    out.push_str(rest);
    Ok(out)
}

/// `%-08.3f` and the like; the same letters serve `{:…}`.
#[derive(Default)]
struct Spec {
    key: Option<String>,
    fill: char,
    align: Option<char>,
    zero: bool,
    sign: bool,
    comma: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    kind: char,
}

impl Spec {
    fn read(text: &str) -> Result<(Self, &str), Error> {
        let mut spec = Self {
            fill: ' ',
            ..Self::default()
        };
        let mut rest = text;
        if let Some(named) = rest.strip_prefix('(') {
            let (key, after) = named
                .split_once(')')
                .ok_or_else(|| failure::plain("a '(' without ')' in the format string"))?;
            spec.key = Some(key.to_owned());
            rest = after;
        }
        while let Some(flag) = rest.chars().next().filter(|c| "-0+ #".contains(*c)) {
            match flag {
                '-' => spec.align = Some('<'),
                '0' => spec.zero = true,
                '+' => spec.sign = true,
                '#' => spec.alternate = true,
                _ => {}
            }
            rest = &rest[1..];
        }
        rest = spec.size(rest)?;
        let kind = rest
            .chars()
            .next()
            .ok_or_else(|| failure::plain("the format string ends within a '%'"))?;
        spec.kind = kind;
        Ok((spec, &rest[kind.len_utf8()..]))
    }

    /// What stands behind the colon of `{:…}`.
    fn braces(text: &str) -> Result<Self, Error> {
        let mut spec = Self {
            fill: ' ',
            kind: 's',
            ..Self::default()
        };
        let mut rest = text;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(fill), Some(align)) if "<>^".contains(align) => {
                (spec.fill, spec.align) = (fill, Some(align));
                rest = &text[fill.len_utf8() + 1..];
            }
            (Some(align), _) if "<>^".contains(align) => {
                spec.align = Some(align);
                rest = &text[1..];
            }
            _ => {}
        }
        while let Some(flag) = rest.chars().next().filter(|c| "0+#".contains(*c)) {
            match flag {
                '0' => spec.zero = true,
                '+' => spec.sign = true,
                _ => spec.alternate = true,
            }
            rest = &rest[1..];
        }
        rest = spec.size(rest)?;
        if let Some(after) = rest.strip_prefix(',') {
            spec.comma = true;
            rest = spec.size(after)?;
        }
        spec.kind = rest.chars().next().unwrap_or('s');
        Ok(spec)
    }

    fn size<'t>(&mut self, text: &'t str) -> Result<&'t str, Error> {
        let (width, mut rest) = digits(text);
        self.width = bound::width(width.unwrap_or(self.width))?;
        if let Some(after) = rest.strip_prefix('.') {
            let (precision, after) = digits(after);
            self.precision = Some(bound::width(precision.unwrap_or(0))?);
            rest = after;
        }
        Ok(rest)
    }

    fn show(&self, value: &Value) -> Result<String, Error> {
        let body = match self.kind {
            's' => self.cut(print::text(value)),
            'r' => self.cut(print::repr(value)),
            'd' | 'i' | 'u' => integer(value)?.to_string(),
            'x' => self.based("0x", format!("{:x}", integer(value)?)),
            'X' => self.based("0X", format!("{:X}", integer(value)?)),
            'o' => self.based("0o", format!("{:o}", integer(value)?)),
            'b' => self.based("0b", format!("{:b}", integer(value)?)),
            'f' | 'F' => format!("{:.*}", self.precision.unwrap_or(6), number(value)?),
            'e' => scientific(number(value)?, self.precision.unwrap_or(6)),
            'g' => print::float(number(value)?)
                .trim_end_matches(".0")
                .to_owned(),
            'c' => print::text(value),
            '%' => format!(
                "{:.*}%",
                self.precision.unwrap_or(6),
                number(value)? * 100.0
            ),
            other => {
                let message = format!("'{other}' is no letter that formats a value");
                return Err(failure::plain(message));
            }
        };
        Ok(self.padded(self.signed(self.grouped(body)), value))
    }

    fn cut(&self, text: String) -> String {
        match self.precision {
            Some(count) => text.chars().take(count).collect(),
            None => text,
        }
    }

    fn based(&self, prefix: &str, digits: String) -> String {
        if self.alternate {
            format!("{prefix}{digits}")
        } else {
            digits
        }
    }

    fn grouped(&self, body: String) -> String {
        if !self.comma {
            return body;
        }
        let (whole, fraction) = match body.find('.') {
            Some(at) => body.split_at(at),
            None => (body.as_str(), ""),
        };
        let mut out = String::new();
        let count = whole.chars().count();
        for (at, c) in whole.chars().enumerate() {
            if at > 0 && (count - at) % 3 == 0 && !out.ends_with('-') {
                out.push(',');
            }
            out.push(c);
        }
        out + fraction
    }

    fn signed(&self, body: String) -> String {
        if self.sign && !body.starts_with('-') {
            format!("+{body}")
        } else {
            body
        }
    }

    fn padded(&self, body: String, value: &Value) -> String {
        let missing = self.width.saturating_sub(body.chars().count());
        if self.zero && self.align.is_none() && value.is_number() {
            let (sign, digits) = match body.strip_prefix(['-', '+']) {
                Some(digits) => (&body[..1], digits),
                None => ("", body.as_str()),
            };
            return format!("{sign}{}{digits}", "0".repeat(missing));
        }
        let fill = |count: usize| self.fill.to_string().repeat(count);
        match self.align {
            Some('<') => body + &fill(missing),
            Some('^') => format!("{}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
            _ => fill(missing) + &body,
        }
    }
}

fn digits(text: &str) -> (Option<usize>, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (text[..end].parse().ok(), &text[end..])
}

fn integer(value: &Value) -> Result<i64, Error> {
    number(value).map(|number| number.trunc() as i64)
}

fn number(value: &Value) -> Result<f64, Error> {
    match value.kind() {
        ValueKind::Bool => Ok(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => f64::try_from(value.clone()),
        _ => Err(failure::plain(format!(
            "a number is needed to format, not {}",
            super::call::describe(value)
        ))),
    }
}

fn scientific(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    match power.strip_prefix('-') {
        Some(power) => format!("{digits}e-{power:0>2}"),
        None => format!("{digits}e+{power:0>2}"),
    }
}

/// `'{} {name} {0:>5}'.format(…)`.
pub(super) fn format(text: &str, given: &[Value]) -> Result<Value, Error> {
    let (args, kwargs) = match given.split_last() {
        Some((last, rest)) if last.is_kwargs() => (rest, Kwargs::try_from(last.clone()).ok()),
        _ => (given, None),
    };
    let mut out = String::new();
    let mut next = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let sign = &rest[at..=at];
        if rest[at + 1..].starts_with(sign) {
            out.push_str(sign);
            rest = &rest[at + 2..];
            continue;
        }
        let (field, after) = rest[at + 1..]
            .split_once('}')
            .filter(|_| sign == "{")
            .ok_or_else(|| failure::plain("a brace without its partner in the format string"))?;
        rest = after;
        let (path, spec) = field.split_once(':').unwrap_or((field, ""));
        let value = field_value(path, args, kwargs.as_ref(), &mut next)?;
        out.push_str(&braced(&value, spec)?);
    }
    out.push_str(rest);
    Ok(out.into())
}

fn braced(value: &Value, spec: &str) -> Result<String, Error> {
    let mut read = Spec::braces(spec)?;
    if read.kind == 's' && value.is_number() {
        read.align = read.align.or(Some('>').filter(|_| !read.zero));
        if let (Some(_), false) = (read.precision, value.is_integer()) {
            read.kind = 'g';
        }
    } else if read.kind == 's' {
        read.align = read.align.or(Some('<'));
    }
    read.show(value)
}

fn field_value(
    path: &str,
    args: &[Value],
    kwargs: Option<&Kwargs>,
    next: &mut usize,
) -> Result<Value, Error> {
    let mut links = path.split(['.', '[', ']']).filter(|link| !link.is_empty());
    let missing = || failure::plain(format!("the format string has no value for '{{{path}}}'"));
    let first = links.next();
    let mut value = match first {
        None => {
            *next += 1;
            args.get(*next - 1).cloned().ok_or_else(missing)?
        }
        Some(index) if index.parse::<usize>().is_ok() => args
            .get(index.parse::<usize>().unwrap_or_default())
            .cloned()
            .ok_or_else(missing)?,
        Some(name) => kwargs
            .and_then(|kwargs| kwargs.peek(name).ok())
            .ok_or_else(missing)?,
    };
    for link in links {
        let by_name = value.get_item(&Value::from(link))?;
        value = match link.parse::<i64>() {
            Ok(index) if by_name.is_undefined() => value.get_item(&Value::from(index))?,
            _ => by_name,
        };
    }
    if value.is_undefined() {
        return Err(failure::undefined());
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(values: &[Value]) -> Value {
        Value::from(minijinja::value::Tuple::from(values.to_vec()))
    }

    #[test]
    fn formats_as_python_does() {
        let given = tuple(&[Value::from("a"), Value::from(7), Value::from(1.5)]);
        assert_eq!(
            percent("%-3s|%03d|%.2f%%", &given).unwrap(),
            "a  |007|1.50%"
        );
        assert!(percent("%s %s", &Value::from(1)).is_err());
        assert_eq!(
            format("{0}-{1:>4}", &[Value::from("x"), Value::from(5)]).unwrap(),
            Value::from("x-   5")
        );
    }
}
