use {
    super::{Event, Finished, Status},
    serde::{Deserialize, Serialize},
    std::collections::BTreeMap,
};

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recap {
    /// In the order of the inventory.
    pub hosts: Vec<(String, Tally)>,
    /// Handlers that were notified and never ran, by host.
    pub owed: BTreeMap<String, Vec<String>>,
    /// Steps whose end is not known because the run was interrupted, by host.
    pub interrupted: BTreeMap<String, String>,
    /// Why the run ended before its end, if it did.
    pub cut_short: Option<Cut>,
    /// Statistics set by `set_stats`.
    pub stats: crate::wire::Object,
    /// Seconds.
    pub elapsed: f64,
}

/// What ended a run before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Ctrl-C or SIGTERM.
    Interrupted,
    /// Something in the input that shows only in the middle of a run.
    Fault(String),
}

/// How many steps ended how on one host; counted as Ansible's recap counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Includes those that changed something.
    pub ok: u32,
    pub changed: u32,
    pub unreachable: u32,
    pub failed: u32,
    pub skipped: u32,
    pub rescued: u32,
    pub ignored: u32,
    /// Dry run only: known after apply.
    pub unknown: u32,
}

impl Tally {
    /// Adds the counts of another run for the same host.
    pub fn add(&mut self, other: &Self) {
        self.ok += other.ok;
        self.changed += other.changed;
        self.unreachable += other.unreachable;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.rescued += other.rescued;
        self.ignored += other.ignored;
        self.unknown += other.unknown;
    }

    /// Counts one finished step (not the items of its loop).
    pub fn count(&mut self, result: &Finished) {
        match result.status {
            Status::Ok => self.ok += 1,
            Status::Changed => {
                self.ok += 1;
                self.changed += 1;
            }
            Status::Skipped => self.skipped += 1,
            Status::Failed if result.ignored => {
                self.ok += 1;
                self.ignored += 1;
                self.changed += u32::from(result.data.get("changed") == Some(&true.into()));
            }
            Status::Failed => self.failed += 1,
            Status::Unreachable if result.ignored => {
                self.ok += 1;
                self.ignored += 1;
            }
            Status::Unreachable => self.unreachable += 1,
            Status::Unknown => self.unknown += 1,
        }
    }
}

/// The counts of hosts by their names.
pub type Tallies = BTreeMap<String, Tally>;

/// Counts an event: the end of a step on a host, and, as Ansible does, every file that a host includes.
pub fn count(tallies: &mut Tallies, event: &Event) {
    match event {
        Event::HostFinished { host, result, .. } => {
            tallies.entry(host.clone()).or_default().count(result);
        }
        Event::Included { hosts, .. } => {
            for host in hosts {
                tallies.entry(host.clone()).or_default().ok += 1;
            }
        }
        _ => {}
    }
}
