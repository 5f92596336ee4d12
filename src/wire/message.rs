use {
    serde::{Deserialize, Serialize},
    serde_json::{Map, Value},
    std::collections::BTreeMap,
};

/// Both sides must speak the same version; the controller delivers the agent that was built with it.
pub const VERSION: u32 = 1;

/// A JSON object: a module's arguments or its return values.
pub type Object = Map<String, Value>;

/// From the controller to the agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Look at a step and, in a run that may change things, bring about what it asks for.
    Run(Run),
    /// Nobody else may change this host as this user while the run goes on: what it sends is refused where another run does.
    Claim(Claim),
    /// Dry run only: effects that another agent on this host foresaw, to lie over this agent's view of the host.
    Foresee(Vec<Effect>),
    /// The bytes of a content that a `Report::Need` asked for follow as chunk frames, the last one marked; or why the controller
    /// cannot give them.
    Content { refused: Option<String> },
    /// End the step under way and everything it started; it is answered with a failed outcome.
    Cancel { id: u64 },
}

/// A run that may come to change a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Tells it from every other run.
    pub run: String,
    /// Who started it, for people.
    pub who: String,
}

/// One step on one host: a module with the arguments of each loop item (one, where there is no loop).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Names the step in every report about it.
    pub id: u64,
    /// The module's canonical short name, as in the registry.
    pub module: String,
    /// Arguments per item, already accepted by the module's schema.
    pub items: Vec<Object>,
    pub mode: Mode,
    /// Whether differences are wanted in the outcome.
    pub diff: bool,
    /// Added to the environment of every process that the step starts.
    pub environment: BTreeMap<String, String>,
    /// Seconds after which the step is ended; `None` waits for ever.
    pub timeout: Option<u64>,
    /// Send output as it comes.
    pub stream: bool,
    pub course: Course,
}

/// How a step depends on the one that was sent before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Course {
    /// Not at all.
    #[default]
    Alone,
    /// It is passed over unless that one ended well.
    Follows,
    /// As `Follows`; and it is only looked at, before it is due: where there is something to change, it is passed over.
    Ahead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Only look (a dry run); what would change is remembered in the overlay.
    Look,
    /// Look, then apply what was found.
    Apply,
}

/// From the agent to the controller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// The first message: who answers.
    Hello(Hello),
    /// Item `item` of step `id` is finished.
    Outcome {
        id: u64,
        item: usize,
        outcome: Outcome,
    },
    /// Step `id` was passed over: nothing was done, and nothing is known of it (see `Course`).
    Passed { id: u64 },
    /// A piece of a running step's output.
    Output {
        id: u64,
        item: usize,
        stream: Stream,
        text: String,
    },
    /// The agent lacks these contents to go on, and waits for a `Request::Content` for each, in this order.
    Need { sha256: Vec<String> },
    /// Bytes that belong to the outcome to come (`fetch`) follow as chunk frames, the last one marked.
    Content { id: u64 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    pub version: u32,
    pub pid: u32,
    pub uid: u32,
    pub user: String,
    pub hostname: String,
    /// What tells this machine, or container, from every other one.
    pub machine: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// How one item of a step ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    pub changed: bool,
    pub failed: bool,
    /// The module decided not to run (`creates`, `removes`).
    pub skipped: bool,
    /// Dry run: why it cannot be known before an apply.
    pub unknown: Option<String>,
    pub msg: Option<String>,
    /// The return values that Ansible documents for the module, without `changed`, `failed`, `msg` and `diff`.
    pub data: Object,
    pub diff: Vec<Diff>,
    pub warnings: Vec<String>,
    /// Dry run: what would be different on the host afterwards.
    pub effects: Vec<Effect>,
}

/// One difference to show: the same thing before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// What differs, such as a path or `user ada`.
    pub what: String,
    pub before: Side,
    pub after: Side,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Side {
    Absent,
    /// Text, shown as a unified difference.
    Text(String),
    /// Properties, shown as `name: before → after`.
    State(BTreeMap<String, String>),
    /// What cannot be shown (binary, too large), by length in bytes and hash.
    Opaque {
        length: u64,
        sha256: String,
    },
}

/// A change to a host that a dry run foresees, so that later steps see the world as it would be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    Path {
        path: String,
        entry: Option<Entry>,
    },
    Account {
        name: String,
        account: Option<Account>,
    },
    Group {
        name: String,
        group: Option<Group>,
    },
    Package {
        name: String,
        installed: bool,
    },
    Service {
        name: String,
        running: Option<bool>,
        enabled: Option<bool>,
    },
    /// Something with effects that only an apply can tell: a command, an unpacked archive. The text names it.
    Opaque {
        what: String,
    },
}

/// What would stand at a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub kind: EntryKind,
    /// Permission bits, such as 0o644.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EntryKind {
    Directory,
    Link { target: String },
    File { content: Foreseen },
}

/// The content that a file would have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Foreseen {
    Text(String),
    /// Known by its hash only: the controller holds it.
    Hash {
        sha256: String,
        length: u64,
    },
    Unknown,
}

/// A line of the user database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    pub comment: String,
    pub home: String,
    pub shell: String,
}

/// A line of the group database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub name: String,
    pub gid: u32,
    pub members: Vec<String>,
}

/// Content that the controller holds, as it stands in a module's arguments: `{"sha256": …, "length": …, "inline": …}`.
/// Small text travels inline; anything else is sent only when the agent needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Content {
    pub sha256: String,
    /// In bytes.
    pub length: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inline: Option<String>,
    /// The hash that Ansible reports, where the controller has worked it out: so that no host has to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
}
