use {
    crate::{
        act::{
            Act, Acts, Attributes, Backup, Bits, Failure, Host, Inode, Probe, Remove, Source,
            Thing, Write,
        },
        module::{HostPath, Ownership, Permissions},
        wire::{Diff, Effect, EntryKind, Foreseen, Object, Side},
    },
    std::{
        collections::BTreeMap,
        path::{Path, PathBuf},
    },
};

/// What a dry run says of content that is yet to be made.
const UNKNOWN: &str = "known after apply";

/// A file whose content is made on the host: a key, a request, a certificate. No difference ever shows the content.
pub struct Product<'a> {
    pub path: &'a HostPath,
    pub mode: Option<&'a Permissions>,
    pub owner: Option<&'a str>,
    pub group: Option<&'a str>,
    pub backup: bool,
    /// Write into the old file where it cannot be replaced.
    pub in_place: bool,
}

/// What is told of the content: name and value.
pub type Traits = BTreeMap<String, String>;

/// Makes the content, and tells the return values that only this can tell.
pub type Make = Box<dyn Fn(&Probe) -> Result<(Vec<u8>, Object), Failure>>;

impl Product<'_> {
    /// What is there; `None`: nothing. Content that is yet to be made by an earlier step of a dry run is
    /// [`Content::ToCome`].
    pub fn content(&self, probe: &Probe) -> Result<Option<Content>, Failure> {
        content(probe, &self.path.on(probe)?)
    }

    /// The content shall be made: with what is told of the old and of the new one.
    pub fn make(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        (before, after): (Option<Traits>, Traits),
        make: Make,
    ) -> Result<(), Failure> {
        let path = self.path.on(probe)?;
        probe.require_parent(&path)?;
        let there = probe.entry(&path)?;
        if there.as_ref().is_some_and(Inode::is_directory) {
            let path = path.display();
            return Err(Failure::refused(format!("{path} is a directory")));
        }
        let there = there.filter(|inode| !inode.is_link());
        let ownership = self.ownership();
        let bits = match &there {
            Some(inode) => ownership.change(probe, inode)?,
            None => ownership.create(probe, false)?,
        };
        let mut diff = vec![Diff {
            what: path.display().to_string(),
            before: before.map_or(Side::Absent, Side::State),
            after: Side::State(with_content(after)),
        }];
        if let Some(inode) = &there {
            let changed = Attributes::plan(probe, &path, inode, bits)?;
            diff.extend(changed.iter().flat_map(Attributes::diff));
        }
        acts.push(Making {
            path,
            there,
            bits,
            backup: self.backup,
            in_place: self.in_place,
            diff,
            make,
        });
        Ok(())
    }

    /// The content stays: only permissions and owner may change.
    pub fn keep(&self, probe: &Probe, acts: &mut Acts) -> Result<(), Failure> {
        let path = probe.target(&self.path.on(probe)?)?;
        if let Some(inode) = probe.entry(&path)? {
            let bits = self.ownership().change(probe, &inode)?;
            acts.extend(Attributes::plan(probe, &path, &inode, bits)?);
        }
        Ok(())
    }

    /// It shall not be there.
    pub fn remove(&self, probe: &Probe, acts: &mut Acts) -> Result<(), Failure> {
        let path = self.path.on(probe)?;
        let Some(inode) = probe.entry(&path)? else {
            return Ok(());
        };
        if inode.is_directory() {
            let path = path.display();
            return Err(Failure::refused(format!("{path} is a directory")));
        }
        if self.backup && probe.exists(&path)? {
            acts.push(Backup(path.clone()));
        }
        acts.push(Remove::new(&path, &inode));
        Ok(())
    }

    fn ownership(&self) -> Ownership<'_> {
        Ownership {
            mode: self.mode,
            owner: self.owner,
            group: self.group,
        }
    }
}

/// What stands in a file that a step builds on.
pub enum Content {
    There(Vec<u8>),
    /// Dry run: an earlier step makes it.
    ToCome,
}

impl Content {
    /// The bytes; `None`: they are to come.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::There(bytes) => Some(bytes),
            Self::ToCome => None,
        }
    }
}

/// What is in a file; `None`: there is no such file.
pub fn content(probe: &Probe, path: &Path) -> Result<Option<Content>, Failure> {
    match probe.read(path) {
        Ok(bytes) => Ok(Some(Content::There(bytes))),
        Err(Failure::Unforeseeable(_)) => Ok(Some(Content::ToCome)),
        Err(Failure::Missing {
            what: Thing::Path, ..
        }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Text that a user gives, or a file on the host.
pub fn given(
    probe: &Probe,
    text: Option<&str>,
    path: Option<&HostPath>,
) -> Result<Option<Content>, Failure> {
    match (text, path) {
        (Some(text), _) => Ok(Some(Content::There(text.into()))),
        (None, Some(path)) => {
            let path = path.on(probe)?;
            let missing = || Failure::missing(Thing::Path, path.display().to_string());
            content(probe, &path)?.ok_or_else(missing).map(Some)
        }
        (None, None) => Ok(None),
    }
}

fn with_content(mut traits: Traits) -> Traits {
    traits.insert("content".into(), UNKNOWN.into());
    traits
}

struct Making {
    path: PathBuf,
    there: Option<Inode>,
    bits: Bits,
    backup: bool,
    in_place: bool,
    diff: Vec<Diff>,
    make: Make,
}

impl Act for Making {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let (content, values) = (self.make)(host)?;
        let source = Source::Bytes(content);
        let write = Write::plan(host, &self.path, self.there.as_ref(), source, self.bits)?;
        let write = write.backup(self.backup).in_place(self.in_place);
        let mut told = write.perform(host)?;
        told.extend(values);
        Ok(told)
    }

    fn diff(&self) -> Vec<Diff> {
        self.diff.clone()
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Path {
            path: self.path.display().to_string(),
            entry: Some(self.bits.entry(EntryKind::File {
                content: Foreseen::Unknown,
            })),
        }]
    }
}
