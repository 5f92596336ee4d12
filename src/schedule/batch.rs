use {
    super::{
        include::Brought,
        notify::Handlers,
        outcome::Ending,
        run::{Runner, register_name},
        step::HostStep,
        walk::{End, Walk},
    },
    crate::{
        control,
        event::{Event, Kind},
        playbook::{Key, boolean_text},
        program::{Order, PlayProgram, Step},
        source::Fault,
        template::Value,
        variable::{PlayContext, Scope, Surroundings},
    },
    futures::{StreamExt, stream},
    std::{collections::BTreeMap, sync::Arc},
};

/// The hosts of a play that go through it together.
pub(super) struct Batch<'a> {
    pub(super) runner: &'a Runner,
    pub(super) program: &'a Arc<PlayProgram>,
    pub(super) context: Arc<PlayContext>,
    pub(super) handlers: Handlers,
    /// In the order of the play's hosts.
    pub(super) walks: Vec<(String, Walk)>,
    /// What comes after this batch, where something has decided it.
    pub(super) onward: Onward,
}

/// What comes after a batch of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Onward {
    Batch,
    Play,
    Nothing,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        runner: &'a Runner,
        program: &'a Arc<PlayProgram>,
        context: Arc<PlayContext>,
    ) -> Self {
        let walks = context
            .batch
            .iter()
            .map(|host| (host.clone(), Walk::new(&program.elements)))
            .collect();
        Self {
            runner,
            program,
            context,
            handlers: Handlers::new(&program.handlers),
            walks,
            onward: Onward::Batch,
        }
    }

    /// Goes through the play; says what comes next: nothing, when every host of the batch is lost.
    pub(super) async fn run(mut self) -> Result<Onward, Fault> {
        while let Some((order, step, hosts)) = self.next() {
            if self.runner.is_cancelled() {
                break;
            }
            self.step(&order, &step, hosts).await?;
            self.settle();
        }
        Ok(self.close())
    }

    /// The earliest next step among all hosts, and the hosts whose next step it is: the linear order.
    fn next(&mut self) -> Option<(Order, Arc<Step>, Vec<String>)> {
        let filter = &self.runner.options.tags;
        let context = &self.context;
        let mut best: Option<(Order, Arc<Step>, Vec<String>)> = None;
        for (host, walk) in &mut self.walks {
            let wanted = |step: &Step| {
                (step.handler || filter.selects(&step.tags)) && !context.is_needless(host, step)
            };
            let Some((order, step)) = walk.peek(&wanted) else {
                continue;
            };
            match &mut best {
                Some((least, first, hosts)) if *least == order && Arc::ptr_eq(first, &step) => {
                    hosts.push(host.clone())
                }
                Some((least, ..)) if *least <= order => {}
                _ => best = Some((order, step, vec![host.clone()])),
            }
        }
        best
    }

    async fn step(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        hosts: Vec<String>,
    ) -> Result<(), Fault> {
        let first = hosts.first().cloned().unwrap_or_default();
        let scope = Scope::new(&self.runner.world, &first, self.around(step));
        let title = self.title(step, &scope);
        let name = title.rsplit(" : ").next().unwrap_or(&title).to_owned();
        if !step.implied && !self.runner.has_started(&name, &title) {
            self.pass(&hosts);
            return Ok(());
        }
        let steering = step.task.action.short_name() == "meta";
        if !steering && self.runner.options.step && !step.implied && !self.confirmed(&title) {
            self.pass(&hosts);
            return Ok(());
        }
        if !steering {
            self.runner.sink.tell(Event::TaskStarted {
                kind: kind(step),
                name: title,
                place: step.task.place.to_string(),
                hosts: hosts.clone(),
            });
        }
        let endings = self.on_hosts(step, &scope, &hosts, steering).await;
        let lost = endings.iter().filter(|(_, ending)| ending.is_lost());
        let lost: Vec<_> = lost.map(|(host, _)| host.clone()).collect();
        if self.runner.is_cancelled() {
            self.interrupted(step, &lost);
        }
        self.conclude(order, step, endings)?;
        if !lost.is_empty() && self.is_any_error_fatal(step, &scope) {
            self.fail_others(&lost);
        }
        Ok(())
    }

    /// Runs the step on its hosts, so many at a time as `forks` and `throttle` allow.
    async fn on_hosts(
        &self,
        step: &Arc<Step>,
        scope: &Arc<Scope>,
        hosts: &[String],
        steering: bool,
    ) -> Vec<(String, Ending)> {
        let once = self.runs_once(step, scope);
        let workers = if once { &hosts[..1] } else { hosts };
        let running = workers.iter().map(|host| async move {
            let _permit = self.runner.forks().acquire().await;
            let ending = HostStep::new(self.runner, step, host, self.around(step))
                .run()
                .await;
            if !steering && ending.meta.is_none() && ending.includes.is_empty() {
                self.runner.sink.tell(Event::HostFinished {
                    host: host.clone(),
                    result: ending.finished(),
                });
            }
            self.runner.keep(host, &ending, register_name(step));
            (host.clone(), ending)
        });
        let width = self
            .throttle(step, scope)
            .unwrap_or(usize::MAX)
            .min(workers.len())
            .max(1);
        let mut endings: Vec<_> = stream::iter(running)
            .buffer_unordered(width)
            .collect()
            .await;
        let position = |host: &String| hosts.iter().position(|other| other == host);
        endings.sort_by_key(|(host, _)| position(host));
        endings
    }

    /// Draws the consequences: changes on the controller, failures, includes, notified handlers.
    fn conclude(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        endings: Vec<(String, Ending)>,
    ) -> Result<(), Fault> {
        let scope =
            |batch: &Self, host: &str| Scope::new(&batch.runner.world, host, batch.around(step));
        let first = endings
            .first()
            .map(|(host, _)| host.clone())
            .unwrap_or_default();
        let once = self.runs_once(step, &scope(self, &first));
        let mut brought = Brought::default();
        let mut all: Vec<(String, Ending)> = Vec::new();
        for (host, mut ending) in endings {
            for change in std::mem::take(&mut ending.changes) {
                let whose = ending.facts_to.as_ref().unwrap_or(&host);
                self.change(whose, step, change, once && ending.facts_to.is_none())?;
            }
            all.push((host, ending));
        }
        if once && let Some((worker, ending)) = all.pop() {
            return self.conclude_once(order, step, &worker, ending);
        }
        for (host, mut ending) in all {
            let includes = std::mem::take(&mut ending.includes);
            if includes.is_empty() {
                self.end_step(order, step, &host, &ending)?;
            } else {
                self.include(order, step, &host, includes, &mut brought);
            }
        }
        brought.tell(self.runner);
        Ok(())
    }

    /// A step that ran on one host counts for every host of the batch that stands at it.
    fn conclude_once(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        worker: &str,
        mut ending: Ending,
    ) -> Result<(), Fault> {
        let includes = std::mem::take(&mut ending.includes);
        let mut brought = Brought::default();
        let here = self.hosts_at(order);
        self.notify(step, worker, &ending)?;
        ending.notified = true;
        for host in here {
            if host != worker {
                self.runner.keep(&host, &ending, register_name(step));
            }
            // What it brings in is for this host alone.
            match includes.is_empty() || host != worker {
                true => self.end_step(order, step, &host, &ending)?,
                false => {
                    let same = includes.clone();
                    self.include(order, step, &host, same, &mut brought);
                }
            }
        }
        brought.tell(self.runner);
        Ok(())
    }

    fn hosts_at(&mut self, order: &Order) -> Vec<String> {
        let filter = &self.runner.options.tags;
        let context = &self.context;
        self.walks
            .iter_mut()
            .filter_map(|(host, walk)| {
                let wanted = |step: &Step| {
                    (step.handler || filter.selects(&step.tags)) && !context.is_needless(host, step)
                };
                let (at, _) = walk.peek(&wanted)?;
                (at == *order).then(|| host.clone())
            })
            .collect()
    }

    fn end_step(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        host: &str,
        ending: &Ending,
    ) -> Result<(), Fault> {
        if !ending.outcome.skipped && ending.meta.is_none() {
            self.context.use_role(host, step);
        }
        if let Some(meta) = ending.meta {
            return self.steer(order, step, host, meta);
        }
        if ending.unreachable && !ending.ignored {
            self.lose(host, End::Unreachable);
            return Ok(());
        }
        if ending.is_lost() {
            self.fail(step, host, ending);
            return Ok(());
        }
        self.notify(step, host, ending)?;
        self.walk(host).done();
        Ok(())
    }

    /// Tells what is owed and says what comes next.
    fn close(self) -> Onward {
        let cut = self.runner.is_cancelled();
        let mut owed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (host, walk) in &self.walks {
            let steps = walk
                .notified
                .iter()
                .filter_map(|index| self.handlers.step(*index));
            let names: Vec<_> = walk
                .pending
                .iter()
                .cloned()
                .chain(steps.map(|step| step.title()))
                .collect();
            if !names.is_empty() && walk.end.map_or(cut, |end| end != End::Asked) {
                owed.insert(host.clone(), names);
            }
        }
        self.runner.sink.note(|recap| recap.owed.extend(owed));
        match cut || self.context.active().is_empty() {
            true => Onward::Nothing,
            false => self.onward,
        }
    }

    /// How far the step got on these hosts, where it was cancelled, nobody knows.
    fn interrupted(&self, step: &Arc<Step>, hosts: &[String]) {
        let hosts: Vec<_> = hosts
            .iter()
            .map(|host| (host.clone(), step.title()))
            .collect();
        self.runner
            .sink
            .note(|recap| recap.interrupted.extend(hosts));
    }

    fn pass(&mut self, hosts: &[String]) {
        for host in hosts {
            self.walk(host).done();
        }
    }

    fn confirmed(&self, title: &str) -> bool {
        let question = format!("Perform task: TASK: {title} (N)o/(y)es: ");
        let answer = self.runner.ask(&question, true);
        matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }

    pub(super) fn walk(&mut self, host: &str) -> &mut Walk {
        let index = self
            .walks
            .iter()
            .position(|(name, _)| name == host)
            .unwrap_or_default();
        &mut self.walks[index].1
    }

    pub(super) fn around(&self, step: &Step) -> Surroundings {
        Surroundings {
            play: Some(Arc::clone(&self.context)),
            frame: Some(Arc::clone(&step.frame)),
            ..Surroundings::default()
        }
    }

    /// The step's name as shown, its templates rendered where they can be.
    pub(super) fn title(&self, step: &Step, scope: &Arc<Scope>) -> String {
        let title = step.title();
        let rendered = self.runner.world.engine.text(&title, &scope.variables());
        rendered.map_or(title, |title| title.to_string())
    }

    fn runs_once(&self, step: &Step, scope: &Arc<Scope>) -> bool {
        let control = control::find(step.task.action.name.as_str().unwrap_or_default());
        control.is_some_and(|entry| entry.once)
            || step.steers_all()
            || self
                .keyword(step, scope, Key::RunOnce)
                .is_some_and(|value| value.is_true())
    }

    fn throttle(&self, step: &Step, scope: &Arc<Scope>) -> Option<usize> {
        let value = self.keyword(step, scope, Key::Throttle)?;
        value.to_string().parse().ok().filter(|width| *width > 0)
    }

    fn is_any_error_fatal(&self, step: &Step, scope: &Arc<Scope>) -> bool {
        let set = self.keyword(step, scope, Key::AnyErrorsFatal);
        let set = set.and_then(|value| boolean_text(&value.to_string()));
        set.unwrap_or(self.runner.options.any_errors_fatal)
    }

    fn keyword(&self, step: &Step, scope: &Arc<Scope>, key: Key) -> Option<Value> {
        let node = step.frame.keyword(key)?;
        self.runner.world.engine.node(node, &scope.variables()).ok()
    }
}

fn kind(step: &Step) -> Kind {
    match () {
        () if step.handler => Kind::Handler,
        () if step.implied => Kind::Gather,
        () => Kind::Task,
    }
}
