use {
    super::{
        include::Brought,
        outcome::Ending,
        run::{Runner, register_name},
        step::HostStep,
        walk::{End, Fate, Walk},
    },
    crate::{
        control::{self, Change, Meta},
        event::{Event, Kind},
        playbook::Key,
        program::{Element, Order, PlayProgram, Step},
        source::Fault,
        template::{self, Value},
        variable::{PlayContext, Scope, Surroundings},
    },
    futures::{StreamExt, stream},
    std::{
        collections::BTreeMap,
        sync::{Arc, PoisonError},
    },
};

/// The hosts of a play that go through it together.
pub(super) struct Batch<'a> {
    pub(super) runner: &'a Runner,
    pub(super) program: &'a Arc<PlayProgram>,
    pub(super) context: Arc<PlayContext>,
    pub(super) handlers: Arc<[Element]>,
    /// In the order of the play's hosts.
    walks: Vec<(String, Walk)>,
    /// A failure that ends the play for everyone.
    fatal: bool,
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
            handlers: program.handlers.clone().into(),
            walks,
            fatal: false,
        }
    }

    /// Goes through the play; says whether the run goes on: not, when every host of the batch is lost.
    pub(super) async fn run(mut self) -> Result<bool, Fault> {
        while let Some((order, step, hosts)) = self.next() {
            if self.runner.is_cancelled() {
                break;
            }
            self.step(&order, &step, hosts).await?;
            self.settle(&order);
        }
        Ok(self.close())
    }

    /// The earliest next step among all hosts, and the hosts whose next step it is: the linear order.
    fn next(&mut self) -> Option<(Order, Arc<Step>, Vec<String>)> {
        let filter = &self.runner.options.tags;
        let wanted = |step: &Step| filter.selects(&step.tags);
        let mut best: Option<(Order, Arc<Step>, Vec<String>)> = None;
        for (host, walk) in &mut self.walks {
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
        let failed = endings.iter().any(|(_, ending)| ending.is_lost());
        if self.runner.is_cancelled() {
            self.interrupted(step, &endings);
        }
        let everyone = failed && self.is_any_error_fatal(step);
        self.conclude(order, step, endings)?;
        if everyone {
            self.end_all(End::Failed);
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
            if !steering && ending.meta.is_none() {
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
                self.change(&host, step, change, once)?;
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
        for host in here {
            if host != worker {
                self.runner.keep(&host, &ending, register_name(step));
            }
            match includes.is_empty() {
                true => self.end_step(order, step, &host, &ending)?,
                false => {
                    let same = includes.iter().map(super::include::again).collect();
                    self.include(order, step, &host, same, &mut brought);
                }
            }
        }
        brought.tell(self.runner);
        Ok(())
    }

    fn hosts_at(&mut self, order: &Order) -> Vec<String> {
        let filter = &self.runner.options.tags;
        let wanted = |step: &Step| filter.selects(&step.tags);
        self.walks
            .iter_mut()
            .filter_map(|(host, walk)| {
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
        if ending.outcome.changed || ending.outcome.unknown.is_some() {
            self.notify(step, host, ending.outcome.changed)?;
        }
        self.walk(host).done();
        Ok(())
    }

    pub(super) fn fail(&mut self, step: &Arc<Step>, host: &str, ending: &Ending) {
        if self.walk(host).fail() != Fate::Rescued {
            return;
        }
        self.runner.sink.rescued(host);
        let task = Value::from_pairs([
            ("name", Value::from(step.task.name())),
            ("action", Value::from(step.task.action.short_name())),
        ]);
        let result = ending.value();
        self.runner.world.remember(host, |memory| {
            memory.set([
                ("ansible_failed_task".to_owned(), task),
                ("ansible_failed_result".to_owned(), result),
            ]);
        });
    }

    fn steer(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        host: &str,
        meta: Meta,
    ) -> Result<(), Fault> {
        let handlers = Arc::clone(&self.handlers);
        match meta {
            Meta::FlushHandlers => self.walk(host).flush(&handlers, order),
            // The connection was reset before this.
            Meta::Noop | Meta::ResetConnection => self.walk(host).done(),
            Meta::ClearFacts => {
                self.runner
                    .world
                    .remember(host, crate::variable::Memory::forget_facts);
                self.walk(host).done();
            }
            Meta::ClearHostErrors => {
                let lost = std::mem::take(
                    &mut *self
                        .context
                        .lost
                        .write()
                        .unwrap_or_else(PoisonError::into_inner),
                );
                lost.iter().for_each(|host| self.runner.take_back(host));
                self.walk(host).done();
            }
            Meta::EndHost => self.walk(host).stop(End::Asked),
            Meta::EndPlay | Meta::EndBatch => self.end_all(End::Asked),
            Meta::EndRole => self.end_role(step, host),
            Meta::RefreshInventory => {
                return Err(Fault::new(
                    "`meta: refresh_inventory` would change the hosts of a play under way",
                )
                .at(&step.task.place)
                .help("start a new run, which reads the inventory anew"));
            }
        }
        Ok(())
    }

    fn end_role(&mut self, step: &Arc<Step>, host: &str) {
        let Some(role) = step.frame.role().map(Arc::clone) else {
            self.walk(host).done();
            return;
        };
        let inside = |step: &Step| step.frame.roles().any(|other| Arc::ptr_eq(other, &role));
        self.walk(host).skip_while(&inside);
    }

    /// Notes the handlers that a change notifies. A change that is not certain notifies too: its handler may run.
    fn notify(&mut self, step: &Arc<Step>, host: &str, _certain: bool) -> Result<(), Fault> {
        let nodes = step.frame.gather(Key::Notify);
        if nodes.is_empty() {
            return Ok(());
        }
        let scope = Scope::new(&self.runner.world, host, self.around(step));
        for node in nodes {
            let names = self
                .runner
                .world
                .engine
                .node(node, &scope.variables())
                .map_err(|error| control::fault(error, &node.place))?;
            for name in template::strings(&names) {
                let found = self.handlers_named(&name, &scope);
                if found.is_empty() {
                    return Err(Fault::new(format!(
                        "no handler is called `{name}`, and none listens to it"
                    ))
                    .at(&node.place)
                    .help("name a handler of the play or its roles"));
                }
                self.walk(host).notified.extend(found);
            }
        }
        Ok(())
    }

    /// The last handler of that name, and all that listen to it.
    fn handlers_named(&self, name: &str, scope: &Arc<Scope>) -> Vec<usize> {
        let steps = || {
            self.handlers
                .iter()
                .enumerate()
                .filter_map(|(index, element)| match element {
                    Element::Step(step) => Some((index, step)),
                    Element::Section(_) => None,
                })
        };
        let mut found: Vec<_> = steps()
            .filter(|(_, step)| step.listens_to(name))
            .map(|(index, _)| index)
            .collect();
        let called = steps()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .find(|(_, step)| {
                let title = self.title(step, scope);
                title == name
                    || step.task.name() == name
                    || title.rsplit(" : ").next() == Some(name)
            });
        found.extend(called.map(|(index, _)| index));
        found
    }

    fn change(
        &self,
        host: &str,
        step: &Arc<Step>,
        change: Change,
        once: bool,
    ) -> Result<(), Fault> {
        let world = &self.runner.world;
        let everyone: Vec<String> = if once {
            self.context.active()
        } else {
            vec![host.to_owned()]
        };
        match change {
            Change::Set(values) => everyone.iter().for_each(|host| {
                world.remember(host, |memory| memory.set(values.clone()));
            }),
            Change::Facts(values) => everyone.iter().for_each(|host| {
                world.remember(host, |memory| memory.learn(values.clone()));
            }),
            Change::Include(vars) => everyone.iter().for_each(|host| {
                world.remember(host, |memory| memory.include(vars.clone()));
            }),
            Change::AddHost { name, groups, vars } => {
                let vars: Vec<_> = vars
                    .iter()
                    .map(|(name, value)| (name.clone(), template::to_node(value, &step.task.place)))
                    .collect();
                world.change_inventory(|inventory| inventory.add_host(&name, &groups, &vars))?;
            }
            Change::GroupBy { group, parents } => {
                world.change_inventory(|inventory| inventory.add_group(host, &group, &parents))?;
            }
            Change::Stats {
                data,
                aggregate,
                per_host,
            } => self.runner.sink.note(|recap| {
                let prefix = if per_host {
                    format!("{host}.")
                } else {
                    String::new()
                };
                for (name, value) in &data {
                    super::outcome::aggregate(
                        &mut recap.stats,
                        format!("{prefix}{name}"),
                        template::to_json(value),
                        aggregate,
                    );
                }
            }),
        }
        Ok(())
    }

    /// Hosts whose way has ended in failure leave the play; those that owe handlers run them first, if so asked.
    fn settle(&mut self, order: &Order) {
        let force = self.forces_handlers();
        let handlers = Arc::clone(&self.handlers);
        let mut failed = Vec::new();
        for (host, walk) in &mut self.walks {
            let ended = walk.end == Some(End::Failed) && walk.peek(&|_| true).is_none();
            if !ended {
                continue;
            }
            if force && !walk.notified.is_empty() {
                walk.force_handlers(&handlers, order);
            } else {
                failed.push(host.clone());
            }
        }
        for host in failed {
            self.lose(&host, End::Failed);
        }
    }

    fn lose(&mut self, host: &str, end: End) {
        let mut lost = self
            .context
            .lost
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if !lost.iter().any(|other| other == host) {
            lost.push(host.to_owned());
        }
        drop(lost);
        self.runner.put_out(host);
        self.walk(host).stop(end);
        if self.too_many_lost() {
            self.end_all(End::Failed);
        }
    }

    /// `max_fail_percentage`.
    fn too_many_lost(&self) -> bool {
        let Some(limit) = self.program.play.keywords.get(Key::MaxFailPercentage) else {
            return false;
        };
        let limit = super::run::plain(limit)
            .and_then(|text| text.trim_end_matches('%').parse::<f64>().ok());
        let lost = self
            .context
            .lost
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .len();
        limit.is_some_and(|limit| lost as f64 * 100.0 / self.context.batch.len() as f64 > limit)
    }

    /// Ends the play for every host of the batch.
    fn end_all(&mut self, end: End) {
        self.fatal |= end == End::Failed;
        for (_, walk) in &mut self.walks {
            if walk.end.is_none() {
                walk.stop(end);
            }
        }
    }

    /// Tells what is owed and says whether the run goes on.
    fn close(self) -> bool {
        let cut = self.runner.is_cancelled();
        let lost = self
            .context
            .lost
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let mut owed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (host, walk) in &self.walks {
            let names =
                walk.notified
                    .iter()
                    .filter_map(|index| match self.handlers.get(*index)? {
                        Element::Step(step) => Some(step.title()),
                        Element::Section(_) => None,
                    });
            let names: Vec<_> = names.collect();
            if !names.is_empty() && walk.end.map_or(cut, |end| end != End::Asked) {
                owed.insert(host.clone(), names);
            }
        }
        self.runner.sink.note(|recap| recap.owed.extend(owed));
        !cut && !self.fatal && lost.len() < self.context.batch.len()
    }

    /// How far the step got where it was cancelled, nobody knows.
    fn interrupted(&self, step: &Arc<Step>, endings: &[(String, Ending)]) {
        let cut = endings.iter().filter(|(_, ending)| ending.is_lost());
        let hosts: Vec<_> = cut.map(|(host, _)| (host.clone(), step.title())).collect();
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
    fn title(&self, step: &Step, scope: &Arc<Scope>) -> String {
        let title = step.title();
        let rendered = self.runner.world.engine.text(&title, &scope.variables());
        rendered.map_or(title, |title| title.to_string())
    }

    fn runs_once(&self, step: &Step, scope: &Arc<Scope>) -> bool {
        let control = control::find(step.task.action.name.as_str().unwrap_or_default());
        control.is_some_and(|entry| entry.once)
            || self
                .keyword(step, scope, Key::RunOnce)
                .is_some_and(|value| value.is_true())
    }

    fn throttle(&self, step: &Step, scope: &Arc<Scope>) -> Option<usize> {
        let value = self.keyword(step, scope, Key::Throttle)?;
        value.to_string().parse().ok().filter(|width| *width > 0)
    }

    fn is_any_error_fatal(&self, step: &Step) -> bool {
        let set = step
            .frame
            .chain()
            .find_map(|frame| frame.keywords.bool(Key::AnyErrorsFatal));
        set.unwrap_or(self.runner.options.any_errors_fatal)
    }

    fn forces_handlers(&self) -> bool {
        let set = self.program.play.keywords.bool(Key::ForceHandlers);
        set.unwrap_or(self.runner.options.force_handlers)
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
