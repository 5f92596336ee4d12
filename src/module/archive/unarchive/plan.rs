use {
    super::Unarchive,
    crate::{
        act::{Bits, Failure, Inode, Kind, Probe},
        module::{
            Ownership,
            archive::{Member, MemberKind, member::below},
        },
    },
    std::{
        collections::{BTreeMap, BTreeSet},
        io::Read,
        path::{Path, PathBuf},
    },
};

/// What is to be unpacked, found by comparing each member with what is there.
pub struct Plan<'a> {
    unarchive: &'a Unarchive,
    probe: &'a Probe,
    dest: &'a Path,
    /// By the member's number in the archive.
    pub pieces: BTreeMap<usize, Piece>,
    /// The names of the members that are asked for.
    pub names: Vec<String>,
    links: BTreeSet<PathBuf>,
    safe: BTreeSet<PathBuf>,
    count: usize,
}

/// A member that is asked for, and where it goes.
#[derive(Clone, Debug)]
pub struct Piece {
    pub member: Member,
    pub path: PathBuf,
    pub bits: Bits,
    /// What stands there now.
    pub before: Option<Inode>,
    /// It is missing or different.
    pub wanted: bool,
}

impl<'a> Plan<'a> {
    pub fn new(unarchive: &'a Unarchive, probe: &'a Probe, dest: &'a Path) -> Self {
        Self {
            unarchive,
            probe,
            dest,
            pieces: BTreeMap::new(),
            names: Vec::new(),
            links: BTreeSet::new(),
            safe: BTreeSet::new(),
            count: 0,
        }
    }

    /// Heeds the next member.
    pub fn add(&mut self, member: Member, content: &mut dyn Read) -> Result<(), Failure> {
        self.probe.check()?;
        let number = self.count;
        self.count += 1;
        let inner = member.path()?;
        if !self.unarchive.takes(&member) {
            return Ok(());
        }
        self.names.push(member.name.clone());
        if inner.as_os_str().is_empty() {
            return Ok(());
        }
        self.stay_inside(&member, &inner)?;
        let path = self.dest.join(&inner);
        let before = self.probe.entry(&path)?;
        let bits = self.bits(&member)?;
        let wanted = match &before {
            None => true,
            Some(inode) => self.differs(&member, &path, inode, bits, content)?,
        };
        match member.kind {
            MemberKind::Link(_) => self.links.insert(inner),
            _ => self.links.remove(&inner),
        };
        let piece = Piece {
            member,
            path,
            bits,
            before,
            wanted,
        };
        self.pieces.insert(number, piece);
        Ok(())
    }

    /// No member may be written through a link that leads out of the directory, whether it came with the archive or was
    /// there before; nor may a member be another name of something outside.
    fn stay_inside(&mut self, member: &Member, inner: &Path) -> Result<(), Failure> {
        self.no_link_above(member, inner)?;
        if let MemberKind::Twin(name) = &member.kind {
            self.no_link_above(member, &below(name)?)?;
        }
        Ok(())
    }

    fn no_link_above(&mut self, member: &Member, inner: &Path) -> Result<(), Failure> {
        let out = || {
            Failure::refused(format!(
                "the archive holds {}, which leads out of dest through a link; nothing was unpacked",
                member.name
            ))
        };
        if inner
            .ancestors()
            .skip(1)
            .any(|above| self.links.contains(above))
        {
            return Err(out());
        }
        let Some(parent) = inner.parent() else {
            return Ok(());
        };
        if !self.safe.contains(parent) {
            let real = self.probe.resolve(&self.dest.join(parent))?;
            if !real.starts_with(self.probe.resolve(self.dest)?) {
                return Err(out());
            }
            self.safe.insert(parent.to_owned());
        }
        Ok(())
    }

