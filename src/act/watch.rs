use {
    super::{Failure, Step},
    rustix::{
        io::Errno,
        process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid},
    },
    std::{
        collections::BTreeSet,
        sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
        thread,
        time::Duration,
    },
};

/// How long processes get to end by themselves after TERM.
const GRACE: Duration = Duration::from_secs(2);

/// What the thread that reads requests and the thread that works share: the processes under way, and what was cancelled.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    groups: BTreeSet<u32>,
    cancelled: BTreeSet<u64>,
    current: u64,
    closed: bool,
}

impl Watch {
    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks the step that works from now on.
    pub fn begin(&self, id: u64) {
        self.state().current = id;
    }

    /// Ends a step: at once with its processes if it is under way, else before it begins.
    pub fn cancel(&self, id: u64) {
        let mut state = self.state();
        state.cancelled.insert(id);
        let groups = match state.current == id {
            true => state.groups.clone(),
            false => BTreeSet::new(),
        };
        drop(state);
        self.shared.changed.notify_all();
        groups.into_iter().for_each(|group| self.end(group));
    }

    /// The controller is gone: ends everything that was started and returns when it is dead.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let groups = state.groups.clone();
        drop(state);
        self.shared.changed.notify_all();
        groups.iter().for_each(|group| signal(*group, Signal::TERM));
        self.wait_for_groups();
        groups.iter().for_each(|group| signal(*group, Signal::KILL));
    }

    fn wait_for_groups(&self) {
        let wait = |state: &mut State| !state.groups.is_empty();
        let state = self.state();
        // Whether it timed out does not matter: KILL follows anyway.
        drop(
            self.shared
                .changed
                .wait_timeout_while(state, GRACE, |state| wait(state)),
        );
    }

    /// Fails if the step was cancelled, is late, or has lost its controller.
    pub fn check(&self, step: &Step) -> Result<(), Failure> {
        let state = self.state();
        if state.closed || state.cancelled.contains(&step.id) {
            return Err(Failure::Cancelled);
        }
        drop(state);
        match step.is_late() {
            true => Err(Failure::Late(step.timeout.unwrap_or_default())),
            false => Ok(()),
        }
    }

    /// Sleeps, but not beyond the end of the step.
    pub fn pause(&self, step: &Step, duration: Duration) -> Result<(), Failure> {
        let duration = step.remaining().map_or(duration, |rest| rest.min(duration));
        let go_on = |state: &mut State| !state.closed && !state.cancelled.contains(&step.id);
        let state = self.state();
        drop(
            self.shared
                .changed
                .wait_timeout_while(state, duration, |state| go_on(state)),
        );
        self.check(step)
    }

    pub(super) fn enter(&self, group: u32) {
        self.state().groups.insert(group);
    }

    /// Asks a process group to end, and makes it end a little later.
    pub(super) fn end(&self, group: u32) {
        signal(group, Signal::TERM);
        let watch = self.clone();
        thread::spawn(move || {
            let state = watch.state();
            let there = |state: &mut State| state.groups.contains(&group);
            drop(
                watch
                    .shared
                    .changed
                    .wait_timeout_while(state, GRACE, |state| there(state)),
            );
            signal(group, Signal::KILL);
        });
    }

    /// Waits until the leader of a group has ended and forgets the group, before its number can be given to another.
    pub(super) fn await_end(&self, group: u32) {
        if let Some(pid) = pid(group) {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while let Err(Errno::INTR) = waitid(WaitId::Pid(pid), options) {}
        }
        self.state().groups.remove(&group);
        self.shared.changed.notify_all();
    }
}

fn pid(group: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(group).ok()?)
}

/// A group that has ended meanwhile is as good as a group that was told to.
fn signal(group: u32, signal: Signal) {
    if let Some(pid) = pid(group) {
        let _ = kill_process_group(pid, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_step_wakes_from_its_pause() {
        let watch = Watch::default();
        let step = Step::new(7, None);
        watch.begin(7);
        let other = watch.clone();
        let thread = thread::spawn(move || other.cancel(7));
        let ended = watch.pause(&step, Duration::from_secs(3600));
        assert!(matches!(ended, Err(Failure::Cancelled)));
        thread.join().unwrap();
        assert!(watch.check(&Step::new(8, None)).is_ok());
    }
}
