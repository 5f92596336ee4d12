use {
    super::{
        Body, Controller, Digest, Failure, Inode, Kind, Moment, Overlay, Question, Step, Thing,
        Watch, identity, overlay::Foresight,
    },
    crate::wire::{Account, Effect, EntryKind, Foreseen, Group, Mode},
    rustix::fs::{Access, IFlags, ioctl_getflags},
    std::{
        cell::{Cell, RefCell},
        collections::{BTreeMap, BTreeSet},
        ffi::OsString,
        fs::{self, File},
        io::{ErrorKind, Read},
        path::{Component, Path, PathBuf},
        rc::Rc,
        time::{Duration, SystemTime},
    },
};

/// As the kernel: more links in a row are a circle.
const LINK_LIMIT: usize = 40;

/// The largest file whose text a dry run carries along.
const TEXT_LIMIT: u64 = 1024 * 1024;

/// In the order of `lsattr`.
const FLAGS: [(IFlags, char, &str); 8] = [
    (IFlags::IMMUTABLE, 'i', "immutable"),
    (IFlags::APPEND, 'a', "append"),
    (IFlags::NODUMP, 'd', "nodump"),
    (IFlags::NOATIME, 'A', "noatime"),
    (IFlags::COMPRESSED, 'c', "compressed"),
    (IFlags::JOURNALING, 'j', "journalled"),
    (IFlags::TOPDIR, 'T', "topdir"),
    (IFlags::NOCOW, 'C', "nocow"),
];

/// So many pieces of content are kept in memory from step to step: the same module often runs many times.
const KEPT: usize = 8;

/// Reads the host, and has no way to write to it. In a dry run everything is seen through the overlay of what earlier steps
/// would have done.
pub struct Probe {
    pub(super) overlay: Overlay,
    pub(super) controller: RefCell<Box<dyn Controller>>,
    pub(super) watch: Watch,
    pub(super) step: Step,
    pub(super) received: RefCell<BTreeMap<String, Rc<Body>>>,
    /// How long a question may take.
    pub(super) patience: Cell<Option<Duration>>,
    umask: u32,
}

/// The step and its surroundings.
impl Probe {
    pub fn new(controller: Box<dyn Controller>, watch: Watch) -> Self {
        Self {
            overlay: Overlay::default(),
            controller: RefCell::new(controller),
            watch,
            step: Step::default(),
            patience: Cell::default(),
            received: RefCell::default(),
            umask: umask(),
        }
    }

    /// Begins a step. What an apply changes is real afterwards, so it begins without an overlay.
    pub fn begin(&mut self, step: Step) {
        if step.mode == Mode::Apply {
            self.overlay = Overlay::default();
        }
        self.watch.begin(step.id);
        self.step = step;
        let received = self.received.get_mut();
        received.retain(|_, body| matches!(**body, Body::Memory(_)));
        if received.len() > KEPT {
            received.clear();
        }
    }

    /// Begins an item of the step, with all the time that the step gives to each.
    pub fn begin_item(&mut self, item: usize) {
        self.step.item = item;
        self.step.restart();
    }

    pub fn step(&self) -> &Step {
        &self.step
    }

    /// What earlier steps of a dry run would have done. Empty in an apply.
    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// Lays effects over the host.
    pub fn foresee(&mut self, effects: impl IntoIterator<Item = Effect>) {
        for effect in effects {
            let effect = match effect {
                Effect::Path { path, entry } => {
                    let path = self.unlinked(Path::new(&path)).unwrap_or(path.into());
                    let path = path.to_string_lossy().into_owned();
                    Effect::Path { path, entry }
                }
                other => other,
            };
            self.overlay.lay(effect);
        }
    }

    /// Dry run: what may still bring a thing that is missing now.
    pub fn pending(&self) -> Option<String> {
        match self.step.mode {
            Mode::Look => self.overlay.pending(),
            Mode::Apply => None,
        }
    }

    /// The permission bits that new files do not get.
    pub fn umask(&self) -> u32 {
        self.umask
    }

    /// Sleeps; ends early, with an error, with the step.
    pub fn pause(&self, duration: Duration) -> Result<(), Failure> {
        self.watch.pause(&self.step, duration)
    }

    /// Fails once the step was cancelled or is late: for long work without pauses.
    pub fn check(&self) -> Result<(), Failure> {
        self.watch.check(&self.step)
    }
}

