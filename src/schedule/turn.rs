use {
    super::{
        ahead::{Ahead, Way},
        outcome::Ending,
        run::{Runner, register_name},
        step::HostStep,
    },
    crate::{
        event::{Event, Kind},
        program::Step,
        variable::Surroundings,
    },
    std::{sync::Arc, time::Instant},
};

/// One host's turn at a step.
pub(super) struct Turn {
    pub(super) step: Arc<Step>,
    /// The step's number in events.
    pub(super) number: u64,
    pub(super) host: String,
    pub(super) around: Surroundings,
    pub(super) way: Way,
}

impl Turn {
    /// Waits for one of the `forks`, runs the step on the host, tells how it ended and keeps what it registers.
    /// Gives back what is known of the host's coming steps, too.
    pub(super) async fn run(mut self, runner: &Runner) -> (String, Ending, Ahead) {
        let _permit = runner.forks().acquire().await;
        let ending = HostStep::new(runner, &self.step, self.number, &self.host, self.around)
            .run(&mut self.way)
            .await;
        if self.step.steers() && ending.is_lost() {
            let hosts = vec![self.host.clone()];
            runner
                .sink
                .tell(started(&self.step, self.number, self.step.title(), hosts));
        }
        let is_shown = !self.step.steers() || ending.is_lost();
        if is_shown && ending.meta.is_none() && ending.includes.is_empty() {
            runner.sink.tell(Event::HostFinished {
                task: self.number,
                host: self.host.clone(),
                result: ending.finished(),
            });
        }
        runner.keep(&self.host, &ending, register_name(&self.step));
        if !self.way.route.is_some_and(|route| route.streams) {
            let underway = &runner.underway;
            let _stay = underway.begin(self.number, &self.host, Instant::now());
            self.way.ahead.rest().await;
        }
        (self.host, ending, self.way.ahead)
    }
}

/// Tells that a step begins on these hosts.
pub(super) fn started(step: &Step, number: u64, name: String, hosts: Vec<String>) -> Event {
    let kind = match () {
        () if step.handler => Kind::Handler,
        () if step.implied => Kind::Gather,
        () => Kind::Task,
    };
    Event::TaskStarted {
        task: number,
        kind,
        name,
        place: step.task.place.to_string(),
        hosts,
    }
}