    /// The permissions and owner that a member will have: as root those in the archive, else one's own less the umask.
    fn bits(&self, member: &Member) -> Result<Bits, Failure> {
        let is_directory = member.kind == MemberKind::Directory;
        let wanted = self.unarchive.ownership();
        let is_root = rustix::process::geteuid().is_root();
        let usual = if is_directory { 0o777 } else { 0o666 };
        let mode = match (member.mode, member.modified) {
            // Only tar has times, and only tar keeps permissions that the umask forbids.
            (Some(mode), Some(_)) if is_root => mode,
            (mode, _) => mode.unwrap_or(usual) & !self.probe.umask(),
        };
        let unmoded = Ownership {
            mode: None,
            ..wanted
        };
        let mut bits = unmoded.create(self.probe, is_directory)?;
        bits.mode = match wanted.mode {
            Some(wanted) => wanted.resolve(mode, is_directory, self.probe.umask())?,
            None => mode,
        };
        if let (true, None, Some((number, name))) = (is_root, wanted.owner, &member.owner) {
            let known = match name {
                Some(name) => self.probe.account(name)?,
                None => None,
            };
            bits.uid = known.map_or(*number, |known| known.uid);
        }
        if let (true, None, Some((number, name))) = (is_root, wanted.group, &member.group) {
            let known = match name {
                Some(name) => self.probe.group(name)?,
                None => None,
            };
            bits.gid = known.map_or(*number, |known| known.gid);
        }
        Ok(bits)
    }

    fn differs(
        &self,
        member: &Member,
        path: &Path,
        inode: &Inode,
        bits: Bits,
        content: &mut dyn Read,
    ) -> Result<bool, Failure> {
        let in_the_way = || {
            let path = path.display();
            Failure::refused(format!("{path} is in the way of what is in the archive"))
        };
        match (&member.kind, &inode.kind) {
            (MemberKind::Directory, Kind::Directory) => Ok(Bits::of(inode) != bits),
            (MemberKind::Directory, Kind::Link(_)) => match self.probe.follow(path)? {
                Some(inode) if inode.is_directory() => Ok(false),
                _ => Err(in_the_way()),
            },
            (MemberKind::Directory, _) | (_, Kind::Directory) => Err(in_the_way()),
            (MemberKind::Link(target), Kind::Link(there)) => {
                let owned = (inode.uid, inode.gid) == (bits.uid, bits.gid);
                Ok(Path::new(target) != there || !owned)
            }
            (MemberKind::Twin(name), Kind::File) => {
                let twin = self.probe.entry(&self.dest.join(below(name)?))?;
                let same = |twin: Inode| (twin.device, twin.number) == (inode.device, inode.number);
                Ok(!twin.is_some_and(same))
            }
            (MemberKind::File, Kind::File) => self.is_other(member, path, inode, bits, content),
            _ => Ok(true),
        }
    }

    fn is_other(
        &self,
        member: &Member,
        path: &Path,
        inode: &Inode,
        bits: Bits,
        content: &mut dyn Read,
    ) -> Result<bool, Failure> {
        let age = member.modified.map(|time| inode.modified.seconds - time);
        if self.unarchive.keep_newer && age.is_some_and(|age| age > 0) {
            return Ok(false);
        }
        let aged = age.is_some_and(|age| age != 0);
        if aged || inode.size != member.size || Bits::of(inode) != bits {
            return Ok(true);
        }
        let mut there = match self.probe.open(path) {
            Err(Failure::Unforeseeable(_)) => return Ok(true),
            there => there?,
        };
        equal(content, &mut there)
            .map(|equal| !equal)
            .map_err(Failure::io("compare with the archive", path))
    }
}

/// Whether two readers give the same bytes.
fn equal(one: &mut dyn Read, other: &mut dyn Read) -> std::io::Result<bool> {
    let (mut left, mut right) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        let count = one.read(&mut left)?;
        if count == 0 {
            return Ok(other.read(&mut right)? == 0);
        }
        match other.read_exact(&mut right[..count]) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
            read => read?,
        }
        if left[..count] != right[..count] {
            return Ok(false);
        }
    }
}
