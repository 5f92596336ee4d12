//! Arithmetic and sizes.

use minijinja::{Error, value::Value};

use crate::template::{
    builtin::Run,
    call::{Call, describe, list},
    failure, print,
};

pub(super) const ALL: &[(&str, Run)] = &[
    ("sum", sum),
    ("abs", |call| {
        let value = call.value();
        match whole(&value) {
            Some(number) => Ok(number.unsigned_abs().into()),
            None => Ok(number(&value)?.abs().into()),
        }
    }),
    ("round", round),
    ("log", |call| {
        let value = number(&call.value())?;
        if value <= 0.0 {
            return Err(failure::plain("needs a number above 0"));
        }
        match call.arg(1, "base") {
            Some(base) if number(&base)? == 10.0 => Ok(value.log10().into()),
            Some(base) => Ok((value.ln() / number(&base)?.ln()).into()),
            None => Ok(value.ln().into()),
        }
    }),
    ("pow", |call| {
        let power = call.need(1, "y")?;
        Ok(number(&call.value())?.powf(number(&power)?).into())
    }),
    ("root", |call| {
        let base = call.arg(1, "base").map_or(Ok(2.0), |base| number(&base))?;
        let value = number(&call.value())?;
        if value < 0.0 {
            return Err(failure::plain("a number below 0 has no root here"));
        }
        Ok(if base == 2.0 {
            value.sqrt()
        } else {
            value.powf(1.0 / base)
        }
        .into())
    }),
    ("human_readable", human_readable),
    ("human_to_bytes", human_to_bytes),
    ("filesizeformat", file_size),
];

/// The value as a whole number, where it is one.
fn whole(value: &Value) -> Option<i128> {
    match value.kind() {
        minijinja::value::ValueKind::Bool => Some(i128::from(value.is_true())),
        _ if value.is_integer() => i128::try_from(value.clone()).ok(),
        _ => None,
    }
}

/// The value as a float.
fn number(value: &Value) -> Result<f64, Error> {
    match value.kind() {
        minijinja::value::ValueKind::Bool => Ok(f64::from(u8::from(value.is_true()))),
        minijinja::value::ValueKind::Number => f64::try_from(value.clone()),
        _ => Err(failure::plain(format!(
            "needs a number, not {}",
            describe(value)
        ))),
    }
}

fn sum(call: &mut Call) -> Result<Value, Error> {
    let path = call.arg(1, "attribute").filter(|path| !path.is_none());
    let start = call.arg(2, "start").unwrap_or_else(|| Value::from(0));
    if start.kind() == minijinja::value::ValueKind::Seq {
        return concatenated(call, &start, path.as_ref());
    }
    let (mut total, mut broken, mut exact) = (0_i128, 0.0, true);
    let mut values = vec![start];
    for item in call.items()? {
        values.push(match &path {
            Some(path) => super::attribute(&item, path)?,
            None => item,
        });
    }
    for value in values {
        match whole(&value) {
            Some(integer) => total = total.saturating_add(integer),
            None => {
                exact = false;
                broken += number(&value)?;
            }
        }
    }
    Ok(if exact && broken == 0.0 {
        total.into()
    } else {
        (total as f64 + broken).into()
    })
}

/// Lists summed up make one list.
fn concatenated(call: &Call, start: &Value, path: Option<&Value>) -> Result<Value, Error> {
    let mut all = list(start)?;
    for item in call.items()? {
        all.extend(match path {
            Some(path) => list(&super::attribute(&item, path)?)?,
            None => list(&item)?,
        });
    }
    Ok(all.into())
}

fn round(call: &mut Call) -> Result<Value, Error> {
    let digits = i32::try_from(call.int(1, "precision")?.unwrap_or(0)).unwrap_or(0);
    let method = call.text(2, "method").unwrap_or_else(|| "common".into());
    let value = number(&call.value())?;
    if let (Some(whole), "common") = (whole(&call.value()), method.as_str()) {
        return Ok(match digits {
            ..0 => (half_even(value, digits) as i128).into(),
            _ => whole.into(),
        });
    }
    let scale = 10_f64.powi(digits);
    Ok(match method.as_str() {
        "ceil" => (value * scale).ceil() / scale,
        "floor" => (value * scale).floor() / scale,
        "common" => half_even(value, digits),
        other => {
            return Err(failure::plain(format!(
                "'{other}' is no way to round; common, ceil and floor are"
            )));
        }
    }
    .into())
}

/// Python's `round`: exact halves go to the even neighbour.
fn half_even(value: f64, digits: i32) -> f64 {
    match usize::try_from(digits) {
        Ok(digits) => format!("{value:.digits$}").parse().unwrap_or(value),
        Err(_) => {
            let scale = 10_f64.powi(-digits);
            (value / scale).round_ties_even() * scale
        }
    }
}

