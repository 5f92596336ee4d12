use {
    super::{
        super::{change::Change, dpkg::DebianPackages, said::Said, wildcard},
        Apt, Lists, State, Upgrade,
        complaint::{explain, no_such_package},
        file::Download,
        order::Order,
        simulation::Simulation,
    },
    crate::{
        act::{Failure, Host, Probe, Question},
        wire::{Diff, Effect},
    },
    std::path::Path,
};

/// The calls of apt-get that are needed, and what they would change.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub(super) downloads: Vec<Download>,
    pub(super) orders: Vec<Order>,
    pub(super) changes: Vec<Change>,
    pub(super) warnings: Vec<String>,
}

/// `nginx`, `nginx=1.2*`, `nginx>=1.2`.
#[derive(Debug, PartialEq, Eq)]
struct Spec<'a> {
    name: &'a str,
    version: Version<'a>,
}

#[derive(Debug, PartialEq, Eq)]
enum Version<'a> {
    Any,
    Fits(&'a str),
    AtLeast(&'a str),
}

impl<'a> Spec<'a> {
    fn read(text: &'a str) -> Self {
        let text = text.trim();
        let (name, version) = match (text.split_once(">="), text.split_once('=')) {
            (Some((name, version)), _) => (name, Version::AtLeast(version.trim())),
            (None, Some((name, version))) => (name, Version::Fits(version.trim())),
            (None, None) => (text, Version::Any),
        };
        let name = name.trim();
        Self { name, version }
    }

    fn is_satisfied(&self, probe: &Probe, version: &str) -> Result<bool, Failure> {
        match self.version {
            Version::Any => Ok(true),
            Version::Fits(pattern) => Ok(wildcard::fits(pattern, version)),
            Version::AtLeast(least) => at_least(probe, version, least),
        }
    }

    /// As apt-get wants it.
    fn resolve(&self, probe: &Probe) -> Result<String, Failure> {
        match self.version {
            Version::Any => Ok(self.name.into()),
            Version::Fits(version) if !wildcard::is_pattern(version) => {
                Ok(format!("{}={version}", self.name))
            }
            Version::Fits(_) | Version::AtLeast(_) => {
                let lines = probe.ask(&Question::AptVersions(self.name.into()))?.text();
                for version in lines.lines().filter_map(|line| line.split('|').nth(1)) {
                    if self.is_satisfied(probe, version.trim())? {
                        return Ok(format!("{}={}", self.name, version.trim()));
                    }
                }
                Err(no_such_package(probe, &self.to_string()))
            }
        }
    }
}

impl std::fmt::Display for Spec<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self.version {
            Version::Any => write!(f, "{}", self.name),
            Version::Fits(version) => write!(f, "{}={version}", self.name),
            Version::AtLeast(version) => write!(f, "{}>={version}", self.name),
        }
    }
}

fn at_least(probe: &Probe, version: &str, least: &str) -> Result<bool, Failure> {
    let question = Question::DebianVersionAtLeast(version.into(), least.into());
    Ok(probe.ask(&question)?.success())
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.orders.is_empty() && self.downloads.is_empty()
    }

    /// Adds another plan, with orders of the same kind made one.
    pub fn join(&mut self, other: Self) {
        self.downloads.extend(other.downloads);
        for order in other.orders {
            let rest = self
                .orders
                .iter_mut()
                .try_fold(order, |order, known| known.join(order));
            self.orders.extend(rest);
        }
        for change in other.changes {
            if !self.changes.contains(&change) {
                self.changes.push(change);
            }
        }
        self.warnings.extend(other.warnings);
    }

    pub fn diff(&self) -> Vec<Diff> {
        self.changes.iter().map(Change::diff).collect()
    }

    pub fn effects(&self) -> Vec<Effect> {
        self.changes.iter().filter_map(Change::effect).collect()
    }

    pub fn perform(&self, host: &mut Host, said: &mut Said) -> Result<(), Failure> {
        for download in &self.downloads {
            said.add(&download.install(host)?);
        }
        for order in &self.orders {
            said.add(&order.perform(host)?);
        }
        Ok(())
    }

    /// Adds an order, if apt-get says that it would do something.
    pub(super) fn add(&mut self, probe: &Probe, order: Order) -> Result<(), Failure> {
        let arguments = order.arguments();
        let question = Question::AptSimulation(arguments.clone());
        let finished = probe.ask(&question)?;
        if !finished.success() {
            let argv: Vec<String> = ["apt-get".to_owned()]
                .into_iter()
                .chain(arguments)
                .collect();
            return Err(explain(probe, &argv, &finished, order.lock_timeout));
        }
        let simulation = Simulation::read(&finished.text());
        if !simulation.is_empty() {
            self.changes.extend(simulation.changes);
            self.orders.push(order);
        }
        Ok(())
    }
}

