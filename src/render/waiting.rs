use {
    crate::playbook::Strategy,
    std::{
        collections::{HashMap, HashSet, VecDeque},
        time::{Duration, Instant},
    },
};

/// A step that takes longer than this shows its output as it comes.
const PATIENCE: Duration = Duration::from_secs(3);

/// So many hosts are named where many are waited for.
const NAMED: usize = 5;

/// So many pieces of output are kept while nobody is impatient yet.
const MOST_HELD: usize = 1000;

/// What a person waits for: which hosts are still at their step, and what they wrote so far.
pub(super) struct Waiting {
    strategy: Strategy,
    /// The step that began last.
    name: String,
    /// The step that each host began last, and when.
    begun: HashMap<String, (String, Instant)>,
    /// Those that are waited for: of the step, or, where hosts do not wait for each other, of the play.
    hosts: Vec<String>,
    finished: HashSet<String>,
    /// Seconds that each host has spent in the steps of this run.
    spent: HashMap<String, f64>,
    held: VecDeque<Held>,
    /// Those that take long.
    overdue: Vec<String>,
}

/// A piece of output that nobody has seen yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub task: u64,
    pub host: String,
    pub text: String,
}

impl Waiting {
    pub fn new() -> Self {
        Self {
            strategy: Strategy::Linear,
            name: String::new(),
            begun: HashMap::new(),
            hosts: Vec::new(),
            finished: HashSet::new(),
            spent: HashMap::new(),
            held: VecDeque::new(),
            overdue: Vec::new(),
        }
    }

    /// A play begins on these hosts.
    pub fn play(&mut self, strategy: Strategy, hosts: &[String]) {
        self.strategy = strategy;
        self.begun.clear();
        self.wait_for(hosts);
    }

    /// A step begins: on all its hosts, or on another one where they do not wait for each other.
    pub fn start(&mut self, name: &str, hosts: &[String], now: Instant) {
        if self.strategy.keeps_step() {
            self.wait_for(hosts);
        }
        self.name = name.to_owned();
        self.overdue.retain(|host| !hosts.contains(host));
        for host in hosts {
            self.finished.remove(host);
            self.begun.insert(host.clone(), (name.to_owned(), now));
        }
    }

    fn wait_for(&mut self, hosts: &[String]) {
        self.hosts = hosts.to_vec();
        self.finished.clear();
        self.held.clear();
        self.overdue.clear();
    }

    /// A host has finished the step after so many seconds; what it wrote is no longer news.
    pub fn finish(&mut self, host: &str, elapsed: f64) {
        self.finished.insert(host.to_owned());
        *self.spent.entry(host.to_owned()).or_default() += elapsed;
        self.held.retain(|held| held.host != host);
    }

    /// These hosts take long.
    pub fn overdue(&mut self, hosts: &[String]) {
        self.overdue = hosts.to_vec();
    }

    /// Keeps a piece of output until it is wanted.
    pub fn hold(&mut self, task: u64, host: &str, text: &str) {
        if self.held.len() == MOST_HELD {
            self.held.pop_front();
        }
        self.held.push_back(Held {
            task,
            host: host.to_owned(),
            text: text.to_owned(),
        });
    }

    /// The output that is to be shown by now.
    pub fn due(&mut self, now: Instant) -> Vec<Held> {
        let waits = |held: &Held| {
            let begun = self.begun.get(&held.host).map(|(_, begun)| *begun);
            begun.is_some_and(|begun| now.saturating_duration_since(begun) < PATIENCE)
        };
        let (rest, due) = self.held.drain(..).partition(waits);
        self.held = rest;
        due.into()
    }

    /// How many hosts are done, and how many there are.
    pub fn count(&self) -> (u64, u64) {
        let total = self.hosts.len();
        (self.finished.len().min(total) as u64, total as u64)
    }

    /// The step's name and the host it waits for; the hosts, once they take long.
    pub fn message(&self) -> String {
        let overdue = self
            .overdue
            .iter()
            .filter(|host| !self.finished.contains(*host));
        let overdue: Vec<_> = overdue.cloned().collect();
        if let Some(first) = overdue.first() {
            let step = self.begun.get(first).map_or(&self.name, |(name, _)| name);
            return format!("{step}, waiting for {}", first_of(&overdue));
        }
        let others = self.hosts.len().saturating_sub(self.finished.len() + 1);
        let Some(host) = self.slowest() else {
            return self.name.clone();
        };
        let step = self.begun.get(host).map_or(&self.name, |(name, _)| name);
        match others {
            0 => format!("{step}, waiting for {host}"),
            others => format!("{step}, waiting for {host} and {others} more"),
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

/// The first of the hosts, and how many there are besides.
pub(super) fn first_of(hosts: &[String]) -> String {
    let (named, others) = hosts.split_at(NAMED.min(hosts.len()));
    match others.len() {
        0 => named.join(", "),
        others => format!("{} and {others} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::render::recording::names};

    #[test]
    fn names_the_host_that_is_slow_by_experience() {
        let now = Instant::now();
        let mut waiting = Waiting::new();
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
    fn hosts_that_take_long_are_named_until_they_finish() {
        let mut waiting = Waiting::new();
        let hosts = names(&["a", "b", "c", "d", "e", "f", "g"]);
        waiting.start("one", &hosts, Instant::now());
        waiting.finish("a", 1.0);
        waiting.overdue(&hosts);
        assert_eq!(
            waiting.message(),
            "one, waiting for b, c, d, e, f and 1 more"
        );
        for host in ["b", "c", "d", "e"] {
            waiting.finish(host, 1.0);
        }
        assert_eq!(waiting.message(), "one, waiting for f, g");
        waiting.start("two", &names(&["g"]), Instant::now());
        assert_eq!(waiting.message(), "two, waiting for g");
    }

    #[test]
    fn output_is_shown_when_patience_ends_unless_its_host_is_done() {
        let now = Instant::now();
        let mut waiting = Waiting::new();
        waiting.start("one", &names(&["a", "b"]), now);
        waiting.hold(1, "a", "1\n");
        waiting.hold(1, "b", "2\n");
        assert_eq!(waiting.due(now), []);
        waiting.finish("a", 0.1);
        let shown = waiting.due(now + PATIENCE);
        let held = Held {
            task: 1,
            host: "b".to_owned(),
            text: "2\n".to_owned(),
        };
        assert_eq!(shown, [held]);
        assert_eq!(waiting.due(now + PATIENCE), []);
    }

    #[test]
    fn hosts_that_do_not_wait_for_each_other_are_waited_for_each_at_its_step() {
        let now = Instant::now();
        let mut waiting = Waiting::new();
        waiting.play(Strategy::Free, &names(&["a", "b"]));
        waiting.start("one", &names(&["a"]), now);
        waiting.start("one", &names(&["b"]), now);
        waiting.hold(1, "b", "1\n");
        waiting.finish("a", 1.0);
        waiting.start("two", &names(&["a"]), now + PATIENCE);
        assert_eq!(waiting.count(), (0, 2));
        assert_eq!(waiting.message(), "two, waiting for a and 1 more");
        assert_eq!(waiting.due(now + PATIENCE).len(), 1);
        waiting.finish("a", 1.0);
        assert_eq!(waiting.message(), "one, waiting for b");
    }
}
