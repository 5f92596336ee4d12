mod install;
mod requirement;
mod version;

use {
    crate::{
        act::{Failure, Inquiry, Look, Probe, Question, Thing},
        module::{HostPath, Module},
        wire::Object,
    },
    install::{Install, Venv},
    requirement::{Wanted, canonical, together},
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::path::{Path, PathBuf},
};

/// Manage Python packages with pip.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Pip {
    /// The packages, perhaps with conditions on their versions (`django>4,<5`), or URLs of repositories.
    name: Option<Vec<String>>,
    /// The version of the one package in `name`.
    version: Option<String>,
    /// The path of a file of requirements, on the host.
    requirements: Option<String>,
    /// The virtual environment. It is made if it is missing.
    virtualenv: Option<HostPath>,
    /// The virtual environment that is made sees the packages of the system.
    #[serde(default)]
    virtualenv_site_packages: bool,
    /// What makes virtual environments: `virtualenv`, or `python3 -m venv`.
    #[serde(default = "virtualenv")]
    virtualenv_command: String,
    /// The Python of the virtual environment that is made.
    virtualenv_python: Option<String>,
    /// `present`: installed. `latest`: in the newest version. `forcereinstall`: installed again. `absent`: not installed.
    #[serde(default)]
    state: State,
    /// More arguments for pip.
    extra_args: Option<String>,
    /// Install what is in a directory, so that changes there count.
    #[serde(default)]
    editable: bool,
    /// The directory to work in.
    chdir: Option<HostPath>,
    /// The pip to use.
    executable: Option<String>,
    /// The umask in octal.
    umask: Option<String>,
    /// Change packages of a system whose own manager keeps them.
    #[serde(default)]
    break_system_packages: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    Forcereinstall,
    Latest,
    #[default]
    Present,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Forcereinstall => "forcereinstall",
            Self::Latest => "latest",
            Self::Present => "present",
        }
    }
}

fn virtualenv() -> String {
    "virtualenv".into()
}

/// Arguments that say where packages come from, and nothing of what is done with them.
const SOURCES: [&str; 8] = [
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--no-index",
    "--trusted-host",
    "--user",
];

/// What a look found.
enum Verdict {
    Right,
    Change,
    /// Only pip knows.
    Unknown(&'static str),
}

impl Module for Pip {
    const NAME: &'static str = "pip";
    const ALONE: bool = true;
    type Delta = Install;

    fn look(&self, probe: &Probe) -> Result<Look<Install>, Failure> {
        let wanted = self.wanted()?;
        let directory = match &self.chdir {
            Some(path) => path.on(probe)?,
            None => std::env::temp_dir(),
        };
        let environment = match &self.virtualenv {
            Some(path) => Some(directory.join(path.on(probe)?)),
            None => None,
        };
        let mut install = self.install(probe, &wanted, directory, environment)?;
        if install.venv.is_some() {
            install.fresh = true;
            return Ok(Look::Change(install));
        }
        let packages = installed(probe, &install)?;
        match self.verdict(probe, &install, &wanted, &packages)? {
            Verdict::Right => return Ok(Look::same(install.values())),
            Verdict::Change => {}
            Verdict::Unknown(what) => install.unknown = Some(what),
        }
        install.before = Some(packages);
        Ok(Look::Change(install))
    }
}

impl Pip {
    fn wanted(&self) -> Result<Vec<Wanted>, Failure> {
        let fault = if self.name.is_none() && self.requirements.is_none() {
            "one of the following is required: name, requirements"
        } else if self.name.is_some() && self.requirements.is_some() {
            "parameters are mutually exclusive: name|requirements"
        } else if self.executable.is_some() && self.virtualenv.is_some() {
            "parameters are mutually exclusive: executable|virtualenv"
        } else if self.state == State::Latest && self.version.is_some() {
            "version is incompatible with state=latest"
        } else {
            return self.packages();
        };
        Err(Failure::refused(fault))
    }

    fn packages(&self) -> Result<Vec<Wanted>, Failure> {
        let names = together(self.name.as_deref().unwrap_or_default());
        let mut wanted: Vec<Wanted> = names.iter().map(|name| Wanted::read(name)).collect();
        if wanted
            .iter()
            .any(|one| one.text.starts_with('-') || one.text.is_empty())
        {
            return Err(Failure::refused(
                "name: a package may not begin with -; extra_args takes options",
            ));
        }
        let Some(version) = self.version.as_deref().map(str::trim) else {
            return Ok(wanted);
        };
        let [one] = wanted.as_mut_slice() else {
            return Err(Failure::refused(
                "'version' argument is ambiguous when installing multiple package distributions. \
                 Please specify version restrictions next to each package in 'name' argument.",
            ));
        };
        if one
            .requirement
            .as_ref()
            .is_some_and(|known| !known.conditions.is_empty())
        {
            return Err(Failure::refused(
                "The 'version' argument conflicts with any version specifier provided along with a package name. \
                 Please keep the version specifier, but remove the 'version' argument.",
            ));
        }
        let equals = match version.starts_with(|letter: char| letter.is_ascii_digit()) {
            true => "==",
            false => "",
        };
        *one = Wanted::read(&format!("{}{equals}{version}", one.text));
        Ok(wanted)
    }

