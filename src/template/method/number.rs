use minijinja::{
    Error,
    value::{Tuple, Value, ValueKind},
};

use super::Given;

fn whole(value: &Value) -> Option<i128> {
    match value.kind() {
        ValueKind::Bool => Some(i128::from(value.is_true())),
        _ if value.is_integer() => i128::try_from(value.clone()).ok(),
        _ => None,
    }
}

pub(super) fn property(value: &Value, name: &str) -> Value {
    let own = || match whole(value) {
        Some(number) => number.into(),
        None => value.clone(),
    };
    match name {
        "real" => own(),
        "imag" => 0.into(),
        "numerator" if whole(value).is_some() => own(),
        "denominator" if whole(value).is_some() => 1.into(),
        _ => Value::UNDEFINED,
    }
}

pub(super) fn call(value: &Value, name: &str, given: &Given) -> Result<Option<Value>, Error> {
    match whole(value) {
        Some(number) => integer(number, name, given),
        None => Ok(float(
            f64::try_from(value.clone()).unwrap_or_default(),
            name,
        )),
    }
}

fn integer(number: i128, name: &str, given: &Given) -> Result<Option<Value>, Error> {
    let other = || Ok::<_, Error>(whole(&given.need(0)?).unwrap_or_default());
    let shift = || Ok::<_, Error>(u32::try_from(other()?).unwrap_or(u32::MAX));
    Ok(Some(match name {
        "bit_length" => (128 - number.unsigned_abs().leading_zeros()).into(),
        "bit_count" => number.unsigned_abs().count_ones().into(),
        "conjugate" => number.into(),
        "is_integer" => true.into(),
        "as_integer_ratio" => Tuple::from(vec![number.into(), 1.into()]).into(),
        // The sandbox lets these through, for there are no bitwise filters.
        "__and__" => (number & other()?).into(),
        "__or__" => (number | other()?).into(),
        "__xor__" => (number ^ other()?).into(),
        "__lshift__" => number.checked_shl(shift()?).unwrap_or_default().into(),
        "__rshift__" => (number >> shift()?.min(127)).into(),
        _ => return Ok(None),
    }))
}

fn float(number: f64, name: &str) -> Option<Value> {
    Some(match name {
        "is_integer" => (number.fract() == 0.0).into(),
        "conjugate" => number.into(),
        _ => return None,
    })
}
