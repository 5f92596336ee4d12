use {
    super::unit::UnitFile,
    crate::cli::option::{
        ConnectionOptions, EscalationOptions, InventoryOptions, OutputOptions, RunOptions,
        UnusedOptions, VaultOptions,
    },
    anyhow::{Context, Result},
    clap::{ArgAction, Args, ValueEnum},
    std::path::{Path, PathBuf, absolute},
};

#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct PullArguments {
    /// Playbooks of the repository, in order. Without any: `HOSTNAME.yml` by the full, then the short name, else `local.yml`.
    #[arg(value_name = "PLAYBOOK")]
    pub(super) playbooks: Vec<PathBuf>,
    /// The repository: whatever git can fetch from.
    #[arg(short = 'U', long)]
    pub(super) url: String,
    /// The branch, tag or whole commit id to run; the repository's own branch, where none is named.
    #[arg(short = 'C', long, value_name = "REVISION")]
    pub(super) checkout: Option<String>,
    /// Where the repository is checked out (`~/.ansible/pull/HOSTNAME`, where nothing is said).
    #[arg(short, long, value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
    /// Run only what is signed by somebody whom git trusts: the commit, or the tag that names it.
    #[arg(long)]
    pub(super) verify_commit: bool,
    /// Whose ssh keys are trusted: git's `gpg.ssh.allowedSignersFile`. It must not come from the repository.
    #[arg(long, value_name = "FILE", requires = "verify_commit")]
    pub(super) allowed_signers: Option<PathBuf>,
    /// Run nothing where the revision is the one that succeeded last.
    #[arg(short = 'o', long)]
    pub(super) only_if_changed: bool,
    /// Wait for less than so many seconds first, at random, so that hosts do not all ask at once.
    #[arg(short, long, value_name = "SECONDS")]
    pub(super) sleep: Option<u64>,
    /// That the repository cannot be reached is no failure, where the last good revision succeeds again.
    #[arg(short, long)]
    pub(super) force: bool,
    /// Throw away what was changed in the checked out files.
    #[arg(long)]
    pub(super) clean: bool,
    /// Remove the directory afterwards; no last good revision is kept then.
    #[arg(long)]
    pub(super) purge: bool,
    /// Fetch the whole history, and not only the revision.
    #[arg(long)]
    pub(super) full: bool,
    /// Let submodules follow their branches instead of the commits that the repository names.
    #[arg(long, conflicts_with = "verify_commit")]
    pub(super) track_subs: bool,
    /// Believe the key of the repository's ssh server if it is not known yet, and remember it.
    #[arg(long)]
    pub(super) accept_host_key: bool,
    /// Print a unit for systemd that does this pull, or the timer that starts it, and pull nothing.
    #[arg(long, value_name = "UNIT")]
    pub(super) print_unit: Option<UnitFile>,
    /// Only steps with one of these tags.
    #[arg(short, long, value_name = "TAGS", value_delimiter = ',', action = ArgAction::Append)]
    tags: Vec<String>,
    /// No steps with one of these tags.
    #[arg(long, value_name = "TAGS", value_delimiter = ',', action = ArgAction::Append)]
    skip_tags: Vec<String>,
    /// Look only: say what would change, and change nothing.
    #[arg(long)]
    pub(super) check: bool,
    /// List the hosts of each play, and run nothing.
    #[arg(long)]
    pub(super) list_hosts: bool,
    /// Forget the facts that earlier runs have kept.
    #[arg(long)]
    flush_cache: bool,
    #[command(flatten)]
    pub(super) inventory: InventoryOptions,
    #[command(flatten)]
    pub(super) connection: ConnectionOptions,
    #[command(flatten)]
    escalation: EscalationOptions,
    #[command(flatten)]
    vault: VaultOptions,
    #[command(flatten)]
    output: OutputOptions,
    /// What fetches the repository.
    #[arg(short, long, value_name = "NAME", default_value = "git", hide = true)]
    module_name: Fetcher,
    #[command(flatten)]
    unused: UnusedOptions,
}

/// ansible-pull knows more of them.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Fetcher {
    Git,
}

impl PullArguments {
    /// The same with paths that mean the same in every directory: the playbooks run in that of the repository. What belongs to
    /// the repository (playbooks, inventories) stays as it is.
    ///
    /// # Errors
    /// The working directory is gone.
    pub(super) fn anchored(&self) -> Result<Self> {
        let mut anchored = self.clone();
        let files = [
            &mut anchored.directory,
            &mut anchored.allowed_signers,
            &mut anchored.connection.private_key,
            &mut anchored.connection.connection_password_file,
            &mut anchored.escalation.become_password_file,
        ];
        let passwords = anchored.vault.vault_password_file.iter_mut();
        for path in files.into_iter().flatten().chain(passwords) {
            *path = anchor(path)?;
        }
        for vars in &mut anchored.inventory.extra_vars {
            if let Some(path) = vars.strip_prefix('@') {
                *vars = format!("@{}", anchor(Path::new(path))?.display());
            }
        }
        Ok(anchored)
    }

    /// How playbooks are to be run: on this machine, unless the arguments say otherwise.
    pub(super) fn run_options(&self, playbooks: Vec<PathBuf>) -> RunOptions {
        let mut connection = self.connection.clone();
        connection.connection.get_or_insert("local".to_owned());
        // It is the key for the repository.
        connection.private_key = None;
        let mut options = RunOptions::without_playbook(
            self.inventory.clone(),
            connection,
            self.escalation.clone(),
            self.vault.clone(),
            self.output.clone(),
        );
        options.playbooks = playbooks;
        options.choice.tags = self.tags.clone();
        options.choice.skip_tags = self.skip_tags.clone();
        options.choice.list_hosts = self.list_hosts;
        options.check = self.check;
        options.flush_cache = self.flush_cache;
        options
    }
}

fn anchor(path: &Path) -> Result<PathBuf> {
    // `~/` is expanded where the path is used.
    if path.starts_with("~") {
        return Ok(path.to_owned());
    }
    absolute(path).with_context(|| format!("cannot tell where {} is", path.display()))
}