    /// What would be run.
    fn install(
        &self,
        probe: &Probe,
        wanted: &[Wanted],
        directory: PathBuf,
        environment: Option<PathBuf>,
    ) -> Result<Install, Failure> {
        let mut arguments: Vec<String> = match self.state {
            State::Present => vec!["install"],
            State::Absent => vec!["uninstall", "-y"],
            State::Latest => vec!["install", "-U"],
            State::Forcereinstall => vec!["install", "-U", "--force-reinstall"],
        }
        .into_iter()
        .map(Into::into)
        .collect();
        let mut extra = self.extra()?;
        if self.editable && !extra.iter().any(|word| word == "-e") {
            extra.push("-e".into());
        }
        arguments.extend(extra);
        arguments.extend(wanted.iter().map(|one| one.text.clone()));
        let requirements = self.requirements.iter();
        arguments.extend(requirements.flat_map(|path| ["-r".to_owned(), path.clone()]));
        let venv = match &environment {
            Some(path) if !probe.exists(&path.join("bin/activate"))? => Some(self.venv(path)?),
            _ => None,
        };
        let pip = match (&environment, &self.executable) {
            (Some(path), _) => environment_pip(probe, path, venv.is_some())?,
            (None, Some(executable)) => executable.clone(),
            (None, None) => "pip3".into(),
        };
        let umask = self.umask.as_ref().map(|octal| {
            let umask = u32::from_str_radix(octal.trim_start_matches("0o"), 8);
            umask.map_err(|_| Failure::refused("umask must be an octal integer"))
        });
        Ok(Install {
            pip,
            arguments,
            directory,
            path: environment
                .as_ref()
                .map(|path| install::search_path(probe, path)),
            umask: umask.transpose()?,
            breaks: self.break_system_packages,
            venv,
            values: self.values(environment.as_deref()),
            what: match &self.requirements {
                Some(path) => vec![path.clone()],
                None => wanted.iter().map(|one| one.text.clone()).collect(),
            },
            state: self.state.name(),
            unknown: None,
            before: None,
            fresh: false,
        })
    }

    fn extra(&self) -> Result<Vec<String>, Failure> {
        let words = self
            .extra_args
            .as_deref()
            .map_or(Some(Vec::new()), shlex::split);
        words.ok_or_else(|| Failure::refused("extra_args has an open quote"))
    }

    fn venv(&self, path: &Path) -> Result<Venv, Failure> {
        let words = shlex::split(&self.virtualenv_command).filter(|words| !words.is_empty());
        let mut argv = words.ok_or_else(|| Failure::refused("virtualenv_command is no command"))?;
        let is_venv = argv[0] == "pyvenv" || argv.windows(2).any(|pair| pair == ["-m", "venv"]);
        if self.virtualenv_site_packages {
            argv.push("--system-site-packages".into());
        }
        match (&self.virtualenv_python, is_venv) {
            (Some(_), true) => {
                return Err(Failure::refused(
                    "virtualenv_python should not be used when using the venv module or pyvenv as virtualenv_command",
                ));
            }
            (Some(python), false) => argv.push(format!("-p{python}")),
            (None, _) => {}
        }
        argv.push(path.display().to_string());
        Ok(Venv {
            argv,
            path: path.to_owned(),
        })
    }

