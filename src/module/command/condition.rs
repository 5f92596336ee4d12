use {
    super::glob,
    crate::{
        act::{Failure, Finished, Probe, Thing},
        module::HostPath,
        wire::{Mode, Object, Outcome},
    },
    serde_json::Value,
    std::path::{Path, PathBuf},
};

/// The arguments `chdir`, `creates` and `removes`, which say where to run and whether to run at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Condition<'a> {
    pub chdir: Option<&'a HostPath>,
    pub creates: Option<&'a HostPath>,
    pub removes: Option<&'a HostPath>,
}

/// Why nothing has to run.
pub struct Reason {
    path: String,
    exists: bool,
}

impl Condition<'_> {
    /// The directory to run in.
    pub fn directory(&self, probe: &Probe) -> Result<Option<PathBuf>, Failure> {
        let Some(chdir) = self.chdir else {
            return Ok(None);
        };
        let path = chdir.on(probe)?;
        match probe.follow(&path)? {
            Some(inode) if inode.is_directory() => Ok(Some(path)),
            None if probe.pending().is_some() => Err(missing(&path)),
            there => {
                let path = path.display();
                let is = match there {
                    None => "is not there",
                    Some(_) => "is no directory",
                };
                let msg = format!("Unable to change directory before execution: {path} {is}");
                let mut data = Finished::default().values();
                data.insert("rc".into(), Value::Null);
                data.extend(no_times());
                Err(Failure::Refused { msg, data })
            }
        }
    }

    /// Whether nothing has to run, and why. Relative paths are below the directory. In a dry run, what is missing now and
    /// may come with earlier steps is reported as missing.
    pub fn reason(
        &self,
        probe: &Probe,
        directory: Option<&Path>,
    ) -> Result<Option<Reason>, Failure> {
        let find = |path: &HostPath| {
            let path = path.on(probe)?;
            let path = directory.map_or(path.clone(), |directory| directory.join(&path));
            Ok::<_, Failure>((glob(probe, &path)?.is_empty(), path))
        };
        if let Some(creates) = self.creates {
            let (missing, _) = find(creates)?;
            if !missing {
                return Ok(Some(Reason::new(creates, true)));
            }
        }
        if let Some(removes) = self.removes
            && let (true, path) = find(removes)?
        {
            return match probe.pending() {
                Some(_) => Err(missing(&path)),
                None => Ok(Some(Reason::new(removes, false))),
            };
        }
        Ok(None)
    }
}

/// What did not run began and ended at no time.
fn no_times() -> impl Iterator<Item = (String, Value)> {
    let names = ["start", "end", "delta"].into_iter();
    names.map(|name| (name.to_owned(), Value::Null))
}

fn missing(path: &Path) -> Failure {
    Failure::missing(Thing::Path, path.display().to_string())
}

impl Reason {
    fn new(path: &HostPath, exists: bool) -> Self {
        Self {
            path: path.as_str().into(),
            exists,
        }
    }

    fn is(&self) -> &'static str {
        match self.exists {
            true => "exists",
            false => "does not exist",
        }
    }

    /// The outcome of `command` and `shell`, which count as run and fine.
    pub fn outcome(&self, probe: &Probe, cmd: impl Into<Value>) -> Outcome {
        let (path, is) = (&self.path, self.is());
        let did = match probe.step().mode {
            Mode::Look => "Would",
            Mode::Apply => "Did",
        };
        let stdout = format!("skipped, since {path} {is}");
        let mut data = Object::new();
        data.insert("cmd".into(), cmd.into());
        data.insert("rc".into(), 0.into());
        data.insert("stdout_lines".into(), vec![stdout.as_str()].into());
        data.insert("stdout".into(), stdout.into());
        data.insert("stderr".into(), "".into());
        data.insert("stderr_lines".into(), Vec::<String>::new().into());
        data.extend(no_times());
        Outcome {
            data,
            msg: Some(format!("{did} not run command since '{path}' {is}")),
            ..Outcome::default()
        }
    }

    /// The wording of `script`, which counts as skipped.
    pub fn skip(&self) -> String {
        let option = if self.exists { "creates" } else { "removes" };
        format!("{} {}, matching {option} option", self.path, self.is())
    }
}