impl Apt {
    /// What the arguments ask for and the host does not have.
    pub(super) fn plan(&self, probe: &Probe, lists: &Lists) -> Result<Plan, Failure> {
        let mut plan = Plan::default();
        let all = self.name.iter().any(|name| name.trim() == "*");
        match (self.upgrade, all && self.state == State::Latest) {
            (Upgrade::Dist | Upgrade::Full, _) => {
                plan.add(probe, self.order(&["dist-upgrade"], Vec::new()))?
            }
            (Upgrade::No, false) => {}
            _ => plan.add(
                probe,
                self.order(&["upgrade", "--with-new-pkgs"], Vec::new()),
            )?,
        }
        if let Some(deb) = &self.deb {
            self.plan_files(probe, deb, &mut plan)?;
        }
        let names: Vec<&str> = self.name.iter().map(|name| name.trim()).collect();
        let names: Vec<&str> = names
            .into_iter()
            .filter(|name| !["", "*"].contains(name))
            .collect();
        match self.state {
            _ if names.is_empty() => self.plan_cleaning(probe, &mut plan)?,
            State::Absent => self.plan_removal(probe, &names, &mut plan)?,
            State::BuildDep => {
                let names = names.iter().map(|name| (*name).into()).collect();
                plan.add(probe, self.order(&["build-dep"], names))?;
            }
            State::Fixed | State::Latest | State::Present => {
                self.plan_installation(probe, lists, &names, &mut plan)?;
            }
        }
        if self.clean && has_archives(probe)? {
            plan.orders.push(self.order(&["clean"], Vec::new()));
        }
        Ok(plan)
    }

    fn plan_cleaning(&self, probe: &Probe, plan: &mut Plan) -> Result<(), Failure> {
        let purge = self.purge.then_some("--purge");
        if self.autoclean {
            plan.add(probe, self.order(&["autoclean"], Vec::new()))?;
        }
        if self.autoremove {
            let verb: Vec<&str> = ["autoremove"].into_iter().chain(purge).collect();
            plan.add(probe, self.order(&verb, Vec::new()))?;
        }
        Ok(())
    }

