use {
    super::{
        item::{Item, Sending},
        outcome::Ending,
        step::HostStep,
    },
    crate::{
        control::{self, Remote, fault},
        module::{Module, job::start::Start},
        playbook::Key,
        source::Fault,
        wire::{Mode, Object, Outcome},
    },
    std::time::Duration,
};

/// The id of a job that a dry run does not start.
const UNSTARTED: &str = "known-after-apply";

/// How `async` and `poll` want an item run: as a process of its own on the host.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// After so many seconds it is ended.
    seconds: u64,
    /// How often to ask whether it has ended; `None`: nobody waits for it.
    poll: Option<Duration>,
    /// Where it leaves what it came to.
    directory: String,
}

impl Item<'_> {
    /// The job that the step asks for, where it does.
    pub(super) fn job(&self) -> Result<Option<Job>, Fault> {
        let seconds = self.whole(Key::Async)?.unwrap_or(0);
        if seconds == 0 {
            return Ok(None);
        }
        let poll = self.whole(Key::Poll)?.unwrap_or(self.runner.options.poll);
        let directory =
            control::async_dir(&self.scope).map_err(|error| fault(error, &self.step.task.place))?;
        Ok(Some(Job {
            seconds,
            poll: (poll > 0).then(|| Duration::from_secs(poll.min(seconds))),
            directory,
        }))
    }

    /// A whole number; one below 0 counts as 0.
    fn whole(&self, key: Key) -> Result<Option<u64>, Fault> {
        let below = |text: &str| text.trim().parse::<f64>().is_ok_and(|number| number < 0.0);
        match self.keyword(key)? {
            None => Ok(None),
            Some(value) if below(&value.to_string()) => Ok(Some(0)),
            Some(_) => self.number(key),
        }
    }

    /// How a step ends that has `async` and is done here, wholly or in part.
    pub(super) fn no_job(&self) -> Option<Ending> {
        let name = self.step.task.action.name.as_str().unwrap_or_default();
        if control::runs_as_job(name) {
            return None;
        }
        let outcome = Outcome {
            failed: true,
            msg: Some(format!("This action ({name}) does not support async.")),
            ..Outcome::default()
        };
        Some(Ending::of(self.module(), outcome))
    }

    /// Makes a job of what is to be sent. A dry run foresees the module itself.
    pub(super) fn as_job(&self, sending: &mut Sending, job: Job) {
        if sending.mode == Mode::Apply {
            let arguments = std::mem::take(&mut sending.remote.args);
            sending.remote.args = Object::from_iter([
                ("module".to_owned(), sending.remote.module.into()),
                ("arguments".to_owned(), arguments.into()),
                ("directory".to_owned(), job.directory.as_str().into()),
                ("seconds".to_owned(), job.seconds.into()),
            ]);
            sending.remote.module = Start::NAME;
        }
        sending.job = Some(job);
    }
}

impl Job {
    /// Whether the step goes on with the job's outcome.
    pub(super) fn is_awaited(&self) -> bool {
        self.poll.is_some()
    }

    /// What a dry run says of a job that nobody waits for: as a run does, but of a job that there is not.
    pub(super) fn foresee(&self, outcome: &mut Outcome) {
        if self.is_awaited() || outcome.failed || outcome.skipped {
            return;
        }
        let file = format!("{}/{UNSTARTED}", self.directory);
        outcome.data.extend([
            ("started".to_owned(), true.into()),
            ("finished".to_owned(), false.into()),
            ("ansible_job_id".to_owned(), UNSTARTED.into()),
            ("results_file".to_owned(), file.into()),
        ]);
    }
}

impl HostStep<'_> {
    /// Asks for a job's end, as often and for as long as the step says. A host that does not answer is asked again: that is what
    /// jobs are for.
    pub(super) async fn follow(&self, item: &Item<'_>, job: &Job, begun: Ending) -> Ending {
        let id = begun.outcome.data.get("ansible_job_id");
        let id = id.and_then(|id| id.as_str()).map(str::to_owned);
        let (Some(poll), Some(id)) = (job.poll, id) else {
            return begun;
        };
        let mut last = begun;
        let mut left = Duration::from_secs(job.seconds);
        while !left.is_zero() && !self.runner.is_cancelled() {
            self.wait(poll).await;
            left = left.saturating_sub(poll);
            last = self.ask_job(item, job, &id, "status").await;
            let told = |name: &str| last.outcome.data.get(name) == Some(&true.into());
            if !last.unreachable && (told("finished") || last.outcome.failed) {
                // A file that stays behind is of no consequence.
                self.ask_job(item, job, &id, "cleanup").await;
                return last;
            }
        }
        match last.unreachable || self.runner.is_cancelled() {
            true => last,
            false => overdue(item, job, last),
        }
    }

    async fn ask_job(&self, item: &Item<'_>, job: &Job, id: &str, mode: &str) -> Ending {
        let args = Object::from_iter([
            ("jid".to_owned(), id.into()),
            ("mode".to_owned(), mode.into()),
            ("_async_dir".to_owned(), job.directory.as_str().into()),
        ]);
        let remote = Remote {
            module: "async_status",
            args,
            keep: None,
            data: Object::new(),
        };
        match item.sending(remote) {
            Err(problem) => Ending::fault(item.module(), &problem),
            Ok(sending) => {
                let mut endings = self.send(&[item], vec![sending]).await;
                endings.pop().unwrap_or_default()
            }
        }
    }

    /// Waits, but not when the run is to end.
    async fn wait(&self, time: Duration) {
        let mut cancel = self.runner.cancel.clone();
        // Either way the wait is over.
        let _ = tokio::time::timeout(time, cancel.wait_for(|cancelled| *cancelled)).await;
    }
}

/// How a step ends whose job has not ended in its time.
fn overdue(item: &Item<'_>, job: &Job, last: Ending) -> Ending {
    let outcome = Outcome {
        failed: true,
        msg: Some(format!(
            "async task did not complete within the requested time - {}s",
            job.seconds
        )),
        data: Object::from_iter([("async_result".to_owned(), last.outcome.data.into())]),
        ..Outcome::default()
    };
    Ending {
        delegated: last.delegated,
        ..Ending::of(item.module(), outcome)
    }
}
