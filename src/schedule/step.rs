use {
    super::{
        ahead::{Answer, Way},
        draft::{Draft, Shape},
        item::{Item, Ready},
        outcome::Ending,
        run::{Runner, register_name},
    },
    crate::{
        event::Event,
        playbook::Key,
        program::Step,
        source::Fault,
        template::Value,
        variable::{DELEGATED, Scope, Surroundings, Values},
        wire::Outcome,
    },
    std::{
        sync::Arc,
        time::{Duration, Instant},
    },
};

/// One step on one host, with its loop.
pub(super) struct HostStep<'a> {
    pub(super) runner: &'a Runner,
    pub(super) step: &'a Step,
    /// For events: which beginning of the step this is about.
    pub(super) number: u64,
    pub(super) scope: Arc<Scope>,
}
/// How `until` wants a step repeated.
struct Repeat {
    retries: u32,
    delay: Duration,
}

impl<'a> HostStep<'a> {
    pub(super) fn new(
        runner: &'a Runner,
        step: &'a Step,
        number: u64,
        host: &str,
        around: Surroundings,
    ) -> Self {
        Self {
            runner,
            step,
            number,
            scope: Scope::new(&runner.world, host, around),
        }
    }

    /// Runs the step to its end: tells of each item, keeps what it registers, and gives how it ended.
    pub(super) async fn run(&self, way: &mut Way) -> Ending {
        let begun = Instant::now();
        let mut ending = match way.ahead.take(&way.order, self.step).await {
            Some((draft, sent)) => self.conclude(draft, sent, way).await,
            None => match self.shape().await {
                Shape::Ended(ending) => *ending,
                Shape::Plain(draft) => self.conclude(*draft, false, way).await,
                Shape::InTurn(control, values) => self.looped(&control, &values).await,
                Shape::Repeated => self.single().await,
            },
        };
        ending.elapsed = begun.elapsed();
        self.finish(&mut ending);
        ending
    }

    /// Sends what is still to be sent, and judges how each item ended.
    async fn conclude(&self, draft: Draft, sent: bool, way: &mut Way) -> Ending {
        let (mut outcomes, silence) = match self.answer((&draft, sent), way).await {
            Some(Answer::Outcomes(outcomes)) => (outcomes.into_iter(), None),
            Some(Answer::Silent(silence)) => (Vec::new().into_iter(), Some(silence)),
            None => (Vec::new().into_iter(), None),
        };
        let (mut items, mut endings, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for (index, part) in draft.parts.into_iter().enumerate() {
            let item = self.item(part.scope, part.label);
            endings.push(match part.ready {
                Ready::Ended(ending) => *ending,
                Ready::Remote(sending) => match (outcomes.next(), &silence) {
                    (Some(outcome), _) => item.answered(&sending, outcome, None),
                    (None, Some(silence)) => self.silent(&item, silence),
                    (None, None) => {
                        rest.push((index, *sending));
                        Ending::default()
                    }
                },
            });
            items.push(item);
        }
        self.send_all(&items, rest, &mut endings).await;
        for (item, ending) in items.iter().zip(&mut endings) {
            if let Err(problem) = item.judge(ending) {
                *ending = Ending::fault(item.module(), &problem);
            }
            if draft.looped {
                self.tell_item(item, ending);
            }
        }
        match draft.looped {
            true => self.summed_up(&items, endings),
            false => endings.pop().unwrap_or_default(),
        }
    }

    /// A loop that cannot be had does not matter where the step's condition rules it out.
    pub(super) fn loop_failed(&self, problem: &Fault) -> Ending {
        let item = self.item(Arc::clone(&self.scope), None);
        let mut conditions = self.step.frame.conditions().into_iter();
        if conditions.any(|node| matches!(item.condition(node), Ok(false))) {
            return Ending::skipped(item.module(), "Conditional result was False", None);
        }
        if item.dry()
            && let Some(name) = self.runner.unknown_name(&self.scope, problem)
        {
            let outcome = Outcome {
                unknown: Some(format!("its loop needs the result `{name}`")),
                ..Outcome::default()
            };
            return Ending::of(item.module(), outcome);
        }
        Ending::fault(item.module(), problem)
    }

    pub(super) fn item(&self, scope: Arc<Scope>, label: Option<String>) -> Item<'_> {
        Item {
            runner: self.runner,
            step: self.step,
            scope,
            label,
        }
    }

    async fn single(&self) -> Ending {
        let item = self.item(self.delegated_scope(Arc::clone(&self.scope)), None);
        self.until(&item).await
    }

    /// The same variables, and those of the host that the step is delegated to, where it is.
    pub(super) fn delegated_scope(&self, scope: Arc<Scope>) -> Arc<Scope> {
        let item = self.item(Arc::clone(&scope), None);
        // Where the name cannot be told, the step fails by itself.
        let Ok(Some(name)) = item.delegated() else {
            return scope;
        };
        let every = scope.value("hostvars").ok().flatten().unwrap_or_default();
        let vars = every.get_attr(&name).unwrap_or_default();
        let delegated = Value::from_pairs([(name.as_str(), vars)]);
        scope.with_locals(Values::from([(DELEGATED.to_owned(), delegated)]))
    }

