use {
    super::{
        draft::Seat,
        pool::{Sight, Silence},
        run::Runner,
    },
    crate::{
        transport::Listener,
        wire::{Outcome, Run, Stream},
    },
    std::{collections::VecDeque, sync::Arc},
    tokio::{
        sync::{
            mpsc::{self, UnboundedReceiver, UnboundedSender},
            watch,
        },
        task::JoinHandle,
    },
};

/// Steps that were sent to a host as one message, and what it says of them.
pub(super) struct Window {
    words: UnboundedReceiver<Word>,
    stop: watch::Sender<bool>,
    /// Nothing once it was waited for.
    task: Option<JoinHandle<Option<Sight>>>,
}

/// What is heard of the step whose turn it is to be heard of.
pub(super) enum Word {
    Output {
        item: usize,
        stream: Stream,
        text: String,
    },
    Outcomes(Vec<Outcome>),
    Passed,
    Lost(Silence),
}

impl Window {
    /// Sends the steps, and listens from now on.
    pub(super) fn open(runner: &Runner, seat: &Arc<Seat>, runs: Vec<Run>) -> Self {
        let (speaker, words) = mpsc::unbounded_channel();
        let stop = watch::Sender::new(false);
        let connections = Arc::clone(&runner.connections);
        let contents = Arc::clone(&runner.contents);
        let seat = Arc::clone(seat);
        let (stopped, cancelled) = (stop.subscribe(), runner.cancel.clone());
        let task = tokio::spawn(async move {
            let open = runs.iter().map(|run| (run.id, run.items.len()));
            let mut relay = Relay {
                open: open.collect(),
                outcomes: Vec::new(),
                words: speaker,
            };
            let end = watch::Sender::new(false);
            let signal = end.subscribe();
            let (target, becoming) = (&seat.target, seat.becoming.as_ref());
            let running = connections.run(target, becoming, runs, &contents, &mut relay, &signal);
            let ran = tokio::select! {
                ran = running => ran,
                never = either(stopped, cancelled, &end) => never,
            };
            match ran {
                Ok(ran) => Some(ran.sight),
                Err(silence) => {
                    relay.say(Word::Lost(silence));
                    None
                }
            }
        });
        Self {
            words,
            stop,
            task: Some(task),
        }
    }

    /// The next that is heard; nothing where no more will be.
    pub(super) async fn next(&mut self) -> Option<Word> {
        self.words.recv().await
    }

    /// Waits until the host is done with all of it.
    pub(super) async fn rest(&mut self) -> Option<Sight> {
        self.task.take()?.await.ok().flatten()
    }

    /// Ends what is under way, and forgets what was not heard yet.
    pub(super) async fn end(mut self) {
        self.stop.send_replace(true);
        self.rest().await;
    }
}

impl Drop for Window {
    /// What nobody waits for any more is not begun.
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// Passes on that one of two signals turned true, and never returns.
async fn either<T>(
    mut one: watch::Receiver<bool>,
    mut other: watch::Receiver<bool>,
    end: &watch::Sender<bool>,
) -> T {
    let told = tokio::select! {
        Ok(_) = one.wait_for(|signal| *signal) => true,
        Ok(_) = other.wait_for(|signal| *signal) => true,
        else => false,
    };
    if told {
        end.send_replace(true);
    }
    std::future::pending().await
}

/// Hears the agent, and passes on what it says, step by step.
struct Relay {
    /// The steps that are not finished, and how many items they have.
    open: VecDeque<(u64, usize)>,
    /// Those of the first of them.
    outcomes: Vec<(usize, Outcome)>,
    words: UnboundedSender<Word>,
}

impl Relay {
    fn say(&self, word: Word) {
        // Nobody listens any more where the rest is of no use.
        let _ = self.words.send(word);
    }
}

impl Listener for Relay {
    fn output(&mut self, _: u64, item: usize, stream: Stream, text: &str) {
        let text = text.to_owned();
        self.say(Word::Output { item, stream, text });
    }

    fn content(&mut self, _: u64, _: &[u8], _: bool) {}

    fn outcome(&mut self, id: u64, item: usize, outcome: &Outcome) {
        self.outcomes.push((item, outcome.clone()));
        let whole = |(first, items): &(u64, usize)| *first == id && self.outcomes.len() == *items;
        if self.open.front().is_some_and(whole) {
            self.open.pop_front();
            let mut outcomes = std::mem::take(&mut self.outcomes);
            outcomes.sort_by_key(|(item, _)| *item);
            let outcomes = outcomes.into_iter().map(|(_, outcome)| outcome);
            self.say(Word::Outcomes(outcomes.collect()));
        }
    }

    fn passed(&mut self, _: u64) {
        self.open.pop_front();
        self.say(Word::Passed);
    }
}
