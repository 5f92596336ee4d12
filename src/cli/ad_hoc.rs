use {
    super::{
        apply, exit,
        option::{
            ConnectionOptions, EscalationOptions, Format, InventoryOptions, OutputOptions,
            PartOptions, RunOptions, UnusedOptions, VaultOptions,
        },
        playbooks::{self, Loader},
        print::{print, tell},
        session::Session,
        terminal,
    },
    crate::{
        program::Program,
        render::{AdHoc, Audience, JsonLines, OneLine},
        source::{Fault, Kind, Node, Place, SourceFile, yaml},
        variable::World,
    },
    anyhow::Result,
    clap::Args,
    std::{
        fs::File,
        path::Path,
        sync::{Arc, PoisonError},
    },
};

#[derive(Clone, Debug, Args)]
pub(super) struct AdHocArguments {
    /// The hosts.
    #[arg(value_name = "PATTERN")]
    pattern: String,
    /// The module that does it.
    #[arg(short, long, value_name = "MODULE", default_value = "command")]
    module_name: String,
    /// The module's arguments: `name=value …`, JSON, or a command line where the module takes one.
    #[arg(
        short,
        long,
        value_name = "ARGS",
        default_value = "",
        allow_hyphen_values = true
    )]
    args: String,
    /// One line for each host.
    #[arg(short, long)]
    one_line: bool,
    /// List the hosts, and do nothing.
    #[arg(long)]
    list_hosts: bool,
    /// Seconds until the module is given up.
    #[arg(long, value_name = "SECONDS")]
    task_timeout: Option<u32>,
    /// Run as a job that is ended after so many seconds.
    #[arg(short = 'B', long, value_name = "SECONDS")]
    background: Option<u32>,
    /// How often to ask for the end of the job, in seconds; 0: not at all.
    #[arg(short = 'P', long, value_name = "SECONDS", requires = "background")]
    poll: Option<u32>,
    #[command(flatten)]
    how: HowArguments,
}

/// What verbs that send one module to hosts share.
#[derive(Clone, Debug, Args)]
pub(super) struct HowArguments {
    #[command(flatten)]
    inventory: InventoryOptions,
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    escalation: EscalationOptions,
    #[command(flatten)]
    vault: VaultOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    part: PartOptions,
    /// Look only: say what would change, and change nothing.
    #[arg(short = 'C', long)]
    check: bool,
    /// How many hosts work at once.
    #[arg(short, long, value_name = "N")]
    forks: Option<usize>,
    /// Forget the facts that earlier runs have kept.
    #[arg(long, hide = true)]
    flush_cache: bool,
    #[command(flatten)]
    unused: UnusedOptions,
}

/// `farcast run`.
pub(super) fn run(arguments: &AdHocArguments) -> Result<u8> {
    let mission = Mission::new(&arguments.how, &arguments.pattern)?;
    if arguments.list_hosts {
        print(mission.list())?;
        return Ok(exit::FINE);
    }
    mission.require_hosts()?;
    let task = task(arguments)?;
    let style = mission.style();
    let audience = terminal::nobody(&mission.session.redactor);
    let stdout = std::io::stdout();
    let audience = match (arguments.how.output.format, arguments.one_line) {
        (Format::Jsonl, _) => audience.with(JsonLines::new(stdout)),
        (Format::Text, true) => audience.with(OneLine::new(stdout, style)),
        (Format::Text, false) => audience.with(AdHoc::new(stdout, style)),
    };
    mission.carry_out(task, audience)
}

/// One task for the hosts of a pattern.
pub(super) struct Mission {
    pub(super) session: Session,
    options: RunOptions,
    world: Arc<World>,
    pattern: String,
    /// Those of the pattern, of all shards.
    hosts: Vec<String>,
    /// The file of `--events`.
    record: Option<File>,
}

impl Mission {
    pub(super) fn new(how: &HowArguments, pattern: &str) -> Result<Self> {
        let options = how.options();
        let record = options.part.events.as_deref().map(apply::record);
        let record = record.transpose()?;
        let session = Session::begin(&options.vault)?;
        let world = apply::world(&options, &session, &playbooks::dir(&[]))?;
        let hosts = chosen(&world, pattern, options.inventory.limit.as_deref())?;
        Ok(Self {
            session,
            options,
            world,
            pattern: pattern.to_owned(),
            hosts,
            record,
        })
    }

    /// Fails where the pattern chooses no host. That all of them are in other shards is only told.
    pub(super) fn require_hosts(&self) -> Result<(), Fault> {
        if self.hosts.is_empty() {
            return Err(nobody(format!("no host matches `{}`", self.pattern)));
        }
        if let Some(shard) = self.options.part.shard
            && self.own_hosts().next().is_none()
        {
            let pattern = &self.pattern;
            tell(&format!("no host of `{pattern}` is in shard {shard}"));
        }
        Ok(())
    }

    /// The hosts of this run's shard.
    fn own_hosts(&self) -> impl Iterator<Item = &String> {
        let shard = self.options.part.shard;
        let own = move |host: &&String| shard.is_none_or(|shard| shard.takes(host));
        self.hosts.iter().filter(own)
    }

