use {
    super::{Act, Attributes, Bits, Failure, Host, Inode},
    crate::wire::{Diff, Effect, Entry, EntryKind, Object, Side},
    std::{
        collections::BTreeMap,
        fs, io,
        os::unix::fs::{MetadataExt, symlink},
        path::{Path, PathBuf},
    },
};

/// Makes a link, replacing what is no directory in one step.
#[derive(Clone, Debug)]
pub struct Link {
    pub path: PathBuf,
    pub target: Target,
    /// What stands at the path now.
    pub before: Option<Inode>,
}

/// What a link leads to.
#[derive(Clone, Debug)]
pub enum Target {
    /// A symbolic link to this path, with this owner.
    Symbolic { target: String, bits: Bits },
    /// Another name for the file at this path, which is as `entry` says.
    Hard { source: PathBuf, entry: Entry },
}

impl Link {
    fn make(&self, at: &Path) -> io::Result<()> {
        match &self.target {
            Target::Symbolic { target, .. } => symlink(target, at),
            Target::Hard { source, .. } => fs::hard_link(source, at),
        }
    }
}

impl Act for Link {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        let failed = Failure::io("make the link", &self.path);
        let temporary = super::write::beside(&self.path);
        self.make(&temporary).map_err(&failed)?;
        let placed = fs::rename(&temporary, &self.path);
        // Two names of one file: rename does nothing and leaves the temporary one.
        let _ = fs::remove_file(&temporary);
        placed.map_err(&failed)?;
        if let Target::Symbolic { bits, .. } = &self.target {
            let made = fs::symlink_metadata(&self.path).map_err(&failed)?;
            let before = Bits {
                mode: bits.mode,
                uid: made.uid(),
                gid: made.gid(),
            };
            Attributes::set(&self.path, before, *bits, true)?;
        }
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        let state = |state: &str, target: Option<String>| {
            let mut side = BTreeMap::from([("state".to_owned(), state.to_owned())]);
            side.extend(target.map(|target| ("src".to_owned(), target)));
            Side::State(side)
        };
        let after = match &self.target {
            Target::Symbolic { target, .. } => state("link", Some(target.clone())),
            Target::Hard { source, .. } => state("hard", Some(source.display().to_string())),
        };
        let before = match &self.before {
            None => Side::Absent,
            Some(inode) => match &inode.kind {
                super::Kind::Link(target) => state("link", Some(target.display().to_string())),
                _ => state(inode.state(), None),
            },
        };
        vec![Diff {
            what: self.path.display().to_string(),
            before,
            after,
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        let entry = match &self.target {
            Target::Symbolic { target, bits } => bits.entry(EntryKind::Link {
                target: target.clone(),
            }),
            Target::Hard { entry, .. } => entry.clone(),
        };
        vec![Effect::Path {
            path: self.path.display().to_string(),
            entry: Some(entry),
        }]
    }
}
