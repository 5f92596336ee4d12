//! Options that several verbs share; named as ansible-playbook names them.

use {
    crate::inventory::Shard,
    clap::{ArgAction, Args, ValueEnum},
    std::path::PathBuf,
};

/// So many steps go to a host at once where nothing else is said.
const LOOK_AHEAD: usize = 128;

#[derive(Clone, Debug, Args)]
pub(super) struct RunOptions {
    /// Playbooks to run, in order.
    #[arg(required = true, value_name = "PLAYBOOK")]
    pub(super) playbooks: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) inventory: InventoryOptions,
    #[command(flatten)]
    pub(super) connection: ConnectionOptions,
    #[command(flatten)]
    pub(super) escalation: EscalationOptions,
    #[command(flatten)]
    pub(super) vault: VaultOptions,
    #[command(flatten)]
    pub(super) choice: ChoiceOptions,
    #[command(flatten)]
    pub(super) output: OutputOptions,
    #[command(flatten)]
    pub(super) part: PartOptions,
    /// Look only: say what would change, and change nothing.
    #[arg(short = 'C', long)]
    pub(super) check: bool,
    /// How many hosts work on a step at once.
    #[arg(short, long, value_name = "N")]
    pub(super) forks: Option<usize>,
    /// How many steps may be sent to a host at once; 1 is step by step.
    #[arg(
        long,
        value_name = "N",
        env = "FARCAST_LOOK_AHEAD",
        hide_env = true,
        default_value_t = LOOK_AHEAD
    )]
    pub(super) look_ahead: usize,
    /// Run notified handlers of hosts that failed.
    #[arg(long)]
    pub(super) force_handlers: bool,
    /// Forget the facts that earlier runs have kept.
    #[arg(long)]
    pub(super) flush_cache: bool,
    #[command(flatten)]
    unused: UnusedOptions,
}

impl RunOptions {
    /// Runs no playbook of a file, but a program that is made in memory.
    pub(super) fn without_playbook(
        inventory: InventoryOptions,
        connection: ConnectionOptions,
        escalation: EscalationOptions,
        vault: VaultOptions,
        output: OutputOptions,
    ) -> Self {
        Self {
            playbooks: Vec::new(),
            inventory,
            connection,
            escalation,
            vault,
            choice: ChoiceOptions::default(),
            output,
            part: PartOptions::default(),
            check: false,
            forks: None,
            look_ahead: LOOK_AHEAD,
            force_handlers: false,
            flush_cache: false,
            unused: UnusedOptions::default(),
        }
    }
}

/// One controller's part of a run that many share.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct PartOptions {
    /// Only one of N parts of the hosts: K from 1 to N, or `index:I/N` with I from 0. `docs/scale.md` tells how to run all.
    #[arg(long, value_name = "K/N")]
    pub(super) shard: Option<Shard>,
    /// Write what happens into this file, too, as JSON lines; `report merge` joins the files of all shards.
    #[arg(long, value_name = "FILE")]
    pub(super) events: Option<PathBuf>,
}

/// Taken because Ansible's programs take them; they have no work to do here.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct UnusedOptions {
    /// Modules are built in.
    #[arg(short = 'M', long, value_name = "DIR", hide = true)]
    module_path: Vec<PathBuf>,
    /// Nothing is sent by scp.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true, hide = true)]
    scp_extra_args: Option<String>,
    /// Nothing is sent by sftp.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true, hide = true)]
    sftp_extra_args: Option<String>,
}

/// Which steps.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct ChoiceOptions {
    /// Only steps with one of these tags.
    #[arg(short, long, value_name = "TAGS", value_delimiter = ',', action = ArgAction::Append)]
    pub(super) tags: Vec<String>,
    /// No steps with one of these tags.
    #[arg(long, value_name = "TAGS", value_delimiter = ',', action = ArgAction::Append)]
    pub(super) skip_tags: Vec<String>,
    /// Begin at the step of this name.
    #[arg(long, value_name = "NAME")]
    pub(super) start_at_task: Option<String>,
    /// Ask before every step.
    #[arg(long)]
    pub(super) step: bool,
    /// List the steps, and run nothing.
    #[arg(long)]
    pub(super) list_tasks: bool,
    /// List the hosts of each play, and run nothing.
    #[arg(long)]
    pub(super) list_hosts: bool,
    /// List the tags of each play, and run nothing.
    #[arg(long)]
    pub(super) list_tags: bool,
    /// Check the playbooks without touching a host.
    #[arg(long)]
    pub(super) syntax_check: bool,
}

