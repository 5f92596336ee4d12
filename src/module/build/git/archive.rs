use {
    super::{Git, absolute, repository::Repository},
    crate::{
        act::{
            Act, Acts, Digest, Failure, GitCall, GitQuestion, Host, Inode, Inquiry, Probe, Question,
        },
        wire::{Diff, Effect, Object, Side},
    },
    std::{
        collections::BTreeMap,
        fs,
        path::{Path, PathBuf},
    },
};

/// The kinds of archives by the endings of their names.
const KINDS: [(&str, &str); 4] = [
    (".tar.gz", "tar.gz"),
    (".tgz", "tgz"),
    (".tar", "tar"),
    (".zip", "zip"),
];

impl Git {
    /// The archive's path and the arguments that make it.
    fn archiving(&self, probe: &Probe) -> Result<Option<(PathBuf, Vec<String>)>, Failure> {
        let Some(path) = &self.archive else {
            return Ok(None);
        };
        let path = absolute(&path.on(probe)?)?;
        let name = path.display().to_string();
        let kind = KINDS.iter().find(|(ending, _)| name.ends_with(ending));
        let Some((_, kind)) = kind else {
            return Err(Failure::refused(format!(
                "Unable to get file extension from archive file name : {name}"
            )));
        };
        let mut arguments = vec![format!("--format={kind}")];
        let prefix = self.archive_prefix.as_ref();
        arguments.extend(prefix.map(|prefix| format!("--prefix={prefix}")));
        arguments.push(self.version.clone());
        Ok(Some((path, arguments)))
    }

    /// What is archived changes: the archive is made anew.
    pub(super) fn archive_anew(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        dest: &Path,
    ) -> Result<(), Failure> {
        let Some((path, arguments)) = self.archiving(probe)? else {
            return Ok(());
        };
        let before = probe.follow(&path)?;
        acts.push(Archive {
            call: GitCall {
                directory: Some(dest.to_owned()),
                ..self.call(probe)?
            },
            before: before.as_ref().map(|inode: &Inode| inode.size),
            path,
            arguments,
        });
        Ok(())
    }

    /// What is archived stays: the archive is made if it is missing or different.
    pub(super) fn archive_same(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        call: &GitCall,
        dest: &Path,
    ) -> Result<(), Failure> {
        let Some((path, arguments)) = self.archiving(probe)? else {
            return Ok(());
        };
        if probe.exists(&path)? {
            let question = GitQuestion::Archive(arguments);
            let finished = probe.ask(&Question::Inquiry(Inquiry::Git(call.clone(), question)))?;
            let wanted = Digest::Sha256.of(&finished.stdout);
            if finished.success() && wanted == probe.digest(&path, Digest::Sha256)? {
                return Ok(());
            }
        }
        self.archive_anew(probe, acts, dest)
    }

    /// Moves the repository apart from the working tree, where it is to be elsewhere. Says whether it does.
    pub(super) fn relocate(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        dest: &Path,
        repository: &Repository,
    ) -> Result<bool, Failure> {
        let Some(path) = &self.separate_git_dir else {
            return Ok(false);
        };
        let path = probe.resolve(&path.on(probe)?)?;
        let old = probe.resolve(&repository.directory)?;
        if path == old {
            return Ok(false);
        }
        if probe.exists(&path)? {
            return Err(Failure::refused(format!(
                "Separate-git-dir path {} already exists.",
                path.display()
            )));
        }
        acts.value("git_dir_before", old.display().to_string());
        acts.value("git_dir_now", path.display().to_string());
        acts.push(Relocate {
            old,
            new: path,
            file: dest.join(".git"),
        });
        Ok(true)
    }
}

/// Makes an archive of a version.
struct Archive {
    call: GitCall,
    path: PathBuf,
    arguments: Vec<String>,
    /// The length of the archive that is there.
    before: Option<u64>,
}

impl Act for Archive {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".farcast-{}", std::process::id()));
        let draft = PathBuf::from(name);
        let output = format!("--output={}", draft.display());
        let words = ["archive", &output].into_iter();
        let words = words.chain(self.arguments.iter().map(String::as_str));
        let made = host.succeed(&self.call.program(words)).and_then(|_| {
            fs::rename(&draft, &self.path).map_err(Failure::io("replace", &self.path))
        });
        if made.is_err() {
            // It may never have been made.
            let _ = fs::remove_file(&draft);
        }
        made.map(|()| Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        let before = self.before.map_or(Side::Absent, |length| {
            Side::State(BTreeMap::from([("length".to_owned(), length.to_string())]))
        });
        let version = self.arguments.last().cloned().unwrap_or_default();
        vec![Diff {
            what: self.path.display().to_string(),
            before,
            after: Side::State(BTreeMap::from([("archive of".to_owned(), version)])),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Opaque {
            what: format!("the archive {}", self.path.display()),
        }]
    }
}

/// Moves a repository, and says so in the `.git` of its working tree.
struct Relocate {
    old: PathBuf,
    new: PathBuf,
    file: PathBuf,
}

impl Act for Relocate {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        if fs::rename(&self.old, &self.new).is_err() {
            // On another file system it has to be copied; mv does that with all attributes.
            let [old, new] = [&self.old, &self.new].map(|path| path.display().to_string());
            let words = ["mv", "--no-target-directory", "--", &old, &new];
            host.succeed(&crate::act::Program::new(words))?;
        }
        let words = format!("gitdir: {}\n", self.new.display());
        fs::write(&self.file, words).map_err(Failure::io("write", &self.file))?;
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        let side = |path: &Path| {
            let path = path.display().to_string();
            Side::State(BTreeMap::from([("path".to_owned(), path)]))
        };
        vec![Diff {
            what: "repository's own directory".into(),
            before: side(&self.old),
            after: side(&self.new),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Opaque {
            what: format!("the repository in {}", self.new.display()),
        }]
    }
}
