use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

/// A step that takes longer than this shows its output as it comes.
const PATIENCE: Duration = Duration::from_secs(3);

/// So many pieces of output are kept while nobody is impatient yet.
const MOST_HELD: usize = 1000;

/// The step that a person waits for: which hosts are still at it, and what they wrote so far.
pub(super) struct Waiting {
    name: String,
    begun: Instant,
    hosts: Vec<String>,
    finished: HashSet<String>,
    /// Seconds that each host has spent in the steps of this run.
    spent: HashMap<String, f64>,
    held: VecDeque<(String, String)>,
}

impl Waiting {
    pub fn new(now: Instant) -> Self {
        Self {
            name: String::new(),
            begun: now,
            hosts: Vec::new(),
            finished: HashSet::new(),
            spent: HashMap::new(),
            held: VecDeque::new(),
        }
    }

    /// Another step begins.
    pub fn start(&mut self, name: &str, hosts: &[String], now: Instant) {
        self.name = name.to_owned();
        self.begun = now;
        self.hosts = hosts.to_vec();
        self.finished.clear();
        self.held.clear();
    }

    /// A host has finished the step after so many seconds; what it wrote is no longer news.
    pub fn finish(&mut self, host: &str, elapsed: f64) {
        self.finished.insert(host.to_owned());
        *self.spent.entry(host.to_owned()).or_default() += elapsed;
        self.held.retain(|(name, _)| name != host);
    }

    /// Keeps a piece of output until it is wanted.
    pub fn hold(&mut self, host: &str, text: &str) {
        if self.held.len() == MOST_HELD {
            self.held.pop_front();
        }
        self.held.push_back((host.to_owned(), text.to_owned()));
    }

    /// The output, by host, that is to be shown by now.
    pub fn due(&mut self, now: Instant) -> Vec<(String, String)> {
        match now.saturating_duration_since(self.begun) < PATIENCE {
            true => Vec::new(),
            false => self.held.drain(..).collect(),
        }
    }

    /// How many hosts are done, and how many there are.
    pub fn count(&self) -> (u64, u64) {
        let total = self.hosts.len();
        (self.finished.len().min(total) as u64, total as u64)
    }

    /// The step's name and the host it waits for.
    pub fn message(&self) -> String {
        let others = self.hosts.len().saturating_sub(self.finished.len() + 1);
        match (self.slowest(), others) {
            (None, _) => self.name.clone(),
            (Some(host), 0) => format!("{}, waiting for {host}", self.name),
            (Some(host), others) => format!("{}, waiting for {host} and {others} more", self.name),
        }
    }

    fn running(&self) -> impl Iterator<Item = &str> {
        let hosts = self.hosts.iter().map(String::as_str);
        hosts.filter(|host| !self.finished.contains(*host))
    }

    /// Of the hosts that are still running, the one that took longest over the steps before; the first of equals.
    fn slowest(&self) -> Option<&str> {
        let spent = |host: &str| self.spent.get(host).copied().unwrap_or_default();
        self.running()
            .reduce(|slowest, host| match spent(host) > spent(slowest) {
                true => host,
                false => slowest,
            })
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::render::recording::names};

    #[test]
    fn names_the_host_that_is_slow_by_experience() {
        let now = Instant::now();
        let mut waiting = Waiting::new(now);
        let hosts = names(&["a", "b", "c"]);
        waiting.start("one", &hosts, now);
        assert_eq!(waiting.message(), "one, waiting for a and 2 more");
        waiting.finish("a", 1.0);
        waiting.finish("b", 5.0);
        assert_eq!(waiting.count(), (2, 3));
        assert_eq!(waiting.message(), "one, waiting for c");
        waiting.finish("c", 1.0);
        assert_eq!(waiting.message(), "one");
        waiting.start("two", &hosts, now);
        assert_eq!(waiting.message(), "two, waiting for b and 2 more");
    }

    #[test]
    fn output_is_shown_when_patience_ends_unless_its_host_is_done() {
        let now = Instant::now();
        let mut waiting = Waiting::new(now);
        waiting.start("one", &names(&["a", "b"]), now);
        waiting.hold("a", "1\n");
        waiting.hold("b", "2\n");
        assert_eq!(waiting.due(now), []);
        waiting.finish("a", 0.1);
        let shown = waiting.due(now + PATIENCE);
        assert_eq!(shown, [("b".to_owned(), "2\n".to_owned())]);
        assert_eq!(waiting.due(now + PATIENCE), []);
    }
}
