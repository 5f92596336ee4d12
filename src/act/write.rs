use {
    super::{
        Act, Attributes, Bits, DIFF_LIMIT, Digest, Failure, Host, Inode, Probe, Program, side,
    },
    crate::wire::{Content, Diff, Effect, EntryKind, Foreseen, Mode, Object, Side},
    rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr},
    std::{
        fs::{self, File, OpenOptions},
        io::{self, Seek},
        os::unix::fs::{MetadataExt, OpenOptionsExt},
        path::{Path, PathBuf},
        sync::atomic::{AtomicU64, Ordering},
    },
};

/// Extended attributes longer than this do not exist on Linux.
const ATTRIBUTE_LIMIT: usize = 64 * 1024;

/// Gives a file its content: written to a temporary file beside it, flushed to the disk and renamed, so that whoever looks
/// sees the old or the new file and nothing between. Extended attributes (SELinux labels, ACLs) of the old file stay.
#[derive(Clone, Debug)]
pub struct Write {
    path: PathBuf,
    source: Source,
    bits: Bits,
    before: Option<Bits>,
    diff: Vec<Diff>,
    backup: bool,
    validate: Option<String>,
    in_place: bool,
}

/// Where the content of a [`Write`] comes from.
#[derive(Clone, Debug)]
pub enum Source {
    Bytes(Vec<u8>),
    /// The controller.
    Content(Content),
    /// Another file on the host.
    File {
        path: PathBuf,
        foreseen: Foreseen,
    },
}

impl Write {
    /// Takes the path (of a file, not of a link), what stands there now, the new content, and the permissions and owner
    /// that the file will have.
    pub fn plan(
        probe: &Probe,
        path: &Path,
        before: Option<&Inode>,
        source: Source,
        bits: Bits,
    ) -> Result<Self, Failure> {
        let mut diff = Vec::new();
        if probe.step().diff {
            diff.push(Diff {
                what: path.display().to_string(),
                before: shown(probe, path, before)?,
                after: source.side(probe)?,
            });
        }
        if let Some(inode) = before {
            let bits = Attributes::plan(probe, path, inode, bits)?;
            diff.extend(bits.iter().flat_map(Attributes::diff));
        }
        Ok(Self {
            path: path.into(),
            source,
            bits,
            before: before.map(Bits::of),
            diff,
            backup: false,
            validate: None,
            in_place: false,
        })
    }

    /// Keep a copy of the old file, named as Ansible names it; the return value `backup_file` tells the name.
    pub fn backup(mut self, wanted: bool) -> Self {
        self.backup = wanted;
        self
    }

    /// A command that must succeed on the new content before it is put in place; `%s` stands for its path.
    pub fn validate(mut self, command: Option<&str>) -> Self {
        self.validate = command.map(Into::into);
        self
    }

    /// Write into the old file where it cannot be replaced (a mount point in a container): not safe when interrupted.
    pub fn in_place(mut self, allowed: bool) -> Self {
        self.in_place = allowed;
        self
    }

    fn prepare(&self, host: &mut Host, temporary: &Path) -> Result<File, Failure> {
        let failed = Failure::io("write", temporary);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(temporary)
            .map_err(&failed)?;
        self.source.copy(host, &mut file, temporary)?;
        if self.before.is_some() {
            keep_attributes(&self.path, &file);
        }
        let made = file.metadata().map_err(&failed)?;
        let fresh = Bits {
            mode: made.mode() & 0o7777,
            uid: made.uid(),
            gid: made.gid(),
        };
        Attributes::set(temporary, fresh, self.bits, false)?;
        file.sync_all().map_err(&failed)?;
        if let Some(command) = &self.validate {
            validate(host, command, temporary)?;
        }
        Ok(file)
    }

    fn place(&self, file: &mut File, temporary: &Path) -> Result<(), Failure> {
        let failed = Failure::io("replace", &self.path);
        match fs::rename(temporary, &self.path) {
            Err(_) if self.in_place => {
                let mut old = OpenOptions::new()
                    .write(true)
                    .truncate(true)
                    .open(&self.path)
                    .map_err(&failed)?;
                file.rewind()
                    .and_then(|()| io::copy(file, &mut old))
                    .and_then(|_| fs::remove_file(temporary))
                    .map_err(failed)
            }
            renamed => renamed.map_err(failed),
        }
    }
}

