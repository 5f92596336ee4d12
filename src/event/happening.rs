use {
    super::Recap,
    crate::inventory::Shard,
    crate::playbook::Strategy,
    crate::wire::{Diff, Object, Stream},
    serde::{Deserialize, Serialize},
};

/// One thing that happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run begins; `dry` says that nothing will be changed.
    RunStarted {
        playbooks: Vec<String>,
        dry: bool,
        /// The part of the hosts that it takes, where it does not take all.
        shard: Option<Shard>,
    },
    /// A play begins on these hosts (one batch of them, where the play is serial).
    PlayStarted {
        name: String,
        strategy: Strategy,
        hosts: Vec<String>,
    },
    /// A play's pattern matched no host, or no host is left.
    PlaySkipped { name: String, reason: String },
    /// A step begins on these hosts. Where hosts do not wait for each other, it is told again, with the same number, for
    /// each host that comes to it.
    TaskStarted {
        /// The step's number; all that happens in it says it, too.
        task: u64,
        kind: Kind,
        /// `role : name` in a role.
        name: String,
        /// `file:line:column`.
        place: String,
        hosts: Vec<String>,
    },
    /// The person is asked something, and everything waits for the answer.
    Asked { question: String },
    /// A piece of a running step's output.
    Output {
        task: u64,
        host: String,
        item: Option<String>,
        stream: Stream,
        text: String,
    },
    /// One item of a loop is finished on a host.
    ItemFinished {
        task: u64,
        host: String,
        item: String,
        result: Finished,
    },
    /// A step will be tried again on a host.
    Retrying {
        task: u64,
        host: String,
        item: Option<String>,
        attempt: u32,
        left: u32,
    },
    /// A step waits for these hosts, which take long: so many seconds by now, the one that takes longest. Told again as they
    /// take longer.
    Waiting {
        task: u64,
        hosts: Vec<String>,
        seconds: u64,
    },
    /// A step is finished on a host; for a loop, after its items.
    HostFinished {
        task: u64,
        host: String,
        result: Finished,
    },
    /// Files were included for these hosts.
    Included {
        task: u64,
        file: String,
        hosts: Vec<String>,
    },
    /// Something that a person should know and that stops nothing.
    Warning {
        message: String,
        place: Option<String>,
    },
    /// The run is over.
    RunFinished(Recap),
}

impl Event {
    /// The kinds of events, as they are written.
    pub const KINDS: [&str; 13] = [
        "run_started",
        "play_started",
        "play_skipped",
        "task_started",
        "asked",
        "output",
        "item_finished",
        "retrying",
        "waiting",
        "host_finished",
        "included",
        "warning",
        "run_finished",
    ];

    /// The number of the step that it belongs to, if it belongs to one.
    pub fn task_mut(&mut self) -> Option<&mut u64> {
        match self {
            Self::TaskStarted { task, .. }
            | Self::Output { task, .. }
            | Self::ItemFinished { task, .. }
            | Self::Retrying { task, .. }
            | Self::Waiting { task, .. }
            | Self::HostFinished { task, .. }
            | Self::Included { task, .. } => Some(task),
            Self::RunStarted { .. }
            | Self::PlayStarted { .. }
            | Self::PlaySkipped { .. }
            | Self::Asked { .. }
            | Self::Warning { .. }
            | Self::RunFinished(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Task,
    Handler,
    /// The implicit gathering of facts.
    Gather,
}

/// How a step, or one item of it, ended on a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    pub status: Status,
    /// A failure that does not count, by `ignore_errors` or `ignore_unreachable`.
    pub ignored: bool,
    /// For a loop: the summary of items that were already shown one by one.
    pub looped: bool,
    /// The module's short name.
    pub module: String,
    /// The host that the step really ran on, where it was delegated.
    pub delegated: Option<String>,
    /// The message for people: what failed and why, why it was skipped, what is not known before an apply.
    pub msg: Option<String>,
    /// The return values; emptied (`censored`) where the step has `no_log`.
    pub data: Object,
    pub diff: Vec<Diff>,
    pub warnings: Vec<String>,
    pub censored: bool,
    /// `file:line:column` of what failed, where that is not the step itself.
    pub place: Option<String>,
    /// Seconds.
    pub elapsed: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ok,
    /// Changed, or would change in a dry run.
    Changed,
    Skipped,
    Failed,
    Unreachable,
    /// Dry run only: known after apply.
    Unknown,
}
