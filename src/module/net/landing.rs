use {
    super::{Answer, checksum::Checksum},
    crate::{
        act::{Act, Attributes, Bits, Digest, Draft, Failure, Host, Inode},
        wire::{Diff, Effect, EntryKind, Foreseen, Side},
    },
    std::{
        fs::File,
        io::Seek,
        path::{Path, PathBuf},
    },
};

/// Where the content of an answer is put: beside its place first, then checked, then renamed.
#[derive(Debug)]
pub struct Landing {
    pub path: PathBuf,
    /// What stands at the path now.
    pub before: Option<Inode>,
    pub bits: Bits,
    pub wanted: Option<Checksum>,
    pub backup: bool,
    /// The directory to download to, where it is not that of the path.
    pub by_way_of: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug)]
pub struct Landed {
    pub changed: bool,
    /// In bytes.
    pub length: u64,
    /// The SHA-1 hashes of the content that came and of that which was there before.
    pub new: String,
    pub old: Option<String>,
    /// The copy of the file that was there before.
    pub copy: Option<PathBuf>,
}

impl Landing {
    /// Fetches the content; what is there stays if it is the same.
    pub fn land(&self, host: &mut Host, answer: &mut Answer) -> Result<Landed, Failure> {
        let mut draft = match &self.by_way_of {
            Some(directory) => Draft::within(host, directory, &self.path)?,
            None => Draft::beside(host, &self.path)?,
        };
        let length = answer.pour(host, draft.file())?;
        let temporary = draft.temporary().to_owned();
        if let Some(wanted) = &self.wanted {
            let real = wanted.of(from_start(draft.file(), &temporary)?, &temporary)?;
            wanted.verify(&real, &self.path)?;
        }
        let new = Digest::Sha1
            .read(from_start(draft.file(), &temporary)?)
            .map_err(Failure::io("read", &temporary))?;
        let old = match &self.before {
            Some(_) => Some(host.digest(&self.path, Digest::Sha1)?),
            None => None,
        };
        let (changed, copy) = match old.as_ref() == Some(&new) {
            true => (self.attributes(host)?, None),
            false => (true, draft.place(self.bits, self.backup)?),
        };
        Ok(Landed {
            changed,
            length,
            new,
            old,
            copy,
        })
    }

    /// The content is the same: permissions and owner may not be.
    fn attributes(&self, host: &mut Host) -> Result<bool, Failure> {
        let Some(inode) = host.follow(&self.path)? else {
            return Ok(false);
        };
        match Attributes::plan(host, &self.path, &inode, self.bits)? {
            Some(attributes) => attributes.perform(host).map(|_| true),
            None => Ok(false),
        }
    }

    fn sha256(&self) -> Option<&str> {
        self.wanted.as_ref().and_then(Checksum::sha256)
    }

    /// The length is that which the server says.
    pub fn diff(&self, length: Option<u64>) -> Diff {
        let side = |length, sha256: Option<&str>| Side::Opaque {
            length,
            sha256: sha256.unwrap_or_default().into(),
        };
        Diff {
            what: self.path.display().to_string(),
            before: match &self.before {
                Some(inode) => side(inode.size, None),
                None => Side::Absent,
            },
            after: side(length.unwrap_or(0), self.sha256()),
        }
    }

    /// The file that will be there.
    pub fn effect(&self, length: Option<u64>) -> Effect {
        let content = match (self.sha256(), length) {
            (Some(sha256), Some(length)) => Foreseen::Hash {
                sha256: sha256.into(),
                length,
            },
            _ => Foreseen::Unknown,
        };
        Effect::Path {
            path: self.path.display().to_string(),
            entry: Some(self.bits.entry(EntryKind::File { content })),
        }
    }
}

fn from_start<'f>(file: &'f mut File, path: &Path) -> Result<&'f mut File, Failure> {
    file.rewind().map_err(Failure::io("read", path))?;
    Ok(file)
}
