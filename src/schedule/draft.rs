use {
    super::{
        item::{Item, Ready, Sending},
        looping::Control,
        outcome::Ending,
        pool,
        step::HostStep,
        target::Resolver,
    },
    crate::{
        control::{self, Change},
        module::registry,
        playbook::Key,
        template::Value,
        transport::{Become, Target},
        variable::Scope,
        wire::{Course, Mode, Run},
    },
    std::{collections::BTreeSet, sync::Arc},
};

/// A step made ready on a host: all its items, and what is to be asked of the host.
pub(super) struct Draft {
    pub(super) parts: Vec<Part>,
    pub(super) looped: bool,
    /// Where all that is to be sent fits one message.
    pub(super) request: Option<Request>,
}

/// One item, made ready.
pub(super) struct Part {
    pub(super) scope: Arc<Scope>,
    pub(super) label: Option<String>,
    pub(super) ready: Ready,
}

/// A message to a host's agent, but for what it is to do with each item: the parts have that.
pub(super) struct Request {
    pub(super) seat: Arc<Seat>,
    run: Run,
}

/// Which agent: the host, and the user there.
pub(super) struct Seat {
    pub(super) target: Target,
    pub(super) becoming: Option<Become>,
}

/// How a step is gone through on a host.
pub(super) enum Shape {
    /// Its end is known already.
    Ended(Box<Ending>),
    /// Made ready, sent and judged once; a loop with all its items at once.
    Plain(Box<Draft>),
    /// Each item after the other.
    InTurn(Control, Vec<Value>),
    /// Again and again, or with a job to follow.
    Repeated,
}

impl HostStep<'_> {
    /// Makes the step ready, as far as can be done at once.
    pub(super) async fn shape(&self) -> Shape {
        let values = match self.items() {
            Ok(values) => values,
            Err(problem) => return Shape::Ended(Box::new(self.loop_failed(&problem))),
        };
        let Some(values) = values else {
            let scope = self.delegated_scope(Arc::clone(&self.scope));
            return match self.is_repeated() {
                true => Shape::Repeated,
                false => {
                    let draft = self.draft(vec![self.item(scope, None)], false).await;
                    Shape::Plain(Box::new(draft))
                }
            };
        };
        let control = match self.control(&values) {
            Ok(control) => control,
            Err(problem) => {
                let ending = Ending::fault(self.step.task.action.short_name(), &problem);
                return Shape::Ended(Box::new(ending));
            }
        };
        if values.is_empty() {
            let ready = Ready::Ended(Box::new(super::looping::nothing(self.step)));
            let (scope, label) = (Arc::clone(&self.scope), None);
            return Shape::Plain(Box::new(Draft {
                parts: vec![Part {
                    scope,
                    label,
                    ready,
                }],
                looped: false,
                request: None,
            }));
        }
        if !self.goes_at_once(&control) {
            return Shape::InTurn(control, values);
        }
        let indices = 0..values.len();
        let items = indices.map(|index| self.loop_item(&control, &values, index, None));
        Shape::Plain(Box::new(self.draft(items.collect(), true).await))
    }

    /// Whether the step may be sent more than once.
    fn is_repeated(&self) -> bool {
        let has = |key| self.step.frame.keyword(key).is_some();
        has(Key::Until) || has(Key::Retries) || has(Key::Async)
    }

    async fn draft(&self, items: Vec<Item<'_>>, looped: bool) -> Draft {
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            let ready = item.prepare().await;
            parts.push(Part {
                ready,
                scope: item.scope,
                label: item.label,
            });
        }
        let request = self.request(&parts);
        Draft {
            parts,
            looped,
            request,
        }
    }

    /// The one message for all that is to be sent, if it is one, and nothing about it is special.
    fn request(&self, parts: &[Part]) -> Option<Request> {
        let sendings = || parts.iter().filter_map(Part::sending);
        let first = sendings().next()?;
        let alike = |other: &Sending| {
            let remote = &other.remote;
            remote.module == first.remote.module
                && remote.keep.is_none()
                && other.environment == first.environment
                && other.delegated.is_none()
                && other.timeout.is_none()
                && other.job.is_none()
        };
        let alone = registry::requested(first.remote.module).is_none_or(|entry| entry.alone);
        if alone || !sendings().all(alike) {
            return None;
        }
        let part = parts.iter().find(|part| part.sending().is_some())?;
        let resolver = Resolver {
            scope: &first.host,
            login: &self.runner.options.login,
            place: &self.step.task.place,
        };
        let (target, becoming) = (resolver.target().ok()?, resolver.becomes().ok()?);
        let item = self.item(Arc::clone(&part.scope), part.label.clone());
        let run = item.request(first, Vec::new());
        let seat = Arc::new(Seat { target, becoming });
        Some(Request { seat, run })
    }

    /// Whether the step may be made ready before its turn.
    pub(super) fn may_come_early(&self) -> bool {
        let keyword = |key| self.step.frame.keyword(key).is_some();
        let bound = [
            Key::DelegateTo,
            Key::DelegateFacts,
            Key::RunOnce,
            Key::Throttle,
            Key::Timeout,
        ];
        let task = &self.step.task;
        let own = control::find(task.action.name.as_str().unwrap_or_default());
        let early = own.is_none_or(|entry| entry.early);
        let local = task.keywords.get(Key::LocalAction).is_some();
        early && !local && !self.is_repeated() && !bound.into_iter().any(keyword)
    }
}

