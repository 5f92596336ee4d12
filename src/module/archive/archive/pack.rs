use {
    super::Packer,
    crate::act::{Date, Digest, Failure, Inode, Kind, Probe},
    bzip2::write::BzEncoder,
    flate2::{Compression, write::GzEncoder},
    lzma_rust2::{XzOptions, XzWriter},
    std::{
        io::{self, Write},
        path::{Path, PathBuf},
    },
    tar::{Builder, EntryType, Header},
    zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions},
};

/// As `xz` itself.
const XZ_LEVEL: u32 = 6;

/// An archive in thought: writing it gives the same bytes each time.
#[derive(Debug)]
pub struct Pack {
    pub packer: Packer,
    /// Whether it is an archive; else it is the content of its only member, compressed.
    pub whole: bool,
    pub members: Vec<Source>,
}

/// Something that goes into an archive.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    /// In the archive.
    name: String,
    inode: Inode,
    owner: String,
    group: String,
}

/// An archive's bytes, by their hash.
#[derive(Debug)]
pub struct Hashed {
    pub sha256: String,
    /// In bytes.
    pub length: u64,
}

impl Hashed {
    /// Whether a file has these bytes.
    pub fn is(&self, probe: &Probe, path: &Path, inode: &Inode) -> Result<bool, Failure> {
        Ok(inode.size == self.length && probe.digest(path, Digest::Sha256)? == self.sha256)
    }
}

impl Source {
    pub fn of(probe: &Probe, path: PathBuf, name: String, inode: Inode) -> Result<Self, Failure> {
        Ok(Self {
            owner: probe.owner(inode.uid)?,
            group: probe.group_name(inode.gid)?,
            path,
            name,
            inode,
        })
    }

    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

impl Pack {
    /// What writing it would give, without writing it.
    pub fn hash(&self, probe: &Probe) -> Result<Hashed, Failure> {
        let mut sink = Sink::default();
        self.write(probe, &mut sink)?;
        let bytes = sha2::Digest::finalize(sink.state);
        Ok(Hashed {
            sha256: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            length: sink.length,
        })
    }

    pub fn write(&self, probe: &Probe, into: &mut dyn Write) -> Result<(), Failure> {
        let failed = Failure::io("pack", Path::new("the archive"));
        match self.packer {
            Packer::Zip => self.zip(probe, into),
            Packer::Tar => self.inner(probe, into),
            Packer::Gz => {
                let mut packer = GzEncoder::new(into, Compression::best());
                self.inner(probe, &mut packer)?;
                packer.finish().map(|_| ()).map_err(failed)
            }
            Packer::Bz2 => {
                let mut packer = BzEncoder::new(into, bzip2::Compression::best());
                self.inner(probe, &mut packer)?;
                packer.finish().map(|_| ()).map_err(failed)
            }
            Packer::Xz => {
                let options = XzOptions::with_preset(XZ_LEVEL);
                let mut packer = XzWriter::new(into, options).map_err(&failed)?;
                self.inner(probe, &mut packer)?;
                packer.finish().map(|_| ()).map_err(failed)
            }
        }
    }

    /// What is compressed.
    fn inner(&self, probe: &Probe, into: &mut dyn Write) -> Result<(), Failure> {
        if self.whole {
            return self.tar(probe, into);
        }
        for member in &self.members {
            let failed = Failure::io("pack", &member.path);
            io::copy(&mut probe.open(&member.path)?, into).map_err(failed)?;
        }
        Ok(())
    }

    fn tar(&self, probe: &Probe, into: &mut dyn Write) -> Result<(), Failure> {
        let mut tar = Builder::new(into);
        for member in &self.members {
            probe.check()?;
            let failed = Failure::io("pack", &member.path);
            let mut header = header(member).map_err(&failed)?;
            match &member.inode.kind {
                Kind::Link(target) => tar.append_link(&mut header, &member.name, target),
                Kind::Directory => {
                    let name = format!("{}/", member.name);
                    tar.append_data(&mut header, name, io::empty())
                }
                _ => {
                    // A file that grows meanwhile must not spoil the archive.
                    let reader = probe.open(&member.path)?;
                    let reader = io::Read::take(reader, member.inode.size);
                    tar.append_data(&mut header, &member.name, reader)
                }
            }
            .map_err(failed)?;
        }
        let failed = Failure::io("pack", Path::new("the archive"));
        tar.into_inner().map(|_| ()).map_err(failed)
    }

    fn zip(&self, probe: &Probe, into: &mut dyn Write) -> Result<(), Failure> {
        let mut zip = ZipWriter::new_stream(into);
        for member in &self.members {
            probe.check()?;
            let wrong = |error| Failure::io("pack", &member.path)(io::Error::other(error));
            let Some(inode) = probe.follow(&member.path)? else {
                continue;
            };
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .unix_permissions(inode.mode & 0o777)
                .large_file(inode.size >= u64::from(u32::MAX))
                .last_modified_time(time(inode.modified.seconds));
            if inode.is_directory() {
                zip.add_directory(&*member.name, options).map_err(wrong)?;
                continue;
            }
            zip.start_file(&*member.name, options).map_err(wrong)?;
            let failed = Failure::io("pack", &member.path);
            io::copy(&mut probe.open(&member.path)?, &mut zip).map_err(failed)?;
        }
        let failed = Failure::io("pack", Path::new("the archive"));
        zip.finish()
            .map(|_| ())
            .map_err(|error| failed(io::Error::other(error)))
    }
}

fn header(member: &Source) -> io::Result<Header> {
    let inode = &member.inode;
    let mut header = Header::new_gnu();
    header.set_mode(inode.mode);
    header.set_uid(inode.uid.into());
    header.set_gid(inode.gid.into());
    header.set_mtime(inode.modified.seconds.max(0).cast_unsigned());
    // A name that is too long for the field is left to the number.
    let _ = header.set_username(&member.owner);
    let _ = header.set_groupname(&member.group);
    let (kind, size) = match inode.kind {
        Kind::Directory => (EntryType::Directory, 0),
        Kind::Link(_) => (EntryType::Symlink, 0),
        _ => (EntryType::Regular, inode.size),
    };
    header.set_entry_type(kind);
    header.set_size(size);
    Ok(header)
}

/// Zip knows no time before 1980 and no time zone: UTC is the same everywhere.
fn time(seconds: i64) -> DateTime {
    let date = Date::of(seconds);
    let small = |number: i64| u8::try_from(number).unwrap_or(0);
    let year = u16::try_from(date.year).unwrap_or(0);
    DateTime::from_date_and_time(
        year,
        small(date.month),
        small(date.day),
        small(date.hour),
        small(date.minute),
        small(date.second),
    )
    .unwrap_or_default()
}

#[derive(Default)]
struct Sink {
    state: sha2::Sha256,
    length: u64,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        sha2::Digest::update(&mut self.state, bytes);
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