    /// Runs an item, again and again where the step says `until`.
    pub(super) async fn until(&self, item: &Item<'_>) -> Ending {
        let repeat = match self.repeat(item) {
            Ok(None) => return self.once(item).await,
            Ok(Some(repeat)) => repeat,
            Err(problem) => return Ending::fault(item.module(), &problem),
        };
        let mut attempt = 1;
        loop {
            let mut ending = self.once(item).await;
            if !ending.unreachable {
                let data = &mut ending.outcome.data;
                data.insert("attempts".to_owned(), attempt.into());
            }
            if ending.outcome.unknown.is_some() {
                return ending;
            }
            let enough = match self.reached(item, &ending) {
                Ok(reached) => reached,
                Err(problem) => return Ending::fault(item.module(), &problem),
            };
            if enough || item.dry() || ending.unreachable || ending.outcome.skipped {
                return ending;
            }
            if attempt > repeat.retries || self.runner.is_cancelled() {
                // What `failed_when` says of the last attempt counts.
                let judged = item.step.task.keywords.get(Key::FailedWhen).is_some();
                ending.outcome.failed |= !judged;
                // Ansible counts the tries that were left, not the first one.
                let tries = ("attempts".to_owned(), repeat.retries.into());
                ending.outcome.data.extend([tries]);
                return ending;
            }
            self.runner.sink.tell(Event::Retrying {
                task: self.number,
                host: self.scope.host().to_owned(),
                item: item.label.clone(),
                attempt,
                left: repeat.retries - attempt + 1,
            });
            tokio::time::sleep(repeat.delay).await;
            attempt += 1;
        }
    }

    fn repeat(&self, item: &Item<'_>) -> Result<Option<Repeat>, Fault> {
        let keywords = &self.step.task.keywords;
        let retries = item.number(Key::Retries)?;
        if keywords.get(Key::Until).is_none() && retries.is_none() {
            return Ok(None);
        }
        let retries = retries.unwrap_or(3);
        if retries == 0 {
            return Ok(None);
        }
        Ok(Some(Repeat {
            retries: u32::try_from(retries).unwrap_or(u32::MAX),
            delay: Duration::from_secs(item.number(Key::Delay)?.unwrap_or(5)),
        }))
    }

    /// Whether `until` holds; without it, whether the step did not fail.
    fn reached(&self, item: &Item<'_>, ending: &Ending) -> Result<bool, Fault> {
        if self.step.task.keywords.get(Key::Until).is_none() {
            return Ok(!ending.outcome.failed);
        }
        let mut locals = Values::new();
        if let Some(name) = register_name(self.step) {
            locals.insert(name.to_owned(), ending.value());
        }
        let scope = item.scope.with_locals(locals);
        for node in self.step.task.keywords.list(Key::Until) {
            if !super::item::condition(&scope, node)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn once(&self, item: &Item<'_>) -> Ending {
        let mut ending = match item.prepare().await {
            Ready::Ended(ending) => *ending,
            Ready::Remote(sending) => {
                let job = sending.job.clone().filter(|_| !item.dry());
                let mut endings = self.send(&[item], vec![*sending]).await;
                let ending = endings.pop().unwrap_or_default();
                match job {
                    Some(job) => self.follow(item, &job, ending).await,
                    None => ending,
                }
            }
        };
        if let Err(problem) = item.judge(&mut ending) {
            ending = Ending::fault(item.module(), &problem);
        }
        ending
    }

    pub(super) fn censored(&self) -> bool {
        let item = self.item(Arc::clone(&self.scope), None);
        // What cannot be decided is kept secret.
        item.keyword_bool(Key::NoLog)
            .unwrap_or(Some(true))
            .unwrap_or(false)
    }

    pub(super) fn ignores_errors(&self) -> bool {
        let item = self.item(Arc::clone(&self.scope), None);
        matches!(item.keyword_bool(Key::IgnoreErrors), Ok(Some(true)))
    }

    fn finish(&self, ending: &mut Ending) {
        let item = self.item(Arc::clone(&self.scope), None);
        ending.censored = self.censored();
        if ending.looped {
            ending.delegated = item.delegated().unwrap_or_default();
        }
        if matches!(item.keyword_bool(Key::DelegateFacts), Ok(Some(true))) {
            ending.facts_to = item.delegated().unwrap_or_default();
        }
        let forgiven = if ending.unreachable {
            matches!(item.keyword_bool(Key::IgnoreUnreachable), Ok(Some(true)))
        } else {
            self.ignores_errors()
        };
        self.note_gathering(ending);
        ending.ignored = forgiven && (ending.unreachable || ending.outcome.failed);
    }
}
