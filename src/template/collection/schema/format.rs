//! The formats that texts can be said to have, of those that Python's library knows without others.

use std::net::{Ipv4Addr, Ipv6Addr};

use chrono::NaiveDate;

use super::walk::Draft;
use crate::template::filter;

/// Whether a text has a format; those that are not known all have.
pub(super) fn fits(format: &str, text: &str, draft: Draft) -> bool {
    match format {
        "email" | "idn-email" => text.contains('@'),
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "hostname" => is_hostname(text),
        "regex" => filter::compile(text, false, false).is_ok(),
        "date" if draft >= Draft::Seven => {
            text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
        }
        "uuid" if draft >= Draft::Of2019 => is_uuid(text),
        _ => true,
    }
}

fn is_hostname(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        let inside = label
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || c == b'-');
        let ends = !label.starts_with('-') && !label.ends_with('-');
        inside && ends && (1..64).contains(&label.len())
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// Five groups of hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let digits = groups.concat().bytes().all(|c| c.is_ascii_hexdigit());
    digits && lengths == [8, 4, 4, 4, 12]
}
