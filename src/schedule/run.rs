use {
    super::{
        outcome::Ending,
        pool::{Connections, Silence},
        sink::Sink,
        target::{Login, Resolver},
        underway::Underway,
        walk::End,
    },
    crate::{
        event::{Cut, Event, Recap},
        inventory::{self, Shard},
        playbook::Key,
        program::{Program, TagFilter},
        source::Fault,
        template::Value,
        transport::ContentStore,
        variable::{Scope, World},
    },
    std::{
        collections::BTreeMap,
        convert::Infallible,
        sync::{
            Arc, Mutex, PoisonError,
            atomic::{AtomicBool, AtomicU64, Ordering},
        },
        time::{Duration, Instant},
    },
    tokio::{
        sync::{Semaphore, watch},
        time,
    },
};

/// How often it is seen who takes long.
const GLANCE: Duration = Duration::from_secs(1);

/// How a run is to go.
#[derive(Clone, Debug)]
pub struct Options {
    /// Look only.
    pub check: bool,
    pub diff: bool,
    /// How many hosts work on a step at once.
    pub forks: usize,
    pub tags: TagFilter,
    /// Begin at the step of this name (a glob).
    pub start_at: Option<String>,
    /// Ask before every step.
    pub step: bool,
    /// Only these hosts, by pattern.
    pub limit: Option<String>,
    /// Only this part of them.
    pub shard: Option<Shard>,
    pub any_errors_fatal: bool,
    /// Send output of running steps as it comes.
    pub stream: bool,
    /// Seconds between two questions for a job's end, where a step does not say.
    pub poll: u64,
    /// Hosts whose facts are known do not gather them again.
    pub smart_gathering: bool,
    /// Seconds that a step may take where it does not say itself.
    pub task_timeout: Option<u64>,
    /// How many steps may be sent to a host at once; 1 is step by step.
    pub look_ahead: usize,
    pub login: Login,
}

/// Asks the person at the terminal: the text, and whether what is typed may be seen. `None`: nobody is there.
pub type Ask = Box<dyn Fn(&str, bool) -> Option<String> + Send + Sync>;

/// Runs programs on hosts.
pub struct Runner {
    pub world: Arc<World>,
    pub options: Options,
    pub connections: Arc<Connections>,
    pub contents: Arc<ContentStore>,
    pub sink: Sink,
    pub(super) underway: Underway,
    /// Turns true when the run is to end now.
    pub cancel: watch::Receiver<bool>,
    ask: Ask,
    forks: Semaphore,
    ids: AtomicU64,
    /// How many steps have begun.
    steps: AtomicU64,
    /// Hosts that failed or were lost; they take no part in later plays.
    out: Mutex<BTreeMap<String, End>>,
    started: Mutex<bool>,
    /// `--step`: steps need a nod, until the person lets all go on.
    attended: AtomicBool,
}

impl Runner {
    pub fn new(
        world: Arc<World>,
        options: Options,
        connections: Connections,
        sink: Sink,
        cancel: watch::Receiver<bool>,
        ask: Ask,
    ) -> Self {
        Self {
            forks: Semaphore::new(options.forks.max(1)),
            started: Mutex::new(options.start_at.is_none()),
            attended: AtomicBool::new(options.step),
            world,
            options,
            connections: Arc::new(connections),
            contents: Arc::default(),
            sink,
            underway: Underway::default(),
            cancel,
            ask,
            ids: AtomicU64::new(1),
            steps: AtomicU64::new(1),
            out: Mutex::default(),
        }
    }

    /// Runs every play of the programs in order and gives the recap.
    ///
    /// # Errors
    /// What must be known before a play begins and is wrong: its hosts, its variables.
    pub async fn run(&self, names: Vec<String>, programs: &[Program]) -> Result<Recap, Fault> {
        self.sink.tell(Event::RunStarted {
            playbooks: names,
            dry: self.options.check,
            shard: self.options.shard,
        });
        let ended = tokio::select! {
            ended = self.plays(programs) => ended,
            never = self.name_the_slow() => match never {},
        };
        self.tell_of_cache();
        self.connections.close().await;
        self.sink.note(|recap| recap.cut_short = self.cut(&ended));
        let recap = self.sink.finish();
        ended.map(|()| recap)
    }

    /// Why the run ends before its end, if it does.
    fn cut(&self, ended: &Result<(), Fault>) -> Option<Cut> {
        match ended {
            Err(fault) => Some(Cut::Fault(fault.to_string())),
            Ok(()) => self.is_cancelled().then_some(Cut::Interrupted),
        }
    }

    async fn plays(&self, programs: &[Program]) -> Result<(), Fault> {
        for play in programs.iter().flat_map(|program| &program.plays) {
            if self.is_cancelled() || !self.play(play).await? {
                break;
            }
        }
        Ok(())
    }

    /// Tells of hosts that take long, as long as it is polled.
    async fn name_the_slow(&self) -> Infallible {
        loop {
            time::sleep(GLANCE).await;
            let overdue = self.underway.overdue(Instant::now());
            overdue.into_iter().for_each(|event| self.sink.tell(event));
        }
    }

    /// Tells what went wrong with the facts that are kept between runs.
    pub(super) fn tell_of_cache(&self) {
        for problem in self.world.fact_problems() {
            self.sink.warn(problem, None);
        }
    }