impl Act for Write {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let temporary = beside(&self.path);
        let mut values = Object::new();
        let done = self.prepare(host, &temporary).and_then(|mut file| {
            if self.backup && self.before.is_some() {
                let copy = backup(&self.path)?;
                values.insert("backup_file".into(), copy.display().to_string().into());
            }
            self.place(&mut file, &temporary)
        });
        if done.is_err() {
            // It may never have been made.
            let _ = fs::remove_file(&temporary);
        }
        done.map(|()| values)
    }

    fn diff(&self) -> Vec<Diff> {
        self.diff.clone()
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Path {
            path: self.path.display().to_string(),
            entry: Some(self.bits.entry(EntryKind::File {
                content: self.source.foreseen(),
            })),
        }]
    }
}

impl Source {
    /// Another file on the host, to be copied.
    pub fn file(probe: &Probe, path: &Path) -> Result<Self, Failure> {
        let foreseen = match probe.step().mode {
            Mode::Look => probe.foreseen(path)?,
            Mode::Apply => Foreseen::Unknown,
        };
        Ok(Self::File {
            path: path.into(),
            foreseen,
        })
    }

    /// What later looks see.
    fn foreseen(&self) -> Foreseen {
        let hash = |bytes: &[u8]| Foreseen::Hash {
            sha256: Digest::Sha256.of(bytes),
            length: bytes.len() as u64,
        };
        match self {
            Self::Bytes(bytes) => match String::from_utf8(bytes.clone()) {
                Ok(text) => Foreseen::Text(text),
                Err(error) => hash(error.as_bytes()),
            },
            Self::Content(Content {
                inline: Some(text), ..
            }) => Foreseen::Text(text.clone()),
            Self::Content(content) => Foreseen::Hash {
                sha256: content.sha256.clone(),
                length: content.length,
            },
            Self::File { foreseen, .. } => foreseen.clone(),
        }
    }

    fn side(&self, probe: &Probe) -> Result<Side, Failure> {
        match self {
            Self::Bytes(bytes) => Ok(side(bytes)),
            Self::Content(content) if content.length <= DIFF_LIMIT => {
                Ok(side(&probe.content(content)?.bytes()?))
            }
            Self::Content(content) => Ok(Side::Opaque {
                length: content.length,
                sha256: content.sha256.clone(),
            }),
            Self::File { path, .. } => shown(probe, path, probe.follow(path)?.as_ref()),
        }
    }

    fn copy(&self, host: &Probe, file: &mut File, temporary: &Path) -> Result<(), Failure> {
        let failed = Failure::io("write", temporary);
        match self {
            Self::Bytes(bytes) => io::copy(&mut &bytes[..], file).map_err(failed)?,
            Self::File { path, .. } => io::copy(&mut host.open(path)?, file).map_err(failed)?,
            Self::Content(content) => {
                let body = host.content(content)?;
                let mut reader = body.reader().map_err(&failed)?;
                io::copy(&mut reader, file).map_err(failed)?
            }
        };
        Ok(())
    }
}

/// A name for a temporary file in the same directory.
pub(super) fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".farcast-{}-{count}", std::process::id()))
}

fn shown(probe: &Probe, path: &Path, inode: Option<&Inode>) -> Result<Side, Failure> {
    let Some(inode) = inode else {
        return Ok(Side::Absent);
    };
    let read = match inode.size <= DIFF_LIMIT {
        true => probe.read(path).map(|bytes| side(&bytes)),
        false => probe
            .digest(path, Digest::Sha256)
            .map(|sha256| Side::Opaque {
                length: inode.size,
                sha256,
            }),
    };
    match read {
        Err(Failure::Unforeseeable(_)) => Ok(Side::Opaque {
            length: inode.size,
            sha256: String::new(),
        }),
        read => read,
    }
}

/// Copies extended attributes to the new file. A file system without them, or a label that may not be set, is no reason to
/// refuse the write: the new file then has what its directory gives.
pub(super) fn keep_attributes(path: &Path, new: &File) {
    let Ok(old) = File::open(path) else {
        return;
    };
    let mut names = vec![0; ATTRIBUTE_LIMIT];
    let Ok(length) = flistxattr(&old, &mut names[..]) else {
        return;
    };
    let names = names[..length].split(|byte| *byte == 0);
    for name in names.filter(|name| !name.is_empty()) {
        let mut value = vec![0; ATTRIBUTE_LIMIT];
        if let Ok(length) = fgetxattr(&old, name, &mut value[..]) {
            let _ = fsetxattr(new, name, &value[..length], XattrFlags::empty());
        }
    }
}

