//! Dates as HTTP writes them.

use crate::act::{Date, Moment};

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A moment as `Tue, 15 Nov 1994 08:12:31 GMT`.
pub fn http_date(moment: Moment) -> String {
    let date = Date::of(moment.seconds);
    // Both are counted from the list that the calendar counts in.
    let day = usize::try_from(date.weekday).map_or("", |at| DAYS[at % 7]);
    let month = usize::try_from(date.month - 1).map_or("", |at| MONTHS[at % 12]);
    format!(
        "{day}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT",
        date.day, date.year, date.hour, date.minute, date.second
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_dates() {
        let moment = Moment {
            seconds: 784_887_151,
            nanoseconds: 5,
        };
        assert_eq!(http_date(moment), "Tue, 15 Nov 1994 08:12:31 GMT");
    }
}