/// Units of size, the largest first; each is 1024 of the next.
const UNITS: [char; 9] = ['Y', 'Z', 'E', 'P', 'T', 'G', 'M', 'K', 'B'];

/// How many bytes a unit has.
fn size(unit: char) -> Option<f64> {
    let at = UNITS.iter().position(|known| *known == unit)?;
    Some(1024_f64.powi(i32::try_from(UNITS.len() - 1 - at).ok()?))
}

fn human_readable(call: &mut Call) -> Result<Value, Error> {
    let bytes = number(&call.value())?;
    let bits = call.flag(1, "isbits");
    let wanted = call
        .text(2, "unit")
        .and_then(|unit| unit.chars().next())
        .map(|c| c.to_ascii_uppercase());
    let unit = UNITS
        .into_iter()
        .find(|unit| match wanted {
            Some(wanted) => *unit == wanted,
            None => *unit == 'B' || size(*unit).is_some_and(|size| bytes >= size),
        })
        .unwrap_or('B');
    let name = match (unit, bits) {
        ('B', true) => "bits".into(),
        ('B', false) => "Bytes".into(),
        (unit, true) => format!("{unit}b"),
        (unit, false) => format!("{unit}B"),
    };
    Ok(format!("{:.2} {name}", bytes / size(unit).unwrap_or(1.0)).into())
}

fn human_to_bytes(call: &mut Call) -> Result<Value, Error> {
    let text = call.subject();
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let amount: f64 = text[..end]
        .parse()
        .map_err(|_| failure::plain(format!("'{text}' does not start with a number")))?;
    let default = call.text(1, "default_unit").unwrap_or_default();
    let unit = match text[end..].trim() {
        "" => default.as_str(),
        unit => unit,
    };
    unit_fits(unit, call.flag(2, "isbits"))?;
    let letter = unit.chars().next().unwrap_or('B').to_ascii_uppercase();
    let bytes =
        size(letter).ok_or_else(|| failure::plain(format!("'{unit}' is no unit of size")))?;
    Ok(Value::from((amount * bytes).round() as i64))
}

/// A unit is a letter, or says bits or bytes as asked for: `Mb` or `MB`, or in words.
fn unit_fits(unit: &str, bits: bool) -> Result<(), Error> {
    let letter = unit.chars().next().unwrap_or('B').to_ascii_uppercase();
    let word = match letter {
        'B' => "",
        'K' => "kilo",
        'M' => "mega",
        'G' => "giga",
        'T' => "tera",
        'P' => "peta",
        'E' => "exa",
        'Z' => "zetta",
        'Y' => "yotta",
        _ => return Ok(()),
    };
    let (sign, noun) = if bits { ("b", "bit") } else { ("B", "byte") };
    let short = match letter {
        'B' => sign.to_owned(),
        letter => format!("{letter}{sign}"),
    };
    if unit.len() <= 1 || unit == short || unit.to_lowercase() == format!("{word}{noun}") {
        return Ok(());
    }
    Err(failure::plain(format!(
        "'{unit}' is no unit here; {short} is"
    )))
}

fn file_size(call: &mut Call) -> Result<Value, Error> {
    let binary = call.flag(1, "binary");
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    let bytes = match call.value().as_str() {
        Some(text) => text
            .trim()
            .parse()
            .map_err(|_| failure::plain("needs a number"))?,
        None => number(&call.value())?,
    };
    if bytes == 1.0 {
        return Ok("1 Byte".into());
    }
    if bytes < base {
        return Ok(format!("{} Bytes", print::text(&Value::from(bytes as i64))).into());
    }
    let units = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
    let power = ((bytes.ln() / base.ln()).floor() as usize).clamp(1, units.len());
    let shown = bytes / base.powi(i32::try_from(power).unwrap_or(1));
    let unit = if binary {
        format!("{}iB", units[power - 1].to_uppercase())
    } else {
        format!("{}B", units[power - 1])
    };
    Ok(format!("{shown:.1} {unit}").into())
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn numbers_are_rounded_and_summed() {
        assert_eq!(shown("{{ 2.5 | round }}"), "2.0");
        assert_eq!(shown("{{ 2.567 | round(1, 'floor') }}"), "2.5");
        assert_eq!(shown("{{ [1, 2] | sum }}"), "3");
    }

    #[test]
    fn sizes_are_read_and_written() {
        assert_eq!(shown("{{ '1.5 GB' | human_to_bytes }}"), "1610612736");
        assert_eq!(shown("{{ 1048576 | human_readable }}"), "'1.00 MB'");
    }
}
