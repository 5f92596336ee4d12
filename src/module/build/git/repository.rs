use {
    crate::act::{Failure, Probe, Thing},
    std::path::{Path, PathBuf},
};

/// A repository on the host, as its files say.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    /// The directory with `HEAD`.
    pub directory: PathBuf,
    /// The directory with the references that all working trees share.
    common: PathBuf,
    /// The commit that is checked out.
    pub commit: Option<String>,
    /// The branch that is checked out.
    pub branch: Option<String>,
}

impl Repository {
    /// `None`: there is none at this path.
    pub fn find(probe: &Probe, dest: &Path, bare: bool) -> Result<Option<Self>, Failure> {
        let directory = match bare {
            true => dest.to_owned(),
            false => directory(probe, dest)?,
        };
        let Some(head) = line(probe, &directory.join("HEAD"))? else {
            return Ok(None);
        };
        let common = match line(probe, &directory.join("commondir"))? {
            Some(common) => directory.join(common),
            None => directory.clone(),
        };
        if !probe.exists(&common.join("config"))? {
            return Ok(None);
        }
        let mut repository = Self {
            directory,
            common,
            commit: None,
            branch: None,
        };
        match head.strip_prefix("ref: ") {
            Some(name) => {
                repository.commit = repository.reference(probe, name)?;
                let branch = name.strip_prefix("refs/heads/").unwrap_or(name);
                repository.branch = Some(branch.to_owned());
            }
            None => repository.commit = Some(head),
        }
        Ok(Some(repository))
    }

    /// The hash behind a reference's full name.
    pub fn reference(&self, probe: &Probe, name: &str) -> Result<Option<String>, Failure> {
        if let Some(hash) = line(probe, &self.common.join(name))? {
            return Ok(Some(hash));
        }
        let packed = text(probe, &self.common.join("packed-refs"))?.unwrap_or_default();
        let mut lines = packed.lines().filter_map(|line| line.split_once(' '));
        Ok(lines
            .find(|(_, known)| *known == name)
            .map(|(hash, _)| hash.to_owned()))
    }

    /// The branch that `HEAD` as a version means: the one that is checked out, or else the remote's.
    pub fn main_branch(&self, probe: &Probe, remote: &str) -> Result<Option<String>, Failure> {
        if self.branch.is_some() {
            return Ok(self.branch.clone());
        }
        let prefix = format!("refs/remotes/{remote}/");
        let head = line(probe, &self.common.join(format!("{prefix}HEAD")))?;
        let name = head.and_then(|head| {
            let name = head.strip_prefix("ref: ")?.strip_prefix(&prefix)?;
            Some(name.to_owned())
        });
        Ok(name)
    }
}

/// Where the repository of a working tree is: `.git` may be a file that says so.
fn directory(probe: &Probe, dest: &Path) -> Result<PathBuf, Failure> {
    let place = dest.join(".git");
    match probe.follow(&place)? {
        Some(inode) if inode.is_file() => {
            let words = line(probe, &place)?.unwrap_or_default();
            let path = words.strip_prefix("gitdir: ").map(|path| dest.join(path));
            let path = path.filter(|path| matches!(probe.exists(path), Ok(true)));
            path.ok_or_else(|| {
                Failure::refused(
                    "Current repo does not have a valid reference to a separate Git dir or it refers to the invalid path",
                )
            })
        }
        _ => Ok(place),
    }
}

fn text(probe: &Probe, path: &Path) -> Result<Option<String>, Failure> {
    if !probe.follow(path)?.is_some_and(|inode| inode.is_file()) {
        return Ok(None);
    }
    match probe.read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(Failure::Missing {
            what: Thing::Path, ..
        }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn line(probe: &Probe, path: &Path) -> Result<Option<String>, Failure> {
    let text = text(probe, path)?;
    Ok(text.map(|text| text.trim().to_owned()))
}
