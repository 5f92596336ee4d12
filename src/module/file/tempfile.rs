use {
    crate::{
        act::{Act, Acts, Failure, Host, Look, Probe},
        module::{HostPath, Module},
        wire::{Diff, Effect, Object},
    },
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    std::{
        fs::{DirBuilder, File, OpenOptions},
        io::Read,
        os::unix::fs::{DirBuilderExt, OpenOptionsExt},
        path::{Path, PathBuf},
    },
};

/// Make a temporary file or directory that only its owner can use.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TempFile {
    /// The directory to make it in; else the system's for temporary files.
    path: Option<HostPath>,
    /// The beginning of its name.
    #[serde(default = "prefix")]
    prefix: String,
    /// The end of its name.
    #[serde(default)]
    suffix: String,
    /// What to make.
    #[serde(default)]
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Directory,
    #[default]
    File,
}

fn prefix() -> String {
    "ansible.".into()
}

impl Module for TempFile {
    const NAME: &'static str = "tempfile";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let directory = match &self.path {
            Some(path) => path.on(probe)?,
            None => std::env::temp_dir(),
        };
        probe.require_parent(&directory.join("name"))?;
        let mut acts = Acts::new();
        acts.unknown("the name of the temporary file");
        acts.value(
            "state",
            if self.state == State::File {
                "file"
            } else {
                "directory"
            },
        );
        acts.push(Temporary {
            directory,
            prefix: self.prefix.clone(),
            suffix: self.suffix.clone(),
            state: self.state,
        });
        Ok(acts.into_look())
    }
}

/// Makes something with a name that is not taken. The one act that is new each time: that is its purpose.
struct Temporary {
    directory: PathBuf,
    prefix: String,
    suffix: String,
    state: State,
}

impl Temporary {
    fn name(&self) -> Result<PathBuf, Failure> {
        let source = Path::new("/dev/urandom");
        let mut random = [0; 8];
        File::open(source)
            .and_then(|mut file| file.read_exact(&mut random))
            .map_err(Failure::io("read", source))?;
        let middle: String = random
            .iter()
            .map(|byte| char::from(b'a' + byte % 26))
            .collect();
        let Self { prefix, suffix, .. } = self;
        Ok(self.directory.join(format!("{prefix}{middle}{suffix}")))
    }
}

impl Act for Temporary {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        let path = self.name()?;
        let made = match self.state {
            State::Directory => DirBuilder::new().mode(0o700).create(&path),
            State::File => OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .map(drop),
        };
        made.map_err(Failure::io("make", &path))?;
        let mut values = Object::new();
        values.insert("path".into(), path.display().to_string().into());
        Ok(values)
    }

    /// Its name is not known, so there is nothing to show.
    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn makes_another_one_each_time() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let arguments = json!({"path": scratch.path(), "suffix": ".d", "state": "directory"});
        assert!(trial.look("tempfile", arguments.clone()).unknown.is_some());
        let one = trial.apply("tempfile", arguments.clone()).data["path"].clone();
        let other = trial.apply("tempfile", arguments).data["path"].clone();
        assert!(one != other && one.as_str().unwrap().ends_with(".d"));
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 2);
    }
}
