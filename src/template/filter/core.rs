//! Defaults, choices and conversions.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use crate::template::{
    builtin::Run,
    call::{Call, describe, items},
    failure, is_omit, moment,
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
    let boolean = call.arg(2, "boolean").unwrap_or(Value::from(false));
    if boolean.kind() != ValueKind::Bool || call.args.len() > 3 {
        return Err(failure::plain("takes a default and a boolean"));
    }
    let falsy = boolean.is_true() && !value.is_undefined() && !value.is_true();
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

/// What the filter `bool` takes for true or false; all else is false to it.
pub(in crate::template) fn words(value: &Value) -> Option<bool> {
    match value.kind() {
        ValueKind::String => match value.as_str()?.to_lowercase().as_str() {
            "yes" | "on" | "1" | "true" => Some(true),
            "no" | "off" | "0" | "false" => Some(false),
            _ => None,
        },
        _ => truth(value),
    }
}

/// Ansible's idea of truth in words, where arguments are converted.
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
    Ok(words(&call.value()).unwrap_or(false).into())
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
    match i128::from_str_radix(digits, radix) {
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
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default().trim().replace('_', "");
            text.parse::<f64>().map_or(default, Value::from)
        }
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
    let (yes, no) = (call.need(1, "true_val")?, call.need(2, "false_val")?);
    if value.is_undefined() {
        return Ok(value);
    }
    Ok(match (value.is_none(), call.arg(3, "none_val")) {
        (true, Some(other)) if !other.is_none() => other,
        _ if value.is_true() => yes,
        _ => no,
    })
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
        ValueKind::Undefined => "UndefinedMarker",
        _ if is_omit(&value) => "_OmitType",
        _ => moment::kind(&value).unwrap_or_else(|| describe(&value)),
    }))
}

fn attr(call: &mut Call) -> Result<Value, Error> {
    let name = call.need_text(1, "name")?;
    let value = call.value();
    let found = match value.kind() {
        // Entries are no attributes.
        ValueKind::Map => Value::UNDEFINED,
        _ => value.get_item(&Value::from(name.as_str()))?,
    };
    if found.is_undefined() {
        call.context()?.lacks(&value, &name, None);
    }
    Ok(found)
}
