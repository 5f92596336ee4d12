//! Dates and times.

use chrono::{DateTime, Local, NaiveDateTime, TimeZone, Utc};
use minijinja::{Error, value::Value};

use crate::template::{builtin::Run, call::Call, failure, moment::Moment};

pub(super) const ALL: &[(&str, Run)] = &[("to_datetime", to_datetime), ("strftime", strftime)];

fn to_datetime(call: &mut Call) -> Result<Value, Error> {
    let format = call
        .text(1, "format")
        .unwrap_or_else(|| "%Y-%m-%d %H:%M:%S".into());
    // Python's %f are digits behind the point, up to six.
    let format = format.replace(".%f", "%.f").replace("%f", "%6f");
    let subject = call.subject();
    let read = NaiveDateTime::parse_from_str(&subject, &format).or_else(|error| {
        chrono::NaiveDate::parse_from_str(&subject, &format)
            .map(|date| date.and_time(chrono::NaiveTime::MIN))
            .map_err(|_| error)
    });
    read.map(|time| Value::from_object(Moment::new(time)))
        .map_err(|error| {
            failure::plain(format!(
                "'{subject}' is no time of the form '{format}': {error}"
            ))
        })
}

fn strftime(call: &mut Call) -> Result<Value, Error> {
    let seconds = match call.arg(1, "second").filter(|second| !second.is_none()) {
        Some(second) => f64::try_from(second.clone())
            .or_else(|_| second.to_string().parse::<f64>())
            .map_err(|_| failure::plain("the seconds must be a number"))?,
        None => Utc::now().timestamp() as f64,
    };
    let time = DateTime::<Utc>::from_timestamp(seconds.floor() as i64, 0)
        .ok_or_else(|| failure::plain("the seconds are beyond any calendar"))?;
    let format = call.subject();
    if call.flag(2, "utc") {
        return formatted(&time.naive_utc(), &format).map(Value::from);
    }
    let local = Local.from_utc_datetime(&time.naive_utc());
    formatted_zoned(&local, &format).map(Value::from)
}

/// A time in the words of a format; one that is wrong is an error.
pub(in crate::template) fn formatted(time: &NaiveDateTime, format: &str) -> Result<String, Error> {
    formatted_zoned(&Utc.from_utc_datetime(time), format)
}

fn formatted_zoned<Z: TimeZone>(time: &DateTime<Z>, format: &str) -> Result<String, Error>
where
    Z::Offset: std::fmt::Display,
{
    let mut out = String::new();
    match std::fmt::Write::write_fmt(&mut out, format_args!("{}", time.format(format))) {
        Ok(()) => Ok(out),
        Err(_) => Err(failure::plain(format!("'{format}' is no format of time"))),
    }
}
