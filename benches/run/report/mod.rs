//! Figures for people: a table on the terminal, one in `docs/speed.md`, and a picture for the README.

mod number;
mod page;
mod plot;
mod table;

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Outcome, bench::ROOT, record::Record, scenario::SCENARIOS};

pub use table::table;

/// Keeps a record for later runs and other programs.
pub fn keep(record: &Record) -> Outcome<()> {
    let directory = results();
    fs::create_dir_all(&directory)?;
    let text = serde_json::to_string_pretty(record)? + "\n";
    fs::write(file(&record.scenario), text)?;
    Ok(())
}

/// Writes the page and the picture from all records that are kept, whenever they were taken.
pub fn publish() -> Outcome<()> {
    let mut records = Vec::new();
    for scenario in SCENARIOS {
        let path = file(scenario.name);
        if path.exists() {
            records.push(serde_json::from_str(&fs::read_to_string(path)?)?);
        }
    }
    page::rewrite(&Path::new(ROOT).join("docs/speed.md"), &records)?;
    fs::create_dir_all(results())?;
    fs::write(results().join("speed.svg"), plot::picture(&records))?;
    Ok(())
}

fn results() -> PathBuf {
    Path::new(ROOT).join("benches/results")
}

fn file(scenario: &str) -> PathBuf {
    results().join(format!("{scenario}.json"))
}
