use {
    super::problem::Problem,
    std::{
        ffi::OsStr,
        fs,
        io::{self, ErrorKind},
        path::{Path, PathBuf},
        process::{Command, Stdio},
    },
};

/// The reference that remembers which revision succeeded last; git keeps what it points at.
const LAST_GOOD: &str = "refs/farcast/last-good";

/// Variables by which git would work elsewhere than it is told to.
const ELSEWHERE: [&str; 4] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
];

/// What git leaves behind where it is ended in the middle, beside its other files.
const LOCKS: [&str; 6] = [
    "HEAD.lock",
    "config.lock",
    "index.lock",
    "packed-refs.lock",
    "refs/farcast/last-good.lock",
    "shallow.lock",
];

/// How ssh is called for git. What git hands to a shell here holds nothing that was given: the key's path is in a variable.
const SSH: [(bool, bool, &str); 3] = [
    (true, false, "ssh -o StrictHostKeyChecking=accept-new"),
    (
        false,
        true,
        "ssh -o IdentitiesOnly=yes -i \"$FARCAST_PULL_KEY\"",
    ),
    (
        true,
        true,
        "ssh -o StrictHostKeyChecking=accept-new -o IdentitiesOnly=yes -i \"$FARCAST_PULL_KEY\"",
    ),
];

/// The directory in which a repository is checked out, by the program `git`.
pub(super) struct WorkTree {
    pub(super) path: PathBuf,
    pub(super) source: Source,
    /// Throw away what was changed in its files.
    pub(super) clean: bool,
}

/// Where revisions come from.
pub(super) struct Source {
    pub(super) url: String,
    /// A branch, a tag or a whole commit id.
    pub(super) revision: Option<String>,
    pub(super) full: bool,
    pub(super) track_submodules: bool,
    pub(super) accept_host_key: bool,
    pub(super) key: Option<PathBuf>,
}

/// What was found in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Revision {
    /// The commit, or the tag that names it: what may be signed.
    object: String,
    pub(super) commit: String,
    is_tag: bool,
}

impl WorkTree {
    /// Makes the directory a work tree, unless it is one, and puts right what a pull that died has left.
    pub(super) fn prepare(&mut self) -> Result<(), Problem> {
        let found = self.path.join(".git").exists();
        if !found && !self.is_empty()? {
            return Err(Problem::Foreign(self.path.clone()));
        }
        self.recover()?;
        self.git(&["init", "--quiet"])?;
        let status = ["status", "--porcelain", "--untracked-files=no"];
        match self.clean || self.git(&status)?.is_empty() {
            true => Ok(()),
            false => Err(Problem::Changed(self.path.clone())),
        }
    }

    fn is_empty(&self) -> Result<bool, Problem> {
        let mut entries = fs::read_dir(&self.path).map_err(self.unusable())?;
        Ok(entries.next().is_none())
    }

