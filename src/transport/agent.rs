use {
    super::{
        AgentProgram, Become, ContentStore, Exit, Listener, Lost, Transport, Unreachable,
        bootstrap::{self, Search},
        conversation::{Broken, Conversation},
        dialogue::Dialogue,
        tail::Tail,
    },
    crate::wire::{Claim, Effect, Frame, Hello, Outcome, Report, Request, Run, VERSION},
    futures::future::{BoxFuture, Shared},
    std::time::Duration,
    tokio::{sync::watch, time::timeout},
};

/// A cancelled step has this long to end.
const GRACE: Duration = Duration::from_secs(10);

/// An agent that runs on a host as one user, ready for steps.
pub struct Agent {
    conversation: Conversation,
    stderr: Tail,
    exit: Shared<BoxFuture<'static, Exit>>,
    hello: Hello,
}

/// Steps that were sent and are not all answered.
struct Open {
    steps: Vec<Step>,
    /// The step whose content comes in.
    content: Option<u64>,
}

struct Step {
    id: u64,
    module: String,
    outcomes: Vec<Option<Outcome>>,
    /// It was passed over.
    passed: bool,
}

impl Agent {
    /// Becomes the user, finds or delivers the agent, starts it and waits for its greeting.
    ///
    /// `patience`: how long the host may be silent before it is given up.
    ///
    /// # Errors
    /// Says which of the many ways it failed, and what to do.
    pub async fn start(
        transport: &dyn Transport,
        becoming: Option<&Become>,
        program: &AgentProgram,
        patience: Duration,
    ) -> Result<Self, Unreachable> {
        let mut search = Search::Quick;
        loop {
            let (dialogue, found) =
                bootstrap::start(transport, becoming, program, patience, search).await?;
            match Self::greeted(dialogue, patience).await {
                Err(Unreachable::AgentFailed { .. } | Unreachable::NotAnAgent(_))
                    if found == Search::Quick =>
                {
                    // What lies in its place does not run there: it was damaged, or is for another kind of machine.
                    search = Search::Thorough;
                }
                ended => return ended,
            }
        }
    }

    /// Waits for the greeting of an agent that speaks next.
    async fn greeted(dialogue: Dialogue, patience: Duration) -> Result<Self, Unreachable> {
        let Dialogue {
            stdin,
            stdout,
            stderr,
            exit,
            ..
        } = dialogue;
        let mut conversation = Conversation::new(stdin, stdout);
        let hello = match timeout(patience, conversation.next()).await {
            Ok(Ok(frame)) => greeting(&frame)?,
            Ok(Err(Broken::End)) => return Err(silent_end(&stderr).await),
            Ok(Err(broken)) => return Err(Unreachable::NotAnAgent(broken.to_string())),
            Err(_) => {
                return Err(Unreachable::Silent {
                    limit: patience,
                    said: stderr.text(),
                });
            }
        };
        Ok(Self {
            conversation,
            stderr,
            exit,
            hello,
        })
    }

    /// Who answers.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Sends steps and collects their outcomes, a list for each step with an outcome for each of its items; one that was passed
    /// over has none. The agent takes them in order, so several cost one round trip. When `cancel` turns true they are cancelled.
    ///
    /// # Errors
    /// When the agent is lost; it is of no more use then.
    pub async fn run(
        &mut self,
        runs: Vec<Run>,
        contents: &ContentStore,
        listener: &mut dyn Listener,
        cancel: &watch::Receiver<bool>,
    ) -> Result<Vec<Vec<Outcome>>, Lost> {
        let mut open = Open::new(&runs);
        for run in runs {
            self.send(&Request::Run(run), &open)?;
        }
        let mut cancel = cancel.clone();
        let mut asked = false;
        while !open.is_done() {
            tokio::select! {
                next = self.conversation.next() => match next {
                    Ok(frame) => self.take(frame, &mut open, contents, listener)?,
                    Err(broken) => return Err(self.lost(broken, &open).await),
                },
                () = cancelled(&mut cancel), if !asked => {
                    asked = true;
                    for id in open.ids() {
                        self.send(&Request::Cancel { id }, &open)?;
                    }
                    // From here on the wait has an end.
                    let ending = self.drain(&mut open, contents, listener);
                    match timeout(GRACE, ending).await {
                        Ok(ended) => ended?,
                        Err(_) => return Err(Lost::Cancelled { module: open.module() }),
                    }
                }
            }
        }
        Ok(open.outcomes())
    }

