use {
    crate::{
        transport::ContentStore,
        transport::{
            Agent, AgentProgram, Become, Handshakes, Listener, Lost, Method, Target, Transport,
            Unreachable,
        },
        wire::{Effect, Mode, Outcome, Run},
    },
    std::{
        collections::HashMap,
        sync::{Arc, Mutex as Plain, PoisonError},
        time::Duration,
    },
    tokio::sync::{Mutex, watch},
};

/// Every connection of a run: one a host, with one agent for each user on it, opened when first needed.
pub struct Connections {
    program: AgentProgram,
    handshakes: Handshakes,
    /// How long a host may be silent while its agent starts.
    patience: Duration,
    hosts: Plain<HashMap<String, Arc<Host>>>,
}

/// One host's connection.
struct Host {
    transport: Mutex<Option<Arc<dyn Transport>>>,
    agents: Plain<HashMap<String, Arc<Mutex<Option<Seat>>>>>,
    /// What a dry run foresaw on this host, and which agent did.
    foreseen: Plain<Vec<(String, Effect)>>,
}

/// An agent, and how much of what was foreseen it knows.
struct Seat {
    agent: Agent,
    told: usize,
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
    /// Takes the agents to deliver and how many handshakes may go on at once.
    pub fn new(program: AgentProgram, handshakes: usize, patience: Duration) -> Self {
        Self {
            program,
            handshakes: Handshakes::new(handshakes),
            patience,
            hosts: Plain::default(),
        }
    }

    /// Runs a step on a host as a user, connecting and starting the agent where that is still to be done.
    pub(super) async fn run(
        &self,
        target: &Target,
        becoming: Option<&Become>,
        run: Run,
        contents: &ContentStore,
        listener: &mut dyn Listener,
        cancel: &watch::Receiver<bool>,
    ) -> Result<Vec<Outcome>, Silence> {
        let host = self.host(target);
        let user = becoming.map_or(String::new(), |becoming| format!("{becoming:?}"));
        let seat = host.seat(&user);
        let mut seat = seat.lock().await;
        if seat.is_none() {
            let begun = &mut || listener.begun();
            *seat = Some(self.start(&host, target, becoming, begun).await?);
        }
        listener.begun();
        let Some(open) = seat.as_mut() else {
            return Ok(Vec::new());
        };
        let looking = run.mode == Mode::Look;
        if looking {
            host.tell(&user, open)?;
        }
        match open.agent.run(vec![run], contents, listener, cancel).await {
            Ok(outcomes) => {
                let outcomes = outcomes.into_iter().next().unwrap_or_default();
                if looking {
                    host.foresee(&user, &outcomes);
                }
                Ok(outcomes)
            }
            Err(lost) => {
                *seat = None;
                *host.transport.lock().await = None;
                Err(lost.into())
            }
        }
    }

    /// Connects and starts the agent, without a step.
    pub(super) async fn reach(
        &self,
        target: &Target,
        becoming: Option<&Become>,
    ) -> Result<(), Silence> {
        let host = self.host(target);
        let user = becoming.map_or(String::new(), |becoming| format!("{becoming:?}"));
        let seat = host.seat(&user);
        let mut seat = seat.lock().await;
        if seat.is_none() {
            *seat = Some(self.start(&host, target, becoming, &mut || {}).await?);
        }
        Ok(())
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
        begun: &mut (dyn FnMut() + Send),
    ) -> Result<Seat, Unreachable> {
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
        let agent =
            Agent::start(transport.as_ref(), becoming, &self.program, self.patience).await?;
        Ok(Seat { agent, told: 0 })
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
    fn tell(&self, user: &str, seat: &mut Seat) -> Result<(), Lost> {
        let foreseen = self.foreseen.lock().unwrap_or_else(PoisonError::into_inner);
        let news: Vec<_> = foreseen[seat.told..]
            .iter()
            .filter(|(by, _)| by != user)
            .map(|(_, effect)| effect.clone())
            .collect();
        seat.told = foreseen.len();
        if news.is_empty() {
            return Ok(());
        }
        seat.agent.foresee(news)
    }

    fn foresee(&self, user: &str, outcomes: &[Outcome]) {
        let effects = outcomes.iter().flat_map(|outcome| &outcome.effects);
        self.foreseen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(effects.map(|effect| (user.to_owned(), effect.clone())));
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
