//! The picture in the README: bars, as long as a run takes.

use super::number;
use crate::record::{FARCAST, Record, Series, Unit};

const WIDTH: f64 = 720.0;
/// Where bars begin, and the longest that one may be.
const LEFT: f64 = 170.0;
const LONGEST: f64 = 450.0;
const ROW: f64 = 20.0;
const TITLE: f64 = 34.0;

/// Records with peers in them, a block of bars each.
pub fn picture(records: &[Record]) -> String {
    let is_beside_peers = |record: &&Record| record.median("ansible-core").is_some();
    let (mut body, mut top) = (String::new(), 0.0);
    for record in records.iter().filter(is_beside_peers) {
        block(&mut body, &mut top, record);
    }
    if body.is_empty() {
        top = TITLE;
        body = text(
            0.0,
            top - 10.0,
            "start",
            "",
            "make bench has not been run yet",
        );
    }
    let height = top + 10.0;
    // No colour but those that can be read on both a light and a dark page.
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#808080\">\n\
         {body}</svg>\n"
    )
}

/// One scenario: its title, then a bar for each program. All bars of a block have one scale.
fn block(body: &mut String, top: &mut f64, record: &Record) {
    let timed = record
        .series
        .iter()
        .filter(|series| series.unit == Unit::Seconds);
    let timed: Vec<(&Series, f64)> = timed
        .filter_map(|series| Some((series, series.median?)))
        .collect();
    let most = timed.iter().map(|(_, median)| *median).fold(0.0, f64::max);
    *top += TITLE;
    *body += &text(
        0.0,
        *top - 10.0,
        "start",
        "font-weight=\"bold\"",
        &record.work,
    );
    for (series, median) in timed {
        *body += &bar(*top, &series.name, median, LONGEST * median / most);
        *top += ROW;
    }
}

fn bar(top: f64, name: &str, median: f64, length: f64) -> String {
    let colour = match name {
        FARCAST => "#d9622b",
        _ => "#8a9bb0",
    };
    let length = length.max(1.0);
    let (bar, middle) = (ROW - 5.0, top + ROW - 9.0);
    let value = number::value(median, Unit::Seconds);
    let name = text(LEFT - 8.0, middle, "end", "", name);
    let value = text(LEFT + length + 6.0, middle, "start", "", &value);
    format!(
        "{name}<rect x=\"{LEFT}\" y=\"{top}\" width=\"{length:.1}\" height=\"{bar}\" fill=\"{colour}\"/>\n{value}"
    )
}

fn text(x: f64, y: f64, anchor: &str, more: &str, words: &str) -> String {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" {more}>{words}</text>\n")
}
