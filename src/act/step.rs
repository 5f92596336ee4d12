use {
    crate::wire::{Course, Mode, Run},
    std::{
        collections::BTreeMap,
        time::{Duration, Instant},
    },
};

/// What holds for the step under way.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: u64,
    /// The loop item, counted from 0.
    pub item: usize,
    pub mode: Mode,
    /// Whether differences are wanted.
    pub diff: bool,
    /// For every process that the step starts.
    pub environment: BTreeMap<String, String>,
    /// Whether output is sent as it comes.
    pub stream: bool,
    /// Whether it is not due yet: an apply that may only look so far.
    pub ahead: bool,
    /// In seconds, as given.
    pub timeout: Option<u64>,
    deadline: Option<Instant>,
}

impl Step {
    /// A step that only looks. Takes the timeout in seconds, which begins now.
    pub fn new(id: u64, timeout: Option<u64>) -> Self {
        Self {
            id,
            item: 0,
            mode: Mode::Look,
            diff: true,
            environment: BTreeMap::new(),
            stream: false,
            ahead: false,
            timeout,
            deadline: deadline(timeout),
        }
    }

    pub fn of(run: &Run) -> Self {
        Self {
            mode: run.mode,
            diff: run.diff,
            environment: run.environment.clone(),
            stream: run.stream,
            ahead: run.course == Course::Ahead,
            ..Self::new(run.id, run.timeout)
        }
    }

    /// Lets the timeout begin now.
    pub fn restart(&mut self) {
        self.deadline = deadline(self.timeout);
    }

    /// The same step with no more than this time from now on.
    pub(super) fn within(&self, limit: Duration) -> Self {
        let limit = Instant::now().checked_add(limit);
        let deadline = self.deadline.into_iter().chain(limit).min();
        Self {
            deadline,
            ..self.clone()
        }
    }

    /// The time left; `None`: no limit.
    pub fn remaining(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    pub fn is_late(&self) -> bool {
        self.remaining().is_some_and(|rest| rest.is_zero())
    }
}

fn deadline(timeout: Option<u64>) -> Option<Instant> {
    Instant::now().checked_add(Duration::from_secs(timeout?))
}

impl Default for Step {
    fn default() -> Self {
        Self::new(0, None)
    }
}
