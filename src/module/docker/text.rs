//! Values of arguments as text, sizes and durations.

use {
    crate::{act::Failure, wire::Object},
    serde_json::Value,
};

pub const DIGITS: &str = "0123456789abcdefABCDEF";

/// A value as the engine's maps of text have it.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Options of a driver, all as text.
pub fn option_map(given: &Object) -> Object {
    let pairs = given.iter();
    pairs
        .map(|(name, value)| (name.clone(), plain(value).into()))
        .collect()
}

/// Labels, all as text.
///
/// # Errors
/// One is a boolean or a fraction, whose text nobody can foresee.
pub fn label_map(given: &Object) -> Result<Object, Failure> {
    let loses = |value: &Value| value.is_boolean() || value.is_f64();
    match given.iter().find(|(_, value)| loses(value)) {
        None => Ok(option_map(given)),
        Some((name, value)) => Err(Failure::refused(format!(
            "The value {value} for '{name}' of labels is not a string or something than can be safely converted to a string!"
        ))),
    }
}

/// Bytes of a size such as `512`, `64M` or `1.5 GB`.
///
/// # Errors
/// It is none; `name` is the argument.
pub fn size(name: &str, text: &str) -> Result<i64, Failure> {
    let wrong = || {
        Failure::refused(format!(
            "Failed to convert {name} to bytes: can't interpret following string: {text}"
        ))
    };
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let unit = unit.trim().to_ascii_uppercase();
    let power = match unit.strip_suffix('B').unwrap_or(&unit) {
        "" => 0,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        "P" => 5,
        _ => return Err(wrong()),
    };
    Ok((number * 1024f64.powi(power)).round() as i64)
}

/// The same, where `unlimited` and `-1` say that there is no limit.
pub fn limit(name: &str, text: &str) -> Result<i64, Failure> {
    match text {
        "unlimited" | "-1" => Ok(-1),
        text => size(name, text),
    }
}

/// Nanoseconds of a duration such as `1m30s` or `500ms`.
///
/// # Errors
/// It is none.
pub fn duration(text: &str) -> Result<i64, Failure> {
    let wrong = || Failure::refused(format!("Invalid time duration - {text}"));
    let mut rest = text;
    let mut total = 0i64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: i64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit());
        let (unit, after) = rest.split_at(end.unwrap_or(rest.len()));
        let unit = match unit {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "us" => 1_000,
            _ => return Err(wrong()),
        };
        let add = |total: i64| total.checked_add(number.checked_mul(unit)?);
        total = add(total).ok_or_else(wrong)?;
        rest = after;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes_and_durations() {
        assert_eq!(size("memory", "512").unwrap(), 512);
        assert_eq!(size("memory", "64M").unwrap(), 64 << 20);
        assert_eq!(size("memory", "1.5 gb").unwrap(), 3 << 29);
        assert_eq!(limit("memory_swap", "unlimited").unwrap(), -1);
        assert!(size("memory", "lots").is_err());
        assert_eq!(duration("1m30s").unwrap(), 90_000_000_000);
        assert_eq!(duration("500ms").unwrap(), 500_000_000);
        assert!(duration("5").is_err() && duration("5d").is_err());
    }
}
