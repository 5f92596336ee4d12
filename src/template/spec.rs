//! How one value is laid out in a text: what stands behind `%` and behind the colon of `{:…}`.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{call::describe, failure, print};

/// `%-08.3f`, `{:*>+12,.2f}` and the like.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub fill: char,
    pub align: Option<char>,
    pub sign: Option<char>,
    pub alternate: bool,
    pub zero: bool,
    pub width: usize,
    pub grouping: Option<char>,
    pub precision: Option<usize>,
    /// The letter; nothing stands for what suits the value.
    pub kind: Option<char>,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            fill: ' ',
            align: None,
            sign: None,
            alternate: false,
            zero: false,
            width: 0,
            grouping: None,
            precision: None,
            kind: None,
        }
    }
}

/// A number's parts: its sign, what stands before its digits, and its digits.
struct Digits {
    negative: bool,
    prefix: &'static str,
    body: String,
}

impl Spec {
    /// A number or character in the form of a letter.
    pub fn number(&self, kind: char, value: &Value) -> Result<String, Error> {
        let digits = match kind {
            'd' | 'i' | 'u' | 'n' => self.radix("", whole(value)?, |n| n.to_string()),
            'x' => self.radix("0x", whole(value)?, |n| format!("{n:x}")),
            'X' => self.radix("0X", whole(value)?, |n| format!("{n:X}")),
            'o' => self.radix("0o", whole(value)?, |n| format!("{n:o}")),
            'b' => self.radix("0b", whole(value)?, |n| format!("{n:b}")),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => self.float(kind, float(value)?),
            other => return Err(unknown(other, value)),
        };
        Ok(self.laid_out(&digits))
    }

    /// A float as Python prints it, or with so many digits that count.
    pub fn plain_float(&self, number: f64) -> String {
        let body = match self.precision {
            None => print::float(number.abs()),
            Some(precision) => {
                let body = general(number.abs(), precision, false);
                match body.contains(['.', 'e', 'n']) {
                    true => body,
                    false => body + ".0",
                }
            }
        };
        self.laid_out(&Digits {
            negative: number.is_sign_negative() && !number.is_nan(),
            prefix: "",
            body,
        })
    }

    fn radix(&self, prefix: &'static str, number: i128, show: fn(u128) -> String) -> Digits {
        Digits {
            negative: number < 0,
            prefix: if self.alternate { prefix } else { "" },
            body: show(number.unsigned_abs()),
        }
    }

    fn float(&self, kind: char, number: f64) -> Digits {
        let precision = self.precision.unwrap_or(6);
        let size = number.abs();
        let body = match kind {
            _ if !number.is_finite() => print::float(size),
            'f' | 'F' => format!("{size:.precision$}"),
            'e' | 'E' => scientific(size, precision),
            '%' => format!("{:.precision$}%", size * 100.0),
            _ => general(size, precision, self.alternate),
        };
        Digits {
            negative: number.is_sign_negative() && !number.is_nan(),
            prefix: "",
            body: match kind.is_ascii_uppercase() {
                true => body.to_uppercase(),
                false => body,
            },
        }
    }

    fn laid_out(&self, digits: &Digits) -> String {
        let sign = match (digits.negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        };
        let body = self.grouped(&digits.body);
        let front = format!("{sign}{}", digits.prefix);
        let inside = (self.zero && self.align.is_none()) || self.align == Some('=');
        if !inside {
            return self.padded(front + &body, '>');
        }
        let length = front.chars().count() + body.chars().count();
        let fill = if self.zero { '0' } else { self.fill };
        let missing = self.width.saturating_sub(length);
        format!("{front}{}{body}", fill.to_string().repeat(missing))
    }

    fn grouped(&self, body: &str) -> String {
        let Some(separator) = self.grouping else {
            return body.to_owned();
        };
        let end = body.find(['.', 'e', 'E', '%']).unwrap_or(body.len());
        let mut out = String::new();
        for (at, c) in body[..end].chars().enumerate() {
            if at > 0 && (end - at).is_multiple_of(3) {
                out.push(separator);
            }
            out.push(c);
        }
        out + &body[end..]
    }

    /// A text, cut where it is to be and as wide as it is to be.
    pub fn text(&self, text: &str, default: char) -> String {
        let cut = match self.precision {
            Some(count) => text.chars().take(count).collect(),
            None => text.to_owned(),
        };
        self.padded(cut, default)
    }

    pub fn padded(&self, body: String, default: char) -> String {
        let missing = self.width.saturating_sub(body.chars().count());
        let fill = |count: usize| self.fill.to_string().repeat(count);
        match self.align.unwrap_or(default) {
            '<' => body + &fill(missing),
            '^' => format!("{}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
            _ => fill(missing) + &body,
        }
    }
}

pub(super) fn unknown(kind: char, value: &Value) -> Error {
    failure::plain(format!(
        "'{kind}' is no letter that lays out {}",
        describe(value)
    ))
}

/// A whole number; a float loses what is behind its point.
pub(super) fn whole(value: &Value) -> Result<i128, Error> {
    match value.kind() {
        ValueKind::Bool => Ok(i128::from(value.is_true())),
        ValueKind::Number if value.is_integer() => i128::try_from(value.clone()),
        _ => float(value).map(|number| number.trunc() as i128),
    }
}

fn float(value: &Value) -> Result<f64, Error> {
    match value.kind() {
        ValueKind::Bool => Ok(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => f64::try_from(value.clone()),
        _ => Err(failure::plain(format!(
            "a number is needed, not {}",
            describe(value)
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

/// The shorter of both forms, with so many digits that count; zeros at the end stay where `alternate` wants them.
fn general(number: f64, precision: usize, alternate: bool) -> String {
    if !number.is_finite() {
        return print::float(number);
    }
    let precision = precision.max(1);
    let rounded = format!("{number:.*e}", precision - 1);
    let power: i32 = rounded
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok())
        .unwrap_or(0);
    let fixed = usize::try_from(power).unwrap_or(0) < precision && power >= -4;
    let text = match fixed {
        true => {
            let behind = i64::try_from(precision).unwrap_or(0) - 1 - i64::from(power);
            format!("{number:.*}", usize::try_from(behind).unwrap_or(0))
        }
        false => scientific(number, precision - 1),
    };
    if alternate {
        return text;
    }
    let (digits, power) = match text.find('e') {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let digits = match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    };
    format!("{digits}{power}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_forms_of_c() {
        let plain = Spec::default();
        let shown = |kind, number: f64| plain.number(kind, &Value::from(number)).unwrap();
        assert_eq!(shown('g', 1e10), "1e+10");
        assert_eq!(shown('g', 0.0001), "0.0001");
        assert_eq!(shown('e', 12345.678), "1.234568e+04");
        assert_eq!(shown('d', 3.7), "3");
        let wide = Spec {
            zero: true,
            alternate: true,
            width: 6,
            ..Spec::default()
        };
        assert_eq!(wide.number('x', &Value::from(-255)).unwrap(), "-0x0ff");
    }
}
