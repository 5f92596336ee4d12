//! Numbers as a person reads them.

use crate::record::{Bound, Unit, Verdict};

/// A value with its unit and about three figures.
pub fn value(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds if number.abs() < 1e-6 => format!("{:.0} ns", number * 1e9),
        Unit::Seconds if number.abs() < 0.001 => format!("{} µs", figures(number * 1e6)),
        Unit::Seconds if number.abs() < 0.1 => format!("{:.1} ms", number * 1000.0),
        Unit::Seconds => format!("{} s", figures(number)),
        Unit::Mebibytes => format!("{} MiB", figures(number)),
        Unit::Bytes => format!("{number:.0} bytes"),
        Unit::Times => format!("{} ×", figures(number)),
        Unit::Count => figures(number),
    }
}

/// What a verdict asks for.
pub fn target(verdict: &Verdict) -> String {
    let sign = match verdict.bound {
        Bound::AtMost => "≤",
        Bound::AtLeast => "≥",
    };
    format!("{sign} {}", value(verdict.limit, verdict.unit))
}

/// What a verdict found.
pub fn found(verdict: &Verdict) -> String {
    verdict.found.map_or("not measured".to_owned(), |found| {
        value(found, verdict.unit)
    })
}

/// The verdict itself.
pub fn judgement(verdict: &Verdict) -> &'static str {
    match verdict.met {
        true => "met",
        false => "not met",
    }
}

fn figures(number: f64) -> String {
    match number.abs() {
        large if large >= 100.0 => format!("{number:.0}"),
        middle if middle >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}
