use {
    super::{Act, Failure, Host, Inode},
    crate::wire::{Diff, Effect, Object, Side},
    std::{
        collections::BTreeMap,
        fs,
        io::ErrorKind,
        path::{Path, PathBuf},
    },
};

/// Removes what stands at a path: a directory with everything in it, a link but not what it points to.
#[derive(Clone, Debug)]
pub struct Remove {
    path: PathBuf,
    is_directory: bool,
    state: &'static str,
}

impl Remove {
    /// Takes what stands there now.
    pub fn new(path: &Path, inode: &Inode) -> Self {
        Self {
            path: path.into(),
            is_directory: inode.is_directory(),
            state: inode.state(),
        }
    }
}

impl Act for Remove {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        let removed = match self.is_directory {
            true => fs::remove_dir_all(&self.path),
            false => fs::remove_file(&self.path),
        };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Failure::io("remove", &self.path)(error))
            }
            _ => Ok(Object::new()),
        }
    }

    fn diff(&self) -> Vec<Diff> {
        let state = BTreeMap::from([("state".to_owned(), self.state.to_owned())]);
        vec![Diff {
            what: self.path.display().to_string(),
            before: Side::State(state),
            after: Side::Absent,
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Path {
            path: self.path.display().to_string(),
            entry: None,
        }]
    }
}