/// Paths.
impl Probe {
    /// What stands at a path; a link is not followed. `None`: nothing.
    pub fn entry(&self, path: &Path) -> Result<Option<Inode>, Failure> {
        let place = self.place(path)?;
        match self.overlay.at(&place) {
            Foresight::Absent => Ok(None),
            Foresight::There(entry) => Ok(Some(Inode::foreseen(entry, now()))),
            Foresight::Nothing => real(&place),
        }
    }

    /// What stands at a path after following links. `None`: nothing, or a link to nothing.
    pub fn follow(&self, path: &Path) -> Result<Option<Inode>, Failure> {
        self.entry(&self.target(path)?)
    }

    /// The path that links at `path` lead to in the end, whether something stands there or not.
    pub fn target(&self, path: &Path) -> Result<PathBuf, Failure> {
        let mut path = path.to_owned();
        for _ in 0..LINK_LIMIT {
            match self.entry(&path)? {
                Some(Inode {
                    kind: Kind::Link(target),
                    ..
                }) => path = beside(&path, &target),
                _ => return Ok(path),
            }
        }
        Err(circle(&path))
    }

    /// Whether something stands at a path after following links.
    pub fn exists(&self, path: &Path) -> Result<bool, Failure> {
        Ok(self.follow(path)?.is_some())
    }

    /// Fails unless the directory that `path` would be in is there. In a dry run a package to come may bring it.
    pub fn require_parent(&self, path: &Path) -> Result<(), Failure> {
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let Some(parent) = parent else {
            return Ok(());
        };
        match self.follow(parent)? {
            Some(inode) if inode.is_directory() => Ok(()),
            Some(_) => Err(Failure::refused(format!(
                "{} is not a directory",
                parent.display()
            ))),
            None if self.pending().is_some() => Ok(()),
            None => Err(Failure::missing(
                Thing::Parent,
                parent.display().to_string(),
            )),
        }
    }

    /// The whole content of a file; links are followed. For files of reasonable size.
    pub fn read(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        self.open(path)?
            .read_to_end(&mut bytes)
            .map_err(Failure::io("read", path))?;
        Ok(bytes)
    }

    /// A reader of a file's content; links are followed.
    pub fn open(&self, path: &Path) -> Result<Box<dyn Read>, Failure> {
        let place = match self.overlay.has_paths() {
            true => self.place(&self.target(path)?)?,
            // The kernel follows links by itself.
            false => path.to_owned(),
        };
        let missing = || Failure::missing(Thing::Path, path.display().to_string());
        match self.overlay.at(&place) {
            Foresight::Absent => Err(missing()),
            Foresight::There(entry) => match &entry.kind {
                EntryKind::File {
                    content: Foreseen::Text(text),
                } => Ok(Box::new(std::io::Cursor::new(text.clone().into_bytes()))),
                EntryKind::File { .. } => Err(Failure::Unforeseeable(format!(
                    "the content of {}",
                    path.display()
                ))),
                _ => Err(Failure::refused(format!("{} is no file", path.display()))),
            },
            Foresight::Nothing => match File::open(&place) {
                Ok(file) => Ok(Box::new(file)),
                Err(error) if error.kind() == ErrorKind::NotFound => Err(missing()),
                Err(error) => Err(Failure::io("read", path)(error)),
            },
        }
    }

    /// The hash of a file's content; links are followed.
    pub fn digest(&self, path: &Path, digest: Digest) -> Result<String, Failure> {
        if self.overlay.has_paths() {
            let place = self.place(&self.target(path)?)?;
            if let Foresight::There(entry) = self.overlay.at(&place)
                && let EntryKind::File {
                    content: Foreseen::Hash { sha256, .. },
                } = &entry.kind
                && digest == Digest::Sha256
            {
                return Ok(sha256.clone());
            }
        }
        let mut reader = self.open(path)?;
        digest.read(&mut reader).map_err(Failure::io("read", path))
    }

    /// A file's content in the form that an overlay holds.
    pub(super) fn foreseen(&self, path: &Path) -> Result<Foreseen, Failure> {
        let length = self.follow(path)?.map_or(0, |inode| inode.size);
        let known = match length <= TEXT_LIMIT {
            true => self.read(path).map(|bytes| match String::from_utf8(bytes) {
                Ok(text) => Foreseen::Text(text),
                Err(error) => Foreseen::Hash {
                    sha256: Digest::Sha256.of(error.as_bytes()),
                    length,
                },
            }),
            false => self
                .digest(path, Digest::Sha256)
                .map(|sha256| Foreseen::Hash { sha256, length }),
        };
        match known {
            Err(Failure::Unforeseeable(_)) => Ok(Foreseen::Unknown),
            known => known,
        }
    }

