use {
    super::{BadRecording, Cut, Event, Next, Recap, Recording, Tallies, Tally, part::Part},
    crate::inventory::{Shard, is_controller},
    std::{
        collections::BTreeMap,
        fmt::{self, Display, Formatter},
        io::BufRead,
        path::{Path, PathBuf},
    },
};

/// So many hosts are named in a warning.
const MOST_HOSTS: usize = 5;

/// Joins the event files of the shards of a run into one stream of events and one recap.
///
/// The events of one file come after those of the other, their steps numbered anew. What is kept is a line of the file, and the
/// counts of the hosts.
pub struct Merge<T> {
    /// Is told the time of each event, and the event.
    tell: T,
    files: Vec<PathBuf>,
    /// Known from the first file whose run has begun, which has this position.
    kind: Option<(RunKind, usize)>,
    shards: BTreeMap<u32, usize>,
    hosts: Tallies,
    /// The file in which a host was found first.
    homes: BTreeMap<String, usize>,
    recap: Recap,
    steps: u64,
    /// When the last event of all happened.
    last: String,
    warnings: Vec<String>,
}

/// What must be the same in all files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunKind {
    dry: bool,
    /// How many shards there are.
    of: Option<u32>,
}

/// What cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    #[error(transparent)]
    Recording(#[from] BadRecording),
    #[error("{} is of {this}, but {} of {first}: only the shards of one run can be merged", path.display(), other.display())]
    Mixed {
        path: PathBuf,
        this: RunKind,
        other: PathBuf,
        first: RunKind,
    },
}

impl Display for RunKind {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(if self.dry { "a dry run" } else { "a run" })?;
        match self.of {
            Some(of) => write!(f, " in {of} shards"),
            None => f.write_str(" that is not sharded"),
        }
    }
}

impl<T: FnMut(&str, &Event)> Merge<T> {
    pub fn new(tell: T) -> Self {
        Self {
            tell,
            files: Vec::new(),
            kind: None,
            shards: BTreeMap::new(),
            hosts: Tallies::new(),
            homes: BTreeMap::new(),
            recap: Recap::default(),
            steps: 0,
            last: String::new(),
            warnings: Vec::new(),
        }
    }

    /// Joins in a file; none is one that is not there.
    ///
    /// # Errors
    /// It is no event file, or not of the same run as those before.
    pub fn join<R: BufRead>(&mut self, path: &Path, file: Option<R>) -> Result<(), MergeError> {
        let at = self.files.len();
        self.files.push(path.to_owned());
        let Some(file) = file else {
            self.cut(at, "there is no such file: the run did not begin");
            return Ok(());
        };
        let mut part = Part::default();
        let mut recording = Recording::new(file, path);
        while let Next::Line(line) = recording.next_line()? {
            if line.missing > 0 {
                let missing = format!("{} of its events are missing", line.missing);
                self.warn_of(at, &missing);
            }
            self.last = line.time.clone().max(std::mem::take(&mut self.last));
            let Some(mut event) = line.event else {
                continue;
            };
            part.take(&mut event, self.steps);
            match &event {
                Event::RunStarted { .. } => self.begin(at, &line.time, event)?,
                Event::RunFinished(_) => {}
                _ => (self.tell)(&line.time, &event),
            }
        }
        self.steps += part.steps();
        let (recap, died) = part.end();
        if let Some(why) = died {
            self.cut(at, why);
        }
        self.absorb(at, recap);
        Ok(())
    }

    /// Tells of what was found in the files, and the recap, which it gives back with whether it was a dry run.
    pub fn finish(mut self) -> (Recap, bool) {
        self.find_absent();
        for message in std::mem::take(&mut self.warnings) {
            let place = None;
            (self.tell)(&self.last, &Event::Warning { message, place });
        }
        self.recap.hosts = std::mem::take(&mut self.hosts).into_iter().collect();
        (self.tell)(&self.last, &Event::RunFinished(self.recap.clone()));
        (self.recap, self.kind.is_some_and(|(kind, _)| kind.dry))
    }

    /// A run of which a shard has no file has not come to its end.
    fn find_absent(&mut self) {
        let of = self.kind.and_then(|(kind, _)| kind.of).unwrap_or_default();
        let absent = (1..=of).filter(|number| !self.shards.contains_key(number));
        let absent: Vec<String> = absent.map(|number| format!("{number}/{of}")).collect();
        let message = match &absent[..] {
            [] => return,
            [one] => format!("shard {one} is in no file"),
            more => format!("these shards are in no file: {}", more.join(", ")),
        };
        self.warnings.push(message);
        self.recap.cut_short = Some(Cut::Interrupted);
    }

