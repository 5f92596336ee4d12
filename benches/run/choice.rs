//! What to measure and how often.

use super::{Outcome, scenario::SCENARIOS};

/// Counted runs where nobody asks for another number.
const RUNS: usize = 5;

/// What the command line asks for.
#[derive(Debug)]
pub struct Choice {
    /// The chosen scenarios; none means all.
    only: Vec<String>,
    /// How often each program runs.
    pub runs: usize,
}

impl Choice {
    /// Reads `--only NAME[,NAME…]` and `--runs NUMBER`. Cargo adds a `--bench` of its own.
    pub fn read(words: &[String]) -> Outcome<Self> {
        let mut choice = Self {
            only: Vec::new(),
            runs: RUNS,
        };
        let mut words = words.iter().filter(|word| *word != "--bench");
        while let Some(word) = words.next() {
            let value = words
                .next()
                .ok_or_else(|| format!("{word} lacks a value"))?;
            match word.as_str() {
                "--only" => choice.only = scenarios(value)?,
                "--runs" => choice.runs = runs(value)?,
                _ => return Err(format!("unknown option {word}; there are --only, --runs").into()),
            }
        }
        Ok(choice)
    }

    /// Whether a scenario is among the chosen.
    pub fn wants(&self, scenario: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == scenario)
    }
}

fn scenarios(names: &str) -> Outcome<Vec<String>> {
    let known: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
    let names: Vec<String> = names.split(',').map(str::to_owned).collect();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!(
            "no scenario is called {name}; there are: {}",
            known.join(", ")
        )
        .into()),
        None => Ok(names),
    }
}

fn runs(number: &str) -> Outcome<usize> {
    match number.parse() {
        Ok(runs) if runs > 0 => Ok(runs),
        _ => Err(format!("--runs takes a number from 1 on, not {number}").into()),
    }
}
