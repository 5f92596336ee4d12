use {
    crate::event::Event,
    std::{
        collections::{BTreeMap, BTreeSet},
        sync::{Mutex, MutexGuard, PoisonError},
        time::{Duration, Instant},
    },
};

/// A host that has been at a step for so long is named; then again each time that it has taken twice as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// The hosts that are at work on a step now: who takes long is named.
#[derive(Default)]
pub(super) struct Underway {
    visits: Mutex<Visits>,
}

#[derive(Default)]
struct Visits {
    next: u64,
    /// In the order in which they began.
    open: BTreeMap<u64, Visit>,
}

struct Visit {
    task: u64,
    host: String,
    since: Instant,
    /// When it is named next.
    due: Instant,
    told: Option<Instant>,
}

/// A host is at work on a step as long as this is held.
pub(super) struct Stay<'a> {
    underway: &'a Underway,
    number: u64,
}

impl Underway {
    /// A host begins to work on a step.
    pub(super) fn begin(&self, task: u64, host: &str, now: Instant) -> Stay<'_> {
        let mut visits = self.visits();
        let number = visits.next;
        visits.next += 1;
        let visit = Visit {
            task,
            host: host.to_owned(),
            since: now,
            due: now + PATIENCE,
            told: None,
        };
        visits.open.insert(number, visit);
        Stay {
            underway: self,
            number,
        }
    }

    /// What is to be told by now of those that take long: of each step at most one event in `PATIENCE`.
    pub(super) fn overdue(&self, now: Instant) -> Vec<Event> {
        let mut visits = self.visits();
        let due = visits.open.values().filter(|visit| visit.due <= now);
        let tasks: BTreeSet<u64> = due.map(|visit| visit.task).collect();
        tasks
            .into_iter()
            .filter_map(|task| visits.tell(task, now))
            .collect()
    }

    fn visits(&self) -> MutexGuard<'_, Visits> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visits {
    /// Names every host that takes long over the step, unless some were named a moment ago.
    fn tell(&mut self, task: u64, now: Instant) -> Option<Event> {
        let at_it = || self.open.values().filter(|visit| visit.task == task);
        let told = at_it().filter_map(|visit| visit.told).max();
        if told.is_some_and(|told| now.saturating_duration_since(told) < PATIENCE) {
            return None;
        }
        let (mut hosts, mut longest) = (Vec::new(), Duration::ZERO);
        for visit in self.open.values_mut().filter(|visit| visit.task == task) {
            let taken = now.saturating_duration_since(visit.since);
            if taken < PATIENCE {
                continue;
            }
            visit.told = Some(now);
            visit.due = now + taken;
            longest = longest.max(taken);
            hosts.push(visit.host.clone());
        }
        Some(Event::Waiting {
            task,
            hosts,
            seconds: longest.as_secs(),
        })
    }
}

impl Drop for Stay<'_> {
    fn drop(&mut self) {
        self.underway.visits().open.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(task: u64, hosts: &[&str], seconds: u64) -> Event {
        Event::Waiting {
            task,
            hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
            seconds,
        }
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn who_takes_long_is_named_and_again_after_twice_the_time() {
        let (underway, now) = (Underway::default(), Instant::now());
        let _slow = underway.begin(1, "slow", now);
        let quick = underway.begin(1, "quick", now);
        assert_eq!(underway.overdue(now + seconds(9)), []);
        drop(quick);
        assert_eq!(
            underway.overdue(now + seconds(10)),
            [waiting(1, &["slow"], 10)]
        );
        assert_eq!(underway.overdue(now + seconds(19)), []);
        assert_eq!(
            underway.overdue(now + seconds(20)),
            [waiting(1, &["slow"], 20)]
        );
        assert_eq!(underway.overdue(now + seconds(39)), []);
    }

    #[test]
    fn hosts_that_are_late_one_after_the_other_are_told_together() {
        let (underway, now) = (Underway::default(), Instant::now());
        let _a = underway.begin(1, "a", now);
        let _b = underway.begin(1, "b", now + seconds(1));
        let _other = underway.begin(2, "a", now + seconds(2));
        assert_eq!(
            underway.overdue(now + seconds(10)),
            [waiting(1, &["a"], 10)]
        );
        assert_eq!(underway.overdue(now + seconds(11)), []);
        assert_eq!(
            underway.overdue(now + seconds(12)),
            [waiting(2, &["a"], 10)]
        );
        assert_eq!(
            underway.overdue(now + seconds(20)),
            [waiting(1, &["a", "b"], 20)]
        );
    }
}
