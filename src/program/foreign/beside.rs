use {
    super::interpreter,
    serde::Deserialize,
    std::{
        path::{Path, PathBuf},
        process::{Command, Stdio},
        sync::OnceLock,
    },
};

/// What the controller's Python does for farcast: says where ansible-core is, and packs modules.
pub(super) const DRIVER: &str = include_str!("driver.py");

/// Finds the ansible-core that is installed beside farcast, when it is asked for the first time.
#[derive(Debug, Default)]
pub struct Beside {
    /// The Python to ask; nobody else is asked then.
    named: Option<PathBuf>,
    /// Where programs are looked for.
    path: Vec<PathBuf>,
    core: OnceLock<Option<Core>>,
}

/// An installed ansible-core.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Core {
    /// The Python that can import it.
    #[serde(default)]
    pub python: PathBuf,
    /// The directory of its package `ansible`.
    pub core: PathBuf,
    /// Directories that hold `ansible_collections`.
    pub sites: Vec<PathBuf>,
    pub version: String,
}

impl Core {
    /// The directory of its own modules.
    pub fn modules(&self) -> PathBuf {
        self.core.join("modules")
    }
}

impl Beside {
    /// Takes the Python that a person named, if one did, and the directories where programs are.
    pub fn new(named: Option<PathBuf>, path: Vec<PathBuf>) -> Self {
        Self {
            named,
            path,
            core: OnceLock::new(),
        }
    }

    /// ansible-core, if it is there.
    pub fn core(&self) -> Option<&Core> {
        self.core
            .get_or_init(|| self.pythons().iter().find_map(|python| ask(python)))
            .as_ref()
    }

    /// Where it is looked for, for people.
    pub fn looked(&self) -> String {
        match &self.named {
            Some(named) => format!("ansible-core of {}", named.display()),
            None => "ansible-core of the programs `ansible` and `python3`".to_owned(),
        }
    }

    /// The Pythons that may have it: those that run the programs named `ansible`, then `python3`.
    fn pythons(&self) -> Vec<PathBuf> {
        if let Some(named) = &self.named {
            return vec![named.clone()];
        }
        let on_path = |name: &'static str| {
            let paths = self.path.iter().map(move |directory| directory.join(name));
            paths.filter(|path| path.is_file())
        };
        let of_programs = on_path("ansible").filter_map(|program| python_of(&program));
        of_programs.chain(on_path("python3").take(1)).collect()
    }
}

/// The Python that runs a program, where it is a script in Python.
fn python_of(program: &Path) -> Option<PathBuf> {
    let words = interpreter(&std::fs::read(program).ok()?)?;
    let python = words.into_iter().find(|word| word.contains("python"))?;
    Some(python.into())
}

fn ask(python: &Path) -> Option<Core> {
    let output = Command::new(python)
        .args(["-c", DRIVER, "where"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let core: Core = serde_json::from_slice(&output.stdout).ok()?;
    Some(Core {
        python: python.to_owned(),
        ..core
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_the_python_of_the_program() {
        let directory = tempfile::tempdir().unwrap();
        let python = directory.path().join("python3");
        let answer = r#"{"core": "/x/ansible", "sites": ["/x"], "version": "2.19.0"}"#;
        std::fs::write(&python, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&python, mode).unwrap();
        std::fs::create_dir(directory.path().join("bin")).unwrap();
        let program = directory.path().join("bin/ansible");
        std::fs::write(program, format!("#!{}\n", python.display())).unwrap();
        let beside = Beside::new(None, vec![directory.path().join("bin")]);
        assert_eq!(
            beside.core().unwrap().modules(),
            Path::new("/x/ansible/modules")
        );
        assert_eq!(beside.core().unwrap().python, python);
        assert!(
            Beside::new(Some("/no/python".into()), vec![directory.path().into()])
                .core()
                .is_none()
        );
    }
}