    /// Tells the agent which run it serves.
    ///
    /// # Errors
    /// When it is too large for a message.
    pub fn claim(&mut self, claim: Claim) -> Result<(), Lost> {
        self.send(&Request::Claim(claim), &Open::new(&[]))
    }

    /// Tells the agent what another one on this host foresaw (dry run).
    ///
    /// # Errors
    /// When it is too large for a message.
    pub fn foresee(&mut self, effects: Vec<Effect>) -> Result<(), Lost> {
        let open = Open::new(&[]);
        self.send(&Request::Foresee(effects), &open)
    }

    /// Ends the agent and what it started, and waits for that, but not for ever.
    pub async fn close(mut self) {
        let farewell = async {
            self.conversation.finish().await;
            self.exit.await
        };
        // What does not end by itself ends with the connection.
        let _ = timeout(GRACE, farewell).await;
    }

    async fn drain(
        &mut self,
        open: &mut Open,
        contents: &ContentStore,
        listener: &mut dyn Listener,
    ) -> Result<(), Lost> {
        while !open.is_done() {
            match self.conversation.next().await {
                Ok(frame) => self.take(frame, open, contents, listener)?,
                Err(broken) => return Err(self.lost(broken, open).await),
            }
        }
        Ok(())
    }

    fn send(&mut self, request: &Request, open: &Open) -> Result<(), Lost> {
        self.conversation
            .send(request)
            .map_err(|error| open.protocol(error.to_string()))
    }

    fn take(
        &mut self,
        frame: Frame,
        open: &mut Open,
        contents: &ContentStore,
        listener: &mut dyn Listener,
    ) -> Result<(), Lost> {
        match frame {
            Frame::Message(payload) => {
                let report = Frame::read(&payload).map_err(|e| open.protocol(e.to_string()))?;
                self.heed(report, open, contents, listener)
            }
            Frame::Chunk(bytes) => open.content(&bytes, false, listener),
            Frame::Last(bytes) => open.content(&bytes, true, listener),
        }
    }

    fn heed(
        &mut self,
        report: Report,
        open: &mut Open,
        contents: &ContentStore,
        listener: &mut dyn Listener,
    ) -> Result<(), Lost> {
        match report {
            Report::Hello(_) => return Err(open.protocol("a second greeting".to_owned())),
            Report::Outcome { id, item, outcome } => {
                listener.outcome(id, item, &outcome);
                open.answer(id, item, outcome)?;
            }
            Report::Passed { id } => {
                listener.passed(id);
                open.pass(id)?;
            }
            Report::Output {
                id,
                item,
                stream,
                text,
            } => listener.output(id, item, stream, &text),
            Report::Need { sha256 } => self.serve(&sha256, open, contents)?,
            Report::Content { id } => open.content = Some(id),
        }
        Ok(())
    }

    /// Queues what the agent lacks.
    fn serve(
        &mut self,
        needs: &[String],
        open: &Open,
        contents: &ContentStore,
    ) -> Result<(), Lost> {
        for sha256 in needs {
            match contents.supply(sha256) {
                Some(content) => self.conversation.send_content(content),
                None => {
                    let refused = Some(format!(
                        "the controller holds no content with the hash {sha256}"
                    ));
                    self.send(&Request::Content { refused }, open)?;
                }
            }
        }
        Ok(())
    }

    async fn lost(&mut self, broken: Broken, open: &Open) -> Lost {
        let Broken::End = broken else {
            return open.protocol(broken.to_string());
        };
        let module = open.module();
        let ending = async {
            self.stderr.ended().await;
            self.exit.clone().await
        };
        let exit = timeout(Duration::from_secs(5), ending).await;
        let said = self.stderr.text();
        match exit {
            // 255 is how ssh itself ends without a connection.
            Ok(Exit::Code(code)) if code != 255 => Lost::Agent {
                module,
                how: format!("exit code {code}"),
                said,
            },
            _ => Lost::Connection { module, said },
        }
    }
}

