use {
    super::{object, zone},
    crate::{
        act::{Date, Failure, Probe, Question},
        wire::Object,
    },
    serde_json::Value,
    std::{path::Path, time::SystemTime},
};

const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// Where the zone of the host's clock is said.
const ZONE: &str = "/etc/localtime";

/// The time on the host, in its own zone.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let facts = match by_file(probe) {
        Some(facts) => facts,
        None => by_program(probe)?,
    };
    Ok(object([("date_time", Value::Object(facts))]))
}

/// By the zone's file; nothing where the environment names another one, or the file is of a kind that is not read here.
fn by_file(probe: &Probe) -> Option<Object> {
    let named = probe.step().environment.contains_key("TZ") || std::env::var_os("TZ").is_some();
    if named {
        return None;
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.ok()?;
    let seconds = now.as_secs().cast_signed();
    let zone = zone::at(&probe.read(Path::new(ZONE)).ok()?, seconds)?;
    Some(facts(
        seconds,
        now.subsec_micros(),
        &zone.written(),
        &zone.name,
    ))
}

/// `date` knows every zone's rules.
fn by_program(probe: &Probe) -> Result<Object, Failure> {
    let answer = probe.ask(&Question::Time)?;
    let answer = answer.text();
    let mut words = answer.split_whitespace();
    let mut next = || words.next().unwrap_or_default();
    let (seconds, nanoseconds, offset, zone) = (next(), next(), next(), next());
    Ok(facts(
        seconds.parse().unwrap_or_default(),
        nanoseconds.parse::<u32>().unwrap_or_default() / 1000,
        offset,
        zone,
    ))
}

/// Takes seconds since 1970, microseconds, the zone's offset (`+0130`) and name.
fn facts(seconds: i64, micro: u32, offset: &str, zone: &str) -> Object {
    let local = Date::of(seconds + east(offset));
    let day = |date: Date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
    let time = |date: Date| format!("{:02}:{:02}:{:02}", date.hour, date.minute, date.second);
    let utc = Date::of(seconds);
    let short = format!("{}T{}", day(local), time(local)).replace(['-', ':'], "");
    let monday = (local.weekday + 6) % 7;
    let week = (local.day_of_year + 7 - monday) / 7;
    let two = |number: i64| Value::from(format!("{number:02}"));
    let weekday = usize::try_from(local.weekday).ok();
    let weekday = weekday.and_then(|number| WEEKDAYS.get(number)).copied();
    object([
        ("year", format!("{:04}", local.year).into()),
        ("month", two(local.month)),
        ("weekday", weekday.into()),
        ("weekday_number", local.weekday.to_string().into()),
        ("weeknumber", two(week)),
        ("day", two(local.day)),
        ("hour", two(local.hour)),
        ("minute", two(local.minute)),
        ("second", two(local.second)),
        ("epoch", seconds.to_string().into()),
        ("epoch_int", seconds.to_string().into()),
        ("date", day(local).into()),
        ("time", time(local).into()),
        (
            "iso8601_micro",
            format!("{}T{}.{micro:06}Z", day(utc), time(utc)).into(),
        ),
        ("iso8601", format!("{}T{}Z", day(utc), time(utc)).into()),
        ("iso8601_basic", format!("{short}{micro:06}").into()),
        ("iso8601_basic_short", short.into()),
        ("tz", zone.into()),
        ("tz_dst", zone.into()),
        ("tz_offset", offset.into()),
    ])
}

/// The seconds of an offset such as `-0130`.
fn east(offset: &str) -> i64 {
    let number: i64 = offset.parse().unwrap_or_default();
    (number / 100 * 60 + number % 100) * 60
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::act::{Alone, Watch},
    };

    #[test]
    fn tells_time_as_ansible_does() {
        let facts = facts(1_795_168_845, 892_762, "+0000", "UTC");
        assert_eq!(facts["iso8601_micro"], "2026-11-20T10:00:45.892762Z");
        assert_eq!(facts["iso8601_basic"], "20261120T100045892762");
        assert_eq!(
            (&facts["weekday"], &facts["weeknumber"]),
            (&"Friday".into(), &"46".into())
        );
    }

    #[test]
    fn the_file_says_what_the_program_says() {
        let probe = Probe::new(Box::new(Alone), Watch::default());
        let program = by_program(&probe).unwrap();
        // Where the test runs under a zone of its own, the program alone is asked.
        let Some(file) = by_file(&probe) else {
            return;
        };
        for part in ["tz", "tz_offset", "year"] {
            assert_eq!(file[part], program[part], "{part}");
        }
    }

    #[test]
    fn moves_by_the_zone() {
        let facts = facts(1_795_168_845, 0, "-1130", "X");
        assert_eq!(
            (&facts["date"], &facts["hour"]),
            (&"2026-11-19".into(), &"22".into())
        );
        assert_eq!(facts["iso8601"], "2026-11-20T10:00:45Z");
    }
}
