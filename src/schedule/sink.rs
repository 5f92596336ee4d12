use {
    crate::event::{self, Consumer, Event, Recap, Tallies},
    std::{
        sync::{Mutex, MutexGuard, PoisonError},
        time::Instant,
    },
};

/// Where the scheduler tells what happens: one order for all hosts, counted on the way.
pub struct Sink {
    inner: Mutex<Inner>,
}

struct Inner {
    consumer: Box<dyn Consumer>,
    tallies: Tallies,
    recap: Recap,
    started: Instant,
}

impl Sink {
    pub fn new(consumer: Box<dyn Consumer>) -> Self {
        Self {
            inner: Mutex::new(Inner {
                consumer,
                tallies: Tallies::new(),
                recap: Recap::default(),
                started: Instant::now(),
            }),
        }
    }

    /// Tells an event; the end of a step on a host is counted.
    pub fn tell(&self, event: Event) {
        let mut inner = self.inner();
        event::count(&mut inner.tallies, &event);
        inner.consumer.take(&event);
    }

    pub fn warn(&self, message: impl Into<String>, place: Option<String>) {
        self.tell(Event::Warning {
            message: message.into(),
            place,
        });
    }

    /// A failure was caught by a `rescue`: it counts as that.
    pub fn rescued(&self, host: &str) {
        let mut inner = self.inner();
        let tally = inner.tallies.entry(host.to_owned()).or_default();
        tally.failed = tally.failed.saturating_sub(1);
        tally.rescued += 1;
    }

    /// Adds to what the recap will say.
    pub fn note(&self, change: impl FnOnce(&mut Recap)) {
        change(&mut self.inner().recap);
    }

    /// Tells the recap and gives it back; hosts come in the order of their names.
    pub fn finish(&self) -> Recap {
        let mut inner = self.inner();
        let mut recap = std::mem::take(&mut inner.recap);
        recap.hosts = std::mem::take(&mut inner.tallies).into_iter().collect();
        recap.elapsed = inner.started.elapsed().as_secs_f64();
        inner.consumer.take(&Event::RunFinished(recap.clone()));
        recap
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
