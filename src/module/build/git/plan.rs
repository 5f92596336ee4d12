//! Which calls of git bring a version about.

use {
    super::{
        Git, ask,
        remote::{Kind, Remote},
        repository::Repository,
    },
    crate::act::{Failure, GitCall, GitQuestion, Probe},
    std::{
        collections::BTreeMap,
        path::{Path, PathBuf},
    },
};

/// A call of git, and what to say if it fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub arguments: Vec<String>,
    pub complaint: Option<String>,
    /// Outside of the repository.
    pub outside: bool,
}

/// How a clone is made.
pub(super) struct Cloning {
    pub steps: Vec<Step>,
    pub warnings: Vec<String>,
}

/// Where a repository shall be.
pub(super) struct Goal {
    /// `None`: only after a fetch somebody knows.
    pub commit: Option<String>,
    /// The branch that has to be checked out, which is not.
    pub branch: Option<String>,
    /// Nothing else is to be fetched.
    pub refs_are_there: bool,
}

impl Step {
    fn new<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            arguments: arguments.into_iter().map(Into::into).collect(),
            complaint: None,
            outside: false,
        }
    }

    fn or_say(mut self, complaint: String) -> Self {
        self.complaint = Some(complaint);
        self
    }
}

impl Git {
    fn depth(&self) -> Option<String> {
        self.depth
            .filter(|depth| *depth > 0)
            .map(|depth| depth.to_string())
    }

    /// Makes a clone with the version in it.
    pub(super) fn cloning(
        &self,
        remote: &Remote,
        url: &str,
        dest: &Path,
        separate: Option<PathBuf>,
    ) -> Cloning {
        let (kind, mut warnings) = (remote.kind(&self.version), Vec::new());
        let named = matches!(kind, Kind::Branch | Kind::Tag);
        let mut clone: Vec<String> = vec!["clone".into()];
        let mut add = |words: &[&str]| clone.extend(words.iter().map(|word| (*word).to_owned()));
        match self.bare {
            true => add(&["--bare"]),
            false => add(&["--origin", &self.remote]),
        }
        let mut chosen = false;
        if let Some(depth) = self.depth() {
            if kind == Kind::Head || self.refspec.is_some() {
                add(&["--depth", &depth]);
            } else if named {
                add(&["--depth", &depth, "--branch", &self.version]);
                chosen = true;
            } else {
                warnings.push("Ignoring depth argument. Shallow clones are only available for HEAD, branches, tags or in combination with refspec.".into());
            }
        }
        if let Some(reference) = &self.reference {
            add(&["--reference", reference]);
        }
        if self.single_branch {
            add(&["--single-branch"]);
            if named && !chosen {
                add(&["--branch", &self.version]);
                chosen = true;
            }
        }
        if let Some(path) = separate {
            add(&[&format!("--separate-git-dir={}", path.display())]);
        }
        add(&["--", url, &dest.display().to_string()]);
        let mut first = Step::new(clone.iter().map(String::as_str));
        first.outside = true;
        let mut steps = vec![first];
        if self.bare && self.remote != "origin" {
            steps.push(Step::new(["remote", "add", &self.remote, url]));
        }
        steps.extend(self.fetch_more());
        let is_there = chosen || kind == Kind::Head || remote.head() == Some(&self.version);
        if !self.bare && !is_there {
            steps.extend(self.switching(kind, None));
        }
        Cloning { steps, warnings }
    }

    fn fetch_more(&self) -> Option<Step> {
        let refspec = self.refspec.as_deref()?;
        let depth = self.depth();
        let mut words = vec!["fetch"];
        if let Some(depth) = &depth {
            words.extend(["--depth", depth]);
        }
        words.extend([self.remote.as_str(), refspec]);
        Some(Step::new(words))
    }

    /// Where the clone shall be, and what keeps it from being there.
    pub(super) fn goal(
        &self,
        probe: &Probe,
        call: &GitCall,
        repository: &Repository,
        remote: &Remote,
    ) -> Result<Goal, Failure> {
        if self.bare {
            let own = own(probe, call)?;
            return Ok(Goal {
                commit: repository
                    .branch
                    .as_deref()
                    .and_then(|branch| remote.commit("HEAD", Some(branch)))
                    .or_else(|| repository.commit.clone()),
                branch: None,
                refs_are_there: remote.is_mirrored(&own),
            });
        }
        let main = repository.main_branch(probe, &self.remote)?;
        let main = main.or_else(|| remote.head().map(Into::into));
        let branch = match remote.kind(&self.version) {
            Kind::Head => main.clone(),
            Kind::Branch => Some(self.version.clone()),
            Kind::Tag | Kind::Other => None,
        };
        let mut commit = remote.commit(&self.version, main.as_deref());
        if commit.is_none() {
            // A part of a hash, or what only this clone has.
            let name = format!("{}^{{commit}}", self.version);
            let question = GitQuestion::Commit(name);
            commit = ask(probe, call, question)
                .ok()
                .map(|answer| answer.trim().to_owned());
        }
        Ok(Goal {
            commit: commit.filter(|commit| !commit.is_empty()),
            branch: branch.filter(|branch| repository.branch.as_ref() != Some(branch)),
            refs_are_there: true,
        })
    }

