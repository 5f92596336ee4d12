//! Dates, for names and facts.

use std::time::SystemTime;

/// A second of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// From 1.
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// From 0, a Sunday.
    pub weekday: i64,
    /// From 0.
    pub day_of_year: i64,
}

impl Date {
    /// Takes seconds since 1970, moved by the zone's offset already.
    pub fn of(seconds: i64) -> Self {
        let (days, second) = (seconds.div_euclid(86400), seconds.rem_euclid(86400));
        // Years begin in March here, so that the leap day is the last; eras are 400 years.
        let shifted = days + 719_468;
        let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365;
        let of_year = day - (365 * year + year / 4 - year / 100);
        let march = (5 * of_year + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        Self {
            year,
            month,
            day: of_year - (153 * march + 2) / 5 + 1,
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
            weekday: (days + 4).rem_euclid(7),
            day_of_year: days - days_before(year),
        }
    }

    /// The days from 1970 to the first of a month.
    pub fn days_to(year: i64, month: i64) -> i64 {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let months: i64 = lengths.iter().zip(1..month).map(|(days, _)| days).sum();
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        days_before(year) + months + i64::from(is_leap && month > 2)
    }

    /// Now, in UTC.
    pub fn now() -> Self {
        Self::of(seconds())
    }
}

/// Seconds since 1970.
pub fn seconds() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap_or_default().as_secs().cast_signed()
}

/// The days from 1970 to the first of January.
fn days_before(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400) - 719_162
}

/// As backups are named: `2026-11-20@09:41:47` (UTC).
pub(super) fn stamp() -> String {
    let Date {
        year,
        month,
        day,
        hour,
        minute,
        second,
        ..
    } = Date::now();
    format!("{year:04}-{month:02}-{day:02}@{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_leap_days_and_weekdays() {
        let date = Date::of(1_709_210_096);
        assert_eq!((date.year, date.month, date.day), (2024, 2, 29));
        assert_eq!((date.hour, date.minute, date.second), (12, 34, 56));
        assert_eq!((date.weekday, date.day_of_year), (4, 59));
        let last = Date::of(-1);
        assert_eq!((last.year, last.month, last.day), (1969, 12, 31));
        assert_eq!(last.day_of_year, 364);
        for (year, month) in [
            (1970, 1),
            (1999, 12),
            (2000, 3),
            (2024, 2),
            (2024, 3),
            (2100, 3),
        ] {
            let date = Date::of(Date::days_to(year, month) * 86400);
            assert_eq!((date.year, date.month, date.day), (year, month, 1));
        }
    }
}