    /// A file's run begins; that of all is told once.
    fn begin(&mut self, at: usize, time: &str, event: Event) -> Result<(), MergeError> {
        let Event::RunStarted {
            playbooks,
            dry,
            shard,
        } = event
        else {
            return Ok(());
        };
        let of = shard.map(Shard::of);
        let this = RunKind { dry, of };
        let (first, other) = *self.kind.get_or_insert((this, at));
        if first != this {
            return Err(MergeError::Mixed {
                path: self.files[at].clone(),
                this,
                other: self.files[other].clone(),
                first,
            });
        }
        if other == at {
            let whole = Event::RunStarted {
                playbooks,
                dry,
                shard: None,
            };
            (self.tell)(time, &whole);
        }
        if let Some(shard) = shard
            && let Some(before) = self.shards.insert(shard.number(), at)
        {
            let before = self.files[before].display().to_string();
            self.warn_of(at, &format!("shard {shard} is in {before}, too"));
        }
        Ok(())
    }

    /// A run did not come to its end.
    fn cut(&mut self, at: usize, why: &str) {
        self.warn_of(at, why);
        self.recap.cut_short = Some(Cut::Interrupted);
    }

    fn warn_of(&mut self, at: usize, text: &str) {
        let path = self.files[at].display();
        self.warnings.push(format!("{path}: {text}"));
    }

    /// Adds what a file's run came to.
    fn absorb(&mut self, at: usize, recap: Recap) {
        match recap.cut_short {
            Some(Cut::Interrupted) => self.cut(at, "the run was interrupted"),
            Some(Cut::Fault(fault)) => {
                self.warn_of(at, &format!("the run ended before its end: {fault}"));
                self.recap.cut_short.get_or_insert(Cut::Fault(fault));
            }
            None => {}
        }
        self.absorb_hosts(at, recap.hosts);
        for (name, value) in recap.stats {
            let before = self.recap.stats.insert(name.clone(), value);
            if before.is_some_and(|before| before != self.recap.stats[&name]) {
                let text = format!(
                    "the statistic `{name}` differs from the files before; this one stands"
                );
                self.warn_of(at, &text);
            }
        }
        self.recap.owed.extend(recap.owed);
        self.recap.interrupted.extend(recap.interrupted);
        self.recap.elapsed = self.recap.elapsed.max(recap.elapsed);
    }

    fn absorb_hosts(&mut self, at: usize, hosts: Vec<(String, Tally)>) {
        let mut twice: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (host, tally) in hosts {
            let home = *self.homes.entry(host.clone()).or_insert(at);
            if home != at && !is_controller(&host) {
                twice.entry(home).or_default().push(host.clone());
            }
            self.hosts.entry(host).or_default().add(&tally);
        }
        for (home, hosts) in twice {
            let home = self.files[home].display().to_string();
            let hosts = named(&hosts);
            self.warn_of(at, &format!("{hosts} in {home}, too; the counts are added"));
        }
    }
}

