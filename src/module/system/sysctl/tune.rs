use {
    crate::{
        act::{Act, Bits, Failure, Host},
        wire::{Diff, Effect, EntryKind, Foreseen, Object, Side},
    },
    std::{collections::BTreeMap, fs::OpenOptions, io::Write, path::PathBuf},
};

/// Gives the running kernel a setting.
pub(super) struct Tune {
    pub path: PathBuf,
    pub name: String,
    pub before: String,
    pub after: String,
    /// The kernel need not take it.
    pub lenient: bool,
}

impl Act for Tune {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        let written = OpenOptions::new()
            .write(true)
            .open(&self.path)
            .and_then(|mut file| file.write_all(self.after.as_bytes()));
        match written {
            Err(error) if !self.lenient => Err(Failure::refused(format!(
                "setting {} failed: {error} ({}); a container can only change the settings that are its own",
                self.name,
                self.path.display()
            ))),
            _ => Ok(Object::new()),
        }
    }

    fn diff(&self) -> Vec<Diff> {
        let side = |value: &str| Side::State(BTreeMap::from([("value".into(), value.into())]));
        vec![Diff {
            what: format!("kernel setting {}", self.name),
            before: side(&self.before),
            after: side(&self.after),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        let content = Foreseen::Text(format!("{}\n", self.after));
        let bits = Bits {
            mode: 0o644,
            uid: 0,
            gid: 0,
        };
        vec![Effect::Path {
            path: self.path.display().to_string(),
            entry: Some(bits.entry(EntryKind::File { content })),
        }]
    }
}
