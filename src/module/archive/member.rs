use {
    crate::act::Failure,
    std::{
        io::{self, Read},
        path::{Component, Path, PathBuf},
    },
    tar::EntryType,
    zip::{read::ZipFile, result::ZipError},
};

/// Something in an archive.
#[derive(Clone, Debug)]
pub struct Member {
    /// As it stands in the archive.
    pub name: String,
    pub kind: MemberKind,
    /// Permission bits, where the archive says them.
    pub mode: Option<u32>,
    /// In seconds since 1970, where the archive says it.
    pub modified: Option<i64>,
    /// The number and, where there is one, the name of the user and of the group that own it.
    pub owner: Option<(u32, Option<String>)>,
    pub group: Option<(u32, Option<String>)>,
    /// In bytes.
    pub size: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberKind {
    Directory,
    File,
    /// With the path it points to.
    Link(String),
    /// Another name of the member of this name.
    Twin(String),
}

impl Member {
    /// `None` for headers without content, and for devices and pipes, which are not unpacked.
    pub(super) fn of_tar<R: Read>(entry: &tar::Entry<R>) -> io::Result<Option<Self>> {
        let header = entry.header();
        let target = || -> io::Result<String> {
            let target = entry.link_name_bytes().unwrap_or_default();
            Ok(String::from_utf8_lossy(&target).into_owned())
        };
        let kind = match header.entry_type() {
            EntryType::Directory => MemberKind::Directory,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => MemberKind::File,
            EntryType::Symlink => MemberKind::Link(target()?),
            EntryType::Link => MemberKind::Twin(target()?),
            _ => return Ok(None),
        };
        let named = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(str::to_owned);
        let number = |id: u64| u32::try_from(id).unwrap_or(0);
        Ok(Some(Self {
            name: String::from_utf8_lossy(&entry.path_bytes()).into_owned(),
            kind,
            mode: Some(header.mode()? & 0o7777),
            modified: Some(header.mtime()?.cast_signed()),
            owner: Some((
                number(header.uid()?),
                named(header.username().unwrap_or(None)),
            )),
            group: Some((
                number(header.gid()?),
                named(header.groupname().unwrap_or(None)),
            )),
            size: entry.size(),
        }))
    }

    /// The time in a zip archive has no time zone, so it is not used.
    pub(super) fn of_zip<R: Read>(file: &ZipFile<R>) -> Result<Self, ZipError> {
        Ok(Self {
            name: file.name()?.into_owned(),
            kind: match file.is_dir() {
                true => MemberKind::Directory,
                false => MemberKind::File,
            },
            mode: file
                .unix_mode()
                .map(|mode| mode & 0o777)
                .filter(|mode| *mode != 0),
            modified: None,
            owner: None,
            group: None,
            size: file.size(),
        })
    }

    /// Its path below the directory that the archive is unpacked to; empty for that directory itself.
    pub fn path(&self) -> Result<PathBuf, Failure> {
        below(&self.name)
    }

    pub fn is_file(&self) -> bool {
        self.kind == MemberKind::File
    }
}

/// A path that does not lead out of where it begins.
pub fn below(name: &str) -> Result<PathBuf, Failure> {
    let parts = Path::new(name).components();
    let mut path = PathBuf::new();
    for part in parts {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            _ => {
                return Err(Failure::refused(format!(
                    "the archive holds {name}, which leads out of dest; nothing was unpacked"
                )));
            }
        }
    }
    Ok(path)
}
