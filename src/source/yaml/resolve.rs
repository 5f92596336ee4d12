use super::super::Kind;

/// Why a text is not the number asked for.
#[derive(Debug, PartialEq)]
pub(super) enum Unfit {
    /// It does not look like one.
    NotOne,
    /// It looks like one, but 64 bits do not hold it.
    TooLarge,
}

/// Reads a plain scalar by YAML 1.1's rules as PyYAML applies them.
///
/// Dates stay text. A whole number that 64 bits do not hold is an error, because any other reading would lose digits.
pub(super) fn plain(text: &str) -> Result<Kind, Unfit> {
    if is_null(text) {
        return Ok(Kind::Null);
    }
    if let Some(is) = boolean(text) {
        return Ok(Kind::Bool(is));
    }
    match integer(text) {
        Ok(number) => return Ok(Kind::Int(number)),
        Err(Unfit::TooLarge) => return Err(Unfit::TooLarge),
        Err(Unfit::NotOne) => {}
    }
    Ok(float(text).map_or_else(|| Kind::String(text.to_owned()), Kind::Float))
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// `yes`, `no`, `true`, `false`, `on`, `off`: in small letters, capitalized, or in capitals.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// Whole numbers: decimal, `0b` binary, `0` octal, `0x` hexadecimal, and `1:30` in base 60; `_` separates digits.
pub(super) fn integer(text: &str) -> Result<i64, Unfit> {
    let (negative, digits) = sign(text);
    if let Some(binary) = digits.strip_prefix("0b") {
        return radix(binary, 2, negative);
    }
    if let Some(hexadecimal) = digits.strip_prefix("0x") {
        return radix(hexadecimal, 16, negative);
    }
    match digits.as_bytes() {
        [b'0'] => Ok(0),
        [b'0', ..] => radix(digits, 8, negative),
        [b'1'..=b'9', ..] if digits.contains(':') => sexagesimal(digits, negative),
        [b'1'..=b'9', ..] => radix(digits, 10, negative),
        _ => Err(Unfit::NotOne),
    }
}

fn radix(digits: &str, base: u32, negative: bool) -> Result<i64, Unfit> {
    let digits: Vec<u32> = digits
        .chars()
        .filter(|&digit| digit != '_')
        .map(|digit| digit.to_digit(base).ok_or(Unfit::NotOne))
        .collect::<Result<_, _>>()?;
    if digits.is_empty() {
        return Err(Unfit::NotOne);
    }
    digits
        .into_iter()
        .try_fold(0, |total, digit| step(total, base, digit, negative))
        .ok_or(Unfit::TooLarge)
}

fn sexagesimal(digits: &str, negative: bool) -> Result<i64, Unfit> {
    let (first, rest) = digits.split_once(':').ok_or(Unfit::NotOne)?;
    let rest: Option<Vec<u32>> = rest.split(':').map(minute).collect();
    let rest = rest.ok_or(Unfit::NotOne)?;
    rest.into_iter()
        .try_fold(radix(first, 10, negative)?, |total, part| {
            step(total, 60, part, negative)
        })
        .ok_or(Unfit::TooLarge)
}

/// One place of a number in base 60: 0 to 59 in one or two digits.
fn minute(part: &str) -> Option<u32> {
    let digits = matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    digits.then(|| part.parse().ok()).flatten()
}

/// Adds a digit away from zero, so that the smallest number fits as well as the largest.
fn step(total: i64, base: u32, digit: u32, negative: bool) -> Option<i64> {
    let digit = if negative {
        -i64::from(digit)
    } else {
        digit.into()
    };
    total.checked_mul(base.into())?.checked_add(digit)
}

/// Fractions: `1.5`, `.5`, `1.0e+3` (the exponent needs its sign), `1:30.5` in base 60, `.inf`, `.nan`.
pub(super) fn float(text: &str) -> Option<f64> {
    let (negative, digits) = sign(text);
    let size = match digits {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if digits.len() == text.len() => f64::NAN,
        _ if digits.starts_with('.') && digits.len() < text.len() => return None,
        _ => fraction(digits)?,
    };
    Some(if negative { -size } else { size })
}

fn fraction(digits: &str) -> Option<f64> {
    let (whole, rest) = digits.split_once('.')?;
    if whole.contains(':') {
        return sexagesimal_fraction(whole, rest);
    }
    let (decimals, exponent) = match rest.split_once(['e', 'E']) {
        Some((decimals, exponent)) => (decimals, Some(exponent)),
        None => (rest, None),
    };
    let leads = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    let first = if whole.is_empty() { decimals } else { whole };
    let good = leads(first)
        && whole.bytes().all(is_digit)
        && decimals.bytes().all(is_digit)
        && exponent.is_none_or(is_exponent);
    good.then(|| digits.replace('_', "").parse().ok()).flatten()
}

fn sexagesimal_fraction(whole: &str, decimals: &str) -> Option<f64> {
    let (first, rest) = whole.split_once(':')?;
    let good = first.starts_with(|digit: char| digit.is_ascii_digit())
        && first.bytes().all(is_digit)
        && decimals.bytes().all(is_digit);
    if !good {
        return None;
    }
    let first: f64 = first.replace('_', "").parse().ok()?;
    let total = rest.split(':').try_fold(first, |total, part| {
        Some(total * 60.0 + f64::from(minute(part)?))
    })?;
    let decimals: f64 = format!("0.{}", decimals.replace('_', "")).parse().ok()?;
    Some(total + decimals)
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whole_numbers() {
        for (text, number) in [
            ("0", 0),
            ("-0", 0),
            ("+12", 12),
            ("1_000", 1000),
            ("0644", 420),
            ("0_7", 7),
            ("00", 0),
            ("0b101", 5),
            ("-0x1F", -31),
            ("1:30", 90),
            ("-1:30", -90),
            ("1:2:3", 3723),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(plain(text), Ok(Kind::Int(number)), "{text}");
        }
    }

    #[test]
    fn refuses_whole_numbers_beyond_64_bits() {
        for text in [
            "9223372036854775808",
            "0xffffffffffffffffff",
            "999999999999999999:59",
        ] {
            assert_eq!(plain(text), Err(Unfit::TooLarge), "{text}");
        }
    }

    #[test]
    fn reads_fractions() {
        for (text, number) in [
            ("1.0", 1.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("-1.5", -1.5),
            ("1_0.5_0", 10.5),
            ("1.0e+3", 1000.0),
            ("1.e-1", 0.1),
            ("1:30.5", 90.5),
            ("0:1.0", 1.0),
            (".inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
        ] {
            assert_eq!(plain(text), Ok(Kind::Float(number)), "{text}");
        }
        assert!(matches!(plain(".nan"), Ok(Kind::Float(number)) if number.is_nan()));
    }

    #[test]
    fn leaves_the_rest_as_text() {
        for text in [
            "0o644",
            "1e3",
            "1.5e3",
            "08",
            "0b",
            "0b2",
            "0x",
            "-.5",
            "-.nan",
            "01:30",
            "1:60",
            "1:",
            "99999999999999999999:60",
            "1:030",
            "_1",
            ".",
            "-",
            "+",
            "._5",
            "y",
            "n",
            "yEs",
            "nULL",
            "1.2.3",
            "2001-01-01",
            "1 2",
            "٣",
            "=",
            "<<",
        ] {
            assert_eq!(plain(text), Ok(Kind::String(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn reads_words() {
        assert_eq!(plain("~"), Ok(Kind::Null));
        assert_eq!(plain("Null"), Ok(Kind::Null));
        assert_eq!(plain("Yes"), Ok(Kind::Bool(true)));
        assert_eq!(plain("OFF"), Ok(Kind::Bool(false)));
    }
}