/// `the host a is`, `the hosts a, b and 7 more are`.
fn named(hosts: &[String]) -> String {
    let shown = hosts[..hosts.len().min(MOST_HOSTS)].join(", ");
    match hosts.len() {
        1 => format!("the host {shown} is"),
        count if count <= MOST_HOSTS => format!("the hosts {shown} are"),
        count => format!("the hosts {shown} and {} more are", count - MOST_HOSTS),
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    /// An event file of a shard: a step on each host, which ends as said, and, where the run ended, the recap.
    fn file(shard: &str, dry: bool, ends: &[(&str, &str)], recap: bool) -> String {
        let hosts: Vec<_> = ends.iter().map(|(host, _)| *host).collect();
        let started =
            json!({"event": "run_started", "playbooks": ["site.yml"], "dry": dry, "shard": shard});
        let task = json!({
            "event": "task_started", "task": 1, "kind": "task", "name": "Install", "place": "site.yml:1:1", "hosts": hosts,
        });
        let mut events = vec![started, task];
        let mut tallies = Tallies::new();
        for (host, status) in ends.iter().filter(|(_, status)| *status != "open") {
            let event = json!({
                "event": "host_finished", "task": 1, "host": host, "result": {
                    "status": status, "ignored": false, "looped": false, "module": "apt", "delegated": null, "msg": null,
                    "data": {}, "diff": [], "warnings": [], "censored": false, "place": null, "elapsed": 0.5,
                },
            });
            super::super::count(
                &mut tallies,
                &serde_json::from_value(event.clone()).unwrap(),
            );
            events.push(event);
        }
        if recap {
            let hosts = tallies.into_iter().collect();
            let elapsed = f64::from(u32::try_from(ends.len()).unwrap());
            let recap = Recap {
                hosts,
                elapsed,
                ..Recap::default()
            };
            events.push(serde_json::to_value(Event::RunFinished(recap)).unwrap());
        }
        let lines = events.iter().zip(1..).map(|(event, sequence)| {
            let mut line = event.as_object().unwrap().clone();
            line.insert("time".to_owned(), format!("t{sequence}").into());
            line.insert("sequence".to_owned(), sequence.into());
            format!("{}\n", serde_json::Value::Object(line))
        });
        lines.collect()
    }

    struct Merged {
        events: Vec<(String, Event)>,
        recap: Recap,
        dry: bool,
    }

    impl Merged {
        fn warnings(&self) -> Vec<&str> {
            let events = self.events.iter();
            let messages = events.filter_map(|(_, event)| match event {
                Event::Warning { message, .. } => Some(message.as_str()),
                _ => None,
            });
            messages.collect()
        }

        fn tally(&self, host: &str) -> Tally {
            let hosts: BTreeMap<_, _> = self.recap.hosts.iter().cloned().collect();
            hosts[host]
        }
    }

    fn merged(files: &[Option<String>]) -> Result<Merged, MergeError> {
        let mut events = Vec::new();
        let mut merge = Merge::new(|time: &str, event: &Event| {
            events.push((time.to_owned(), event.clone()));
        });
        for (number, file) in files.iter().enumerate() {
            let path = PathBuf::from(format!("{}.jsonl", number + 1));
            merge.join(&path, file.as_ref().map(|text| text.as_bytes()))?;
        }
        let (recap, dry) = merge.finish();
        Ok(Merged { events, recap, dry })
    }

    fn good(files: &[String]) -> Merged {
        let files: Vec<_> = files.iter().cloned().map(Some).collect();
        merged(&files).unwrap()
    }

    #[test]
    fn one_stream_and_one_recap() {
        let merged = good(&[
            file("1/2", false, &[("b", "changed"), ("c", "failed")], true),
            file("2/2", false, &[("a", "ok")], true),
        ]);
        let hosts: Vec<_> = merged
            .recap
            .hosts
            .iter()
            .map(|(host, _)| host.as_str())
            .collect();
        assert_eq!(hosts, ["a", "b", "c"]);
        assert_eq!(
            (merged.tally("b").changed, merged.tally("c").failed),
            (1, 1)
        );
        assert_eq!(
            (merged.recap.elapsed, &merged.recap.cut_short),
            (2.0, &None)
        );
        assert!(merged.warnings().is_empty());
        let kinds = |event: &Event| serde_json::to_value(event).unwrap()["event"].to_string();
        let kinds: Vec<_> = merged
            .events
            .iter()
            .map(|(_, event)| kinds(event))
            .collect();
        assert_eq!(
            kinds.concat(),
            "\"run_started\"\"task_started\"\"host_finished\"\"host_finished\"\"task_started\"\"host_finished\"\"run_finished\""
        );
        let mut steps = merged.events.clone();
        let steps: Vec<_> = steps
            .iter_mut()
            .filter_map(|(_, event)| event.task_mut().copied())
            .collect();
        assert_eq!(steps, [1, 1, 1, 2, 2]);
        assert_eq!(merged.events.last().unwrap().0, "t5");
        assert!(!merged.dry);
    }

    #[test]
    fn a_shard_that_died_leaves_what_it_did_and_what_is_not_known() {
        let dead = file("2/2", false, &[("a", "ok"), ("b", "open")], false);
        let torn = format!("{dead}{{\"time\":\"t9\",\"seq");
        for dead in [dead, torn] {
            let merged = good(&[file("1/2", false, &[("c", "ok")], true), dead]);
            assert_eq!(merged.recap.cut_short, Some(Cut::Interrupted));
            assert_eq!(merged.tally("a").ok, 1);
            assert_eq!(merged.recap.interrupted["b"], "Install");
            assert_eq!(
                merged.warnings(),
                [
                    "2.jsonl: the run died: its last event is missing, so its counts are those until then"
                ]
            );
        }
    }

    #[test]
    fn a_shard_without_a_file_is_missed() {
        let first = || Some(file("1/3", true, &[("c", "ok")], true));
        let merged = merged(&[first(), Some(String::new()), None]).unwrap();
        assert_eq!(merged.recap.cut_short, Some(Cut::Interrupted));
        assert!(merged.dry);
        assert_eq!(
            merged.warnings(),
            [
                "2.jsonl: there is no event in it: the run did not begin",
                "3.jsonl: there is no such file: the run did not begin",
                "these shards are in no file: 2/3, 3/3",
            ]
        );
    }

    #[test]
    fn a_host_in_two_files_is_told_but_localhost_is_each_ones_own() {
        let hosts = [("localhost", "ok"), ("a", "ok")];
        let merged = good(&[
            file("1/2", false, &hosts, true),
            file("2/2", false, &hosts, true),
        ]);
        assert_eq!(
            merged.warnings(),
            ["2.jsonl: the host a is in 1.jsonl, too; the counts are added"]
        );
        assert_eq!((merged.tally("a").ok, merged.tally("localhost").ok), (2, 2));
        assert_eq!(merged.recap.cut_short, None);
    }

    #[test]
    fn the_same_shard_twice_is_told() {
        let merged = good(&[
            file("1/1", false, &[("a", "ok")], true),
            file("1/1", false, &[("b", "ok")], true),
        ]);
        assert_eq!(merged.warnings(), ["2.jsonl: shard 1/1 is in 1.jsonl, too"]);
    }

    #[test]
    fn files_of_several_runs_are_refused() {
        let files = [
            file("1/2", false, &[("a", "ok")], true),
            file("1/3", true, &[("b", "ok")], true),
        ];
        let error = merged(&files.map(Some)).err().unwrap();
        assert_eq!(
            error.to_string(),
            "2.jsonl is of a dry run in 3 shards, but 1.jsonl of a run in 2 shards: only the shards of one run can be merged"
        );
    }
}
