//! The zone of the host's clock, read from where the C library reads it (RFC 9636), so that no program need be asked.

use crate::act::Date;

const HEADER: usize = 44;

/// How far a zone's clock is from UTC at a time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offset {
    /// Seconds, positive in the east.
    pub(super) east: i64,
    pub(super) name: String,
}

impl Offset {
    /// As `+0130`.
    pub(super) fn written(&self) -> String {
        let (sign, minutes) = match self.east {
            west @ ..0 => ('-', -west / 60),
            east => ('+', east / 60),
        };
        format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
    }
}

/// The offset at a time in seconds since 1970, by the content of `/etc/localtime`. Nothing where that is of a kind that is rare.
pub(super) fn at(file: &[u8], seconds: i64) -> Option<Offset> {
    let old = Table::read(file, 4)?;
    let table = Table::read(file.get(old.end..)?, 8)?;
    if table.version < b'2' || table.leaps != 0 {
        return None;
    }
    let later = table.times.iter().position(|time| *time > seconds);
    match later {
        Some(0) => None,
        Some(next) => table.offset(table.kinds.get(next - 1)?),
        None => {
            let footer = file.get(old.end + table.end..)?.strip_prefix(b"\n")?;
            let footer = std::str::from_utf8(footer.strip_suffix(b"\n")?).ok()?;
            Rule::read(footer)?.at(seconds)
        }
    }
}

/// One of the two tables of a file.
struct Table<'a> {
    version: u8,
    leaps: usize,
    times: Vec<i64>,
    /// Which of the offsets holds from each time.
    kinds: &'a [u8],
    offsets: &'a [u8],
    names: &'a [u8],
    /// Where it ends.
    end: usize,
}

impl<'a> Table<'a> {
    /// Takes how many bytes a time has.
    fn read(file: &'a [u8], width: usize) -> Option<Self> {
        let header = file.get(..HEADER)?.strip_prefix(b"TZif")?;
        let count = |number: usize| {
            let at = 16 + 4 * number;
            let bytes = header.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_be_bytes(bytes)).ok()
        };
        let (utc, standard, leaps) = (count(0)?, count(1)?, count(2)?);
        let (times, kinds, names) = (count(3)?, count(4)?, count(5)?);
        let mut end = HEADER;
        let mut next = |length: usize| {
            let from = end;
            end = from.checked_add(length)?;
            file.get(from..end)
        };
        let moments = next(times.checked_mul(width)?)?.chunks_exact(width);
        Some(Self {
            version: *header.first()?,
            leaps,
            times: moments.map(signed).collect(),
            kinds: next(times)?,
            offsets: next(kinds.checked_mul(6)?)?,
            names: next(names)?,
            end: {
                next(leaps.checked_mul(width + 4)? + standard + utc)?;
                end
            },
        })
    }

    fn offset(&self, kind: &u8) -> Option<Offset> {
        let at = usize::from(*kind) * 6;
        let entry = self.offsets.get(at..at + 6)?;
        let name = self.names.get(usize::from(entry[5])..)?;
        let name = name.split(|byte| *byte == 0).next()?;
        Some(Offset {
            east: signed(&entry[..4]),
            name: String::from_utf8(name.to_vec()).ok()?,
        })
    }
}

/// A number of four or eight bytes.
fn signed(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let start = if negative { -1 } else { 0 };
    let more = |number: i64, byte: &u8| (number << 8) | i64::from(*byte);
    bytes.iter().fold(start, more)
}

/// The rule after the last time of the table, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
#[derive(Debug)]
struct Rule {
    standard: Offset,
    summer: Option<Summer>,
}

#[derive(Debug)]
struct Summer {
    offset: Offset,
    begin: Change,
    end: Change,
}

/// The last or another of a month's Sundays, say, at a time of day.
#[derive(Debug)]
struct Change {
    month: i64,
    /// 5 is the last.
    week: i64,
    weekday: i64,
    /// Seconds after midnight by the clock before the change.
    time: i64,
}

impl Rule {
    fn read(text: &str) -> Option<Self> {
        let mut rest = text;
        let name = name(&mut rest)?;
        let east = -clock(&mut rest)?;
        let standard = Offset { east, name };
        if rest.is_empty() {
            let summer = None;
            return Some(Self { standard, summer });
        }
        let name = self::name(&mut rest)?;
        let east = match rest.starts_with(',') {
            true => standard.east + 3600,
            false => -clock(&mut rest)?,
        };
        let mut changes = rest.strip_prefix(',')?.split(',');
        let summer = Some(Summer {
            offset: Offset { east, name },
            begin: Change::read(changes.next()?)?,
            end: Change::read(changes.next()?)?,
        });
        Some(Self { standard, summer })
    }

    fn at(self, seconds: i64) -> Option<Offset> {
        let Some(summer) = self.summer else {
            return Some(self.standard);
        };
        let year = Date::of(seconds + self.standard.east).year;
        let begin = summer.begin.seconds(year) - self.standard.east;
        let end = summer.end.seconds(year) - summer.offset.east;
        let is_summer = match begin < end {
            true => (begin..end).contains(&seconds),
            // South of the equator.
            false => !(end..begin).contains(&seconds),
        };
        Some(match is_summer {
            true => summer.offset,
            false => self.standard,
        })
    }
}

impl Change {
    fn read(text: &str) -> Option<Self> {
        let (day, time) = match text.split_once('/') {
            None => (text, 2 * 3600),
            Some((day, mut time)) => {
                let seconds = clock(&mut time)?;
                (day, time.is_empty().then_some(seconds)?)
            }
        };
        let mut numbers = day.strip_prefix('M')?.split('.').map(str::parse::<i64>);
        let mut next = |range: std::ops::RangeInclusive<i64>| {
            let number = numbers.next()?.ok()?;
            range.contains(&number).then_some(number)
        };
        Some(Self {
            month: next(1..=12)?,
            week: next(1..=5)?,
            weekday: next(0..=6)?,
            time,
        })
    }