    pub fn is_cancelled(&self) -> bool {
        *self.cancel.borrow()
    }

    pub(super) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// A number for a step that begins.
    pub(super) fn next_step(&self) -> u64 {
        self.steps.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn forks(&self) -> &Semaphore {
        &self.forks
    }

    /// Asks the person, where one is there; everything else waits.
    pub(super) fn ask(&self, text: &str, echo: bool) -> Option<String> {
        let question = text.trim().to_owned();
        self.sink.tell(Event::Asked { question });
        tokio::task::block_in_place(|| (self.ask)(text, echo))
    }

    /// Whether a step may run: with `--step` the person says so, each time or once for all that come.
    pub(super) fn may_go_on(&self, title: &str) -> bool {
        if !self.attended.load(Ordering::Relaxed) {
            return true;
        }
        let question = format!("Perform task: TASK: {title} (N)o/(y)es/(c)ontinue: ");
        let answer = self.ask(&question, true).unwrap_or_default();
        match answer.trim().to_ascii_lowercase().as_str() {
            "c" | "continue" => {
                self.attended.store(false, Ordering::Relaxed);
                true
            }
            answer => matches!(answer, "y" | "yes"),
        }
    }

    /// How the host was lost in an earlier play, if it was.
    pub(super) fn loss(&self, host: &str) -> Option<End> {
        let out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.get(host).copied()
    }

    pub(super) fn put_out(&self, host: &str, end: End) {
        self.out
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(host.to_owned(), end);
    }

    pub(super) fn take_back(&self, host: &str) {
        self.out
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(host);
    }

    /// Whether `--start-at-task` has been reached, now that a step of this name comes.
    pub(super) fn has_started(&self, title: &str) -> bool {
        if !self.is_started() && self.starts_at(title) {
            self.start();
        }
        self.is_started()
    }

    /// Whether a step of this title, or this name at its end, is the one of `--start-at-task`.
    pub(super) fn starts_at(&self, title: &str) -> bool {
        let name = title.rsplit(" : ").next().unwrap_or(title);
        let fits = |pattern: &String| {
            [name, title]
                .iter()
                .any(|text| inventory::fits(pattern, text))
        };
        self.options.start_at.as_ref().is_none_or(fits)
    }

    pub(super) fn is_started(&self) -> bool {
        *self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The step of `--start-at-task` has been reached.
    pub(super) fn start(&self) {
        *self.started.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// Opens the connection that a step of this host would use.
    pub(super) async fn reach(&self, resolver: &Resolver<'_>) -> Result<(), Silence> {
        match (resolver.target(), resolver.becomes()) {
            (Ok(target), Ok(becoming)) => {
                let begun = &mut || {};
                let machine = self.connections.machine(&target, becoming.as_ref(), begun);
                machine.await.map(drop)
            }
            // The step that comes next says what is wrong with the variables.
            _ => Ok(()),
        }
    }

    /// The variables that a step has when it runs on another host: that host's for the connection.
    pub(super) fn delegate_scope(&self, scope: &Scope, host: &str) -> Arc<Scope> {
        Scope::new(&self.world, host, scope.around().clone())
    }

    /// The name of a registered result in `problem`'s expression that a dry run could not know.
    pub(super) fn unknown_name(&self, scope: &Scope, problem: &Fault) -> Option<String> {
        let place = problem.place()?;
        let memory = self.world.memory(scope.host());
        let is_unknown = |name: &&str| memory.set.get(name).is_some_and(is_unknown);
        let names = memory.set.names().into_iter().filter(is_unknown);
        names
            .map(str::to_owned)
            .find(|name| mentions(place.whole_line(), name))
    }

    /// Keeps what a step's end changes on the controller.
    pub(super) fn keep(&self, host: &str, ending: &Ending, register: Option<&str>) {
        let whose = ending.facts_to.as_deref().unwrap_or(host);
        // What a control step sets, it asks for as a change.
        let own = ending.changes.is_empty();
        if own
            && let Some(facts) = ending
                .outcome
                .data
                .get("ansible_facts")
                .and_then(|facts| facts.as_object())
        {
            let facts: Vec<_> = facts
                .iter()
                .map(|(name, value)| (name.clone(), crate::template::from_json(value)))
                .collect();
            self.world.remember(whose, |memory| memory.learn(facts));
        }
        if let Some(name) = register {
            let value = ending.value();
            self.world
                .remember(host, |memory| memory.set([(name.to_owned(), value)]));
        }
    }
}

fn is_unknown(value: &Value) -> bool {
    let known_later = |value: &Value| {
        value
            .get_attr("known_after_apply")
            .is_ok_and(|why| !why.is_undefined() && !why.is_none())
    };
    let results = value.get_attr("results").ok();
    let in_loop = || {
        results
            .as_ref()
            .and_then(|results| results.try_iter().ok())
            .is_some_and(|mut results| results.any(|result| known_later(&result)))
    };
    known_later(value) || in_loop()
}

/// Whether a word stands in a text by itself.
fn mentions(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

/// The name that a step registers.
pub(super) fn register_name(step: &crate::program::Step) -> Option<&str> {
    step.task.keywords.text(Key::Register)
}
