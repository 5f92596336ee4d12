use {
    super::{Act, Failure, Host, Inode, Kind, Probe},
    crate::wire::{Diff, Effect, Entry, EntryKind, Mode, Object, Side},
    rustix::fs::{AtFlags, CWD, Gid, Mode as Permission, Uid, chmodat, chownat},
    std::{
        collections::BTreeMap,
        path::{Path, PathBuf},
    },
};

/// Permissions and ownership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// Permission bits, such as 0o644.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
}

impl Bits {
    pub fn of(inode: &Inode) -> Self {
        Self {
            mode: inode.mode,
            uid: inode.uid,
            gid: inode.gid,
        }
    }

    pub fn entry(self, kind: EntryKind) -> Entry {
        Entry {
            kind,
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
        }
    }

    /// The bits that differ from `other`, as they are shown.
    fn state(self, other: Self, probe: &Probe) -> Result<BTreeMap<String, String>, Failure> {
        let mut state = BTreeMap::new();
        if self.mode != other.mode {
            state.insert("mode".into(), format!("{:04o}", self.mode));
        }
        if self.uid != other.uid {
            state.insert("owner".into(), probe.owner(self.uid)?);
        }
        if self.gid != other.gid {
            state.insert("group".into(), probe.group_name(self.gid)?);
        }
        Ok(state)
    }
}

/// Changes permissions and ownership of what stands at a path. A link itself changes, never what it points to.
#[derive(Clone, Debug)]
pub struct Attributes {
    path: PathBuf,
    before: Bits,
    after: Bits,
    is_link: bool,
    diff: Diff,
    effect: Effect,
}

impl Attributes {
    /// Takes what stands at the path now; `None` if it has the wanted bits.
    pub fn plan(
        probe: &Probe,
        path: &Path,
        inode: &Inode,
        after: Bits,
    ) -> Result<Option<Self>, Failure> {
        let before = Bits::of(inode);
        let after = match inode.is_link() {
            true => Bits {
                mode: before.mode,
                ..after
            },
            false => after,
        };
        if before == after {
            return Ok(None);
        }
        let name = path.display().to_string();
        let kind = foreseen(probe, path, inode)?;
        Ok(Some(Self {
            path: path.into(),
            before,
            after,
            is_link: inode.is_link(),
            diff: Diff {
                what: name.clone(),
                before: Side::State(before.state(after, probe)?),
                after: Side::State(after.state(before, probe)?),
            },
            effect: Effect::Path {
                path: name,
                entry: kind.map(|kind| after.entry(kind)),
            },
        }))
    }

    /// Sets the bits of something just made, which has `before`.
    pub(super) fn set(
        path: &Path,
        before: Bits,
        after: Bits,
        is_link: bool,
    ) -> Result<(), Failure> {
        if before.uid != after.uid || before.gid != after.gid {
            let uid = (before.uid != after.uid).then(|| Uid::from_raw(after.uid));
            let gid = (before.gid != after.gid).then(|| Gid::from_raw(after.gid));
            chownat(CWD, path, uid, gid, AtFlags::SYMLINK_NOFOLLOW)
                .map_err(Failure::os("change the owner of", path))?;
        }
        // Changing the owner clears setuid and setgid, so the mode comes after.
        let special = after.mode & 0o6000 != 0;
        if !is_link && (before.mode != after.mode || special) {
            chmodat(
                CWD,
                path,
                Permission::from_raw_mode(after.mode),
                AtFlags::empty(),
            )
            .map_err(Failure::os("change the permissions of", path))?;
        }
        Ok(())
    }
}

impl Act for Attributes {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        Self::set(&self.path, self.before, self.after, self.is_link)?;
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        vec![self.diff.clone()]
    }

    fn effects(&self) -> Vec<Effect> {
        match &self.effect {
            Effect::Path { entry: None, .. } => Vec::new(),
            effect => vec![effect.clone()],
        }
    }
}

/// What later looks see at the path; `None` for what an overlay cannot hold (devices, sockets).
fn foreseen(probe: &Probe, path: &Path, inode: &Inode) -> Result<Option<EntryKind>, Failure> {
    Ok(match &inode.kind {
        Kind::Directory => Some(EntryKind::Directory),
        Kind::Link(target) => Some(EntryKind::Link {
            target: target.to_string_lossy().into_owned(),
        }),
        Kind::File if probe.step().mode == Mode::Look => Some(EntryKind::File {
            content: probe.foreseen(path)?,
        }),
        _ => None,
    })
}
