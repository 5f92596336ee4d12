//! Serial numbers of certificates, and PEM texts taken apart.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{Named, arguments::Arguments};
use crate::template::{
    builtin::Run,
    call::{Call, describe},
    failure,
};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("community.crypto.parse_serial", parse),
    ("community.crypto.to_serial", write),
    ("community.crypto.split_pem", split),
];

fn string(call: &Call, name: &'static [&'static str]) -> Result<String, Error> {
    Arguments::of(call, name)?;
    let value = call.value();
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| failure::plain(format!("needs a string, not {}", describe(&value))))
}

/// `01:0A:FF` as a number.
fn parse(call: &mut Call) -> Result<Value, Error> {
    let text = string(call, &["input"])?;
    let mut number: u128 = 0;
    for part in text.split(':') {
        let digits = part.trim().trim_start_matches('+');
        let lower = digits.to_lowercase();
        let digits = lower.strip_prefix("0x").unwrap_or(&lower);
        let byte = u8::from_str_radix(digits, 16).map_err(|_| {
            failure::plain(format!("'{part}' is no hexadecimal number from 0 to FF"))
        })?;
        number = number
            .checked_mul(256)
            .ok_or_else(|| failure::plain("the number has more than 128 bits"))?
            + u128::from(byte);
    }
    Ok(match i64::try_from(number) {
        Ok(small) => small.into(),
        Err(_) => number.into(),
    })
}

/// A number as `01:0A:FF`.
fn write(call: &mut Call) -> Result<Value, Error> {
    Arguments::of(call, &["input"])?;
    let value = call.value();
    let number = match value.kind() {
        ValueKind::Bool => Some(u128::from(value.is_true())),
        ValueKind::Number if value.is_integer() => u128::try_from(value.clone()).ok(),
        _ => None,
    };
    let Some(number) = number else {
        return Err(failure::plain(format!(
            "needs a number that is not negative, not {value}"
        )));
    };
    let digits = format!("{number:X}");
    let digits = match digits.len() % 2 {
        0 => digits,
        _ => format!("0{digits}"),
    };
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 2 == 0 {
            written.push(':');
        }
        written.push(digit);
    }
    Ok(written.into())
}

/// Each PEM object of a text, with its first and last line.
fn split(call: &mut Call) -> Result<Value, Error> {
    let text = string(call, &["input"])?;
    let mut found: Vec<Value> = Vec::new();
    let mut object: Option<String> = None;
    for line in text
        .split_inclusive('\n')
        .filter(|line| !line.trim().is_empty())
    {
        if line.starts_with("-----BEGIN ") {
            object = Some(String::new());
        }
        if let Some(mut lines) = object.take() {
            lines.push_str(line);
            match line.starts_with("-----END ") {
                true => found.push(lines.into()),
                false => object = Some(lines),
            }
        }
    }
    Ok(found.into())
}
