use {
    super::{
        Act, Attributes, Bits, DIFF_LIMIT, Digest, Failure, Host, Inode, Probe, Program, side,
    },
    crate::wire::{Content, Diff, Effect, EntryKind, Foreseen, Mode, Object, Side},
    rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr},
    std::{
        fs::{self, File, OpenOptions},
        io::{self, BufReader, Write as _},
        os::unix::fs::{MetadataExt, OpenOptionsExt},
        path::{Path, PathBuf},
        sync::atomic::{AtomicU64, Ordering},
    },
};

/// Extended attributes longer than this do not exist on Linux.
const ATTRIBUTE_LIMIT: usize = 64 * 1024;

/// Copies go in pieces of so many bytes.
const COPIED: usize = 128 * 1024;

/// A larger file is not waited for: the disk may take longer than the way.
const FLUSHED: u64 = 8 * 1024 * 1024;

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
        Self::showing(DIFF_LIMIT, probe, path, before, source, bits)
    }

    /// The same; a difference tells lengths and hashes alone.
    pub fn plan_unseen(
        probe: &Probe,
        path: &Path,
        before: Option<&Inode>,
        source: Source,
        bits: Bits,
    ) -> Result<Self, Failure> {
        Self::showing(0, probe, path, before, source, bits)
    }

    /// A difference shows text of at most so many bytes.
    fn showing(
        limit: u64,
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
                before: shown(probe, path, before, limit)?,
                after: source.side(probe, limit)?,
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

    /// A new file beside the place, for nobody else yet.
    pub(super) fn draft(&self) -> Result<(Temporary, File), Failure> {
        let temporary = Temporary(Some(beside(&self.path)));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(temporary.path())
            .map_err(Failure::io("write", temporary.path()))?;
        Ok((temporary, file))
    }

    /// Gives a draft the permissions, the owner and the extended attributes that the file shall have.
    pub(super) fn dress(&self, draft: &Temporary, file: &File) -> Result<(), Failure> {
        if self.before.is_some() {
            keep_attributes(&self.path, file);
        }
        let made = file
            .metadata()
            .map_err(Failure::io("write", draft.path()))?;
        let fresh = Bits {
            mode: made.mode() & 0o7777,
            uid: made.uid(),
            gid: made.gid(),
        };
        Attributes::set(draft.path(), fresh, self.bits, false)
    }

    pub(super) fn is_validated(&self) -> bool {
        self.validate.is_some()
    }

    /// Runs the command that must succeed on a draft, if there is one.
    pub(super) fn validate_draft(&self, host: &mut Host, draft: &Temporary) -> Result<(), Failure> {
        match &self.validate {
            Some(command) => validate(host, command, draft.path()),
            None => Ok(()),
        }
    }

    /// Puts a draft that is on the disk in its place. Gives the return values that only this can tell.
    pub(super) fn settle(&self, draft: Temporary) -> Result<Object, Failure> {
        let mut values = Object::new();
        if self.backup && self.before.is_some() {
            let copy = backup(&self.path)?;
            values.insert("backup_file".into(), copy.display().to_string().into());
        }
        self.place(draft)?;
        Ok(values)
    }

    fn place(&self, draft: Temporary) -> Result<(), Failure> {
        let failed = Failure::io("replace", &self.path);
        match fs::rename(draft.path(), &self.path) {
            Err(_) if self.in_place => {
                let mut old = OpenOptions::new()
                    .write(true)
                    .truncate(true)
                    .open(&self.path)
                    .map_err(&failed)?;
                let mut new = File::open(draft.path()).map_err(&failed)?;
                io::copy(&mut new, &mut old).map_err(failed)?;
                Ok(())
            }
            Err(error) => Err(failed(error)),
            Ok(()) => {
                draft.placed();
                Ok(())
            }
        }
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The name of a draft. What is not placed is removed.
#[derive(Debug)]
pub(super) struct Temporary(Option<PathBuf>);

impl Temporary {
    pub(super) fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }

    fn placed(mut self) {
        self.0 = None;
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // It may never have been made.
            let _ = fs::remove_file(path);
        }
    }
}

impl Act for Write {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let (draft, mut file) = self.draft()?;
        self.source.copy(host, &mut file, draft.path())?;
        self.dress(&draft, &file)?;
        flush(&file).map_err(Failure::io("write", draft.path()))?;
        drop(file);
        self.validate_draft(host, &draft)?;
        self.settle(draft)
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

/// Makes sure that a file survives a loss of power.
pub(super) fn flush(file: &File) -> io::Result<()> {
    match file.metadata()?.len() > FLUSHED {
        true => Ok(()),
        false => file.sync_all(),
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

    /// How many bytes the controller may have to send.
    pub(super) fn announced(&self) -> u64 {
        match self {
            Self::Content(content) if content.inline.is_none() => content.length,
            _ => 0,
        }
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

    fn side(&self, probe: &Probe, limit: u64) -> Result<Side, Failure> {
        match self {
            Self::Bytes(bytes) => Ok(side(bytes)),
            Self::Content(content) if content.length <= limit => {
                Ok(side(&probe.content(content)?.bytes()?))
            }
            Self::Content(content) => Ok(Side::Opaque {
                length: content.length,
                sha256: content.sha256.clone(),
            }),
            Self::File { path, .. } => shown(probe, path, probe.follow(path)?.as_ref(), limit),
        }
    }

    /// Writes it to a file. What the controller has to send first goes straight there.
    pub(super) fn copy(
        &self,
        host: &Probe,
        file: &mut File,
        temporary: &Path,
    ) -> Result<(), Failure> {
        let failed = Failure::io("write", temporary);
        match self {
            Self::Bytes(bytes) => file.write_all(bytes).map_err(failed),
            Self::File { path, .. } => {
                let mut reader = BufReader::with_capacity(COPIED, host.open(path)?);
                host.pour(&mut reader, file, temporary)
            }
            Self::Content(content) => match host.at_hand(content) {
                Some(body) => {
                    let reader = body.reader().map_err(failed)?;
                    host.pour(
                        &mut BufReader::with_capacity(COPIED, reader),
                        file,
                        temporary,
                    )
                }
                None => host.receive(&[&content.sha256], &mut |_, bytes| {
                    host.pour(bytes, file, temporary)
                }),
            },
        }
    }
}

/// A name for a temporary file in the same directory.
pub(super) fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".farcast-{}-{count}", std::process::id()))
}

fn shown(probe: &Probe, path: &Path, inode: Option<&Inode>, limit: u64) -> Result<Side, Failure> {
    let Some(inode) = inode else {
        return Ok(Side::Absent);
    };
    let read = match inode.size <= limit {
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
