use {
    crate::{
        module::{Edition, Module, job::start::Start, registry},
        transport::{
            Agent, Agents, Become, ContentStore, Handshakes, Listener, Lost, Method, Target,
            Transport, Unreachable,
        },
        wire::{Claim, Effect, Mode, Object, Outcome, Run},
    },
    std::{
        collections::HashMap,
        sync::{
            Arc, Mutex as Plain, PoisonError,
            atomic::{AtomicU64, Ordering},
        },
        time::Duration,
    },
    tokio::sync::{Mutex, watch},
};

/// Every connection of a run: one a host, with one agent for each user on it, opened when first needed.
pub struct Connections {
    agents: Agents,
    /// What hosts are told of the run.
    claim: Claim,
    /// What hosts get at first.
    edition: Edition,
    handshakes: Handshakes,
    /// How long a host may be silent while its agent starts.
    patience: Duration,
    hosts: Plain<HashMap<String, Arc<Host>>>,
    /// So many agents were started.
    started: AtomicU64,
    /// How often something was changed on a machine.
    changes: Plain<HashMap<String, u64>>,
}

/// One host's connection.
struct Host {
    transport: Mutex<Option<Arc<dyn Transport>>>,
    agents: Plain<HashMap<String, Arc<Mutex<Option<Seat>>>>>,
    /// What a dry run foresaw on this host, and the number of the agent that did.
    foreseen: Plain<Vec<(u64, Effect)>>,
}

/// An agent, and how much of what was foreseen it knows.
struct Seat {
    agent: Agent,
    edition: Edition,
    /// No other agent of the run has it.
    number: u64,
    told: usize,
}

/// What came of steps on a host: the outcomes of each one's items, none where it was passed over.
pub(super) struct Ran {
    pub(super) outcomes: Vec<Vec<Outcome>>,
    pub(super) sight: Sight,
}

/// A machine as it was when steps had run: good as long as nothing else is changed on it.
pub(super) struct Sight {
    machine: String,
    changes: u64,
}

/// Why a host gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Silence {
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    #[error(transparent)]
    Lost(#[from] Lost),
}

impl Connections {
    /// Takes the agents to deliver, the edition that is expected to do, which run it is, and how many handshakes may go on at once.
    pub fn new(
        agents: Agents,
        edition: Edition,
        claim: Claim,
        handshakes: usize,
        patience: Duration,
    ) -> Self {
        Self {
            claim,
            agents,
            edition,
            started: AtomicU64::new(0),
            handshakes: Handshakes::new(handshakes),
            patience,
            hosts: Plain::default(),
            changes: Plain::default(),
        }
    }

    /// Runs steps on a host as a user, connecting and starting the agent where that is still to be done.
    pub(super) async fn run(
        &self,
        target: &Target,
        becoming: Option<&Become>,
        runs: Vec<Run>,
        contents: &ContentStore,
        listener: &mut dyn Listener,
        cancel: &watch::Receiver<bool>,
    ) -> Result<Ran, Silence> {
        let host = self.host(target);
        let seat = host.seat(&identity_of(becoming));
        let mut seat = seat.lock().await;
        let needed = runs.iter().map(edition).max().unwrap_or(self.edition);
        if let Some(small) = seat.take_if(|seat| seat.edition < needed) {
            small.agent.close().await;
        }
        let open = match seat.as_mut() {
            Some(open) => open,
            None => {
                let (begun, wanted) = (&mut || listener.begun(), needed.max(self.edition));
                seat.insert(self.start(&host, target, becoming, wanted, begun).await?)
            }
        };
        let looking = runs.iter().all(|run| run.mode == Mode::Look);
        if looking {
            host.tell(open)?;
        }
        let machine = open.agent.hello().machine.clone();
        let before = self.changes(&machine);
        let answer = open.agent.run(runs, contents, listener, cancel).await;
        let mut outcomes = answer.iter().flatten().flatten();
        let changed = answer.is_err()
            || !looking && outcomes.any(|outcome| outcome.changed || outcome.failed);
        if changed {
            self.changed(&machine);
        }
        match answer {
            Ok(outcomes) => {
                if looking {
                    host.foresee(open.number, &outcomes);
                }
                let changes = before + u64::from(changed);
                let sight = Sight { machine, changes };
                Ok(Ran { outcomes, sight })
            }
            Err(lost) => {
                *seat = None;
                *host.transport.lock().await = None;
                Err(lost.into())
            }
        }
    }

    /// Whether a machine is still as it was seen.
    pub(super) fn is_as(&self, sight: &Sight) -> bool {
        self.changes(&sight.machine) == sight.changes
    }

