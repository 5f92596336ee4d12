//! Points in time and the spans between them, as Python's `datetime` gives them to templates.

use std::{
    cmp::Ordering,
    fmt::{self, Formatter},
    sync::Arc,
};

use chrono::{Datelike, Local, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use minijinja::{
    Error, State,
    value::{Object, ObjectRepr, Value},
};

use super::{call::Call, failure, filter, print};

/// A point in time without a zone.
#[derive(Debug)]
pub(super) struct Moment(NaiveDateTime);

impl Moment {
    pub fn new(time: NaiveDateTime) -> Self {
        Self(time)
    }
}

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "year" => self.0.year().into(),
            "month" => self.0.month().into(),
            "day" => self.0.day().into(),
            "hour" => self.0.hour().into(),
            "minute" => self.0.minute().into(),
            "second" => self.0.second().into(),
            "microsecond" => (self.0.nanosecond() / 1000).into(),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let format = args.first().map(print::text).unwrap_or_default();
        match method {
            "strftime" => filter::formatted(&self.0, &format).map(Value::from),
            "isoformat" => Ok(written(&self.0, "%Y-%m-%dT%H:%M:%S").into()),
            "date" => Ok(Value::from_object(Day(self.0.date()))),
            "replace" => replaced(&self.0, args),
            "timestamp" => Ok((self.0.and_utc().timestamp_micros() as f64 / 1e6).into()),
            "weekday" => Ok(self.0.weekday().num_days_from_monday().into()),
            "isoweekday" => Ok(self.0.weekday().number_from_monday().into()),
            _ => Err(Error::from(minijinja::ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&written(&self.0, "%Y-%m-%d %H:%M:%S"))
    }
}

/// A time as Python prints it: with microseconds where there are some.
fn written(time: &NaiveDateTime, format: &str) -> String {
    let micros = time.nanosecond() / 1000;
    let text = time.format(format).to_string();
    if micros == 0 {
        text
    } else {
        format!("{text}.{micros:06}")
    }
}

/// `replace(year=…, hour=…)`.
fn replaced(time: &NaiveDateTime, args: &[Value]) -> Result<Value, Error> {
    let mut time = *time;
    for name in ["year", "month", "day", "hour", "minute", "second"] {
        let given = args.last().filter(|last| last.is_kwargs());
        let Some(number) = given.and_then(|kwargs| kwargs.get_attr(name).ok()?.as_i64()) else {
            continue;
        };
        let count = u32::try_from(number).unwrap_or(u32::MAX);
        let next = match name {
            "year" => i32::try_from(number)
                .ok()
                .and_then(|year| time.with_year(year)),
            "month" => time.with_month(count),
            "day" => time.with_day(count),
            "hour" => time.with_hour(count),
            "minute" => time.with_minute(count),
            _ => time.with_second(count),
        };
        time = next.ok_or_else(|| failure::plain(format!("{number} is no {name} of that time")))?;
    }
    Ok(Value::from_object(Moment(time)))
}

/// A day without a time.
#[derive(Debug)]
struct Day(NaiveDate);

impl Object for Day {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "year" => self.0.year().into(),
            "month" => self.0.month().into(),
            "day" => self.0.day().into(),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let format = args.first().map(print::text).unwrap_or_default();
        match method {
            "strftime" => filter::formatted(&self.0.into(), &format).map(Value::from),
            "isoformat" => Ok(self.0.to_string().into()),
            "weekday" => Ok(self.0.weekday().num_days_from_monday().into()),
            "isoweekday" => Ok(self.0.weekday().number_from_monday().into()),
            _ => Err(Error::from(minijinja::ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Which of two times, days or spans comes first; nothing for anything else.
pub(super) fn compared(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (
        left.downcast_object_ref::<Moment>(),
        right.downcast_object_ref::<Moment>(),
    ) {
        return Some(left.0.cmp(&right.0));
    }
    if let (Some(left), Some(right)) = (
        left.downcast_object_ref::<Day>(),
        right.downcast_object_ref::<Day>(),
    ) {
        return Some(left.0.cmp(&right.0));
    }
    let left = left.downcast_object_ref::<Span>()?;
    let right = right.downcast_object_ref::<Span>()?;
    Some(left.0.cmp(&right.0))
}

/// What Python calls the type of a time, a day or a span.
pub(super) fn kind(value: &Value) -> Option<&'static str> {
    if value.downcast_object_ref::<Moment>().is_some() {
        Some("datetime")
    } else if value.downcast_object_ref::<Day>().is_some() {
        Some("date")
    } else {
        value.downcast_object_ref::<Span>().map(|_| "timedelta")
    }
}

/// A span of time.
#[derive(Debug)]
struct Span(TimeDelta);

impl Object for Span {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let days = self.0.num_seconds().div_euclid(86_400);
        Some(match key.as_str()? {
            "days" => days.into(),
            "seconds" => (self.0.num_seconds() - days * 86_400).into(),
            "microseconds" => (self.0.subsec_nanos() / 1000).into(),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "total_seconds" => Ok((self.0.num_milliseconds() as f64 / 1000.0).into()),
            _ => Err(Error::from(minijinja::ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = self.0.num_seconds();
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        match days {
            0 => {}
            1 | -1 => write!(f, "{days} day, ")?,
            _ => write!(f, "{days} days, ")?,
        }
        write!(
            f,
            "{}:{:02}:{:02}",
            rest / 3600,
            rest % 3600 / 60,
            rest % 60
        )
    }
}

/// `now(utc=False, fmt=None)`.
pub(super) fn now(call: &mut Call) -> Result<Value, Error> {
    let time = if call.flag(0, "utc") {
        Utc::now().naive_utc()
    } else {
        Local::now().naive_local()
    };
    match call.text(1, "fmt") {
        Some(format) => filter::formatted(&time, &format).map(Value::from),
        None => Ok(Value::from_object(Moment(time))),
    }
}

/// `__sub(left, right)`: what `-` gives where a template has to do with time.
pub(super) fn minus(_state: &mut State, left: Value, right: Value) -> Result<Value, Error> {
    if left.is_undefined() || right.is_undefined() {
        return Err(failure::undefined());
    }
    let times = (
        left.downcast_object_ref::<Moment>(),
        right.downcast_object_ref::<Moment>(),
    );
    if let (Some(left), Some(right)) = times {
        return Ok(Value::from_object(Span(left.0 - right.0)));
    }
    if let (Some(left), Some(right)) = (left.as_i64(), right.as_i64())
        && let Some(difference) = left.checked_sub(right)
    {
        return Ok(difference.into());
    }
    Ok((f64::try_from(left)? - f64::try_from(right)?).into())
}
