//! The module `apt`.

mod complaint;
mod file;
mod lists;
mod order;
mod plan;
mod simulation;
mod transaction;

use {
    crate::{
        act::{Failure, Look, Probe},
        module::{Join, Module},
        wire::Mode,
    },
    plan::Plan,
    schemars::JsonSchema,
    serde::Deserialize,
};
pub use {
    complaint::explain,
    lists::{Lists, Refresh},
    order::PACKAGE_ENVIRONMENT,
    transaction::Transaction,
};

/// Manage packages with apt: install, upgrade, remove, and refresh the package lists.
///
/// All names of a task, and all items of a loop, are one transaction.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Apt {
    /// The packages: `nginx`, a version `nginx=1.22.1-9`, a pattern `nginx=1.22*`, a least version `nginx>=1.20`, `libc6:i386`.
    #[serde(default)]
    #[schemars(extend("aliases" = ["package", "pkg"]))]
    name: Vec<String>,
    /// Whether they shall be there; `latest` upgrades them, too, `fixed` mends broken dependencies.
    #[serde(default)]
    state: State,
    /// Refresh the package lists first (`apt-get update`).
    #[schemars(extend("aliases" = ["update-cache"]))]
    update_cache: Option<bool>,
    /// Refresh the package lists only if they are older than this many seconds. Implies `update_cache`.
    #[serde(default)]
    cache_valid_time: u64,
    /// How often a refresh is tried.
    #[serde(default = "five")]
    update_cache_retries: u32,
    /// The most seconds to wait between the tries.
    #[serde(default = "twelve")]
    update_cache_retry_max_delay: u64,
    /// Upgrade all packages: `safe` (or `yes`) removes none, `dist` and `full` may.
    #[serde(default)]
    upgrade: Upgrade,
    /// A package file on the host, several with commas between, or a URL.
    deb: Option<String>,
    /// Remove configuration files, too, when packages are removed.
    #[serde(default)]
    purge: bool,
    /// Remove packages that were installed for others which are gone.
    #[serde(default)]
    autoremove: bool,
    /// Remove package files that cannot be downloaded any more from apt's cache.
    #[serde(default)]
    autoclean: bool,
    /// Remove all package files from apt's cache.
    #[serde(default)]
    clean: bool,
    /// Whether recommended packages are installed, too. Without it, the host's apt decides.
    #[schemars(extend("aliases" = ["install-recommends"]))]
    install_recommends: Option<bool>,
    /// The release to prefer: `bookworm-backports`.
    #[schemars(extend("aliases" = ["default-release"]))]
    default_release: Option<String>,
    /// dpkg's options, with commas between and without dashes.
    #[serde(default = "keep_configuration")]
    dpkg_options: String,
    /// Upgrade what is installed; install nothing new.
    #[serde(default)]
    only_upgrade: bool,
    /// Fail rather than remove a package.
    #[serde(default)]
    fail_on_autoremove: bool,
    /// Go on where apt warns: unsigned packages, downgrades, removal of essential packages. Dangerous.
    #[serde(default)]
    force: bool,
    /// Install packages that are not signed.
    #[serde(default)]
    #[schemars(extend("aliases" = ["allow-unauthenticated"]))]
    allow_unauthenticated: bool,
    /// Replace a version by an older one.
    #[serde(default)]
    #[schemars(extend("aliases" = ["allow-downgrade", "allow_downgrades", "allow-downgrades"]))]
    allow_downgrade: bool,
    /// Change packages that are on hold.
    #[serde(default)]
    allow_change_held_packages: bool,
    /// Seconds to wait for another package manager to end.
    #[serde(default = "sixty")]
    lock_timeout: u64,
    /// Has no effect: apt-get is always used.
    #[serde(default)]
    #[expect(dead_code, reason = "apt-get is always used")]
    force_apt_get: bool,
    /// Has no effect: nothing has to be installed for this module.
    #[serde(default = "yes")]
    #[expect(dead_code, reason = "there are no dependencies")]
    auto_install_module_deps: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum State {
    Absent,
    /// The packages that building these takes.
    BuildDep,
    Fixed,
    Latest,
    #[default]
    Present,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Upgrade {
    Dist,
    Full,
    #[default]
    No,
    Safe,
    Yes,
}

fn five() -> u32 {
    5
}

fn twelve() -> u64 {
    12
}

fn sixty() -> u64 {
    60
}

fn yes() -> bool {
    true
}

fn keep_configuration() -> String {
    "force-confdef,force-confold".into()
}

impl Module for Apt {
    const NAME: &'static str = "apt";
    const JOIN: Option<Join<Transaction>> = Some(Transaction::join);
    type Delta = Transaction;

    fn look(&self, probe: &Probe) -> Result<Look<Transaction>, Failure> {
        let lists = Lists::look(probe)?;
        let refresh = self.refresh(&lists);
        let plan = match self.plan(probe, &lists) {
            Err(_) if refresh.is_some() && probe.step().mode == Mode::Apply => Plan::default(),
            Err(Failure::Refused { msg, .. }) if refresh.is_some() => {
                let why = format!("{msg}; the package lists would be refreshed first");
                return Err(Failure::Unforeseeable(why));
            }
            plan => plan?,
        };
        Ok(Transaction::new(self.clone(), lists, refresh, plan).into_look(probe.step().mode))
    }
}

impl Apt {
    fn refresh(&self, lists: &Lists) -> Option<Refresh> {
        let wanted = self.update_cache == Some(true) || self.cache_valid_time > 0;
        let due = wanted && lists.is_older(self.cache_valid_time);
        due.then(|| Refresh {
            tries: self.update_cache_retries.max(1),
            delay: self.update_cache_retry_max_delay,
            lock_timeout: self.lock_timeout,
        })
    }

    /// Whether nothing but a refresh is asked for: then it counts as the change.
    fn only_refreshes(&self) -> bool {
        self.name.is_empty() && self.upgrade == Upgrade::No && self.deb.is_none() && !self.clean
    }
}
