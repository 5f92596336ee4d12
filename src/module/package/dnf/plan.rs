use {
    super::{
        super::{
            change::Change,
            rpm::{RpmPackage, RpmPackages},
        },
        Dnf, Transaction,
        order::{Order, explain, unknown},
        simulation::Simulation,
    },
    crate::{
        act::{Failure, Probe, Question, Thing},
        wire::Mode,
    },
    std::path::Path,
};

impl Dnf {
    /// What the arguments ask for and the host does not have.
    pub(super) fn plan(&self, probe: &Probe) -> Result<Transaction, Failure> {
        let packages = RpmPackages::ask(probe)?;
        let mut plan = Transaction::default();
        let names: Vec<&str> = self
            .name
            .iter()
            .map(|name| name.trim())
            .filter(|name| !name.is_empty())
            .collect();
        if names.is_empty() {
            self.plan_nothing(probe, &packages, &mut plan)?;
        } else if self.removes() {
            self.plan_removal(probe, &packages, &names, &mut plan)?;
        } else {
            self.plan_installation(probe, &packages, &names, &mut plan)?;
        }
        plan.before = packages;
        Ok(plan)
    }

    /// No package is named.
    fn plan_nothing(
        &self,
        probe: &Probe,
        packages: &RpmPackages,
        plan: &mut Transaction,
    ) -> Result<(), Failure> {
        if self.autoremove {
            let order = self.order(probe, "autoremove", Vec::new())?;
            self.simulate(probe, packages, &order, plan)?;
            if !plan.changes.is_empty() {
                plan.orders.push(order);
            }
        } else if self.update_cache {
            plan.refreshes = true;
            plan.orders
                .push(self.order(probe, "makecache", Vec::new())?);
        }
        Ok(())
    }

    fn plan_removal(
        &self,
        probe: &Probe,
        packages: &RpmPackages,
        names: &[&str],
        plan: &mut Transaction,
    ) -> Result<(), Failure> {
        let (mut unwanted, mut doubtful) = (Vec::new(), Vec::new());
        for name in names {
            match probe.overlay().package(name) {
                Some(false) => {}
                Some(true) => plan.changes.push(Change::going(name, "known after apply")),
                None if name.starts_with('@') || packages.named(name).next().is_some() => {
                    unwanted.push((*name).to_owned())
                }
                None => doubtful.push(*name),
            }
        }
        unwanted.extend(
            provided(probe, &doubtful)?
                .into_iter()
                .map(|(_, package)| package),
        );
        if unwanted.is_empty() {
            return Ok(());
        }
        let order = self.order(probe, "remove", unwanted)?;
        self.simulate(probe, packages, &order, plan)?;
        if !plan.changes.is_empty() {
            plan.orders.push(order);
        }
        Ok(())
    }

    fn plan_installation(
        &self,
        probe: &Probe,
        packages: &RpmPackages,
        names: &[&str],
        plan: &mut Transaction,
    ) -> Result<(), Failure> {
        let all = self.is_latest() && names.contains(&"*");
        let mut wanted = self.wanted(probe, packages, names, plan)?;
        if wanted.is_empty() && !all {
            return Ok(());
        }
        let verb =
            match self.is_latest() && (self.update_only || self.security || self.bugfix || all) {
                true => "upgrade",
                false => "install",
            };
        let mut order = self.order(probe, verb, wanted.clone())?;
        let mut simulated = Transaction::default();
        let downgrades = self.simulate(probe, packages, &order, &mut simulated)?;
        if !self.allow_downgrade && !downgrades.is_empty() {
            let is_older = |name: &String| {
                downgrades
                    .iter()
                    .any(|known| name.starts_with(&format!("{known}-")))
            };
            wanted.retain(|name| !is_older(name));
            if wanted.is_empty() {
                return Ok(());
            }
            order.names = wanted;
            simulated = Transaction::default();
            self.simulate(probe, packages, &order, &mut simulated)?;
        }
        plan.changes.extend(simulated.changes);
        plan.warnings.extend(simulated.warnings);
        // What is newest is known to a run only, after it fetched fresh metadata.
        let is_latest = self.is_latest() && !self.cacheonly && probe.step().mode == Mode::Apply;
        if is_latest || !plan.changes.is_empty() {
            plan.orders.push(order);
        }
        Ok(())
    }

