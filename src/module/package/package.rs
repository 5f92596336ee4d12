use {
    super::{
        apt::{self, Apt},
        dnf::{self, Dnf},
    },
    crate::{
        act::{Delta, Failure, Host, Look, Probe},
        module::{Join, Module},
        wire::{Diff, Effect, Object, Outcome},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::Path,
};

/// Manage packages with whatever package manager the host has: apt or dnf.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Package {
    /// The packages. Their names may differ between distributions.
    #[schemars(extend("aliases" = ["pkg"]))]
    name: Vec<String>,
    /// `present`, `absent`, or `latest`. Ansible calls it required, and takes `present` where it is not given.
    #[serde(default)]
    state: State,
    /// The package manager to use: `auto`, `apt`, `dnf` or `yum`.
    #[serde(rename = "use", default = "auto")]
    manager: String,
    /// Refresh the package lists first.
    #[schemars(extend("aliases" = ["update-cache"]))]
    update_cache: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    Installed,
    Latest,
    #[default]
    Present,
    Removed,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Absent | Self::Removed => "absent",
            Self::Installed | Self::Present => "present",
            Self::Latest => "latest",
        }
    }
}

fn auto() -> String {
    "auto".into()
}

/// What the host's package manager would change. A host has one, unless `use` says otherwise for some items of a loop.
#[derive(Default)]
pub struct Transaction {
    apt: Option<apt::Transaction>,
    dnf: Option<dnf::Transaction>,
}

impl Module for Package {
    const NAME: &'static str = "package";
    const JOIN: Option<Join<Transaction>> = Some(join);
    type Delta = Transaction;

    fn look(&self, probe: &Probe) -> Result<Look<Transaction>, Failure> {
        let state = self.state.name();
        let manager = match self.manager.rsplit('.').next().unwrap_or_default() {
            "auto" => package_manager(probe)?,
            manager => manager,
        };
        Ok(match manager {
            "apt" => match Apt::of_package(&self.name, state, self.update_cache)?.look(probe)? {
                Look::Same(outcome) => Look::Same(outcome),
                Look::Change(delta) => Look::Change(Transaction {
                    apt: Some(delta),
                    dnf: None,
                }),
            },
            "dnf" | "dnf4" | "dnf5" | "yum" => {
                match Dnf::of_package(&self.name, state, self.update_cache)?.look(probe)? {
                    Look::Same(outcome) => Look::Same(outcome),
                    Look::Change(delta) => Look::Change(Transaction {
                        apt: None,
                        dnf: Some(delta),
                    }),
                }
            }
            other => {
                let msg = format!(
                    "`use: {other}`: the package managers that farcast knows are apt and dnf"
                );
                return Err(Failure::refused(msg));
            }
        })
    }
}

/// The host's package manager: `apt` or `dnf`.
pub fn package_manager(probe: &Probe) -> Result<&'static str, Failure> {
    for (path, manager) in [
        ("/usr/bin/apt-get", "apt"),
        ("/usr/bin/dnf", "dnf"),
        ("/usr/bin/dnf5", "dnf"),
        ("/usr/bin/yum", "dnf"),
    ] {
        if probe.exists(Path::new(path))? {
            return Ok(manager);
        }
    }
    Err(Failure::refused(
        "the host has neither apt nor dnf nor yum: no package manager that farcast knows",
    ))
}

fn join(transactions: Vec<Transaction>) -> Transaction {
    let (mut apt, mut dnf) = (Vec::new(), Vec::new());
    for transaction in transactions {
        apt.extend(transaction.apt);
        dnf.extend(transaction.dnf);
    }
    Transaction {
        apt: (!apt.is_empty()).then(|| apt::Transaction::join(apt)),
        dnf: (!dnf.is_empty()).then(|| dnf::Transaction::join(dnf)),
    }
}

impl Transaction {
    /// Gathers what the parts tell.
    fn gather<T, L: IntoIterator<Item = T>>(
        &self,
        of_apt: fn(&apt::Transaction) -> L,
        of_dnf: fn(&dnf::Transaction) -> L,
    ) -> Vec<T> {
        let apt = self.apt.iter().flat_map(of_apt);
        apt.chain(self.dnf.iter().flat_map(of_dnf)).collect()
    }
}

impl Delta for Transaction {
    fn diff(&self) -> Vec<Diff> {
        self.gather(Delta::diff, Delta::diff)
    }

    fn effects(&self) -> Vec<Effect> {
        self.gather(Delta::effects, Delta::effects)
    }

    fn predicted(&self) -> Object {
        let values = self.gather(Delta::predicted, Delta::predicted);
        values.into_iter().collect()
    }

    fn warnings(&self) -> Vec<String> {
        self.gather(Delta::warnings, Delta::warnings)
    }

    fn message(&self) -> Option<String> {
        let messages = self.gather(Delta::message, Delta::message);
        messages.into_iter().next()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let apt = self.apt.map(|delta| delta.apply(host)).transpose()?;
        let dnf = self.dnf.map(|delta| delta.apply(host)).transpose()?;
        let mut both = apt.into_iter().chain(dnf);
        let mut outcome = both.next().unwrap_or_default();
        for other in both {
            outcome.changed |= other.changed;
            outcome.data.extend(other.data);
        }
        Ok(outcome)
    }
}
