use std::iter::StepBy;

/// More names than this from one range are a slip of the finger, not a fleet.
const MOST: usize = 100_000;

/// Why a range such as `[01:10:2]` cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeFault {
    #[error("the range is not closed by `]`")]
    Open,
    #[error("a range is written `[first:last]` or `[first:last:step]`")]
    Shape,
    #[error("the range does not say where it ends")]
    NoEnd,
    #[error("a range that begins with a zero needs as many digits at its end")]
    UnequalLength,
    #[error("the range ends before it begins")]
    Backwards,
    #[error("a range runs between two numbers or between two letters")]
    Bounds,
    #[error("the step of a range is a number of at least 1")]
    Step,
    #[error("the range names more than 100000 hosts")]
    TooMany,
}

/// Expands every range in a host pattern: `db[01:03]-[a:b]` gives six names, in order.
///
/// A text without `[` gives itself.
pub fn expand(pattern: &str) -> Result<Vec<String>, RangeFault> {
    let mut names = vec![String::new()];
    let mut rest = pattern;
    while let Some((head, tail)) = rest.split_once('[') {
        let (range, after) = tail.split_once(']').ok_or(RangeFault::Open)?;
        let items = items(range)?;
        if names.len().saturating_mul(items.len()) > MOST {
            return Err(RangeFault::TooMany);
        }
        names = names
            .iter()
            .flat_map(|name| items.iter().map(move |item| format!("{name}{head}{item}")))
            .collect();
        rest = after;
    }
    names.iter_mut().for_each(|name| name.push_str(rest));
    Ok(names)
}

fn items(range: &str) -> Result<Vec<String>, RangeFault> {
    let bounds: Vec<&str> = range.split(':').collect();
    let (first, last, step) = match bounds[..] {
        [first, last] => (first, last, "1"),
        [first, last, step] => (first, last, step),
        _ => return Err(RangeFault::Shape),
    };
    if last.is_empty() {
        return Err(RangeFault::NoEnd);
    }
    let step: usize = step.parse().map_err(|_| RangeFault::Step)?;
    if step == 0 {
        return Err(RangeFault::Step);
    }
    match (letter(first), letter(last)) {
        (Some(first), Some(last)) => letters(first, last, step),
        _ => numbers(if first.is_empty() { "0" } else { first }, last, step),
    }
}

/// A letter's rank in `a…zA…Z`, the alphabet that ranges count in.
fn letter(bound: &str) -> Option<u8> {
    match bound.as_bytes() {
        [c @ b'a'..=b'z'] => Some(c - b'a'),
        [c @ b'A'..=b'Z'] => Some(c - b'A' + 26),
        _ => None,
    }
}

fn letters(first: u8, last: u8, step: usize) -> Result<Vec<String>, RangeFault> {
    let name = |rank: u8| match rank {
        0..26 => char::from(b'a' + rank),
        _ => char::from(b'A' + rank - 26),
    };
    Ok(steps(first, last, step)?
        .map(|rank| name(rank).to_string())
        .collect())
}

fn numbers(first: &str, last: &str, step: usize) -> Result<Vec<String>, RangeFault> {
    let padded = first.len() > 1 && first.starts_with('0');
    if padded && first.len() != last.len() {
        return Err(RangeFault::UnequalLength);
    }
    let width = if padded { first.len() } else { 0 };
    let number = |text: &str| match text.bytes().all(|c| c.is_ascii_digit()) {
        true => text.parse::<u64>().map_err(|_| RangeFault::Bounds),
        false => Err(RangeFault::Bounds),
    };
    let (first, last) = (number(first)?, number(last)?);
    if last.saturating_sub(first) / step as u64 >= MOST as u64 {
        return Err(RangeFault::TooMany);
    }
    Ok(steps(first, last, step)?
        .map(|n| format!("{n:0width$}"))
        .collect())
}

fn steps<T>(
    first: T,
    last: T,
    step: usize,
) -> Result<StepBy<std::ops::RangeInclusive<T>>, RangeFault>
where
    T: PartialOrd,
    std::ops::RangeInclusive<T>: Iterator,
{
    if first > last {
        return Err(RangeFault::Backwards);
    }
    Ok((first..=last).step_by(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_numbers_letters_steps_and_padding() {
        let cases = [
            ("web", "web"),
            ("w[1:3]", "w1 w2 w3"),
            ("w[01:10:4].lan", "w01.lan w05.lan w09.lan"),
            ("w[08:11]", "w08 w09 w10 w11"),
            ("db-[a:c]", "db-a db-b db-c"),
            ("[y:B]", "y z A B"),
            ("n[:2]", "n0 n1 n2"),
            ("r[1:2]n[a:b]x", "r1nax r1nbx r2nax r2nbx"),
        ];
        for (pattern, names) in cases {
            assert_eq!(expand(pattern).unwrap().join(" "), names, "{pattern}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_range() {
        let cases = [
            ("w[1:3", RangeFault::Open),
            ("w[1]", RangeFault::Shape),
            ("w[1:2:3:4]", RangeFault::Shape),
            ("w[1:]", RangeFault::NoEnd),
            ("w[01:100]", RangeFault::UnequalLength),
            ("w[3:1]", RangeFault::Backwards),
            ("w[c:a]", RangeFault::Backwards),
            ("w[a:3]", RangeFault::Bounds),
            ("w[+1:3]", RangeFault::Bounds),
            ("w[1:3:0]", RangeFault::Step),
            ("w[1:3:x]", RangeFault::Step),
            ("w[1:9999999]", RangeFault::TooMany),
            ("w[0:18446744073709551615]", RangeFault::TooMany),
            ("w[1:2000]x[1:2000]", RangeFault::TooMany),
        ];
        for (pattern, fault) in cases {
            assert_eq!(expand(pattern), Err(fault), "{pattern}");
        }
    }
}
