//! The figures in `docs/speed.md`, between two marks.

use std::{collections::BTreeSet, fs, path::Path};

use super::number;
use crate::{
    Outcome,
    record::{Machine, Record, Series},
};

const BEGIN: &str = "<!-- figures, written by `make bench` -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Replaces what stands between the marks.
pub fn rewrite(page: &Path, records: &[Record]) -> Outcome<()> {
    let text = fs::read_to_string(page)?;
    let lost = || format!("{} has lost the marks around its figures", page.display());
    let (before, rest) = text.split_once(BEGIN).ok_or_else(lost)?;
    let (_, after) = rest.split_once(END).ok_or_else(lost)?;
    let parts = [verdicts(records), medians(records), machines(records)].concat();
    fs::write(page, format!("{before}{BEGIN}\n{parts}\n{END}{after}"))?;
    Ok(())
}

fn verdicts(records: &[Record]) -> String {
    let rows = records.iter().flat_map(|record| {
        record.verdicts.iter().map(move |verdict| {
            let (target, found) = (number::target(verdict), number::found(verdict));
            let judgement = number::judgement(verdict);
            format!(
                "| {} | {} | {target} | {found} | {judgement} |\n",
                record.scenario, verdict.what
            )
        })
    });
    let head = "| scenario | what | target | found | |\n|---|---|---|---|---|\n".to_owned();
    std::iter::once(head).chain(rows).collect()
}

fn medians(records: &[Record]) -> String {
    let rows = records.iter().flat_map(|record| {
        let series = record.series.iter();
        series.map(move |series| row(record, series))
    });
    let head = "\n| scenario | | median | runs | × farcast |\n|---|---|---|---|---|\n".to_owned();
    std::iter::once(head).chain(rows).collect()
}

fn row(record: &Record, series: &Series) -> String {
    let runs = series.values.len();
    let median = series
        .median
        .map(|median| number::value(median, series.unit));
    let median = median.unwrap_or("failed".to_owned());
    let ratio = record
        .beside_farcast(series)
        .map(|ratio| format!("{ratio:.2}"));
    let (scenario, ratio) = (&record.scenario, ratio.unwrap_or_default());
    format!(
        "| {scenario} | {} | {median} | {runs} | {ratio} |\n",
        series.name
    )
}

/// Where the figures are from, each machine once.
fn machines(records: &[Record]) -> String {
    let line = |machine: &Machine| {
        let commit = machine.commit.as_deref().unwrap_or("unknown");
        let peers = machine.peers.join(", ");
        format!(
            "\nOn {}: {}, {} cores, Linux {}; commit {commit}; {peers}.\n",
            machine.date, machine.processor, machine.cores, machine.kernel
        )
    };
    let lines: BTreeSet<String> = records.iter().map(|record| line(&record.machine)).collect();
    lines.into_iter().chain([load(records)]).collect()
}

/// What else went on while it was measured.
fn load(records: &[Record]) -> String {
    let loads = records
        .iter()
        .filter_map(|record| record.machine.load.parse().ok());
    let loads: Vec<f64> = loads.collect();
    let (least, most) = loads
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(least, most), load| {
            (least.min(*load), most.max(*load))
        });
    match loads.is_empty() {
        true => String::new(),
        false => format!("\nLoad average when the scenarios began: {least} to {most}.\n"),
    }
}