    /// When it is in a year, by the clock before it, in seconds since 1970.
    fn seconds(&self, year: i64) -> i64 {
        let first = Date::days_to(year, self.month);
        let next = match self.month {
            12 => Date::days_to(year + 1, 1),
            month => Date::days_to(year, month + 1),
        };
        // The first day of 1970 was a Thursday.
        let ahead = (self.weekday - (first + 4)).rem_euclid(7);
        let mut day = first + ahead + (self.week - 1) * 7;
        while day >= next {
            day -= 7;
        }
        day * 86400 + self.time
    }
}

/// Takes a zone's name: letters, or anything between `<` and `>`.
fn name(text: &mut &str) -> Option<String> {
    let (name, rest) = match text.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>')?,
        None => {
            let end = text.find(|c: char| !c.is_ascii_alphabetic());
            text.split_at(end.unwrap_or(text.len()))
        }
    };
    *text = rest;
    (name.len() >= 3).then(|| name.to_owned())
}

/// Takes `[+-]h[:mm[:ss]]`, as seconds.
fn clock(text: &mut &str) -> Option<i64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || "+-:".contains(c)));
    let (written, rest) = text.split_at(end.unwrap_or(text.len()));
    *text = rest;
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, written.strip_prefix('+').unwrap_or(written)),
    };
    let mut seconds = 0;
    for (part, unit) in digits.split(':').zip([3600, 60, 1]) {
        seconds += part.parse::<i64>().ok()? * unit;
    }
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one table entry for each change, and a footer.
    fn file(changes: &[(i64, i32, &str)], footer: &str) -> Vec<u8> {
        let mut bytes = b"TZif2".to_vec();
        bytes.resize(HEADER, 0);
        bytes.extend(b"TZif2");
        bytes.resize(HEADER + 20, 0);
        let names: String = changes
            .iter()
            .map(|(.., name)| format!("{name}\0"))
            .collect();
        for count in [0, 0, 0, changes.len(), changes.len(), names.len()] {
            bytes.extend(u32::try_from(count).unwrap().to_be_bytes());
        }
        changes
            .iter()
            .for_each(|(time, ..)| bytes.extend(time.to_be_bytes()));
        bytes.extend((0..changes.len()).map(|index| u8::try_from(index).unwrap()));
        let mut at = 0;
        for (_, east, name) in changes {
            bytes.extend(east.to_be_bytes());
            bytes.extend([0, at]);
            at += u8::try_from(name.len()).unwrap() + 1;
        }
        bytes.extend(names.as_bytes());
        bytes.extend(format!("\n{footer}\n").as_bytes());
        bytes
    }

    fn said(footer: &str, seconds: i64) -> String {
        let offset = at(&file(&[], footer), seconds).unwrap();
        format!("{} {}", offset.written(), offset.name)
    }

    #[test]
    fn zones_without_a_summer_are_what_they_say() {
        assert_eq!(said("UTC0", 0), "+0000 UTC");
        assert_eq!(said("<+0545>-5:45", 0), "+0545 +0545");
        assert_eq!(said("NST3:30", 0), "-0330 NST");
    }

    #[test]
    fn summer_begins_and_ends_at_its_second() {
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        // 2026-03-29 01:00:00 and 2026-10-25 01:00:00 UTC, as date says.
        assert_eq!(said(berlin, 1_774_745_999), "+0100 CET");
        assert_eq!(said(berlin, 1_774_746_000), "+0200 CEST");
        assert_eq!(said(berlin, 1_792_889_999), "+0200 CEST");
        assert_eq!(said(berlin, 1_792_890_000), "+0100 CET");
        // 2026-03-08 07:00:00 UTC.
        let new_york = "EST5EDT,M3.2.0,M11.1.0";
        assert_eq!(said(new_york, 1_772_953_199), "-0500 EST");
        assert_eq!(said(new_york, 1_772_953_200), "-0400 EDT");
        // In the south the year begins in summer; 2026-04-04 16:00:00 UTC.
        let sydney = "AEST-10AEDT,M10.1.0,M4.1.0/3";
        assert_eq!(said(sydney, 1_767_225_600), "+1100 AEDT");
        assert_eq!(said(sydney, 1_775_318_399), "+1100 AEDT");
        assert_eq!(said(sydney, 1_775_318_400), "+1000 AEST");
    }

    #[test]
    fn before_the_last_change_the_table_counts() {
        let file = file(&[(100, -7200, "OLD"), (200, 3600, "NEW")], "LATE-2");
        let at = |seconds| at(&file, seconds).map(|offset| (offset.east, offset.name));
        assert_eq!(at(50), None);
        assert_eq!(at(150), Some((-7200, "OLD".to_owned())));
        assert_eq!(at(250), Some((7200, "LATE".to_owned())));
    }

    #[test]
    fn what_is_rare_or_broken_is_left_to_others() {
        assert_eq!(at(b"", 0), None);
        assert_eq!(at(b"TZif2", 0), None);
        for footer in [
            "",
            "CET-1CEST,J60,J300",
            "CET-1CEST",
            "X",
            "CET-1CEST,M13.1.0,M1.1.0",
        ] {
            assert_eq!(at(&file(&[], footer), 0), None, "{footer}");
        }
        let mut short = file(&[(100, 0, "A")], "UTC0");
        short.truncate(HEADER * 2 + 3);
        assert_eq!(at(&short, 0), None);
    }
}
