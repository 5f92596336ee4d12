//! Points in time, as users and certificates write them. Seconds since 1970, in UTC.

use {
    super::asn1,
    crate::act::{Date, seconds},
};

const UTC_TIME: u8 = 0x17;
const GENERAL_TIME: u8 = 0x18;
const DAY: i64 = 86400;

/// Reads a time: from now (`+3650d`, `-1h30m`), or `20301231235959Z`.
///
/// # Errors
/// It is neither, in Ansible's words; `argument` is for the message.
pub fn read(text: &str, argument: &str) -> Result<i64, String> {
    let found = match text.split_at_checked(1) {
        Some(("+", rest)) => span(rest).map(|span| seconds() + span),
        Some(("-", rest)) => span(rest).map(|span| seconds() - span),
        _ => absolute(text),
    };
    found.ok_or_else(|| format!("The time spec \"{text}\" for {argument} is invalid"))
}

/// Weeks, days, hours, minutes and seconds, in this order; the last may stand without its letter.
fn span(text: &str) -> Option<i64> {
    let mut units = [('w', 7 * DAY), ('d', DAY), ('h', 3600), ('m', 60), ('s', 1)].into_iter();
    let (mut total, mut rest) = (0_i64, text);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit());
        let (digits, after) = rest.split_at(end.unwrap_or(rest.len()));
        let mut letters = after.chars();
        let letter = letters.next().unwrap_or('s').to_ascii_lowercase();
        let (_, unit) = units.find(|(known, _)| *known == letter)?;
        let count: i64 = digits.parse().ok()?;
        total = total.checked_add(count.checked_mul(unit)?)?;
        rest = letters.as_str();
    }
    Some(total)
}

/// `20301231235959Z`, or without seconds.
fn absolute(text: &str) -> Option<i64> {
    let digits = text
        .strip_suffix('Z')
        .or_else(|| text.strip_suffix("+0000"))?;
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let second = match digits.len() {
        14 => number(12, 14)?,
        12 => 0,
        _ => return None,
    };
    let (month, day) = (number(4, 6)?, number(6, 8)?);
    let (hour, minute) = (number(8, 10)?, number(10, 12)?);
    let sound = (1..=12).contains(&month) && (1..=31).contains(&day);
    let sound = sound && (0..24).contains(&hour) && (0..60).contains(&minute) && second < 60;
    let days = Date::days_to(number(0, 4)?, month) + day - 1;
    sound.then_some(days * DAY + hour * 3600 + minute * 60 + second)
}

/// As `20301231235959Z`.
pub fn written(moment: i64) -> String {
    let Date {
        year,
        month,
        day,
        hour,
        minute,
        second,
        ..
    } = Date::of(moment);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
}

/// As certificates have it: years to 2049 with two digits.
pub fn der(moment: i64) -> Vec<u8> {
    let text = written(moment);
    match (1950..2050).contains(&Date::of(moment).year) {
        true => asn1::value(UTC_TIME, &text.as_bytes()[2..]),
        false => asn1::value(GENERAL_TIME, text.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_dates_are_read() {
        assert_eq!(
            span("1w2d3h4m5"),
            Some(7 * DAY + 2 * DAY + 3 * 3600 + 4 * 60 + 5)
        );
        assert_eq!(span("3650d"), Some(3650 * DAY));
        assert_eq!(span("0s"), Some(0));
        let at = read("20240229123456Z", "x").unwrap();
        assert_eq!(at, 1_709_210_096);
        assert_eq!(written(at), "20240229123456Z");
        assert_eq!(read("202402291234Z", "x").unwrap(), at - 56);
        for text in ["", "+", "3650d", "+1x", "+1m2w", "20241301000000Z", "2024Z"] {
            assert!(read(text, "x").is_err(), "{text}");
        }
    }

    #[test]
    fn the_century_turns_in_2050() {
        assert_eq!(der(read("20491231235959Z", "x").unwrap())[0], UTC_TIME);
        assert_eq!(der(read("20500101000000Z", "x").unwrap())[0], GENERAL_TIME);
    }
}
