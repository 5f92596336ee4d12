//! Serial numbers of certificates as text.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{number, text};
use crate::template::{call::Call, collection::arguments::Arguments, failure};

/// `01:0A:FF` as a number.
pub(super) fn parse(call: &mut Call) -> Result<Value, Error> {
    let mut bytes = Vec::new();
    for part in text(call, &["input"])?.split(':') {
        let lower = part.trim().trim_start_matches('+').to_lowercase();
        let digits = lower.strip_prefix("0x").unwrap_or(&lower);
        let byte = u8::from_str_radix(digits, 16).map_err(|_| {
            failure::plain(format!("'{part}' is no hexadecimal number from 0 to FF"))
        })?;
        bytes.push(byte);
    }
    Ok(number::whole(&bytes))
}

/// A number as `01:0A:FF`.
pub(super) fn write(call: &mut Call) -> Result<Value, Error> {
    Arguments::of(call, &["input"])?;
    let value = call.value();
    let bytes = match value.kind() {
        ValueKind::Bool => Some(vec![u8::from(value.is_true())]),
        ValueKind::Number if value.is_integer() => u128::try_from(value.clone())
            .ok()
            .map(|number| number.to_be_bytes().to_vec()),
        // A number that is too large for a value is its digits.
        ValueKind::String => value.as_str().and_then(number::large),
        _ => None,
    };
    let Some(bytes) = bytes else {
        return Err(failure::plain(format!(
            "needs a number that is not negative, not {value}"
        )));
    };
    let first = bytes.iter().position(|byte| *byte != 0);
    let bytes = &bytes[first.unwrap_or(bytes.len() - 1)..];
    let parts = bytes.iter().map(|byte| format!("{byte:02X}"));
    Ok(parts.collect::<Vec<_>>().join(":").into())
}