    fn values(&self, environment: Option<&Path>) -> Object {
        let environment = environment.map(|path| path.display().to_string());
        let values: [(&str, Value); 5] = [
            ("name", self.name.clone().into()),
            ("version", self.version.clone().into()),
            ("state", self.state.name().into()),
            ("requirements", self.requirements.clone().into()),
            ("virtualenv", environment.into()),
        ];
        values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn verdict(
        &self,
        probe: &Probe,
        install: &Install,
        wanted: &[Wanted],
        packages: &[(String, String)],
    ) -> Result<Verdict, Failure> {
        if self.state == State::Forcereinstall {
            return Ok(Verdict::Change);
        }
        let extra = self.extra()?;
        let option = |word: &String| word.split('=').next().unwrap_or_default().to_owned();
        let mut options = extra.iter().filter(|word| word.starts_with('-'));
        if self.editable || !options.all(|word| SOURCES.contains(&option(word).as_str())) {
            return Ok(Verdict::Unknown("what pip does with these arguments"));
        }
        let listed = match &self.requirements {
            Some(path) => requirement::file(probe, &install.directory.join(path))?,
            None => Some(wanted.to_vec()),
        };
        let requirements = listed.map(|listed| listed.into_iter().map(|one| one.requirement));
        let requirements: Option<Vec<_>> = requirements.and_then(Iterator::collect);
        let Some(requirements) = requirements else {
            return Ok(Verdict::Unknown("what pip finds to be missing"));
        };
        let mut there = requirements.iter().map(|one| one.is_among(packages));
        let right = match self.state {
            State::Absent => !there.any(|there| there),
            _ => there.all(|there| there),
        };
        match (self.state, right) {
            (State::Latest, true) => {
                let newer = outdated(probe, install, &extra)?;
                let behind = requirements.iter().any(|one| newer.contains(&one.name));
                Ok(if behind {
                    Verdict::Change
                } else {
                    Verdict::Right
                })
            }
            (_, true) => Ok(Verdict::Right),
            (_, false) => Ok(Verdict::Change),
        }
    }
}

/// The pip in a virtual environment; of one that is to be made, the one that will be there.
fn environment_pip(probe: &Probe, path: &Path, new: bool) -> Result<String, Failure> {
    for name in ["bin/pip3", "bin/pip"] {
        let pip = path.join(name);
        if new || probe.exists(&pip)? {
            return Ok(pip.display().to_string());
        }
    }
    Err(Failure::refused(format!(
        "Unable to find pip in the virtualenv, {}, under any of these names: pip3, pip. Make sure pip is present in the virtualenv.",
        path.display()
    )))
}

/// The packages that are installed, by name and version.
fn installed(probe: &Probe, install: &Install) -> Result<Vec<(String, String)>, Failure> {
    let inquiry = Inquiry::PythonPackages(install.call());
    let finished = match probe.ask(&Question::Inquiry(inquiry)) {
        Err(Failure::Missing {
            what: Thing::Command,
            name,
        }) if probe.pending().is_none() => {
            return Err(Failure::refused(format!(
                "Unable to find any of {name} to use.  pip needs to be installed."
            )));
        }
        finished => finished?,
    };
    if !finished.success() {
        return Err(Failure::refused(format!(
            "{} cannot list packages: {}",
            install.pip,
            finished.complaint()
        )));
    }
    Ok(packages(&finished.text()))
}

fn packages(list: &str) -> Vec<(String, String)> {
    let lines = list.lines().filter_map(|line| line.trim().split_once("=="));
    lines
        .map(|(name, version)| (canonical(name), version.to_owned()))
        .collect()
}

/// The names of packages that have a newer version.
fn outdated(probe: &Probe, install: &Install, extra: &[String]) -> Result<Vec<String>, Failure> {
    let inquiry = Inquiry::PythonOutdated(install.call(), extra.to_vec());
    let finished = probe.ask(&Question::Inquiry(inquiry))?;
    let read = serde_json::from_slice(&finished.stdout);
    let (true, Ok(Value::Array(packages))) = (finished.success(), read) else {
        return Err(Failure::refused(format!(
            "{} cannot tell which packages have newer versions: {}",
            install.pip,
            finished.complaint()
        )));
    };
    let names = packages
        .iter()
        .filter_map(|package| package["name"].as_str());
    Ok(names.map(canonical).collect())
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::trial::Trial, serde_json::json};

    #[test]
    fn says_what_contradicts() {
        for (arguments, words) in [
            (
                json!({}),
                "one of the following is required: name, requirements",
            ),
            (
                json!({"name": "a", "requirements": "b"}),
                "name|requirements",
            ),
            (
                json!({"name": "a", "state": "latest", "version": "1"}),
                "version is incompatible",
            ),
            (
                json!({"name": ["a", "b"], "version": "1"}),
                "'version' argument is ambiguous",
            ),
            (
                json!({"name": "a>1", "version": "1"}),
                "'version' argument conflicts",
            ),
            (json!({"name": "--target=/"}), "may not begin with -"),
            (
                json!({"name": "a", "virtualenv": "/no/such", "virtualenv_command": "python3 -m venv", "virtualenv_python": "x"}),
                "virtualenv_python should not",
            ),
        ] {
            let msg = Trial::new().look("pip", arguments).msg.unwrap();
            assert!(msg.contains(words), "{msg}");
        }
    }

    #[test]
    fn a_dry_run_foresees_an_environment() {
        let arguments = json!({"name": ["a", "b>1,<2"], "version": null, "virtualenv": "/no/such", "virtualenv_command": "python3 -m venv"});
        let look = Trial::new().look("pip", arguments);
        assert!(look.changed && !look.failed, "{look:?}");
        assert_eq!(
            look.data["cmd"],
            json!(["/no/such/bin/pip3", "install", "a", "b>1,<2"])
        );
        assert_eq!(look.data["virtualenv"], "/no/such");
    }

    #[test]
    fn reads_what_is_installed() {
        let list = "Foo_Bar==1.0\n\nWARNING: x\nbaz==2\n";
        assert_eq!(
            packages(list),
            [
                ("foo-bar".to_owned(), "1.0".to_owned()),
                ("baz".to_owned(), "2".to_owned())
            ]
        );
    }
}
