use {
    super::{
        draft::{Draft, Request, Shape},
        pool::{Sight, Silence},
        run::Runner,
        step::HostStep,
        walk::Walk,
        window::{Window, Word},
    },
    crate::{
        fact::machine,
        playbook::Key,
        program::{Order, RoleUsage, Step},
        source::Node,
        template::Engine,
        variable::{Foresight, PlayContext, Surroundings},
        wire::{Course, Outcome, Run},
    },
    std::{
        collections::{BTreeSet, VecDeque},
        sync::Arc,
    },
};

/// After a step that was looked at too early, this many go along with the next one; then ever more.
const NARROW: usize = 4;

/// So many steps are ready before their turn on all hosts together, at most: each takes some KiB of memory.
const READY: usize = 10 * 1024;

/// What is known of a host's coming steps: those that were made ready before their turn, and what the host said of them.
#[derive(Default)]
pub(super) struct Ahead {
    drafts: VecDeque<Coming>,
    window: Option<Window>,
    /// What the window has seen of the host, once it is over.
    sight: Option<Sight>,
    /// How many steps go into the next window, where that is not the most there may be.
    width: Option<usize>,
}

/// A step that was made ready before its turn.
struct Coming {
    order: Order,
    step: Arc<Step>,
    draft: Draft,
    /// The window knows of it.
    sent: bool,
}

/// How a host said a step ended.
pub(super) enum Answer {
    Outcomes(Vec<Outcome>),
    Silent(Silence),
}

/// A host's way from the step whose turn it is.
pub(super) struct Route {
    /// It stands at that step.
    pub(super) walk: Walk,
    pub(super) context: Arc<PlayContext>,
    /// No other host has to be waited for: changes may follow each other, too.
    pub(super) streams: bool,
}

/// A step's turn on a host: its place, and what goes along with it.
pub(super) struct Way {
    pub(super) order: Order,
    pub(super) ahead: Ahead,
    /// Where there is none, the step goes by itself.
    pub(super) route: Option<Route>,
}

impl Ahead {
    /// The step as it was made ready before, and whether the host was told of it. What was made ready for another way than the
    /// host has taken is given up.
    pub(super) async fn take(&mut self, order: &Order, step: &Step) -> Option<(Draft, bool)> {
        if step.steers() {
            return None;
        }
        let is_next = |next: &Coming| next.order == *order && std::ptr::eq(&*next.step, step);
        if self.drafts.front().is_some_and(is_next) {
            return self.drafts.pop_front().map(|next| (next.draft, next.sent));
        }
        self.drafts.clear();
        self.end_window().await;
        None
    }

    /// Waits until the host is idle again.
    pub(super) async fn rest(&mut self) {
        if let Some(window) = &mut self.window
            && self.sight.is_none()
        {
            self.sight = window.rest().await;
        }
    }

    async fn end_window(&mut self) {
        if let Some(window) = self.window.take() {
            window.end().await;
        }
        self.sight = None;
        for coming in &mut self.drafts {
            coming.sent = false;
        }
    }
}

impl HostStep<'_> {
    /// What the host says of a step that is ready; nothing where it is to be sent by itself. Coming steps are sent along.
    pub(super) async fn answer(
        &self,
        (draft, sent): (&Draft, bool),
        way: &mut Way,
    ) -> Option<Answer> {
        let (Some(request), Some(route)) = (&draft.request, &way.route) else {
            return None;
        };
        let ahead = &mut way.ahead;
        if sent && let Some(answer) = self.heard(draft, ahead).await {
            ahead.width = ahead.width.map(|width| width * 2);
            return Some(answer);
        }
        if sent && !route.is_firm(request) {
            ahead.width = Some(NARROW);
        }
        ahead.end_window().await;
        if ahead.drafts.is_empty() {
            let (connections, seat) = (&self.runner.connections, &request.seat);
            let becoming = seat.becoming.as_ref();
            let mut stay = None;
            let begun = &mut || {
                stay.get_or_insert_with(|| self.stay());
            };
            let machine = match connections.machine(&seat.target, becoming, begun).await {
                Ok(machine) => machine,
                Err(silence) => return Some(Answer::Silent(silence)),
            };
            ahead.drafts = self.foresee(draft, request, route, &machine).await;
        }
        let runs = ahead.runs(self.runner, draft, route)?;
        ahead.window = Some(Window::open(self.runner, &request.seat, runs));
        self.heard(draft, ahead).await
    }

    /// What the window says of the step; nothing where it was passed over, or cannot be trusted any more.
    async fn heard(&self, draft: &Draft, ahead: &mut Ahead) -> Option<Answer> {
        let sight = ahead.sight.as_ref();
        let stale = sight.is_some_and(|sight| !self.runner.connections.is_as(sight));
        let window = ahead.window.as_mut().filter(|_| !stale)?;
        let _stay = self.stay();
        loop {
            match window.next().await? {
                Word::Output { item, stream, text } => {
                    self.tell_output(draft.label_of_sent(item).as_ref(), stream, &text)
                }
                Word::Outcomes(outcomes) => return Some(Answer::Outcomes(outcomes)),
                Word::Passed => return None,
                Word::Lost(silence) => return Some(Answer::Silent(silence)),
            }
        }
    }

    /// The steps that come next, made ready as far as nothing can change what they are until their turn.
    async fn foresee(
        &self,
        draft: &Draft,
        request: &Request,
        route: &Route,
        machine: &str,
    ) -> VecDeque<Coming> {
        let mut drafts = VecDeque::new();
        let mut survey = Survey {
            firm: route.is_firm(request),
            here: machine == self::machine(),
            address: request.address(),
            dry: request.is_dry(),
            set: BTreeSet::new(),
            notifies: false,
            roles: Vec::new(),
        };
        let mut walk = route.walk.clone();
        let mut goes_on = survey.passes(self.step, draft, &walk);
        walk.done();
        while goes_on && drafts.len() < route.width(self.runner) {
            let Some((order, step)) = route.next(&mut walk, self.runner, self.scope.host()) else {
                break;
            };
            if step.steers() {
                goes_on = survey.needs_no_flush(&step, &walk);
                walk.done();
                continue;
            }
            let Some(mut draft) = self.coming(&step, &survey).await else {
                break;
            };
            goes_on = survey.passes(&step, &draft, &walk);
            draft.settle(&request.seat);
            drafts.push_back(Coming {
                order,
                step,
                draft,
                sent: false,
            });
            walk.done();
        }
        while drafts
            .back()
            .is_some_and(|last| last.draft.request.is_none())
        {
            drafts.pop_back();
        }
        drafts
    }

    /// A coming step made ready; nothing where that has to wait for its turn.
    async fn coming(&self, step: &Arc<Step>, survey: &Survey) -> Option<Draft> {
        let foresight = Arc::new(Foresight::default());
        let around = Surroundings {
            frame: Some(Arc::clone(&step.frame)),
            foresight: Some(Arc::clone(&foresight)),
            play: self.scope.around().play.clone(),
            ..Surroundings::default()
        };
        let coming = HostStep::new(self.runner, step, 0, self.scope.host(), around);
        if !coming.may_come_early() || survey.knows_role_of(step) {
            return None;
        }
        let Shape::Plain(draft) = coming.shape().await else {
            return None;
        };
        (survey.allows(&draft) && foresight.is_steady(&survey.set))
            .then_some(*draft)
            .filter(|_| !(survey.here && foresight.read_files()))
    }
}

