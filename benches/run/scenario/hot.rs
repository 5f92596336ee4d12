//! The paths that every step of every host goes, by Criterion: `benches/hot`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::Scenario;
use crate::{
    Outcome,
    bench::{Bench, ROOT},
    command::finish,
    record::{Record, Series, Unit},
};

pub const HOT: Scenario = Scenario {
    name: "hot",
    work: "expressions, variables, frames, inventories: within the program",
    measure,
};

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let room = bench.room()?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["bench", "--bench", "hot", "--", "--noplot"]);
    cargo.env("CRITERION_HOME", room.path()).current_dir(ROOT);
    finish(cargo)?;
    let mut measured = Vec::new();
    estimates(room.path(), &mut measured)?;
    measured.sort();
    record.series = measured
        .iter()
        .map(|directory| series(directory))
        .collect::<Outcome<_>>()?;
    Ok(())
}

/// The directories in which Criterion keeps what it measured now.
fn estimates(directory: &Path, found: &mut Vec<PathBuf>) -> Outcome<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        match path.is_dir() {
            true if path.ends_with("new") => found.push(path),
            true => estimates(&path, found)?,
            false => {}
        }
    }
    Ok(())
}

/// The median of one bench; Criterion counts in nanoseconds.
fn series(directory: &Path) -> Outcome<Series> {
    let read = |name: &str| -> Outcome<Value> {
        Ok(serde_json::from_str(&fs::read_to_string(
            directory.join(name),
        )?)?)
    };
    let (bench, estimates) = (read("benchmark.json")?, read("estimates.json")?);
    let name = bench["full_id"]
        .as_str()
        .ok_or("Criterion names no bench")?;
    let median = estimates["median"]["point_estimate"].as_f64();
    let nanoseconds = median.ok_or_else(|| format!("Criterion has no median of {name}"))?;
    Ok(Series::new(name, Unit::Seconds, vec![nanoseconds / 1e9]))
}
