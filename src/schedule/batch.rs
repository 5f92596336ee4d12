use {
    super::{
        ahead::{Ahead, Route, Way},
        free::FreeBatch,
        include::Brought,
        notify::Handlers,
        outcome::Ending,
        run::{Runner, register_name},
        turn::{Turn, started},
        walk::{End, Walk},
    },
    crate::{
        control,
        playbook::{Key, Strategy, boolean_text},
        program::{Order, PlayProgram, Step},
        source::Fault,
        template::Value,
        variable::{PlayContext, Scope, Surroundings},
    },
    futures::{StreamExt, stream},
    std::{
        collections::{BTreeMap, BTreeSet, HashMap, HashSet},
        sync::Arc,
    },
};

/// The hosts of a play that go through it together.
pub(super) struct Batch<'a> {
    pub(super) runner: &'a Runner,
    pub(super) program: &'a Arc<PlayProgram>,
    pub(super) context: Arc<PlayContext>,
    pub(super) handlers: Handlers,
    pub(super) strategy: Strategy,
    /// In the order of the play's hosts.
    pub(super) walks: Vec<(String, Walk)>,
    /// What is known of the hosts' coming steps.
    pub(super) aheads: BTreeMap<String, Ahead>,
    /// Where each host stands among the walks.
    places: HashMap<String, usize>,
    /// Hosts that were lost before.
    pub(super) absent: BTreeSet<String>,
    /// Hosts that could not be reached and were taken back.
    pub(super) forgiven: Vec<String>,
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
        strategy: Strategy,
    ) -> Self {
        let way = |host: &String| {
            let mut walk = Walk::new(&program.elements);
            match runner.loss(host) {
                Some(End::Unreachable) => walk.park(),
                Some(end) => walk.stop(end),
                None => {}
            }
            (host.clone(), walk)
        };
        let walks: Vec<_> = context.batch.iter().map(way).collect();
        let places = walks.iter().enumerate();
        let places = places.map(|(place, (host, _))| (host.clone(), place));
        let absent = walks.iter().filter(|(_, walk)| walk.end.is_some());
        Self {
            absent: absent.map(|(host, _)| host.clone()).collect(),
            forgiven: Vec::new(),
            runner,
            program,
            context,
            handlers: Handlers::new(&program.handlers),
            strategy,
            places: places.collect(),
            walks,
            aheads: BTreeMap::new(),
            onward: Onward::Batch,
        }
    }

    /// Goes through the play; says what comes next: nothing, when every host of the batch is lost.
    pub(super) async fn run(self) -> Result<Onward, Fault> {
        match self.strategy.keeps_step() {
            true => self.run_in_step().await,
            false => FreeBatch::new(self).run().await,
        }
    }

    async fn run_in_step(mut self) -> Result<Onward, Fault> {
        while let Some((order, step, hosts)) = self.next() {
            if self.runner.is_cancelled() {
                break;
            }
            self.step(&order, &step, hosts).await?;
            self.settle();
        }
        // Steps that no tag chose may have stood last.
        self.settle();
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
        mut hosts: Vec<String>,
    ) -> Result<(), Fault> {
        let knowing = self.knowing(step, &hosts);
        self.pass(&knowing);
        let knowing: HashSet<_> = knowing.into_iter().collect();
        hosts.retain(|host| !knowing.contains(host));
        if hosts.is_empty() {
            return Ok(());
        }
        let first = hosts.first().cloned().unwrap_or_default();
        let scope = Scope::new(&self.runner.world, &first, self.around(step));
        let title = self.title(step, &scope);
        if !step.implied && !self.runner.has_started(&title) {
            self.pass(&hosts);
            return Ok(());
        }
        let steering = step.steers();
        let number = self.runner.next_step();
        if !steering && !step.implied && !self.runner.may_go_on(&title) {
            self.pass(&hosts);
            return Ok(());
        }
        if !steering {
            let event = started(step, number, title, hosts.clone());
            self.runner.sink.tell(event);
        }
        let endings = self.on_hosts(order, step, number, &scope, &hosts).await;
        let lost = endings.iter().filter(|(_, ending)| ending.is_lost());
        let lost: Vec<_> = lost.map(|(host, _)| host.clone()).collect();
        if self.runner.is_cancelled() {
            self.interrupted(step, &lost);
        }
        self.conclude(order, step, number, endings)?;
        if !lost.is_empty() && self.is_any_error_fatal(step, &scope) {
            self.fail_others(&lost);
        }
        Ok(())
    }

    /// Runs the step on its hosts, so many at a time as `forks` and `throttle` allow.
    async fn on_hosts(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        number: u64,
        scope: &Arc<Scope>,
        hosts: &[String],
    ) -> Vec<(String, Ending)> {
        let once = self.runs_once(step, scope);
        let workers = if once { &hosts[..1] } else { hosts };
        let width = self
            .throttle(step, scope)
            .unwrap_or(usize::MAX)
            .min(workers.len())
            .max(1);
        let streams = self.walks.len() == 1;
        let turns = workers.iter().map(|host| Turn {
            step: Arc::clone(step),
            number,
            host: host.clone(),
            around: self.around(step),
            way: self.way(order, host, streams && !once),
        });
        let turns: Vec<_> = turns.collect();
        let running = turns.into_iter().map(|turn| turn.run(self.runner));
        // The slow are waited for without the results of the quick.
        let spare = |(host, mut ending, ahead): (String, Ending, Ahead)| {
            if !once {
                ending.forget();
            }
            (host, ending, ahead)
        };
        let ended: Vec<_> = stream::iter(running)
            .buffer_unordered(width)
            .map(spare)
            .collect()
            .await;
        let mut endings: Vec<_> = ended
            .into_iter()
            .map(|(host, ending, ahead)| {
                self.aheads.insert(host.clone(), ahead);
                (host, ending)
            })
            .collect();
        endings.sort_by_key(|(host, _)| self.place(host));
        endings
    }

    /// A host's turn at a step, and what is known of the steps that come next; `streams`: no other host has to be waited for.
    pub(super) fn way(&mut self, order: &Order, host: &str, streams: bool) -> Way {
        let options = &self.runner.options;
        let looks = options.look_ahead > 1 && !options.step && options.start_at.is_none();
        let route = looks.then(|| Route {
            walk: self.walk(host).clone(),
            context: Arc::clone(&self.context),
            streams,
        });
        Way {
            order: order.clone(),
            ahead: self.aheads.remove(host).unwrap_or_default(),
            route,
        }
    }

    /// Draws the consequences: changes on the controller, failures, includes, notified handlers.
    fn conclude(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        number: u64,
        endings: Vec<(String, Ending)>,
    ) -> Result<(), Fault> {
        let scope =
            |batch: &Self, host: &str| Scope::new(&batch.runner.world, host, batch.around(step));
        let first = endings
            .first()
            .map(|(host, _)| host.clone())
            .unwrap_or_default();
        let once = self.runs_once(step, &scope(self, &first));
        let mut brought = Brought::by(number);
        let mut all: Vec<(String, Ending)> = Vec::new();
        for (host, mut ending) in endings {
            for change in std::mem::take(&mut ending.changes) {
                let whose = ending.facts_to.as_ref().unwrap_or(&host);
                self.change(whose, step, change, once && ending.facts_to.is_none())?;
            }
            all.push((host, ending));
        }
        if once && let Some((worker, ending)) = all.pop() {
            return self.conclude_once(order, step, number, &worker, ending);
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
        number: u64,
        worker: &str,
        mut ending: Ending,
    ) -> Result<(), Fault> {
        let includes = std::mem::take(&mut ending.includes);
        let mut brought = Brought::by(number);
        let here = self.hosts_at(order);
        self.notify(step, worker, &ending)?;
        ending.notified = true;
        if !includes.is_empty() {
            // What is included once is included for one host only.
            let others = here.into_iter().filter(|host| host != worker);
            self.pass(&others.collect::<Vec<_>>());
            self.include(order, step, worker, includes, &mut brought);
            brought.tell(self.runner);
            return Ok(());
        }
        for host in here {
            if host != worker {
                self.runner.keep(&host, &ending, register_name(step));
            }
            self.end_step(order, step, &host, &ending)?;
        }
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

    pub(super) fn end_step(
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
            self.steer(order, step, host, meta);
            return Ok(());
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
    pub(super) fn close(self) -> Onward {
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
        match cut || self.is_lost() {
            true => Onward::Nothing,
            false => self.onward,
        }
    }

    /// How far the step got on these hosts, where it was cancelled, nobody knows.
    pub(super) fn interrupted(&self, step: &Arc<Step>, hosts: &[String]) {
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

    /// The next step of a host.
    pub(super) fn peek(&mut self, host: &str) -> Option<(Order, Arc<Step>)> {
        let filter = &self.runner.options.tags;
        self.walk(host)
            .peek(&|step| step.handler || filter.selects(&step.tags))
    }

    pub(super) fn walk(&mut self, host: &str) -> &mut Walk {
        let place = self.place(host);
        &mut self.walks[place].1
    }

    /// Where the host stands among the walks.
    fn place(&self, host: &str) -> usize {
        self.places.get(host).copied().unwrap_or_default()
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

    pub(super) fn throttle(&self, step: &Step, scope: &Arc<Scope>) -> Option<usize> {
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
