//! `farcast pull`: gets a repository and applies its playbook to the machine that it runs on.
//!
//! A host that nobody pushes to must not be left worse than it was: what cannot be had, is not signed, or does not succeed gives way
//! to the revision that succeeded last.

mod arguments;
mod host_names;
mod lock;
mod problem;
mod unit;
mod work_tree;

pub(super) use arguments::PullArguments;

use {
    super::{
        apply,
        config::Config,
        ending,
        environment::Environment,
        exit,
        option::RunOptions,
        print::{print, tell},
    },
    anyhow::{Context, Result},
    host_names::HostNames,
    lock::Lock,
    problem::Problem,
    std::{
        env, fs,
        hash::{BuildHasher, RandomState},
        path::{Path, PathBuf},
        thread,
        time::Duration,
    },
    work_tree::{Revision, Source, WorkTree},
};

/// `farcast pull`.
pub(super) fn pull(arguments: &PullArguments) -> Result<u8> {
    if let Some(file) = arguments.print_unit {
        print(unit::text(file)?)?;
        return Ok(exit::FINE);
    }
    let arguments = arguments.anchored()?;
    let names = HostNames::of_this_machine();
    let directory = directory(&arguments, &names)?;
    sleep(arguments.sleep);
    let _lock = Lock::take(&directory)?;
    let source = Source {
        url: arguments.url.clone(),
        revision: arguments.checkout.clone(),
        full: arguments.full,
        track_submodules: arguments.track_subs,
        accept_host_key: arguments.accept_host_key,
        key: arguments.connection.private_key.clone(),
    };
    let tree = WorkTree {
        path: directory,
        source,
        clean: arguments.clean,
    };
    let mut pull = Pull {
        arguments,
        names,
        tree,
    };
    let code = pull.run()?;
    if pull.arguments.purge {
        pull.remove()?;
    }
    Ok(code)
}

/// Where the repository is checked out; by name of the machine, for homes that several share.
fn directory(arguments: &PullArguments, names: &HostNames) -> Result<PathBuf> {
    if let Some(directory) = &arguments.directory {
        return Ok(directory.clone());
    }
    let home = Environment::read().home;
    let home =
        home.context("there is no HOME to check the repository out in; name a --directory")?;
    Ok(home.join(".ansible/pull").join(&names.full))
}

/// Waits for less than so many seconds.
fn sleep(most: Option<u64>) {
    let Some(most) = most.filter(|most| *most > 0) else {
        return;
    };
    let seconds = RandomState::new().hash_one("pull") % most;
    tell(&format!("pull: sleeping for {seconds} seconds"));
    thread::sleep(Duration::from_secs(seconds));
}

struct Pull {
    arguments: PullArguments,
    names: HostNames,
    tree: WorkTree,
}

impl Pull {
    /// Applies the newest revision, or what takes its place; gives the exit code.
    fn run(&mut self) -> Result<u8> {
        self.tree.prepare()?;
        let good = self.tree.last_good()?;
        match self.newest() {
            Ok(newest) if self.arguments.only_if_changed && good.as_ref() == Some(&newest) => {
                let commit = &newest.commit;
                tell(&format!(
                    "pull: revision {commit} has succeeded before; nothing to do"
                ));
                Ok(exit::FINE)
            }
            Ok(newest) => self.advance(&newest, good.as_ref()),
            Err(problem) => self.stay(problem, good.as_ref()),
        }
    }

    /// The newest revision, signed if that is asked for.
    fn newest(&self) -> Result<Revision, Problem> {
        let newest = self.tree.fetch()?;
        self.verify(&newest)?;
        Ok(newest)
    }

    fn verify(&self, revision: &Revision) -> Result<(), Problem> {
        match self.arguments.verify_commit {
            true => {
                let signers = self.arguments.allowed_signers.as_deref();
                self.tree.verify(revision, signers)
            }
            false => Ok(()),
        }
    }

