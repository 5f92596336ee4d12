//! What a changed repository comes to: other packages can be had.

use {
    super::apt::Refresh,
    crate::{
        act::{Act, Failure, Host, Write},
        wire::{Diff, Effect, Object},
    },
    std::{fs, path::PathBuf},
};

/// Tells later steps of a dry run that packages may come which nobody knows yet.
pub struct OtherPackages(pub String);

impl Act for OtherPackages {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Opaque {
            what: format!("the repository {}", self.0),
        }]
    }
}

/// Refreshes apt's lists after its sources have changed. If that fails, the sources become what they were.
pub struct FreshLists {
    pub refresh: Refresh,
    pub undo: Vec<Undo>,
}

/// Brings a file back.
pub enum Undo {
    Write(Box<Write>),
    Remove(PathBuf),
}

impl Undo {
    fn perform(&self, host: &mut Host) -> Result<(), Failure> {
        match self {
            Self::Write(write) => write.perform(host).map(|_| ()),
            Self::Remove(path) => fs::remove_file(path).map_err(Failure::io("remove", path)),
        }
    }
}

impl Act for FreshLists {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let failure = match self.refresh.perform(host) {
            Ok(_) => return Ok(Object::new()),
            Err(failure) => failure,
        };
        for undo in &self.undo {
            undo.perform(host)?;
        }
        let msg = format!("apt cache update failed, so the sources are as they were: {failure}");
        Err(match failure {
            Failure::Refused { data, .. } => Failure::Refused { msg, data },
            failure => failure,
        })
    }

    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }
}
