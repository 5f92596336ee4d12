use {
    super::{Act, Attributes, Bits, Failure, Host, Inode},
    crate::wire::{Diff, Effect, EntryKind, Object, Side},
    std::{
        collections::BTreeMap,
        fs,
        os::unix::fs::{DirBuilderExt, MetadataExt},
        path::{Path, PathBuf},
    },
};

/// Makes one directory in a directory that is there.
#[derive(Clone, Debug)]
pub struct Directory {
    pub path: PathBuf,
    pub bits: Bits,
}

impl Directory {
    /// Makes the missing directories from the first missing one down to `path`, all with the same bits.
    pub fn all(probe: &super::Probe, path: &Path, bits: Bits) -> Result<Vec<Self>, Failure> {
        let mut missing = Vec::new();
        for path in path.ancestors() {
            if path == Path::new("") || probe.follow(path)?.is_some_and(|i: Inode| i.is_directory())
            {
                break;
            }
            let path = path.to_owned();
            missing.push(Self { path, bits });
        }
        missing.reverse();
        Ok(missing)
    }
}

impl Act for Directory {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        let failed = Failure::io("make the directory", &self.path);
        // Private until it has its owner.
        let made = fs::DirBuilder::new().mode(0o700).create(&self.path);
        if let Err(error) = made
            && !self.path.is_dir()
        {
            return Err(failed(error));
        }
        let metadata = fs::symlink_metadata(&self.path).map_err(failed)?;
        let before = Bits {
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
        };
        Attributes::set(&self.path, before, self.bits, false)?;
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        let state = [
            ("state".to_owned(), "directory".to_owned()),
            ("mode".to_owned(), format!("{:04o}", self.bits.mode)),
        ];
        vec![Diff {
            what: self.path.display().to_string(),
            before: Side::Absent,
            after: Side::State(BTreeMap::from(state)),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Path {
            path: self.path.display().to_string(),
            entry: Some(self.bits.entry(EntryKind::Directory)),
        }]
    }

    fn directory(&self) -> Option<&Path> {
        Some(&self.path)
    }
}
