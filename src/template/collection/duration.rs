//! Times as people write them (`1h 30min`) in one unit.

use minijinja::{Error, value::Value};

use super::Named;
use crate::template::{builtin::Run, call::Call, failure};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("community.general.to_time_unit", |call| {
        let unit = call.text(1, "unit").unwrap_or_else(|| "ms".into());
        to_unit(call, &unit)
    }),
    ("community.general.to_milliseconds", |call| {
        to_unit(call, "ms")
    }),
    ("community.general.to_seconds", |call| to_unit(call, "s")),
    ("community.general.to_minutes", |call| to_unit(call, "m")),
    ("community.general.to_hours", |call| to_unit(call, "h")),
    ("community.general.to_days", |call| to_unit(call, "d")),
    ("community.general.to_weeks", |call| to_unit(call, "w")),
    ("community.general.to_months", |call| to_unit(call, "mo")),
    ("community.general.to_years", |call| to_unit(call, "y")),
];

const DAY: f64 = 86_400_000.0;

/// How many milliseconds there are in each unit; a year and a month have as many days as the caller says.
struct Units {
    year: f64,
    month: f64,
}

impl Units {
    fn read(call: &Call) -> Result<Self, Error> {
        let mut units = Self {
            year: 365.0,
            month: 30.0,
        };
        for (name, value) in &call.kwargs {
            let days = f64::try_from(value.clone());
            match name.as_str() {
                "year" => units.year = days?,
                "month" => units.month = days?,
                "unit" => {}
                _ => return Err(failure::plain(format!("there is no argument '{name}'"))),
            }
        }
        Ok(units)
    }

    fn milliseconds(&self, unit: &str) -> Option<f64> {
        Some(match unit.trim_end_matches('s') {
            "millisecond" | "msec" | "msecond" => 1.0,
            "sec" | "second" => 1000.0,
            "min" | "minute" => 60_000.0,
            "hour" => 3_600_000.0,
            "day" => DAY,
            "week" => 7.0 * DAY,
            "month" => self.month * DAY,
            "year" => self.year * DAY,
            _ => match unit {
                "ms" => 1.0,
                "s" => 1000.0,
                "m" => 60_000.0,
                "h" => 3_600_000.0,
                "d" => DAY,
                "w" => 7.0 * DAY,
                "mo" => self.month * DAY,
                "y" => self.year * DAY,
                _ => return None,
            },
        })
    }
}

fn to_unit(call: &mut Call, unit: &str) -> Result<Value, Error> {
    let value = call.value();
    let Some(text) = value.as_str() else {
        return Err(failure::plain("a time is text such as '1h 30min'"));
    };
    if text == "0" {
        return Ok(0.into());
    }
    let units = Units::read(call)?;
    let Some(size) = units.milliseconds(unit) else {
        return Err(failure::plain(format!(
            "'{unit}' is no unit of time; ms, s, m, h, d, w, mo and y are"
        )));
    };
    let mut total = 0.0;
    for word in text.split_whitespace() {
        total += milliseconds(word, &units).ok_or_else(|| {
            failure::plain(format!("'{word}' is no time such as 90s, 15min or 2weeks"))
        })?;
    }
    // Twelve places behind the point are what Ansible keeps.
    let rounded = format!("{:.12}", total / size);
    Ok(rounded.parse::<f64>().unwrap_or(total / size).into())
}

fn milliseconds(word: &str, units: &Units) -> Option<f64> {
    let digits = word.trim_start_matches('-');
    let end = digits.find(|c: char| !c.is_ascii_digit())?;
    let sign = word.len() - digits.len();
    let number: f64 = word[..sign + end].parse().ok()?;
    let rest = &digits[end..];
    let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    Some(number * units.milliseconds(&rest[..length.unwrap_or(rest.len())])?)
}