pub(super) fn backup(path: &Path) -> Result<PathBuf, Failure> {
    let mut name = path.as_os_str().to_owned();
    let time = super::calendar::stamp();
    name.push(format!(".{}.{time}~", std::process::id()));
    let copy = PathBuf::from(name);
    let failed = Failure::io("keep a backup as", &copy);
    fs::copy(path, &copy).map_err(&failed)?;
    let metadata = fs::metadata(path).map_err(&failed)?;
    let (uid, gid) = (metadata.uid(), metadata.gid());
    std::os::unix::fs::chown(&copy, Some(uid), Some(gid)).map_err(failed)?;
    Ok(copy)
}

fn validate(host: &mut Host, command: &str, temporary: &Path) -> Result<(), Failure> {
    if !command.contains("%s") {
        let msg = format!("validate must contain %s: {command}");
        return Err(Failure::refused(msg));
    }
    let words = shlex::split(command)
        .ok_or_else(|| Failure::refused(format!("validate has an open quote: {command}")))?;
    let path = temporary.display().to_string();
    let program = Program::new(words.iter().map(|word| word.replace("%s", &path)));
    let finished = host.spawn(&program)?;
    if finished.success() {
        return Ok(());
    }
    let mut data = finished.values();
    data.insert("exit_status".into(), finished.rc.into());
    Err(Failure::Refused {
        msg: format!(
            "failed to validate: rc:{} error:{}",
            finished.rc,
            finished.complaint()
        ),
        data,
    })
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::act::{Alone, Scratch, Step, Watch},
        crate::wire::Mode,
    };

    const BITS: Bits = Bits {
        mode: 0o640,
        uid: 0,
        gid: 0,
    };

    fn probe(mode: Mode) -> Probe {
        let mut probe = Probe::new(Box::new(Alone), Watch::default());
        let mut step = Step::default();
        step.mode = mode;
        probe.begin(step);
        probe
    }

    fn bits() -> Bits {
        let process = rustix::process::geteuid().as_raw();
        Bits {
            uid: process,
            gid: rustix::process::getegid().as_raw(),
            ..BITS
        }
    }

    fn write(probe: &Probe, path: &Path, text: &str) -> Write {
        let before = probe.entry(path).unwrap();
        let source = Source::Bytes(text.into());
        Write::plan(probe, path, before.as_ref(), source, bits()).unwrap()
    }

    #[test]
    fn replaces_whole_and_leaves_nothing_beside() {
        let scratch = Scratch::new();
        let path = scratch.write("file", "old");
        let mut probe = probe(Mode::Apply);
        let write = write(&probe, &path, "new").backup(true);
        let values = write.perform(&mut Host::of(&mut probe).unwrap()).unwrap();
        assert_eq!(scratch.read("file"), "new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
        let copy = values["backup_file"].as_str().unwrap();
        assert_eq!(fs::read_to_string(copy).unwrap(), "old");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2);
    }

    #[test]
    fn content_that_does_not_validate_is_never_in_place() {
        let scratch = Scratch::new();
        let path = scratch.write("file", "old");
        let mut probe = probe(Mode::Apply);
        let write = write(&probe, &path, "new").validate(Some("grep old '%s'"));
        let failed = write.perform(&mut Host::of(&mut probe).unwrap());
        assert!(
            failed
                .unwrap_err()
                .to_string()
                .starts_with("failed to validate")
        );
        assert_eq!(scratch.read("file"), "old");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_dry_run_sees_what_would_be_written() {
        let scratch = Scratch::new();
        let path = scratch.at("file");
        let mut probe = probe(Mode::Look);
        assert!(Host::of(&mut probe).is_none());
        let effects = write(&probe, &path, "new").effects();
        probe.foresee(effects);
        assert_eq!(probe.read(&path).unwrap(), b"new");
        assert_eq!(probe.entry(&path).unwrap().unwrap().mode, 0o640);
        assert!(!path.exists());
    }
}
