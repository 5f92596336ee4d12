use {
    super::{
        batch::{Batch, Onward},
        include::Brought,
        outcome::Ending,
        turn::{Turn, started},
    },
    crate::{
        control::{self, Meta},
        playbook::Strategy,
        program::{Order, Step},
        source::Fault,
        variable::Scope,
    },
    futures::{StreamExt, stream::FuturesUnordered},
    std::{
        collections::{BTreeMap, BTreeSet, VecDeque},
        sync::Arc,
    },
};

/// The hosts of a play that go through it each at its own pace.
pub(super) struct FreeBatch<'a> {
    batch: Batch<'a>,
    /// The steps that some host has come to, by their address.
    steps: BTreeMap<usize, Begun>,
    /// Hosts that have reached the step to start at.
    started: BTreeSet<String>,
    /// Whether the run had reached it before this play.
    all_started: bool,
}

/// A step that some host has come to.
struct Begun {
    /// Keeps the address from being used again.
    _step: Arc<Step>,
    number: u64,
    /// How many hosts are at it now.
    hosts: usize,
}

/// What a host can do now.
enum Next {
    Turn(Order, Box<Turn>),
    /// The step has as many hosts as its `throttle` allows.
    Throttled,
    Nothing,
}

impl<'a> FreeBatch<'a> {
    pub(super) fn new(batch: Batch<'a>) -> Self {
        Self {
            all_started: batch.runner.is_started(),
            batch,
            steps: BTreeMap::new(),
            started: BTreeSet::new(),
        }
    }

    /// Sends every host through the play; says what comes next.
    pub(super) async fn run(mut self) -> Result<Onward, Fault> {
        let runner = self.batch.runner;
        let mut waiting: VecDeque<_> = self.batch.context.batch.iter().cloned().collect();
        let slots = match self.batch.strategy {
            Strategy::HostPinned => runner.options.forks.max(1).min(waiting.len()),
            _ => waiting.len(),
        };
        let mut ready: VecDeque<_> = waiting.drain(..slots).collect();
        let (mut turns, mut throttled) = (FuturesUnordered::new(), Vec::new());
        loop {
            while let Some(host) = ready.pop_front().filter(|_| !runner.is_cancelled()) {
                match self.next(&host)? {
                    Next::Turn(order, turn) => {
                        let step = Arc::clone(&turn.step);
                        turns.push(
                            async move { (order, step, turn.number, turn.run(runner).await) },
                        );
                    }
                    Next::Throttled => throttled.push(host),
                    Next::Nothing => {
                        self.batch.settle_host(&host);
                        ready.extend(waiting.pop_front());
                    }
                }
            }
            let Some((order, step, number, (host, ending, ahead))) = turns.next().await else {
                break;
            };
            self.batch.aheads.insert(host.clone(), ahead);
            let resumes = ending.meta == Some(Meta::ClearHostErrors);
            self.conclude(&order, &step, number, &host, ending)?;
            if self.batch.walk(&host).end.is_some() {
                // Perhaps by another host's word: what follows is not to be done.
                self.batch.aheads.remove(&host);
            }
            ready.push_back(host);
            if resumes {
                // A host that has a turn under way is not among them.
                ready.extend(self.batch.forgiven.drain(..));
            }
            ready.extend(throttled.drain(..));
        }
        if !self.started.is_empty() {
            runner.start();
        }
        Ok(self.batch.close())
    }

    /// The host's next turn.
    fn next(&mut self, host: &str) -> Result<Next, Fault> {
        loop {
            let Some((order, step)) = self.batch.peek(host) else {
                return Ok(Next::Nothing);
            };
            let around = self.batch.around(&step);
            let scope = Scope::new(&self.batch.runner.world, host, around.clone());
            let title = self.batch.title(&step, &scope);
            if !self.wanted(&step, &title, host) {
                self.batch.walk(host).done();
                continue;
            }
            let width = self.batch.throttle(&step, &scope).unwrap_or(usize::MAX);
            if self.begun(&step).hosts >= width {
                return Ok(Next::Throttled);
            }
            if !step.steers() {
                possible(&step)?;
                let number = self.begun(&step).number;
                let event = started(&step, number, title, vec![host.to_owned()]);
                self.batch.runner.sink.tell(event);
            }
            // Where hosts wait for their turn, none works on while it is another's.
            let streams = self.batch.walks.len() <= self.batch.runner.options.forks;
            let way = self.batch.way(&order, host, streams);
            let begun = self.begun(&step);
            begun.hosts += 1;
            let turn = Turn {
                way,
                number: begun.number,
                step,
                host: host.to_owned(),
                around,
            };
            return Ok(Next::Turn(order, Box::new(turn)));
        }
    }

    fn begun(&mut self, step: &Arc<Step>) -> &mut Begun {
        let runner = self.batch.runner;
        let address = Arc::as_ptr(step) as usize;
        self.steps.entry(address).or_insert_with(|| Begun {
            _step: Arc::clone(step),
            number: runner.next_step(),
            hosts: 0,
        })
    }

    /// Whether the host does the step at all: what stands before the step to start at is passed, and what a person declines.
    fn wanted(&mut self, step: &Step, title: &str, host: &str) -> bool {
        if step.implied {
            return true;
        }
        let runner = self.batch.runner;
        if !self.all_started && !self.started.contains(host) {
            if !runner.starts_at(title) {
                return false;
            }
            self.started.insert(host.to_owned());
        }
        step.steers() || runner.may_go_on(&format!("{title} on {host}"))
    }

    /// Draws the consequences of a turn for its host.
    fn conclude(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        number: u64,
        host: &str,
        mut ending: Ending,
    ) -> Result<(), Fault> {
        self.begun(step).hosts -= 1;
        let batch = &mut self.batch;
        if batch.runner.is_cancelled() && ending.is_lost() {
            batch.interrupted(step, &[host.to_owned()]);
        }
        for change in std::mem::take(&mut ending.changes) {
            let whose = ending.facts_to.as_deref().unwrap_or(host);
            batch.change(whose, step, change, false)?;
        }
        // Another host has ended the play for all meanwhile.
        if batch.walk(host).end.is_some() {
            return Ok(());
        }
        let includes = std::mem::take(&mut ending.includes);
        if includes.is_empty() {
            batch.end_step(order, step, host, &ending)?;
        } else {
            let mut brought = Brought::by(number);
            batch.include(order, step, host, includes, &mut brought);
            brought.tell(batch.runner);
        }
        batch.settle_host(host);
        Ok(())
    }
}

/// Refuses what is done once for all hosts.
fn possible(step: &Step) -> Result<(), Fault> {
    let action = &step.task.action;
    let name = action.name.as_str().unwrap_or_default();
    if control::find(name).is_some_and(|entry| entry.once) {
        return Err(crate::check::once_for_all(step));
    }
    Ok(())
}
