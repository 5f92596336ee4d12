use {
    super::packages,
    crate::{
        act::{Delta, Failure, Host, Probe, Program},
        wire::{Diff, Effect, Object, Outcome, Side},
    },
    std::{
        collections::BTreeMap,
        path::{Path, PathBuf},
    },
};

/// A call of pip.
pub struct Install {
    pub(super) pip: String,
    pub(super) arguments: Vec<String>,
    pub(super) directory: PathBuf,
    /// Where programs are looked for, in a virtual environment.
    pub(super) path: Option<String>,
    pub(super) umask: Option<u32>,
    /// It may change packages that the system's own manager keeps.
    pub(super) breaks: bool,
    pub(super) venv: Option<Venv>,
    pub(super) values: Object,
    /// The packages, or the file that lists them.
    pub(super) what: Vec<String>,
    pub(super) state: &'static str,
    pub(super) unknown: Option<&'static str>,
    /// What is installed.
    pub(super) before: Option<Vec<(String, String)>>,
    /// The virtual environment is made, too.
    pub(super) fresh: bool,
}

/// A virtual environment to be made.
pub struct Venv {
    pub(super) argv: Vec<String>,
    pub(super) path: PathBuf,
}

/// With the programs of a virtual environment before all others.
pub(super) fn search_path(probe: &Probe, environment: &Path) -> String {
    let given = probe.step().environment.get("PATH").cloned();
    let given = given
        .or_else(|| std::env::var("PATH").ok())
        .unwrap_or_default();
    let usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    format!("{}:{given}:{usual}", environment.join("bin").display())
}

impl Install {
    /// How pip is called, without arguments.
    pub(super) fn call(&self) -> Program {
        let mut call = Program::new([self.pip.as_str()]);
        call.directory = Some(self.directory.clone());
        call.umask = self.umask;
        if let Some(path) = &self.path {
            call = call.env("PATH", path);
        }
        if self.breaks {
            call = call.env("PIP_BREAK_SYSTEM_PACKAGES", "1");
        }
        call.env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .env("LC_ALL", "C.UTF-8")
    }

    fn program(&self) -> Program {
        let mut program = self.call();
        program.argv.extend(self.arguments.iter().cloned());
        program
    }

    pub(super) fn values(&self) -> Object {
        let mut values = self.values.clone();
        values.insert("cmd".into(), self.program().argv.into());
        values
    }

    fn list(&self, host: &mut Host) -> Result<Vec<(String, String)>, Failure> {
        let mut program = self.call();
        program
            .argv
            .extend(["list", "--format=freeze"].map(Into::into));
        Ok(packages(&host.succeed(&program)?.text()))
    }
}

impl Delta for Install {
    fn diff(&self) -> Vec<Diff> {
        let mut diff = Vec::new();
        if let Some(venv) = &self.venv {
            let state = BTreeMap::from([("state".to_owned(), "present".to_owned())]);
            diff.push(Diff {
                what: format!("virtual environment {}", venv.path.display()),
                before: Side::Absent,
                after: Side::State(state),
            });
        }
        let before = self.before.iter().flatten().filter(|(name, _)| {
            self.what
                .iter()
                .any(|what| super::requirement::canonical(what).starts_with(name.as_str()))
        });
        let after = self
            .what
            .iter()
            .map(|what| (what.clone(), self.state.to_owned()));
        diff.push(Diff {
            what: "Python packages".into(),
            before: Side::State(before.cloned().collect()),
            after: Side::State(after.collect()),
        });
        diff
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Opaque {
            what: format!("the Python packages {}", self.what.join(", ")),
        }]
    }

    fn predicted(&self) -> Object {
        self.values()
    }

    fn unknown(&self) -> Option<String> {
        self.unknown.map(Into::into)
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        if let Some(venv) = &self.venv {
            let mut program = Program::new(venv.argv.iter().cloned());
            program.directory = Some(self.directory.clone());
            program.umask = self.umask;
            host.succeed(&program)?;
        }
        let before = match &self.before {
            Some(before) => before.clone(),
            None => self.list(host)?,
        };
        let program = self.program();
        let finished = host.spawn(&program)?;
        let said = format!(
            "{}{}",
            finished.text(),
            String::from_utf8_lossy(&finished.stderr)
        );
        let gone = self.state == "absent" && finished.rc == 1 && said.contains("not installed");
        if !finished.success() && !gone {
            let mut data = finished.values();
            data.insert("cmd".into(), program.argv.into());
            let msg = format!(
                "stdout: {}\n:stderr: {}",
                finished.text(),
                String::from_utf8_lossy(&finished.stderr)
            );
            return Err(Failure::Refused { msg, data });
        }
        let done = ["Successfully installed", "Successfully uninstalled"];
        let changed = match self.unknown {
            // What is named by a path or a URL may be installed anew in the same version.
            Some(_) => before != self.list(host)?,
            None => done.iter().any(|words| said.contains(words)),
        };
        let mut data = self.values();
        data.extend(finished.values());
        Ok(Outcome {
            changed: changed || self.fresh,
            data,
            ..Outcome::default()
        })
    }
}
