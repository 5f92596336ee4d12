//! Versions compared: loosely, strictly, by semantic versioning, and as Python packages.

use std::cmp::Ordering;

use minijinja::{Error, value::Value};

use super::core::yes;
use crate::template::{builtin::Run, call::Call, failure};

pub(super) const ALL: &[(&str, Run)] = &[("version", version), ("version_compare", version)];

fn version(call: &mut Call) -> Result<Value, Error> {
    let (left, right) = (call.subject(), call.need_text(1, "version")?);
    let operator = call.text(2, "operator").unwrap_or_else(|| "eq".into());
    let kind = match (call.flag(3, "strict"), call.text(4, "version_type")) {
        (true, Some(_)) => {
            return Err(failure::plain(
                "'strict' and 'version_type' exclude each other",
            ));
        }
        (true, None) => "strict".into(),
        (false, kind) => kind.unwrap_or_else(|| "loose".into()),
    };
    if left.is_empty() || right.is_empty() {
        return Err(failure::plain("a version is empty"));
    }
    let order = match kind.as_str() {
        "loose" => loosely(&loose(&left), &loose(&right))?,
        "strict" => strict(&left)?.cmp(&strict(&right)?),
        "semver" | "semantic" => semantic(&left)?.cmp(&semantic(&right)?),
        "pep440" => pep440(&left)?.cmp(&pep440(&right)?),
        other => {
            let message =
                format!("'{other}' is no version_type; loose, strict, semver and pep440 are");
            return Err(failure::plain(message));
        }
    };
    yes(holds(&operator, order)?)
}

fn holds(operator: &str, order: Ordering) -> Result<bool, Error> {
    Ok(match operator {
        "==" | "=" | "eq" => order.is_eq(),
        "!=" | "<>" | "ne" => order.is_ne(),
        "<" | "lt" => order.is_lt(),
        "<=" | "le" => order.is_le(),
        ">" | "gt" => order.is_gt(),
        ">=" | "ge" => order.is_ge(),
        other => {
            return Err(failure::plain(format!(
                "'{other}' compares nothing; ==, !=, <, <=, > and >= do"
            )));
        }
    })
}

/// A part of a version; numbers come before words, as words are rarer.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(String),
}

/// The order of loose versions; at a place where one has a number and the other a word, there is none.
fn loosely(left: &[Part], right: &[Part]) -> Result<Ordering, Error> {
    for pair in left.iter().zip(right) {
        match pair {
            (Part::Number(_), Part::Word(_)) | (Part::Word(_), Part::Number(_)) => {
                return Err(failure::plain(
                    "one version has a number where the other has a word",
                ));
            }
            (left, right) if left != right => return Ok(left.cmp(right)),
            _ => {}
        }
    }
    Ok(left.len().cmp(&right.len()))
}

fn part(text: &str) -> Part {
    match text.parse() {
        Ok(number) => Part::Number(number),
        Err(_) => Part::Word(text.to_owned()),
    }
}

/// Runs of digits, runs of letters, and what is between dots.
fn loose(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut run = String::new();
    let mut last = 0_u8;
    for c in text.chars() {
        let kind = match c {
            '.' => 0,
            c if c.is_ascii_digit() => 1,
            c if c.is_ascii_lowercase() => 2,
            _ => 3,
        };
        if kind != last && !run.is_empty() {
            parts.push(part(&std::mem::take(&mut run)));
        }
        if kind != 0 {
            run.push(c);
        }
        last = kind;
    }
    if !run.is_empty() {
        parts.push(part(&run));
    }
    parts
}

/// `1.2`, `1.2.3`, `1.2a1`: a version with a letter comes before the one without.
fn strict(text: &str) -> Result<(Vec<u64>, u8, u64), Error> {
    let wrong = || {
        failure::plain(format!(
            "'{text}' is no strict version such as 1.2.3 or 1.2b1"
        ))
    };
    let at = text.find(['a', 'b']).unwrap_or(text.len());
    let mut numbers: Vec<u64> = text[..at]
        .split('.')
        .map(|number| number.parse().map_err(|_| wrong()))
        .collect::<Result<_, _>>()?;
    if !(2..=3).contains(&numbers.len()) {
        return Err(wrong());
    }
    numbers.resize(3, 0);
    match text[at..].chars().next() {
        None => Ok((numbers, u8::MAX, 0)),
        Some(letter) => {
            let count = text[at + 1..].parse().map_err(|_| wrong())?;
            Ok((numbers, letter as u8, count))
        }
    }
}