    /// Applies a new revision; where it does not succeed, the last good one is applied again.
    fn advance(&self, newest: &Revision, good: Option<&Revision>) -> Result<u8> {
        tell(&format!("pull: revision {}", newest.commit));
        let code = self.told(newest);
        let only_looks = self.arguments.check || self.arguments.list_hosts;
        match (code, good) {
            (exit::FINE, _) if only_looks => {}
            (exit::FINE, _) => self.tree.keep(newest)?,
            (exit::INTERRUPTED, _) => {}
            _ if only_looks => {}
            (_, Some(good)) if good != newest => {
                let (failed, commit) = (&newest.commit, &good.commit);
                tell(&format!(
                    "pull: revision {failed} did not succeed (exit code {code}); back to {commit}, which succeeded last"
                ));
                self.again(good);
            }
            _ => {
                let commit = &newest.commit;
                tell(&format!(
                    "pull: revision {commit} did not succeed (exit code {code}), and there is no other to go back to"
                ));
            }
        }
        Ok(code)
    }

    /// There is no new revision: the last good one stays, and is applied again.
    fn stay(&self, problem: Problem, good: Option<&Revision>) -> Result<u8> {
        let forgiven = self.arguments.force && matches!(problem, Problem::Unreachable { .. });
        let Some(good) = good else {
            return Err(problem.into());
        };
        ending::complain(&problem.into());
        if self.arguments.only_if_changed && !forgiven {
            return Ok(exit::BAD_INPUT);
        }
        let commit = &good.commit;
        tell(&format!(
            "pull: staying with revision {commit}, which succeeded last"
        ));
        Ok(match self.again(good) {
            exit::FINE if !forgiven => exit::BAD_INPUT,
            code => code,
        })
    }

    /// Applies the last good revision, which must still be signed where that is asked for.
    fn again(&self, good: &Revision) -> u8 {
        let code = match self.verify(good) {
            Ok(()) => self.told(good),
            Err(problem) => {
                ending::complain(&problem.into());
                exit::BAD_INPUT
            }
        };
        let commit = &good.commit;
        match code {
            exit::FINE => tell(&format!("pull: revision {commit} is in place")),
            code => tell(&format!(
                "pull: revision {commit} did not succeed, either (exit code {code})"
            )),
        }
        code
    }

    /// Applies a revision and tells what went wrong; gives the exit code.
    fn told(&self, revision: &Revision) -> u8 {
        self.apply(revision).unwrap_or_else(|error| {
            ending::complain(&error);
            exit::BAD_INPUT
        })
    }

    fn apply(&self, revision: &Revision) -> Result<u8> {
        self.tree.check_out(revision)?;
        let path = &self.tree.path;
        env::set_current_dir(path).with_context(|| format!("cannot enter {}", path.display()))?;
        let mut options = self.arguments.run_options(self.playbooks()?);
        self.aim(&mut options)?;
        apply::apply(&options)
    }

    /// The playbooks that are named, or the first of the usual ones that is there.
    fn playbooks(&self) -> Result<Vec<PathBuf>, Problem> {
        let within = |name: &PathBuf| self.tree.path.join(name);
        let is_there = |name: &&PathBuf| within(name).is_file();
        let named = &self.arguments.playbooks;
        if named.is_empty() {
            let usual = self.names.playbooks();
            let found = usual.iter().find(is_there).map(within);
            return found
                .map(|found| vec![found])
                .ok_or(Problem::NoPlaybook(usual));
        }
        let missing: Vec<_> = named
            .iter()
            .filter(|name| !is_there(name))
            .cloned()
            .collect();
        match missing.is_empty() {
            true => Ok(named.iter().map(within).collect()),
            false => Err(Problem::NoPlaybook(missing)),
        }
    }

    /// Lets only this machine be meant. Where nobody names an inventory, it is the one host there is.
    fn aim(&self, options: &mut RunOptions) -> Result<()> {
        let config = Config::read(&Environment::read())?;
        let inventory = &mut options.inventory;
        let named = !inventory.inventory.is_empty()
            || config.text("defaults.inventory").is_some()
            || Path::new("/etc/ansible/hosts").is_file();
        if !named {
            inventory.inventory.push("localhost,".to_owned());
        } else if inventory.limit.is_none() {
            inventory.limit = Some(self.names.limit());
        }
        Ok(())
    }

    fn remove(&self) -> Result<()> {
        let path = &self.tree.path;
        env::set_current_dir("/").context("cannot enter /")?;
        fs::remove_dir_all(path).with_context(|| format!("cannot remove {}", path.display()))
    }
}
