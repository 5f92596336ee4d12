use {
    crate::wire::{Entry, EntryKind, Foreseen},
    std::{
        fs::Metadata,
        os::unix::fs::{FileTypeExt, MetadataExt},
        path::PathBuf,
    },
};

/// What stands at a path (links are not followed): as it is, or as a dry run foresees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Inode {
    pub kind: Kind,
    /// Permission bits, such as 0o644.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    /// In bytes.
    pub size: u64,
    pub number: u64,
    pub device: u64,
    /// The device that a device file stands for.
    pub special: u64,
    pub links: u64,
    pub blocks: u64,
    pub block_size: u64,
    pub accessed: Moment,
    pub modified: Moment,
    pub changed: Moment,
    /// Only a dry run sees it: numbers and times are made up.
    pub foreseen: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
    /// With the path it points to, as it stands in the link.
    Link(PathBuf),
    Socket,
    Pipe,
    BlockDevice,
    CharacterDevice,
}

/// A point in time: seconds and nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub seconds: i64,
    pub nanoseconds: i64,
}

impl Moment {
    pub fn as_f64(self) -> f64 {
        self.seconds as f64 + self.nanoseconds as f64 / 1e9
    }
}

impl Inode {
    /// Takes the target where it is a link.
    pub(super) fn of(metadata: &Metadata, target: Option<PathBuf>) -> Self {
        let kind = metadata.file_type();
        let kind = match target {
            Some(target) => Kind::Link(target),
            None if kind.is_dir() => Kind::Directory,
            None if kind.is_socket() => Kind::Socket,
            None if kind.is_fifo() => Kind::Pipe,
            None if kind.is_block_device() => Kind::BlockDevice,
            None if kind.is_char_device() => Kind::CharacterDevice,
            None => Kind::File,
        };
        let moment = |seconds, nanoseconds| Moment {
            seconds,
            nanoseconds,
        };
        Self {
            kind,
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            size: metadata.size(),
            number: metadata.ino(),
            device: metadata.dev(),
            special: metadata.rdev(),
            links: metadata.nlink(),
            blocks: metadata.blocks(),
            block_size: metadata.blksize(),
            accessed: moment(metadata.atime(), metadata.atime_nsec()),
            modified: moment(metadata.mtime(), metadata.mtime_nsec()),
            changed: moment(metadata.ctime(), metadata.ctime_nsec()),
            foreseen: false,
        }
    }

    /// What an entry of the overlay would be, at the moment `now`.
    pub(super) fn foreseen(entry: &Entry, now: Moment) -> Self {
        let (kind, size) = match &entry.kind {
            EntryKind::Directory => (Kind::Directory, 4096),
            EntryKind::Link { target } => (Kind::Link(target.into()), target.len() as u64),
            EntryKind::File { content } => (
                Kind::File,
                match content {
                    Foreseen::Text(text) => text.len() as u64,
                    Foreseen::Hash { length, .. } => *length,
                    Foreseen::Unknown => 0,
                },
            ),
        };
        Self {
            kind,
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            size,
            number: 0,
            device: 0,
            special: 0,
            links: 1,
            blocks: size.div_ceil(512),
            block_size: 4096,
            accessed: now,
            modified: now,
            changed: now,
            foreseen: true,
        }
    }

    pub fn is_file(&self) -> bool {
        self.kind == Kind::File
    }

    pub fn is_directory(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// Whether both are names of one thing.
    pub fn is_same(&self, other: &Self) -> bool {
        !self.foreseen && (self.number, self.device) == (other.number, other.device)
    }

    pub fn is_link(&self) -> bool {
        matches!(self.kind, Kind::Link(_))
    }

    /// As Ansible's `state` return value names it: `file`, `directory`, `link`, or `hard` for a file with several names.
    pub fn state(&self) -> &'static str {
        match self.kind {
            Kind::Directory => "directory",
            Kind::Link(_) => "link",
            Kind::File if self.links > 1 => "hard",
            _ => "file",
        }
    }
}