    /// Where a pull died while git was at work, nobody holds git's locks any more, and files are changed that nobody changed.
    fn recover(&mut self) -> Result<(), Problem> {
        if !self.mark().exists() {
            return Ok(());
        }
        self.clean = true;
        for lock in LOCKS {
            match fs::remove_file(self.path.join(".git").join(lock)) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(self.unusable()(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Is there while git changes something.
    fn mark(&self) -> PathBuf {
        self.path.join(".git/farcast-at-work")
    }

    /// Lets git change something. Where it fails halfway, the next pull puts it right.
    fn at_work<T>(&self, work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        fs::write(self.mark(), "").map_err(self.unusable())?;
        let done = work()?;
        fs::remove_file(self.mark()).map_err(self.unusable())?;
        Ok(done)
    }

    fn unusable(&self) -> impl Fn(io::Error) -> Problem {
        let path = self.path.clone();
        move |reason| Problem::Directory {
            path: path.clone(),
            reason,
        }
    }

    /// Gets the newest revision from the repository.
    pub(super) fn fetch(&self) -> Result<Revision, Problem> {
        // That nothing can be had is no work left halfway.
        self.at_work(|| Ok(self.try_to_fetch()))?
    }

    fn try_to_fetch(&self) -> Result<Revision, Problem> {
        let source = &self.source;
        let unreachable = |problem| match problem {
            Problem::Git { said, .. } => Problem::Unreachable {
                url: self.masked(&source.url),
                said,
            },
            other => other,
        };
        let mut fetch = vec!["fetch", "--quiet", "--force", "--no-recurse-submodules"];
        match source.full {
            true => self.fetch_all(&fetch).map_err(unreachable)?,
            false => fetch.extend(["--no-tags", "--depth=1"]),
        }
        let revision = source.revision.as_deref().unwrap_or("HEAD");
        fetch.extend(["--", &source.url, revision]);
        self.git(&fetch).map_err(unreachable)?;
        self.revision("FETCH_HEAD")
    }

    /// Gets the whole history with all branches and tags.
    fn fetch_all(&self, fetch: &[&str]) -> Result<(), Problem> {
        let mut fetch = [fetch, &["--tags"]].concat();
        if self.git(&["rev-parse", "--is-shallow-repository"])? == "true" {
            fetch.push("--unshallow");
        }
        fetch.extend([
            "--",
            &self.source.url,
            "+refs/heads/*:refs/remotes/origin/*",
        ]);
        self.git(&fetch).map(drop)
    }

    /// The revision that succeeded last, if one did.
    pub(super) fn last_good(&self) -> Result<Option<Revision>, Problem> {
        match self.git(&["for-each-ref", LAST_GOOD])?.is_empty() {
            true => Ok(None),
            false => self.revision(LAST_GOOD).map(Some),
        }
    }

    /// Remembers that a revision succeeded.
    pub(super) fn keep(&self, revision: &Revision) -> Result<(), Problem> {
        let update = ["update-ref", LAST_GOOD, &revision.object];
        self.at_work(|| self.git(&update)).map(drop)
    }

    /// Checks who signed the revision; `signers` are the ssh keys that are trusted, if not those of git's configuration.
    pub(super) fn verify(
        &self,
        revision: &Revision,
        signers: Option<&Path>,
    ) -> Result<(), Problem> {
        let signers = signers.map(|path| format!("gpg.ssh.allowedSignersFile={}", path.display()));
        let mut words = Vec::new();
        if let Some(setting) = &signers {
            words.extend(["-c", setting]);
        }
        words.push(match revision.is_tag {
            true => "verify-tag",
            false => "verify-commit",
        });
        words.push(&revision.object);
        self.git(&words).map(drop).map_err(|problem| match problem {
            Problem::Git { said, .. } => Problem::Unsigned {
                revision: revision.commit.clone(),
                said,
            },
            other => other,
        })
    }

    /// Brings the files of a revision, and those of its submodules, into the directory.
    pub(super) fn check_out(&self, revision: &Revision) -> Result<(), Problem> {
        self.at_work(|| self.bring_in(revision))
    }

    fn bring_in(&self, revision: &Revision) -> Result<(), Problem> {
        let mut words = vec!["checkout", "--quiet", "--detach"];
        if self.clean {
            words.push("--force");
        }
        self.git(&[&words[..], &[&revision.commit]].concat())?;
        if !self.path.join(".gitmodules").exists() {
            return Ok(());
        }
        let mut words = vec!["submodule", "--quiet", "update", "--init", "--recursive"];
        if self.source.track_submodules {
            words.push("--remote");
        }
        if self.clean {
            words.push("--force");
        }
        if !self.source.full {
            words.push("--depth=1");
        }
        self.git(&words).map(drop)
    }

    fn revision(&self, name: &str) -> Result<Revision, Problem> {
        let of = |suffix: &str| {
            let name = format!("{name}{suffix}");
            self.git(&["rev-parse", "--verify", "--quiet", &name])
        };
        let (object, commit) = (of("")?, of("^{commit}")?);
        Ok(Revision {
            is_tag: object != commit,
            object,
            commit,
        })
    }

    /// Runs git in the directory; gives what it wrote, without white space around it.
    fn git(&self, words: &[&str]) -> Result<String, Problem> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.path).args(words);
        for name in ELSEWHERE {
            command.env_remove(name);
        }
        command.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null());
        let wanted = (self.source.accept_host_key, self.source.key.is_some());
        for (accepts, has_key, ssh) in SSH {
            if wanted == (accepts, has_key) {
                command.env("GIT_SSH_COMMAND", ssh);
            }
        }
        let key = self.source.key.as_deref().map(Path::as_os_str);
        command.env("FARCAST_PULL_KEY", key.unwrap_or(OsStr::new("")));
        let output = command.output().map_err(Problem::NoGit)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(Problem::Git {
                verb: words
                    .iter()
                    .find(|word| !word.starts_with('-'))
                    .map_or_else(String::new, |verb| (*verb).to_owned()),
                said: self.masked(&text(&output.stderr)),
            }),
        }
    }

    /// The text without the name and password of the repository's address.
    fn masked(&self, text: &str) -> String {
        let (_, rest) = self.source.url.split_once("://").unwrap_or_default();
        let host = rest.split('/').next().unwrap_or_default();
        match host.rsplit_once('@') {
            Some((secret, _)) if secret.contains(':') => text.replace(secret, "********"),
            _ => text.to_owned(),
        }
    }
}