impl Ahead {
    /// The messages of the next window: the step whose turn it is, and as many after it as may go along. Nothing where it is alone.
    fn runs(&mut self, runner: &Runner, draft: &Draft, route: &Route) -> Option<Vec<Run>> {
        let most = route.width(runner);
        let width = self.width.unwrap_or(most).min(most);
        let course = match route.is_firm(draft.request.as_ref()?) {
            true => Course::Follows,
            false => Course::Ahead,
        };
        let mut runs = vec![draft.message(runner.next_id(), Course::Alone)?];
        for coming in &mut self.drafts {
            if runs.len() == width {
                break;
            }
            if let Some(run) = coming.draft.message(runner.next_id(), course) {
                runs.push(run);
                coming.sent = true;
            }
        }
        (runs.len() > 1).then_some(runs)
    }
}

impl Route {
    /// Whether what is sent ahead is done, and not only looked at. A dry run is no more than looks.
    fn is_firm(&self, request: &Request) -> bool {
        self.streams || request.is_dry()
    }

    /// How many steps may be ready at once.
    fn width(&self, runner: &Runner) -> usize {
        let share = READY / self.context.batch.len().max(1);
        runner.options.look_ahead.min(share.max(1))
    }

    fn next(&self, walk: &mut Walk, runner: &Runner, host: &str) -> Option<(Order, Arc<Step>)> {
        let tags = &runner.options.tags;
        walk.peek(&|step| {
            (step.handler || tags.selects(&step.tags)) && !self.context.is_needless(host, step)
        })
    }
}

/// What is known of the steps of a window while it is put together.
struct Survey {
    /// They are done, not only looked at.
    firm: bool,
    /// The host is the controller's own machine.
    here: bool,
    /// The agent that they go to.
    address: String,
    dry: bool,
    /// The variables that they set.
    set: BTreeSet<String>,
    /// One of them may notify handlers.
    notifies: bool,
    /// The uses of roles that they stand in.
    roles: Vec<Arc<RoleUsage>>,
}

impl Survey {
    /// Whether a step fits the window.
    fn allows(&self, draft: &Draft) -> bool {
        let fits =
            |request: &Request| request.address() == self.address && request.is_dry() == self.dry;
        !draft.has_failed()
            && match &draft.request {
                Some(request) => fits(request),
                None => !draft.sends(),
            }
    }

    /// Takes note of a step of the window, and says whether others may follow it there.
    fn passes(&mut self, step: &Step, draft: &Draft, walk: &Walk) -> bool {
        let notify = step.frame.gather(Key::Notify);
        draft.sets(step, &mut self.set);
        self.notifies |= !notify.is_empty();
        self.roles.extend(step.frame.usage().cloned());
        let templated = |node: &&Node| node.as_str().is_none_or(Engine::is_template);
        let judged = step.task.keywords.get(Key::FailedWhen).is_some();
        let decides = walk.is_flushing() && !notify.is_empty() || notify.iter().any(templated);
        !self.firm || !judged && !decides
    }

    /// Whether a step that steers the play does nothing here: no handler can have been notified.
    fn needs_no_flush(&self, step: &Step, walk: &Walk) -> bool {
        let what = step.task.action.free.as_ref();
        match what.and_then(Node::as_str) {
            Some("noop") => true,
            Some("flush_handlers") => walk.pending.is_empty() && !(self.firm && self.notifies),
            _ => false,
        }
    }

    /// Whether a step is of a role that the window has steps of by another use: once these are done, it may be needless.
    fn knows_role_of(&self, step: &Step) -> bool {
        let again = |usage: &Arc<RoleUsage>| {
            let known =
                |other: &Arc<RoleUsage>| other.key == usage.key && !Arc::ptr_eq(other, usage);
            self.roles.iter().any(known)
        };
        step.frame.usage().is_some_and(again)
    }
}