    /// The names to give to dnf. What an earlier step of a dry run would do is put in the plan.
    fn wanted(
        &self,
        probe: &Probe,
        packages: &RpmPackages,
        names: &[&str],
        plan: &mut Transaction,
    ) -> Result<Vec<String>, Failure> {
        let (mut wanted, mut doubtful) = (Vec::new(), Vec::new());
        for name in names.iter().filter(|name| **name != "*") {
            match probe.overlay().package(name) {
                Some(true) => continue,
                Some(false) if packages.named(name).next().is_some() => {
                    plan.changes.push(Change::coming(name));
                    continue;
                }
                _ => {}
            }
            let installed = match is_file(name) {
                true => is_installed(probe, packages, name)?,
                false => !name.starts_with('@') && packages.named(name).next().is_some(),
            };
            match installed {
                true if self.is_latest() && !is_file(name) => wanted.push((*name).to_owned()),
                true => {}
                false if is_file(name) || name.starts_with('@') => wanted.push((*name).to_owned()),
                false => doubtful.push(*name),
            }
        }
        let provided = provided(probe, &doubtful)?;
        let is_provided = |name: &str| provided.iter().any(|(known, _)| *known == name);
        doubtful.retain(|name| self.is_latest() || !is_provided(name));
        wanted.extend(doubtful.into_iter().map(Into::into));
        Ok(wanted)
    }

    /// Adds what an order would change; gives the names of packages that would become older. Where the host has no
    /// metadata, versions are not known.
    fn simulate(
        &self,
        probe: &Probe,
        packages: &RpmPackages,
        order: &Order,
        plan: &mut Transaction,
    ) -> Result<Vec<String>, Failure> {
        let is_other = |argument: &String| argument != "--refresh" && argument != "--cacheonly";
        let arguments = order.arguments().into_iter().filter(is_other).collect();
        let finished = probe.ask(&Question::DnfSimulation(order.program, arguments))?;
        let said = format!(
            "{}\n{}",
            finished.text(),
            String::from_utf8_lossy(&finished.stderr)
        );
        let installed = |name: &str| packages.named(name).next().map(RpmPackage::full_version);
        let simulation = Simulation::read(&said, &installed);
        let aborted = said.contains("Operation aborted");
        if finished.success() || aborted && unknown(&said).is_empty() {
            plan.changes.extend(simulation.changes);
            return Ok(simulation.downgrades);
        }
        // A run fetches metadata first: what these do not tell, it finds out.
        let blind = said.contains("Cache-only enabled") || said.contains("cache only");
        if probe.step().mode == Mode::Apply || blind {
            let unknown = order.names.iter().filter(|name| installed(name).is_none());
            plan.changes
                .extend(unknown.map(|name| Change::coming(name)));
            return Ok(Vec::new());
        }
        let argv: Vec<String> = [order.program.to_owned()]
            .into_iter()
            .chain(order.arguments())
            .collect();
        Err(match explain(probe, &argv, &finished, self.lock_timeout) {
            Failure::Refused { msg, .. } if self.update_cache => {
                Failure::Unforeseeable(format!("{msg}; the metadata would be fetched first"))
            }
            failure => failure,
        })
    }
}

fn is_file(name: &str) -> bool {
    name.ends_with(".rpm") && (name.contains('/') || name.contains("://"))
}

/// Whether just the package in a file is installed.
fn is_installed(probe: &Probe, packages: &RpmPackages, file: &str) -> Result<bool, Failure> {
    if !file.contains("://") {
        match probe.follow(Path::new(file))? {
            None => return Err(Failure::missing(Thing::Path, file)),
            Some(inode) if inode.foreseen => {
                return Err(Failure::Unforeseeable(format!("what package {file} holds")));
            }
            Some(_) => {}
        }
    }
    let finished = probe.ask(&Question::RpmFile(file.into()))?;
    let text = finished.text();
    let package = text.lines().find_map(RpmPackage::read);
    match package {
        Some(package) => Ok(packages.0.contains(&package)),
        None => Err(Failure::refused(format!(
            "{file} is no RPM package that can be read: {}",
            finished.complaint()
        ))),
    }
}

/// Of names that are no packages: which of them installed packages provide, and the packages.
fn provided<'a>(probe: &Probe, names: &[&'a str]) -> Result<Vec<(&'a str, String)>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let list = names.iter().map(|name| (*name).into()).collect();
    let answer = probe.ask(&Question::RpmProviders(list))?.text();
    let misses = answer.lines().filter(|line| is_miss(line)).count();
    if misses == names.len() {
        return Ok(found);
    }
    // The answer does not say which package is for which name.
    for name in names {
        let answer = probe
            .ask(&Question::RpmProviders(vec![(*name).into()]))?
            .text();
        let package = answer
            .lines()
            .find(|line| !line.is_empty() && !is_miss(line));
        found.extend(package.map(|package| (*name, package.to_owned())));
    }
    Ok(found)
}

fn is_miss(line: &str) -> bool {
    line.starts_with("no package provides ") || line.contains(": No such file or directory")
}
