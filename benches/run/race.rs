//! Programs in turn: one run of each, then the next run of each, so that all of them meet the same weather.

use std::time::Instant;

use super::{
    Outcome,
    record::{Series, Unit},
};

/// A program whose first run took longer than this, in seconds, sits out every other round.
const LONG: f64 = 5.0;

type Work<'a> = Box<dyn FnMut() -> Outcome<()> + 'a>;

/// Who takes part.
pub struct Entrant<'a> {
    name: String,
    before: Option<Work<'a>>,
    work: Work<'a>,
}

impl<'a> Entrant<'a> {
    /// `work` is what is timed.
    pub fn new(name: impl Into<String>, work: impl FnMut() -> Outcome<()> + 'a) -> Self {
        Self {
            name: name.into(),
            before: None,
            work: Box::new(work),
        }
    }

    /// What brings about the state that a run starts from; it is not timed.
    pub fn after(mut self, before: impl FnMut() -> Outcome<()> + 'a) -> Self {
        self.before = Some(Box::new(before));
        self
    }

    /// Seconds of one run.
    fn run(&mut self) -> Outcome<f64> {
        if let Some(before) = &mut self.before {
            before()?;
        }
        let begun = Instant::now();
        (self.work)()?;
        Ok(begun.elapsed().as_secs_f64())
    }
}

/// Lets all run `rounds` times in turn. Who fails is out, and its series says why.
pub fn race(rounds: usize, mut entrants: Vec<Entrant>) -> Vec<Series> {
    let empty = |entrant: &Entrant| Series::new(&entrant.name, Unit::Seconds, Vec::new());
    let mut series: Vec<Series> = entrants.iter().map(empty).collect();
    for round in 0..rounds {
        for (entrant, series) in entrants.iter_mut().zip(&mut series) {
            let is_long = series.values.first().is_some_and(|first| *first > LONG);
            if series.failed.is_some() || is_long && round % 2 == 1 {
                continue;
            }
            match entrant.run() {
                Ok(seconds) => {
                    eprintln!("  {} {seconds:.3} s", entrant.name);
                    series.values.push(seconds);
                }
                Err(error) => {
                    eprintln!("  {} failed: {error}", entrant.name);
                    series.failed = Some(error.to_string());
                }
            }
        }
    }
    let counted = series.into_iter().map(|found| Series {
        failed: found.failed,
        ..Series::new(&found.name, found.unit, found.values)
    });
    counted.collect()
}
