use {
    super::{Event, Recap, Tallies, count},
    std::collections::BTreeMap,
};

/// What the events of one file come to: known from its last event, or, where the run died, counted so far.
#[derive(Default)]
pub(super) struct Part {
    began: bool,
    recap: Option<Recap>,
    counted: Tallies,
    /// Steps that have begun, by host.
    open: BTreeMap<String, String>,
    /// The highest number of a step.
    steps: u64,
}

impl Part {
    /// Takes an event, whose step gets a number above `offset`.
    pub fn take(&mut self, event: &mut Event, offset: u64) {
        if let Some(task) = event.task_mut() {
            self.steps = self.steps.max(*task);
            *task += offset;
        }
        count(&mut self.counted, event);
        match event {
            Event::RunStarted { .. } => self.began = true,
            Event::TaskStarted { name, hosts, .. } => {
                let steps = hosts.iter().map(|host| (host.clone(), name.clone()));
                self.open.extend(steps);
            }
            Event::HostFinished { host, .. } => drop(self.open.remove(host)),
            Event::RunFinished(recap) => self.recap = Some(std::mem::take(recap)),
            _ => {}
        }
    }

    /// How many numbers its steps take.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What the run came to; where it did not tell its end, why that is known, and what was counted until then.
    pub fn end(self) -> (Recap, Option<&'static str>) {
        match (self.recap, self.began) {
            (Some(recap), _) => (recap, None),
            (None, began) => {
                let recap = Recap {
                    hosts: self.counted.into_iter().collect(),
                    interrupted: self.open,
                    ..Recap::default()
                };
                let why = match began {
                    true => {
                        "the run died: its last event is missing, so its counts are those until then"
                    }
                    false => "there is no event in it: the run did not begin",
                };
                (recap, Some(why))
            }
        }
    }
}
