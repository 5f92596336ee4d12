//! The module `dnf`.

mod order;
mod plan;
mod simulation;
mod transaction;

pub use transaction::Transaction;
use {
    crate::{
        act::{Failure, Look, Probe},
        module::{HostPath, Join, Module},
    },
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Manage packages with dnf (or, on old hosts, yum): install, upgrade, remove.
///
/// All names of a task, and all items of a loop, are one transaction.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Dnf {
    /// The packages: `nginx`, `nginx-1.20*`, `@group`, what a package provides (`/usr/bin/vim`), a file on the host or a URL
    /// (ending in `.rpm`), or `*` with `state: latest` for all.
    #[serde(default)]
    #[schemars(extend("aliases" = ["pkg"]))]
    name: Vec<String>,
    /// Whether they shall be there; `latest` upgrades them, too.
    state: Option<State>,
    /// Repositories to use though they are disabled, by name or pattern.
    #[serde(default)]
    enablerepo: Vec<String>,
    /// Repositories not to use.
    #[serde(default)]
    disablerepo: Vec<String>,
    /// Packages never to touch, by name or pattern.
    #[serde(default)]
    exclude: Vec<String>,
    /// Fetch the repositories' metadata anew first.
    #[serde(default)]
    #[schemars(extend("aliases" = ["expire-cache"]))]
    update_cache: bool,
    /// With `state: latest`: only upgrades that mend security problems.
    #[serde(default)]
    security: bool,
    /// With `state: latest`: only upgrades that mend bugs.
    #[serde(default)]
    bugfix: bool,
    /// With `state: latest`: install nothing new.
    #[serde(default)]
    update_only: bool,
    /// Do not check signatures.
    #[serde(default)]
    disable_gpg_check: bool,
    /// Replace a version by an older one.
    #[serde(default)]
    allow_downgrade: bool,
    /// Remove installed packages that are in the way.
    #[serde(default)]
    allowerasing: bool,
    /// Remove packages that were installed for others which are gone.
    #[serde(default)]
    autoremove: bool,
    /// Whether only the newest versions will do. Without it, the host decides.
    best: Option<bool>,
    /// The opposite of `best`.
    nobest: Option<bool>,
    /// Leave out what cannot be installed.
    #[serde(default)]
    skip_broken: bool,
    /// Whether weak dependencies are installed, too.
    #[serde(default = "yes")]
    install_weak_deps: bool,
    /// Use what is cached on the host; fetch no metadata.
    #[serde(default)]
    cacheonly: bool,
    /// Only fetch the packages.
    #[serde(default)]
    download_only: bool,
    /// Where to.
    download_dir: Option<HostPath>,
    /// Another configuration than `/etc/dnf/dnf.conf`.
    conf_file: Option<HostPath>,
    /// Heed no excludes of the configuration: `all`, `main` or a repository.
    disable_excludes: Option<String>,
    /// Plugins to use.
    #[serde(default)]
    enable_plugin: Vec<String>,
    /// Plugins not to use.
    #[serde(default)]
    disable_plugin: Vec<String>,
    /// Another root directory to install to.
    #[serde(default = "root")]
    installroot: String,
    /// Another release than the host's.
    releasever: Option<String>,
    /// Check the certificates of repositories.
    #[serde(default = "yes")]
    sslverify: bool,
    /// Check the certificates of URLs.
    #[serde(default = "yes")]
    validate_certs: bool,
    /// Seconds to wait for another package manager to end.
    #[serde(default = "thirty")]
    lock_timeout: u64,
    /// Has no effect: dnf is used where there is one, else yum.
    #[expect(dead_code, reason = "the host's own is used")]
    use_backend: Option<String>,
    /// Has no effect.
    #[serde(default = "yes")]
    #[expect(dead_code, reason = "nothing needs it")]
    install_repoquery: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    Installed,
    Latest,
    Present,
    Removed,
}

fn yes() -> bool {
    true
}

fn thirty() -> u64 {
    30
}

fn root() -> String {
    "/".into()
}

impl Module for Dnf {
    const NAME: &'static str = "dnf";
    const ALIASES: &'static [&'static str] = &["yum"];
    const JOIN: Option<Join<Transaction>> = Some(Transaction::join);
    type Delta = Transaction;

    fn look(&self, probe: &Probe) -> Result<Look<Transaction>, Failure> {
        let plan = self.plan(probe)?;
        Ok(plan.into_look(probe.step().mode))
    }
}

impl Dnf {
    fn removes(&self) -> bool {
        match self.state {
            Some(state) => matches!(state, State::Absent | State::Removed),
            None => self.autoremove,
        }
    }

    fn is_latest(&self) -> bool {
        self.state == Some(State::Latest)
    }
}