impl Part {
    fn sending(&self) -> Option<&Sending> {
        match &self.ready {
            Ready::Remote(sending) => Some(sending),
            Ready::Ended(_) => None,
        }
    }
}

impl Request {
    /// Names the agent that it goes to.
    pub(super) fn address(&self) -> String {
        pool::address(&self.seat.target, self.seat.becoming.as_ref())
    }

    pub(super) fn is_dry(&self) -> bool {
        self.run.mode == Mode::Look
    }
}

impl Draft {
    /// What is to be sent: the message with this number.
    pub(super) fn message(&self, id: u64, course: Course) -> Option<Run> {
        let items = self.parts.iter().filter_map(Part::sending);
        let items = items.map(|sending| sending.remote.args.clone());
        Some(Run {
            id,
            course,
            items: items.collect(),
            ..self.request.as_ref()?.run.clone()
        })
    }

    /// Keeps no more than what is of use until the step's turn. What goes to the same agent as another request shares its name.
    pub(super) fn settle(&mut self, seat: &Arc<Seat>) {
        if let Some(request) = &mut self.request {
            request.seat = Arc::clone(seat);
        }
        self.parts.shrink_to_fit();
        for part in &self.parts {
            part.scope.settle();
            if let Some(sending) = part.sending() {
                sending.host.settle();
            }
        }
    }

    /// Whether something is to be sent.
    pub(super) fn sends(&self) -> bool {
        self.parts.iter().any(|part| part.sending().is_some())
    }

    /// How the item is called that is sent as number `item`.
    pub(super) fn label_of_sent(&self, item: usize) -> Option<String> {
        let mut sent = self.parts.iter().filter(|part| part.sending().is_some());
        sent.nth(item)?.label.clone()
    }

    /// Whether it failed before anything was sent.
    pub(super) fn has_failed(&self) -> bool {
        let failed = |ready: &Ready| matches!(ready, Ready::Ended(ending) if ending.outcome.failed);
        self.parts.iter().any(|part| failed(&part.ready))
    }

    /// The variables that the step sets for those that come after it.
    pub(super) fn sets(&self, step: &crate::program::Step, names: &mut BTreeSet<String>) {
        names.extend(super::run::register_name(step).map(str::to_owned));
        let endings = self.parts.iter().filter_map(|part| match &part.ready {
            Ready::Ended(ending) => Some(ending),
            Ready::Remote(_) => None,
        });
        for change in endings.flat_map(|ending| &ending.changes) {
            match change {
                Change::Set(values) => names.extend(values.keys().cloned()),
                Change::Facts(values) => {
                    names.insert("ansible_facts".to_owned());
                    names.extend(values.keys().map(|name| format!("ansible_{name}")));
                    names.extend(values.keys().cloned());
                }
                _ => {}
            }
        }
    }
}