fn greeting(frame: &Frame) -> Result<Hello, Unreachable> {
    let not_one = |what: String| Unreachable::NotAnAgent(what);
    let Frame::Message(payload) = frame else {
        return Err(not_one("content without a greeting".to_owned()));
    };
    match Frame::read(payload).map_err(|error| not_one(error.to_string()))? {
        Report::Hello(hello) if hello.version == VERSION => Ok(hello),
        Report::Hello(hello) => Err(Unreachable::Version {
            ours: VERSION,
            theirs: hello.version,
        }),
        _ => Err(not_one("a report without a greeting".to_owned())),
    }
}

async fn silent_end(stderr: &Tail) -> Unreachable {
    // Its last words are worth a moment.
    let _ = timeout(Duration::from_secs(5), stderr.ended()).await;
    let said = stderr.text();
    if said.contains("No space left") || said.contains("no space") {
        return Unreachable::NoSpace { places: said };
    }
    Unreachable::AgentFailed { said }
}

/// Resolves when the signal turns true; never, when nobody can give it any more.
async fn cancelled(cancel: &mut watch::Receiver<bool>) {
    if cancel.wait_for(|cancelled| *cancelled).await.is_err() {
        std::future::pending::<()>().await;
    }
}

impl Open {
    fn new(runs: &[Run]) -> Self {
        let steps = runs.iter().map(|run| Step {
            id: run.id,
            module: run.module.clone(),
            outcomes: vec![None; run.items.len()],
            passed: false,
        });
        Self {
            steps: steps.collect(),
            content: None,
        }
    }

    fn is_done(&self) -> bool {
        self.steps.iter().all(Step::is_done)
    }

    /// The steps that are not finished.
    fn ids(&self) -> Vec<u64> {
        let open = self.steps.iter().filter(|step| !step.is_done());
        open.map(|step| step.id).collect()
    }

    /// The module under way, for messages.
    fn module(&self) -> String {
        let step = self.steps.iter().find(|step| !step.is_done());
        step.map_or_else(|| "a message".to_owned(), |step| step.module.clone())
    }

    fn answer(&mut self, id: u64, item: usize, outcome: Outcome) -> Result<(), Lost> {
        let step = self.steps.iter_mut().find(|step| step.id == id);
        match step.and_then(|step| step.outcomes.get_mut(item)) {
            Some(slot) => {
                *slot = Some(outcome);
                Ok(())
            }
            None => Err(self.protocol(format!(
                "an outcome of item {item} of step {id}, which was not sent"
            ))),
        }
    }

    fn pass(&mut self, id: u64) -> Result<(), Lost> {
        match self.steps.iter_mut().find(|step| step.id == id) {
            Some(step) if step.outcomes.iter().all(Option::is_none) => {
                step.passed = true;
                Ok(())
            }
            _ => Err(self.protocol(format!("step {id} is passed over, which cannot be"))),
        }
    }

    fn content(
        &mut self,
        bytes: &[u8],
        last: bool,
        listener: &mut dyn Listener,
    ) -> Result<(), Lost> {
        let Some(id) = self.content else {
            return Err(self.protocol("content that was not announced".to_owned()));
        };
        listener.content(id, bytes, last);
        if last {
            self.content = None;
        }
        Ok(())
    }

    fn outcomes(self) -> Vec<Vec<Outcome>> {
        let steps = self.steps.into_iter();
        steps
            .map(|step| step.outcomes.into_iter().flatten().collect())
            .collect()
    }

    fn protocol(&self, reason: String) -> Lost {
        Lost::Protocol {
            module: self.module(),
            reason,
        }
    }
}

impl Step {
    fn is_done(&self) -> bool {
        self.passed || self.outcomes.iter().all(Option::is_some)
    }
}