    pub(super) fn style(&self) -> crate::render::Style {
        terminal::style(
            &self.options.output,
            self.world.settings.diff,
            &self.session.config,
            &self.session.environment,
        )
    }

    /// The hosts, as `ansible --list-hosts` prints them.
    fn list(&self) -> String {
        let hosts = self.own_hosts().map(|host| format!("    {host}\n"));
        let hosts: Vec<String> = hosts.collect();
        format!("  hosts ({}):\n{}", hosts.len(), hosts.concat())
    }

    /// Runs the task on the hosts; gives the exit code.
    pub(super) fn carry_out(self, task: Node, audience: Audience) -> Result<u8> {
        let programs = [self.program(task)?];
        let warnings = apply::examine(&self.options, &programs, &self.world)?;
        let (recap, interrupted) = apply::execute(
            &self.options,
            &self.session,
            self.world,
            &programs,
            &warnings,
            Box::new(apply::recorded(audience, self.record)),
        )?;
        Ok(apply::code(&recap, interrupted))
    }

    fn program(&self, task: Node) -> Result<Program, Fault> {
        let node = play(&self.pattern, task);
        let loader = Loader {
            session: &self.session,
            world: &self.world,
        };
        let dir = self.options.inventory.playbook_dir.clone();
        let dir = dir.unwrap_or_else(|| playbooks::dir(&[]));
        loader.in_memory(&node, Path::new(&dir))
    }
}

/// The hosts of a pattern. Errors: the inventory has no host, or no part of the pattern matches one.
fn chosen(world: &World, pattern: &str, limit: Option<&str>) -> Result<Vec<String>, Fault> {
    let inventory = world.inventory.read();
    let inventory = inventory.unwrap_or_else(PoisonError::into_inner);
    let selection = inventory.select(pattern, limit)?;
    if !selection.hosts.is_empty() {
        return Ok(selection.hosts);
    }
    if inventory.hosts().next().is_none() {
        return Err(Fault::new("the inventory has no host")
            .help("name one with -i: a file, a directory, or hosts with commas (`-i web1,web2`)"));
    }
    match selection.unmatched.first() {
        Some(term) => Err(nobody(term.to_string())),
        None => Ok(Vec::new()),
    }
}

fn nobody(message: String) -> Fault {
    Fault::new(message).help("`farcast inventory --graph` shows the hosts and groups")
}

impl HowArguments {
    fn options(&self) -> RunOptions {
        let mut options = RunOptions::without_playbook(
            self.inventory.clone(),
            self.connection.clone(),
            self.escalation.clone(),
            self.vault.clone(),
            self.output.clone(),
        );
        options.part = self.part.clone();
        options.check = self.check;
        options.forks = self.forks;
        options.flush_cache = self.flush_cache;
        options
    }
}

/// The task that the arguments mean.
fn task(arguments: &AdHocArguments) -> Result<Node, Fault> {
    let options = [
        ("--task-timeout", "timeout", arguments.task_timeout),
        ("--background", "async", arguments.background),
        ("--poll", "poll", arguments.poll),
    ];
    let keywords = options
        .into_iter()
        .filter_map(|(option, keyword, seconds)| {
            let place = Place::outside(option, &seconds?.to_string());
            let seconds = Node::new(place, Kind::Int(i64::from(seconds?)));
            Some((word(option, keyword), seconds))
        });
    let module = word("--module-name", &arguments.module_name);
    let action = (module, written(&arguments.args)?);
    let entries = std::iter::once(action).chain(keywords).collect();
    Ok(Node::new(
        Place::outside("the command line", &arguments.module_name),
        Kind::Map(entries),
    ))
}

/// A text that the command line gave under `option`.
pub(super) fn word(option: &str, text: &str) -> Node {
    Node::new(Place::outside(option, text), Kind::String(text.to_owned()))
}

/// The arguments as one would write them behind the module's name in a playbook: a map where they are JSON.
fn written(args: &str) -> Result<Node, Fault> {
    let text = args.trim();
    let is_json = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok();
    match text {
        "" => Ok(Node::new(Place::outside("--args", ""), Kind::Null)),
        text if is_json => Ok(yaml::load_one(&SourceFile::new("--args", text))?),
        _ => Ok(word("--args", args)),
    }
}

/// A playbook with one play with one task.
fn play(pattern: &str, task: Node) -> Node {
    let place = Place::outside("the command line", pattern);
    let node = |kind| Node::new(place.clone(), kind);
    let text = |text: &str| node(Kind::String(text.to_owned()));
    // A pattern is never a template.
    let literal = node(Kind::Unsafe(Box::new(word("PATTERN", pattern))));
    let entries = vec![
        (text("name"), text("the command line")),
        (text("hosts"), node(Kind::List(vec![literal]))),
        (text("gather_facts"), node(Kind::Bool(false))),
        (text("tasks"), node(Kind::List(vec![task]))),
    ];
    node(Kind::List(vec![node(Kind::Map(entries))]))
}