/// The three numbers, whether it is a release, and what it is a candidate of.
type Semantic = (Vec<u64>, bool, Vec<Part>);

fn semantic(text: &str) -> Result<Semantic, Error> {
    let wrong = || {
        failure::plain(format!(
            "'{text}' is no semantic version such as 1.2.3 or 1.2.3-rc.1"
        ))
    };
    let (core, _) = text.split_once('+').unwrap_or((text, ""));
    let (numbers, candidate) = core.split_once('-').unwrap_or((core, ""));
    let numbers: Vec<u64> = numbers
        .split('.')
        .map(|number| number.parse().map_err(|_| wrong()))
        .collect::<Result<_, _>>()?;
    if numbers.len() != 3 {
        return Err(wrong());
    }
    let parts = candidate
        .split('.')
        .filter(|part| !part.is_empty())
        .map(part)
        .collect();
    Ok((numbers, candidate.is_empty(), parts))
}

/// Epoch, numbers without zeros at the end, the phase before the release, the one behind it, the one in development, and the local part.
type Pep440 = (u64, Vec<u64>, (u8, u64), (u8, u64), (u8, u64), Vec<Part>);

fn pep440(text: &str) -> Result<Pep440, Error> {
    let wrong = || failure::plain(format!("'{text}' is no version of a Python package"));
    let lower = text.trim().trim_start_matches('v').to_lowercase();
    let (lower, local) = lower.split_once('+').unwrap_or((&lower, ""));
    let (epoch, rest) = lower.split_once('!').unwrap_or(("0", lower));
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(rest.len());
    let mut numbers: Vec<u64> = rest[..end]
        .trim_end_matches('.')
        .split('.')
        .map(|number| number.parse().map_err(|_| wrong()))
        .collect::<Result<_, _>>()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    let (mut before, mut behind, mut unfinished) = (None, None, None);
    let mut phases = &rest[end..];
    while !phases.is_empty() {
        let (word, number, left) = phase(phases);
        let place = match word {
            "dev" => &mut unfinished,
            "post" | "rev" | "r" => &mut behind,
            _ => &mut before,
        };
        let rank = match word {
            "dev" | "a" | "alpha" => 1,
            "b" | "beta" => 2,
            "rc" | "c" | "pre" | "preview" | "post" | "rev" | "r" => 3,
            _ => return Err(wrong()),
        };
        *place = Some((rank, number));
        phases = left;
    }
    // What is only in development comes before every candidate, and what has no candidates behind them.
    let candidate = match (before, behind, unfinished) {
        (Some(phase), _, _) => phase,
        (None, None, Some(_)) => (0, 0),
        _ => (4, 0),
    };
    let local = local.split(['.', '-', '_']).filter(|part| !part.is_empty());
    Ok((
        epoch.parse().map_err(|_| wrong())?,
        numbers,
        candidate,
        behind.unwrap_or((0, 0)),
        unfinished.unwrap_or((4, 0)),
        local.map(part).collect(),
    ))
}

/// A phase's word and number, and what stands behind.
fn phase(text: &str) -> (&str, u64, &str) {
    let signs = ['.', '-', '_'];
    let text = text.trim_start_matches(signs);
    let word = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(word);
    let number = rest.trim_start_matches(signs);
    let end = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    match number[..end].parse() {
        Ok(count) => (word, count, &number[end..]),
        Err(_) => (word, 0, rest),
    }
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn versions_are_compared() {
        assert_eq!(shown("{{ '1.10' is version('1.9', '>') }}"), "True");
        assert_eq!(
            shown("{{ '1.0.0-rc.1' is version('1.0.0', '<', version_type='semver') }}"),
            "True"
        );
        assert_eq!(
            shown("{{ '1.2b1' is version('1.2', '<', strict=true) }}"),
            "True"
        );
    }
}
