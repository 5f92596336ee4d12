//! What was measured, as it is kept in `benches/results`.

use std::{fs, process::Command, thread};

use serde::{Deserialize, Serialize};

use super::{
    bench::{Bench, ROOT},
    peer,
};

/// One scenario's figures.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    /// The scenario's name.
    pub scenario: String,
    /// What is done in it.
    pub work: String,
    /// Where and when.
    pub machine: Machine,
    /// What each program took.
    pub series: Vec<Series>,
    /// What was asked for, and whether it is so.
    pub verdicts: Vec<Verdict>,
}

/// Values of one program, in the order in which they were taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Series {
    pub name: String,
    pub unit: Unit,
    pub values: Vec<f64>,
    /// The middle of the values; none where there is no value.
    pub median: Option<f64>,
    /// Why there are no values, or no more.
    pub failed: Option<String>,
}

/// What values count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Seconds,
    Mebibytes,
    Bytes,
    /// One thing by another.
    Times,
    /// A plain number.
    Count,
}

/// A target and what was found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Verdict {
    pub what: String,
    pub unit: Unit,
    /// None where it could not be measured.
    pub found: Option<f64>,
    pub bound: Bound,
    pub limit: f64,
    pub met: bool,
}

/// Which side of the limit is the good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    AtMost,
    AtLeast,
}

/// Where, when and with what it was measured.
#[derive(Debug, Serialize, Deserialize)]
pub struct Machine {
    pub date: String,
    pub commit: Option<String>,
    pub processor: String,
    pub cores: usize,
    pub kernel: String,
    /// What else was going on: the load average of the last minute when the scenario began.
    pub load: String,
    pub peers: Vec<String>,
}

impl Series {
    /// A series of finished values.
    pub fn new(name: &str, unit: Unit, values: Vec<f64>) -> Self {
        let median = median(&values);
        Self {
            name: name.to_owned(),
            unit,
            values,
            median,
            failed: None,
        }
    }
}

impl Record {
    /// An empty record of a scenario that begins now.
    pub fn begin(scenario: &str, work: &str, bench: &Bench) -> Self {
        Self {
            scenario: scenario.to_owned(),
            work: work.to_owned(),
            machine: Machine::read(bench),
            series: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    /// The median of a series; none where it has no value.
    pub fn median(&self, name: &str) -> Option<f64> {
        let found = self.series.iter().find(|series| series.name == name);
        found.and_then(|series| series.median)
    }

    /// How many times as long as farcast a program takes; none for what is no time, and where farcast has no series.
    pub fn beside_farcast(&self, series: &Series) -> Option<f64> {
        let timed = series.median.filter(|_| series.unit == Unit::Seconds);
        Some(timed? / self.median(FARCAST)?)
    }

    /// How many times the second the first is.
    pub fn ratio(&self, of: &str, to: &str) -> Option<f64> {
        Some(self.median(of)? / self.median(to)?)
    }

    /// Judges a number that must not be over the limit.
    pub fn at_most(&mut self, what: &str, unit: Unit, found: Option<f64>, limit: f64) {
        self.judge(what, unit, found, Bound::AtMost, limit);
    }

    /// Judges a number that must reach the limit.
    pub fn at_least(&mut self, what: &str, unit: Unit, found: Option<f64>, limit: f64) {
        self.judge(what, unit, found, Bound::AtLeast, limit);
    }

    /// Judges how many times as long as farcast a peer takes.
    pub fn faster_than(&mut self, peer: &str, limit: f64) {
        let ratio = self.ratio(peer, FARCAST);
        self.at_least(&format!("{peer} ÷ farcast"), Unit::Times, ratio, limit);
    }

    /// Judges how many times as long as a base farcast takes.
    pub fn not_slower_than(&mut self, base: &str, limit: f64) {
        let ratio = self.ratio(FARCAST, base);
        self.at_most(&format!("farcast ÷ {base}"), Unit::Times, ratio, limit);
    }

    fn judge(&mut self, what: &str, unit: Unit, found: Option<f64>, bound: Bound, limit: f64) {
        let met = found.is_some_and(|found| match bound {
            Bound::AtMost => found <= limit,
            Bound::AtLeast => found >= limit,
        });
        self.verdicts.push(Verdict {
            what: what.to_owned(),
            unit,
            found,
            bound,
            limit,
            met,
        });
    }
}

/// The name of farcast's own series.
pub const FARCAST: &str = "farcast";

impl Machine {
    fn read(bench: &Bench) -> Self {
        let field = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let processors = field("/proc/cpuinfo");
        let model = processors
            .lines()
            .find(|line| line.starts_with("model name"));
        let model = model.and_then(|line| line.split_once(": "));
        Self {
            date: chrono::Utc::now().format("%Y-%m-%d").to_string(),
            commit: commit(),
            processor: model.map_or("unknown", |(_, name)| name).to_owned(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            kernel: field("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: field("/proc/loadavg")
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_owned(),
            peers: peer::versions(bench),
        }
    }
}

/// The commit that is checked out, where git can tell, and whether the program is another than that.
fn commit() -> Option<String> {
    let git = |words: &[&str]| {
        let mut command = Command::new("git");
        command.args(words).current_dir(ROOT).output().ok()
    };
    let named = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&[
        "diff",
        "--quiet",
        "HEAD",
        "--",
        "src",
        "Cargo.toml",
        "Cargo.lock",
    ])?;
    let name = String::from_utf8_lossy(&named.stdout).trim().to_owned();
    let end = match changed.status.success() {
        true => "",
        false => ", changed",
    };
    named.status.success().then(|| name + end)
}

/// The middle of the values; of an even number the mean of the middle two.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        even if even % 2 == 0 => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        _ => Some(sorted[middle]),
    }
}
