use {
    super::{item::Item, outcome::Ending, run::Runner},
    crate::{
        playbook::Key,
        source::Fault,
        wire::{Object, Outcome},
    },
    std::{
        future::{Future, pending},
        sync::atomic::{AtomicBool, Ordering},
        time::Duration,
    },
    tokio::{sync::watch, time},
};

/// The agent watches the time by itself; what does not heed it there has this much more.
const GRACE: Duration = Duration::from_secs(5);

impl Item<'_> {
    /// `timeout`, in seconds: the step's own, or the configuration's.
    pub(super) fn time_limit(&self) -> Result<Option<u64>, Fault> {
        let own = self.number(Key::Timeout)?;
        let limit = own.or(self.runner.options.task_timeout);
        Ok(limit.filter(|seconds| *seconds > 0))
    }
}

impl Ending {
    /// A step that took longer than it may, in Ansible's words.
    pub(super) fn timed_out(module: &str, seconds: u64) -> Self {
        let period = Object::from_iter([("period".to_owned(), seconds.into())]);
        let outcome = Outcome {
            failed: true,
            msg: Some(format!("Task failed: Timed out after {seconds} second(s).")),
            data: Object::from_iter([("timedout".to_owned(), period.into())]),
            ..Outcome::default()
        };
        Self::of(module, outcome)
    }
}

/// When work on a host is to be cancelled: with the run, or when its time is over.
pub(super) struct Deadline {
    limit: Option<Duration>,
    stop: watch::Sender<bool>,
    passed: AtomicBool,
}

impl Deadline {
    /// Takes the seconds that each of so many items may take.
    pub(super) fn new(seconds: Option<u64>, items: usize) -> Self {
        let items = u32::try_from(items).unwrap_or(u32::MAX);
        let limit = seconds.map(|s| Duration::from_secs(s).saturating_mul(items) + GRACE);
        Self {
            limit,
            stop: watch::Sender::new(false),
            passed: AtomicBool::new(false),
        }
    }

    /// Turns true when the work is to end.
    pub(super) fn signal(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Does the work, which has to heed the signal.
    pub(super) async fn watch<T>(&self, runner: &Runner, work: impl Future<Output = T>) -> T {
        let guard = async {
            let mut cancel = runner.cancel.clone();
            let late = async {
                match self.limit {
                    Some(limit) => time::sleep(limit).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = late => self.passed.store(true, Ordering::Relaxed),
                Ok(_) = cancel.wait_for(|cancelled| *cancelled) => {}
            }
            self.stop.send_replace(true);
            pending().await
        };
        tokio::select! {
            done = work => done,
            never = guard => never,
        }
    }

    /// Whether the work was ended because its time was over.
    pub(super) fn has_passed(&self) -> bool {
        self.passed.load(Ordering::Relaxed)
    }
}