    /// Whether the agent's user may do something to what stands at a path (links are followed). What is only foreseen is
    /// taken to be allowed.
    pub fn may(&self, path: &Path, access: Access) -> Result<bool, Failure> {
        match self.follow(path)? {
            None => Ok(false),
            Some(inode) if inode.foreseen => Ok(true),
            Some(_) => Ok(rustix::fs::access(path, access).is_ok()),
        }
    }

    /// The path with all links resolved, as far as it exists.
    pub fn resolve(&self, path: &Path) -> Result<PathBuf, Failure> {
        let target = self.target(path)?;
        match fs::canonicalize(&target) {
            Ok(path) => Ok(path),
            Err(_) => self.place(&target),
        }
    }

    /// The file system's attributes of a file or directory, by letter and name as `lsattr` has them. None where the file
    /// system has no such thing.
    pub fn flags(&self, path: &Path) -> Result<Vec<(char, &'static str)>, Failure> {
        let is_plain = match self.entry(path)? {
            Some(inode) => !inode.foreseen && (inode.is_file() || inode.is_directory()),
            None => false,
        };
        let flags = match is_plain.then(|| File::open(path)) {
            Some(Ok(file)) => ioctl_getflags(&file).unwrap_or(IFlags::empty()),
            _ => IFlags::empty(),
        };
        let set = FLAGS.iter().filter(|(flag, ..)| flags.contains(*flag));
        Ok(set.map(|(_, letter, name)| (*letter, *name)).collect())
    }

    /// The names in a directory, sorted; links are followed.
    pub fn list(&self, directory: &Path) -> Result<Vec<OsString>, Failure> {
        let place = self.place(&self.target(directory)?)?;
        let mut names = BTreeSet::new();
        match self.overlay.at(&place) {
            Foresight::Absent => {
                let name = directory.display().to_string();
                return Err(Failure::missing(Thing::Path, name));
            }
            _ if !self.overlay.shows(&place) => {}
            foresight => {
                let foreseen = foresight != Foresight::Nothing;
                names = real_names(&place, foreseen).map_err(|error| match error.kind() {
                    ErrorKind::NotFound => {
                        Failure::missing(Thing::Path, directory.display().to_string())
                    }
                    _ => Failure::io("list", directory)(error),
                })?;
            }
        }
        self.overlay.rename(&place, &mut names);
        Ok(names.into_iter().collect())
    }

    /// The path with all links above its last part resolved, as the overlay knows it.
    fn place(&self, path: &Path) -> Result<PathBuf, Failure> {
        match self.overlay.has_paths() {
            true => self.unlinked(path),
            false => std::path::absolute(path).map_err(Failure::io("find", path)),
        }
    }

    fn unlinked(&self, path: &Path) -> Result<PathBuf, Failure> {
        let path = std::path::absolute(path).map_err(Failure::io("find", path))?;
        let mut rest: Vec<OsString> = parts(&path);
        let mut place = PathBuf::from("/");
        let mut links = 0;
        while let Some(part) = rest.pop() {
            if part == ".." {
                place.pop();
                continue;
            }
            let next = place.join(&part);
            let target = match rest.is_empty() {
                true => None,
                false => self.link_at(&next)?,
            };
            let Some(target) = target else {
                place = next;
                continue;
            };
            links += 1;
            if links > LINK_LIMIT {
                return Err(circle(&path));
            }
            if target.is_absolute() {
                place = PathBuf::from("/");
            }
            rest.extend(parts(&target));
        }
        Ok(place)
    }

    fn link_at(&self, place: &Path) -> Result<Option<PathBuf>, Failure> {
        Ok(match self.overlay.at(place) {
            Foresight::There(entry) => match &entry.kind {
                EntryKind::Link { target } => Some(target.into()),
                _ => None,
            },
            Foresight::Absent => None,
            Foresight::Nothing => match real(place)?.map(|inode| inode.kind) {
                Some(Kind::Link(target)) => Some(target),
                _ => None,
            },
        })
    }
}

/// Accounts and groups.
impl Probe {
    /// An account by name.
    pub fn account(&self, name: &str) -> Result<Option<Account>, Failure> {
        if let Some(foreseen) = self.overlay.account(name) {
            return Ok(foreseen.cloned());
        }
        let local = lines("/etc/passwd", identity::account)?;
        match local.into_iter().find(|account| account.name == name) {
            Some(account) => Ok(Some(account)),
            None => self.elsewhere(&Question::Account(name.into()), identity::account),
        }
    }