/// Which hosts and variables.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct InventoryOptions {
    /// An inventory: a file, a directory, an executable, or hosts with commas (`a,b,`).
    #[arg(
        short,
        long,
        visible_alias = "inventory-file",
        value_name = "INVENTORY"
    )]
    pub(super) inventory: Vec<String>,
    /// Only these hosts of what the pattern selects.
    #[arg(short, long, value_name = "PATTERN")]
    pub(super) limit: Option<String>,
    /// Variables that win over all others: `name=value …`, YAML or JSON, or `@FILE`.
    #[arg(short, long, value_name = "VARS")]
    pub(super) extra_vars: Vec<String>,
    /// The directory whose `group_vars`, `host_vars` and `roles` count as the playbook's.
    #[arg(long, value_name = "DIR")]
    pub(super) playbook_dir: Option<PathBuf>,
}

/// How to reach hosts.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct ConnectionOptions {
    /// Log in as this user.
    #[arg(short, long, value_name = "USER")]
    pub(super) user: Option<String>,
    /// Ask for the password to log in with.
    #[arg(short = 'k', long)]
    pub(super) ask_pass: bool,
    /// Read the password to log in with from this file.
    #[arg(
        long,
        visible_alias = "conn-pass-file",
        value_name = "FILE",
        conflicts_with = "ask_pass"
    )]
    pub(super) connection_password_file: Option<PathBuf>,
    /// Log in with this key.
    #[arg(long, visible_alias = "key-file", value_name = "FILE")]
    pub(super) private_key: Option<PathBuf>,
    /// How to connect: ssh (your own ssh program), russh (built in), local.
    #[arg(short, long, value_name = "KIND")]
    pub(super) connection: Option<String>,
    /// Options for ssh, as ssh takes them.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub(super) ssh_common_args: Option<String>,
    /// More options for ssh, as ssh takes them.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub(super) ssh_extra_args: Option<String>,
    /// Seconds until a connection is given up.
    #[arg(short = 'T', long, value_name = "SECONDS")]
    pub(super) timeout: Option<u64>,
    /// Believe the keys of hosts that are not known yet, and remember them. A key that has changed is refused all the same.
    #[arg(long)]
    pub(super) accept_new_host_keys: bool,
}

/// Becoming another user.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct EscalationOptions {
    /// Become another user for every step.
    #[arg(short, long)]
    pub(super) r#become: bool,
    /// How: sudo, su, doas.
    #[arg(long, value_name = "METHOD")]
    pub(super) become_method: Option<String>,
    /// Whom (root, where nothing is said).
    #[arg(long, value_name = "USER")]
    pub(super) become_user: Option<String>,
    /// Ask for the password to become another user with.
    #[arg(short = 'K', long)]
    pub(super) ask_become_pass: bool,
    /// Read the password to become another user with from this file.
    #[arg(
        long,
        visible_alias = "become-pass-file",
        value_name = "FILE",
        conflicts_with = "ask_become_pass"
    )]
    pub(super) become_password_file: Option<PathBuf>,
}

/// Passwords of vaults.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct VaultOptions {
    /// Ask for the vault password.
    #[arg(short = 'J', long, visible_alias = "ask-vault-password")]
    pub(super) ask_vault_pass: bool,
    /// Read a vault password from this file, or from what it prints where it can be executed.
    #[arg(long, visible_alias = "vault-pass-file", value_name = "FILE")]
    pub(super) vault_password_file: Vec<PathBuf>,
    /// A vault password by id: `ID@FILE` or `ID@prompt`.
    #[arg(long, value_name = "ID")]
    pub(super) vault_id: Vec<String>,
}

/// What to show.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct OutputOptions {
    /// Say more; up to four times.
    #[arg(short, long, action = ArgAction::Count)]
    pub(super) verbose: u8,
    /// Show what changes in files.
    #[arg(short = 'D', long)]
    pub(super) diff: bool,
    /// What the output is.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, as `docs/events.md` describes.
    Jsonl,
}

#[derive(Clone, Debug, Args)]
pub(super) struct ValidateOptions {
    /// Playbooks to check, and directories of playbooks and roles.
    #[arg(required = true, value_name = "PLAYBOOK|DIR")]
    pub(super) playbooks: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) inventory: InventoryOptions,
    #[command(flatten)]
    pub(super) vault: VaultOptions,
    /// What the output is.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: FindingFormat,
}

/// How `validate` tells what it found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingFormat {
    /// With the lines of the file around it.
    #[default]
    Human,
    /// One JSON object a line.
    Jsonl,
    /// Commands by which a GitHub workflow shows them beside the change.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}
