//! What runs cost, beside what people use today: whole processes, in turn within one run, so that a noisy machine is noisy
//! for all of them. `make bench` calls it; it needs root, as it boots hosts of its own. `docs/speed.md` tells what is measured.

mod bench;
mod choice;
mod command;
mod disk_image;
mod fit;
mod home;
mod memory;
mod peer;
mod race;
mod record;
mod relay;
mod report;
mod scenario;
mod stage;
mod steps;

use std::{error::Error, process::ExitCode};

use bench::Bench;
use choice::Choice;
use scenario::SCENARIOS;

/// What can go wrong here is told to a person and ends the run.
type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.first().map(String::as_str) {
        Some(relay::VERB) => relay::run(&words[1..]),
        _ => measure(&words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the chosen scenarios, and writes what came of each as soon as it is there. A scenario that fails stops no other.
fn measure(words: &[String]) -> Outcome<()> {
    let choice = Choice::read(words)?;
    let bench = Bench::new(choice.runs)?;
    let mut failed = Vec::new();
    for scenario in SCENARIOS.iter().filter(|s| choice.wants(s.name)) {
        eprintln!("measuring {}: {}", scenario.name, scenario.work);
        match scenario.measure(&bench) {
            Ok(record) => {
                println!("{}", report::table(&record));
                report::keep(&record)?;
            }
            Err(error) => failed.push(format!("{}: {error}", scenario.name)),
        }
    }
    report::publish()?;
    match failed.is_empty() {
        true => Ok(()),
        false => Err(format!("not measured:\n{}", failed.join("\n")).into()),
    }
}
