use {
    super::{Format, Member, MemberKind, format::HEAD},
    crate::act::{Body, Failure, Probe, Seekable},
    std::{
        fs::File,
        io::{self, BufReader, Read, Seek},
        path::{Path, PathBuf},
        rc::Rc,
    },
    zip::ZipArchive,
};

/// An archive to be read, more than once.
#[derive(Clone, Debug)]
pub enum Carton {
    /// A file on the host.
    File(PathBuf),
    /// Content that came from elsewhere, and what to call it.
    Body(Rc<Body>, String),
}

/// An open archive.
pub struct Contents<'c> {
    reader: Box<dyn Seekable + 'c>,
    pub format: Format,
    name: String,
}

/// Looks at a member and, if it likes, at its content.
pub type Visit<'v> = &'v mut dyn FnMut(Member, &mut dyn Read) -> Result<(), Failure>;

impl Carton {
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Body(_, name) => name.clone(),
        }
    }

    /// Fails if it is no archive.
    pub fn open<'c>(&'c self, probe: &Probe) -> Result<Contents<'c>, Failure> {
        let name = self.name();
        let failed = Failure::io("read", Path::new(&name));
        let mut reader: Box<dyn Seekable + 'c> = match self {
            Self::File(path) => {
                // What a dry run foresees is not there to be read.
                drop(probe.open(path)?);
                Box::new(File::open(path).map_err(&failed)?)
            }
            Self::Body(body, _) => body.reader().map_err(&failed)?,
        };
        let mut head = Vec::new();
        let read = reader.by_ref().take(HEAD as u64).read_to_end(&mut head);
        read.and_then(|_| reader.rewind()).map_err(failed)?;
        if head.is_empty() {
            let msg = format!("Invalid archive '{name}', the file is 0 bytes");
            return Err(Failure::refused(msg));
        }
        match Format::of(&head) {
            Some(format) => Ok(Contents {
                reader,
                format,
                name,
            }),
            None => Err(Failure::refused(format!(
                "{name} is no archive that can be unpacked (tar, tar.gz, tar.bz2, tar.xz, tar.zst, zip)"
            ))),
        }
    }
}

impl Contents<'_> {
    /// Goes through the members in their order.
    pub fn walk(self, visit: Visit) -> Result<(), Failure> {
        let reader = BufReader::with_capacity(64 * 1024, self.reader);
        let name = self.name;
        let damaged = |error: io::Error| Failure::refused(format!("{name} is damaged: {error}"));
        match self.format {
            Format::Zip => zip(reader, &damaged, visit),
            Format::Tar(packing) => tar(packing.unpack(reader).map_err(damaged)?, &damaged, visit),
        }
    }
}

type Damaged<'d> = &'d dyn Fn(io::Error) -> Failure;

fn tar(reader: impl Read, damaged: Damaged, visit: Visit) -> Result<(), Failure> {
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        if let Some(member) = Member::of_tar(&entry).map_err(damaged)? {
            visit(member, &mut entry)?;
        }
    }
    Ok(())
}

fn zip(reader: impl Read + Seek, damaged: Damaged, visit: Visit) -> Result<(), Failure> {
    let wrong = |error: zip::result::ZipError| damaged(io::Error::other(error));
    let mut archive = ZipArchive::new(reader).map_err(wrong)?;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(wrong)?;
        let mut member = Member::of_zip(&file).map_err(wrong)?;
        if file.is_symlink() {
            let mut target = String::new();
            file.read_to_string(&mut target).map_err(damaged)?;
            member.kind = MemberKind::Link(target);
        }
        visit(member, &mut file)?;
    }
    Ok(())
}
