//! The table on the terminal.

use super::number;
use crate::record::{Record, Series};

/// All figures of a record, medians first, then the verdicts.
pub fn table(record: &Record) -> String {
    let series = record.series.iter().map(|series| row(record, series));
    let verdicts = record.verdicts.iter().map(|verdict| {
        let (found, target) = (number::found(verdict), number::target(verdict));
        format!(
            "  {:<52} {found:>14}   {target:<14} {}\n",
            verdict.what,
            number::judgement(verdict)
        )
    });
    let head = format!("\n{}: {}\n", record.scenario, record.work);
    std::iter::once(head)
        .chain(series)
        .chain(verdicts)
        .collect()
}

/// One program's median, of how many runs, and how many times farcast's it is.
fn row(record: &Record, series: &Series) -> String {
    let Some(median) = series.median else {
        return format!(
            "  {:<52} {:>14}   {}\n",
            series.name,
            "failed",
            first_line(series)
        );
    };
    let ratio = record
        .beside_farcast(series)
        .map(|ratio| format!("{ratio:.2} × farcast"));
    let ratio = ratio.unwrap_or_default();
    let runs = format!("of {}", series.values.len());
    let median = number::value(median, series.unit);
    format!(
        "  {:<52} {median:>14}   {runs:<14} {ratio} {}\n",
        series.name,
        first_line(series)
    )
}

fn first_line(series: &Series) -> &str {
    let failed = series.failed.as_deref().unwrap_or_default();
    failed.lines().next().unwrap_or_default()
}