    /// Which machine a host is: connects and starts the agent where that is still to be done; `begun` is called once it is begun.
    pub(super) async fn machine(
        &self,
        target: &Target,
        becoming: Option<&Become>,
        begun: &mut (dyn FnMut() + Send),
    ) -> Result<String, Silence> {
        let host = self.host(target);
        let seat = host.seat(&identity_of(becoming));
        let mut seat = seat.lock().await;
        let open = match seat.as_mut() {
            Some(open) => open,
            None => seat.insert(
                self.start(&host, target, becoming, self.edition, begun)
                    .await?,
            ),
        };
        Ok(open.agent.hello().machine.clone())
    }

    fn changes(&self, machine: &str) -> u64 {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.get(machine).copied().unwrap_or_default()
    }

    fn changed(&self, machine: &str) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        *changes.entry(machine.to_owned()).or_default() += 1;
    }

    /// Ends a host's agents and its connection; the next step opens new ones.
    pub(super) async fn reset(&self, target: &Target) {
        self.host(target).close().await;
    }

    /// Ends everything.
    pub async fn close(&self) {
        let hosts: Vec<_> = self
            .hosts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain()
            .collect();
        let closing = hosts.iter().map(|(_, host)| host.close());
        futures::future::join_all(closing).await;
    }

    async fn start(
        &self,
        host: &Host,
        target: &Target,
        becoming: Option<&Become>,
        edition: Edition,
        begun: &mut (dyn FnMut() + Send),
    ) -> Result<Seat, Silence> {
        let transport = {
            let mut open = host.transport.lock().await;
            match open.as_ref() {
                Some(transport) => Arc::clone(transport),
                None => {
                    let transport = self.handshakes.connect(target, begun).await?;
                    let transport: Arc<dyn Transport> = transport.into();
                    *open = Some(Arc::clone(&transport));
                    transport
                }
            }
        };
        let program = self.agents.of(edition);
        let mut agent = Agent::start(transport.as_ref(), becoming, program, self.patience).await?;
        // Runs against other hosts may have something to do on this machine at the same time.
        if target.method != Method::Local {
            agent.claim(self.claim.clone())?;
        }
        Ok(Seat {
            agent,
            edition,
            number: self.started.fetch_add(1, Ordering::Relaxed),
            told: 0,
        })
    }

    fn host(&self, target: &Target) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(identity(target)).or_insert_with(|| {
            Arc::new(Host {
                transport: Mutex::default(),
                agents: Plain::default(),
                foreseen: Plain::default(),
            })
        });
        Arc::clone(host)
    }
}

/// Names the agent that steps of this host and user go to.
pub(super) fn address(target: &Target, becoming: Option<&Become>) -> String {
    format!("{} {}", identity(target), identity_of(becoming))
}

/// The smallest agent that can carry this out.
fn edition(run: &Run) -> Edition {
    let of_job = |item: &Object| item.get("module")?.as_str().map(registry::edition);
    match run.module == Start::NAME {
        true => run.items.iter().filter_map(of_job).max(),
        false => Some(registry::edition(&run.module)),
    }
    .unwrap_or(Edition::Core)
}

/// What makes two users the same agent.
fn identity_of(becoming: Option<&Become>) -> String {
    becoming.map_or(String::new(), |becoming| format!("{becoming:?}"))
}

/// What makes two targets the same connection.
fn identity(target: &Target) -> String {
    if target.method == Method::Local {
        return "local".to_owned();
    }
    format!(
        "{:?} {} {:?} {:?} {:?} {:?}",
        target.method,
        target.address,
        target.port,
        target.user,
        target.key_file,
        target.common_args
    )
}

impl Host {
    fn seat(&self, user: &str) -> Arc<Mutex<Option<Seat>>> {
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(agents.entry(user.to_owned()).or_default())
    }

    /// Tells an agent what the others on this host foresaw since it was last told.
    fn tell(&self, seat: &mut Seat) -> Result<(), Lost> {
        let foreseen = self.foreseen.lock().unwrap_or_else(PoisonError::into_inner);
        let news: Vec<_> = foreseen[seat.told..]
            .iter()
            .filter(|(by, _)| *by != seat.number)
            .map(|(_, effect)| effect.clone())
            .collect();
        seat.told = foreseen.len();
        if news.is_empty() {
            return Ok(());
        }
        seat.agent.foresee(news)
    }

    fn foresee(&self, agent: u64, outcomes: &[Vec<Outcome>]) {
        let outcomes = outcomes.iter().flatten();
        let effects = outcomes.flat_map(|outcome| &outcome.effects);
        self.foreseen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(effects.map(|effect| (agent, effect.clone())));
    }

    async fn close(&self) {
        let agents: Vec<_> = self
            .agents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain()
            .collect();
        for (_, seat) in agents {
            if let Some(seat) = seat.lock().await.take() {
                seat.agent.close().await;
            }
        }
        if let Some(transport) = self.transport.lock().await.take() {
            transport.close().await;
        }
    }
}