    /// The accounts of `/etc/passwd`, in its order, as foreseen.
    pub fn accounts(&self) -> Result<Vec<Account>, Failure> {
        let mut accounts = lines("/etc/passwd", identity::account)?;
        accounts.retain(|account| self.overlay.account(&account.name).is_none());
        accounts.extend(self.overlay.accounts().values().flatten().cloned());
        Ok(accounts)
    }

    /// A group by name.
    pub fn group(&self, name: &str) -> Result<Option<Group>, Failure> {
        if let Some(foreseen) = self.overlay.group(name) {
            return Ok(foreseen.cloned());
        }
        let local = lines("/etc/group", identity::group)?;
        match local.into_iter().find(|group| group.name == name) {
            Some(group) => Ok(Some(group)),
            None => self.elsewhere(&Question::Group(name.into()), identity::group),
        }
    }

    /// The groups of `/etc/group`, in its order, as foreseen.
    pub fn groups(&self) -> Result<Vec<Group>, Failure> {
        let mut groups = lines("/etc/group", identity::group)?;
        groups.retain(|group| self.overlay.group(&group.name).is_none());
        groups.extend(self.overlay.groups().values().flatten().cloned());
        Ok(groups)
    }

    /// The uid of a user given by name or number, as file owners are given.
    pub fn uid(&self, name: &str) -> Result<u32, Failure> {
        match (self.account(name)?, name.parse()) {
            (Some(account), _) => Ok(account.uid),
            (None, Ok(uid)) => Ok(uid),
            (None, Err(_)) => Err(Failure::missing(Thing::Account, name)),
        }
    }

    /// The gid of a group given by name or number.
    pub fn gid(&self, name: &str) -> Result<u32, Failure> {
        match (self.group(name)?, name.parse()) {
            (Some(group), _) => Ok(group.gid),
            (None, Ok(gid)) => Ok(gid),
            (None, Err(_)) => Err(Failure::missing(Thing::Group, name)),
        }
    }

    /// The name of a user id; the number as text where it has none.
    pub fn owner(&self, uid: u32) -> Result<String, Failure> {
        let known = self.accounts()?.into_iter().find(|known| known.uid == uid);
        Ok(known.map_or_else(|| uid.to_string(), |account| account.name))
    }

    /// The name of a group id; the number as text where it has none.
    pub fn group_name(&self, gid: u32) -> Result<String, Failure> {
        let known = self.groups()?.into_iter().find(|known| known.gid == gid);
        Ok(known.map_or_else(|| gid.to_string(), |group| group.name))
    }

    /// A host without `getent` has no other source than its files.
    fn elsewhere<T>(
        &self,
        question: &Question,
        read: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        match self.ask(question) {
            Ok(finished) => Ok(finished.text().lines().next().and_then(read)),
            Err(Failure::Missing { .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().rev().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    parts.collect()
}

fn beside(link: &Path, target: &Path) -> PathBuf {
    link.parent().unwrap_or(Path::new("/")).join(target)
}

fn circle(path: &Path) -> Failure {
    Failure::refused(format!("{}: its links lead in a circle", path.display()))
}

fn real(path: &Path) -> Result<Option<Inode>, Failure> {
    let failed = Failure::io("look at", path);
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(error)),
    };
    let target = match metadata.is_symlink() {
        true => Some(fs::read_link(path).map_err(failed)?),
        false => None,
    };
    Ok(Some(Inode::of(&metadata, target)))
}

/// A foreseen directory need not be there yet.
fn real_names(path: &Path, foreseen: bool) -> std::io::Result<BTreeSet<OsString>> {
    match fs::read_dir(path) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect(),
        Err(error) if foreseen && error.kind() == ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}

fn lines<T>(path: &str, read: fn(&str) -> Option<T>) -> Result<Vec<T>, Failure> {
    let path = Path::new(path);
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes)
            .lines()
            .filter_map(read)
            .collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Failure::io("read", path)(error)),
    }
}

/// Asking for the umask by system call would change it for a moment; the kernel tells it here.
fn umask() -> u32 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    line.and_then(|octal| u32::from_str_radix(octal.trim(), 8).ok())
        .unwrap_or(0o022)
}

fn now() -> Moment {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap_or_default();
    Moment {
        seconds: now.as_secs().cast_signed(),
        nanoseconds: now.subsec_nanos().into(),
    }
}
