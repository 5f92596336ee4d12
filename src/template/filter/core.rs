//! Defaults, choices and conversions.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use crate::template::{
    builtin::Run,
    call::{Call, describe, items},
    failure, print,
};

pub(super) const ALL: &[(&str, Run)] = &[
    ("default", default),
    ("d", default),
    ("mandatory", mandatory),
    ("bool", boolean),
    ("int", int),
    ("float", float),
    ("string", string),
    ("safe", string),
    ("list", list),
    ("length", length),
    ("count", length),
    ("ternary", ternary),
    ("type_debug", type_debug),
    ("attr", attr),
];

fn default(call: &mut Call) -> Result<Value, Error> {
    let value = call.value();
    let falsy = call.flag(2, "boolean") && !value.is_undefined() && !value.is_true();
    if value.is_undefined() || falsy {
        return Ok(call
            .arg(1, "default_value")
            .unwrap_or_else(|| Value::from("")));
    }
    Ok(value)
}

fn mandatory(call: &mut Call) -> Result<Value, Error> {
    let value = call.value();
    match (value.is_undefined(), call.text(1, "msg")) {
        (false, _) => Ok(value),
        (true, Some(message)) => Err(failure::plain(message)),
        (true, None) => Err(failure::undefined()),
    }
}

/// Ansible's idea of truth in words.
pub(in crate::template) fn truth(value: &Value) -> Option<bool> {
    match value.kind() {
        ValueKind::Bool => Some(value.is_true()),
        ValueKind::Number => match f64::try_from(value.clone()).ok()? {
            1.0 => Some(true),
            0.0 => Some(false),
            _ => None,
        },
        ValueKind::String => match value.as_str()?.to_lowercase().as_str() {
            "yes" | "on" | "1" | "true" | "y" | "t" | "1.0" => Some(true),
            "no" | "off" | "0" | "false" | "n" | "f" | "0.0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn boolean(call: &mut Call) -> Result<Value, Error> {
    Ok(truth(&call.value()).unwrap_or(false).into())
}

fn int(call: &mut Call) -> Result<Value, Error> {
    let value = call.value();
    let default = call.arg(1, "default").unwrap_or_else(|| Value::from(0));
    let base = call.int(2, "base")?.unwrap_or(10);
    Ok(match value.kind() {
        ValueKind::Bool => i64::from(value.is_true()).into(),
        ValueKind::Number if value.is_integer() => value,
        ValueKind::Number => whole(f64::try_from(value)?),
        ValueKind::String => parse(value.as_str().unwrap_or_default(), base).unwrap_or(default),
        _ => default,
    })
}

fn whole(number: f64) -> Value {
    Value::from(number.trunc() as i64)
}

fn parse(text: &str, base: i64) -> Option<Value> {
    let text = text.trim().replace('_', "");
    let lower = text.to_lowercase();
    let (sign, digits) = match lower.strip_prefix('-') {
        Some(digits) => (-1, digits.to_owned()),
        None => (1, lower.trim_start_matches('+').to_owned()),
    };
    let (digits, radix) = match (base, digits.get(..2)) {
        (16 | 0, Some("0x")) => (&digits[2..], 16),
        (8 | 0, Some("0o")) => (&digits[2..], 8),
        (2 | 0, Some("0b")) => (&digits[2..], 2),
        (0, _) => (digits.as_str(), 10),
        (base, _) => (digits.as_str(), u32::try_from(base).ok()?),
    };
    if !(2..=36).contains(&radix) {
        return None;
    }
    match i64::from_str_radix(digits, radix) {
        Ok(number) => Some((sign * number).into()),
        Err(_) if radix == 10 => text
            .parse::<f64>()
            .ok()
            .filter(|n| n.is_finite())
            .map(whole),
        Err(_) => None,
    }
}

fn float(call: &mut Call) -> Result<Value, Error> {
    let value = call.value();
    let default = call.arg(1, "default").unwrap_or_else(|| Value::from(0.0));
    Ok(match value.kind() {
        ValueKind::Bool => f64::from(u8::from(value.is_true())).into(),
        ValueKind::Number => f64::try_from(value)?.into(),
        ValueKind::String => match value.as_str().unwrap_or_default().trim().parse::<f64>() {
            Ok(number) => number.into(),
            Err(_) => default,
        },
        _ => default,
    })
}

fn string(call: &mut Call) -> Result<Value, Error> {
    Ok(call.subject().into())
}

fn list(call: &mut Call) -> Result<Value, Error> {
    let value = call.value();
    if value.is_undefined() {
        return Ok(value);
    }
    Ok(items(&value)?.into())
}

fn length(call: &mut Call) -> Result<Value, Error> {
    let value = call.value();
    if value.is_undefined() {
        return Ok(value);
    }
    match value.len() {
        Some(length) => Ok(length.into()),
        None => Ok(items(&value)?.len().into()),
    }
}

fn ternary(call: &mut Call) -> Result<Value, Error> {
    let value = call.value();
    let chosen = match (value.is_none(), call.arg(3, "none_val")) {
        (true, Some(other)) if !other.is_none() => other,
        _ if value.is_true() => call.need(1, "true_val")?,
        _ => call.need(2, "false_val")?,
    };
    Ok(chosen)
}

fn type_debug(call: &mut Call) -> Result<Value, Error> {
    let value = call.value();
    Ok(Value::from(match value.kind() {
        ValueKind::None => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String => "str",
        ValueKind::Bytes => "bytes",
        ValueKind::Seq | ValueKind::Iterable if value.is_tuple() => "tuple",
        ValueKind::Seq | ValueKind::Iterable => "list",
        ValueKind::Map => "dict",
        ValueKind::Undefined => "Undefined",
        _ => describe(&value),
    }))
}

fn attr(call: &mut Call) -> Result<Value, Error> {
    let name = call.need_text(1, "name")?;
    let found = call.value().get_item(&Value::from(name.as_str()))?;
    if found.is_undefined() {
        let message = format!("{} has no '{name}'", print::repr(&call.value()));
        return Err(failure::plain(message));
    }
    Ok(found)
}