    /// Brings an existing clone to the version.
    pub(super) fn updating(
        &self,
        remote: &Remote,
        repository: &Repository,
        url: &str,
        address: &Option<String>,
        modified: bool,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        if modified {
            steps.push(Step::new(["reset", "--hard", "HEAD"]));
        }
        if address.is_some() {
            let complaint = format!("Failed to set a new url {url} for {}", self.remote);
            steps.push(Step::new(["remote", "set-url", &self.remote, url]).or_say(complaint));
        }
        let kind = remote.kind(&self.version);
        let main = repository.branch.as_deref().or(remote.head());
        steps.push(self.fetching(kind, main));
        if !self.bare {
            steps.extend(self.switching(kind, main));
        }
        steps
    }

    fn fetching(&self, kind: Kind, main: Option<&str>) -> Step {
        let mut words = vec!["fetch".to_owned()];
        let mut refspecs: Vec<String> = Vec::new();
        let (version, remote) = (&self.version, &self.remote);
        if let Some(depth) = self.depth() {
            match (&self.refspec, kind) {
                (Some(refspec), _) => refspecs.push(refspec.clone()),
                (None, Kind::Head) => refspecs.extend(
                    main.map(|main| format!("+refs/heads/{main}:refs/remotes/{remote}/{main}")),
                ),
                (None, Kind::Branch) => {
                    refspecs.push(format!(
                        "+refs/heads/{version}:refs/remotes/{remote}/{version}"
                    ));
                }
                (None, Kind::Tag) => {
                    refspecs.push(format!("+refs/tags/{version}:refs/tags/{version}"));
                }
                (None, Kind::Other) => {}
            }
            if !refspecs.is_empty() {
                words.extend(["--depth".into(), depth]);
            }
        }
        if refspecs.is_empty() {
            match self.bare {
                true => refspecs.extend(
                    ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"].map(Into::into),
                ),
                false => words.push("--tags".into()),
            }
            refspecs.extend(self.refspec.clone());
        }
        if self.force {
            words.push("--force".into());
        }
        words.push(remote.clone());
        words.extend(refspecs);
        Step::new(words.iter().map(String::as_str))
            .or_say("Failed to download remote objects and refs".into())
    }

    /// Checks the version out.
    fn switching(&self, kind: Kind, main: Option<&str>) -> Vec<Step> {
        let (version, remote) = (self.version.as_str(), &self.remote);
        let branch = match kind {
            Kind::Head => main,
            Kind::Branch => Some(version),
            Kind::Tag | Kind::Other => None,
        };
        let Some(branch) = branch else {
            let complaint = format!("Failed to checkout {version}");
            return vec![Step::new(["checkout", "--force", version, "--"]).or_say(complaint)];
        };
        let complaint = format!("Failed to checkout branch {branch}");
        let own = format!("refs/remotes/{remote}/{branch}");
        let mut steps = Vec::new();
        if self.depth().is_some() || self.single_branch {
            // Such a clone knows one branch only.
            let spec = format!("+refs/heads/{branch}:{own}");
            let depth = self.depth();
            let mut words = vec!["fetch"];
            if let Some(depth) = &depth {
                words.extend(["--depth", depth]);
            }
            words.extend([remote.as_str(), &spec]);
            let complaint = format!("Failed to fetch branch from remote: {branch}");
            steps.push(Step::new(words).or_say(complaint));
        }
        steps.push(Step::new(["checkout", "--force", "-B", branch, &own, "--"]).or_say(complaint));
        steps
    }
}

fn own(probe: &Probe, call: &GitCall) -> Result<BTreeMap<String, String>, Failure> {
    let answer = ask(probe, call, GitQuestion::Own)?;
    let lines = answer.lines().filter_map(|line| line.split_once('\t'));
    Ok(lines
        .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
        .collect())
}