    fn plan_installation(
        &self,
        probe: &Probe,
        lists: &Lists,
        names: &[&str],
        plan: &mut Plan,
    ) -> Result<(), Failure> {
        let packages = DebianPackages::ask(probe)?;
        let mut wanted = Vec::new();
        for name in expand(probe, &packages, names, self.state == State::Latest)? {
            let spec = Spec::read(&name);
            if self.is_wanted(probe, &packages, &spec, plan)? {
                wanted.push(spec.resolve(probe)?);
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        if lists.empty
            && let Some(name) = wanted
                .iter()
                .find(|name| packages.installed(name).is_none())
        {
            return Err(no_such_package(probe, name));
        }
        let verb: &[&str] = match self.state {
            State::Fixed => &["install", "--fix-broken"],
            _ => &["install"],
        };
        plan.add(probe, self.order(verb, wanted))
    }

    /// Whether apt-get has to be asked about a package. What an earlier step of a dry run would do is put in the plan.
    fn is_wanted(
        &self,
        probe: &Probe,
        packages: &DebianPackages,
        spec: &Spec,
        plan: &mut Plan,
    ) -> Result<bool, Failure> {
        if spec.name.ends_with('-') {
            return Err(no_such_package(probe, spec.name));
        }
        let installed = packages.installed(spec.name);
        match probe.overlay().package(spec.name) {
            Some(true) => return Ok(false),
            Some(false) if installed.is_some() && !self.only_upgrade => {
                plan.changes.push(Change::coming(spec.name));
                return Ok(false);
            }
            _ => {}
        }
        match installed {
            Some(package) if spec.is_satisfied(probe, &package.version)? => {
                Ok(self.state != State::Present)
            }
            Some(_) => Ok(true),
            None if self.only_upgrade => Ok(false),
            None if packages.provides(spec.name) => has_candidate(probe, spec.name),
            None => Ok(true),
        }
    }

    fn plan_removal(&self, probe: &Probe, names: &[&str], plan: &mut Plan) -> Result<(), Failure> {
        let packages = DebianPackages::ask(probe)?;
        let mut unwanted = Vec::new();
        for name in expand(probe, &packages, names, true)? {
            let spec = Spec::read(&name);
            match (
                probe.overlay().package(spec.name),
                packages.installed(spec.name),
            ) {
                (Some(false), _) => {}
                (Some(true), None) => plan
                    .changes
                    .push(Change::going(spec.name, "known after apply")),
                (_, Some(package)) if spec.is_satisfied(probe, &package.version)? => {
                    unwanted.push(spec.name.to_owned());
                }
                _ if self.purge && packages.known(spec.name).is_some() => {
                    unwanted.push(spec.name.to_owned());
                }
                _ => {}
            }
        }
        if unwanted.is_empty() {
            return Ok(());
        }
        let purge = self.purge.then_some("--purge");
        let verb: Vec<&str> = ["remove"].into_iter().chain(purge).collect();
        plan.add(probe, self.order(&verb, unwanted))
    }
}

/// Replaces patterns by the names that fit them.
fn expand(
    probe: &Probe,
    packages: &DebianPackages,
    names: &[&str],
    installed: bool,
) -> Result<Vec<String>, Failure> {
    let mut expanded = Vec::new();
    for name in names {
        let spec = Spec::read(name);
        if !wildcard::is_pattern(spec.name) {
            expanded.push((*name).to_owned());
            continue;
        }
        let version = name.trim().strip_prefix(spec.name).unwrap_or_default();
        let found: Vec<String> = match installed {
            true => packages.fitting(spec.name).map(Into::into).collect(),
            false => {
                let known = probe.ask(&Question::AptNames)?.text();
                known
                    .lines()
                    .filter(|known| wildcard::fits(spec.name, known))
                    .map(Into::into)
                    .collect()
            }
        };
        if found.is_empty() && !installed {
            return Err(no_such_package(probe, spec.name));
        }
        expanded.extend(found.iter().map(|name| format!("{name}{version}")));
    }
    Ok(expanded)
}

/// Whether there is a package of that name, and not only others that provide it.
fn has_candidate(probe: &Probe, name: &str) -> Result<bool, Failure> {
    let policy = probe.ask(&Question::AptPolicy(name.into()))?.text();
    let candidate = policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "));
    Ok(candidate.is_some_and(|version| version != "(none)"))
}

fn has_archives(probe: &Probe) -> Result<bool, Failure> {
    match probe.list(Path::new("/var/cache/apt/archives")) {
        Err(Failure::Missing { .. }) => Ok(false),
        names => Ok(names?
            .iter()
            .any(|name| name.to_string_lossy().ends_with(".deb"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_with_versions() {
        let spec = |text| {
            let Spec { name, version } = Spec::read(text);
            (name, version)
        };
        assert_eq!(spec(" nginx "), ("nginx", Version::Any));
        assert_eq!(spec("nginx=1.2*"), ("nginx", Version::Fits("1.2*")));
        assert_eq!(spec("nginx >= 1.2"), ("nginx", Version::AtLeast("1.2")));
    }
}
