use {
    super::plan::Piece,
    crate::{
        act::{
            Act, Attributes, Bits, Delta, Draft, Failure, Host, Inode, Link, Moment, Target, Time,
            Times,
        },
        module::archive::{Carton, MemberKind, member::below},
        wire::{Diff, Effect, EntryKind, Foreseen, Object, Outcome, Side},
    },
    std::{
        collections::BTreeMap,
        fs, io,
        path::{Path, PathBuf},
    },
};

/// The members of an archive that are missing or different.
#[derive(Debug)]
pub struct Unpack {
    pub carton: Carton,
    pub dest: PathBuf,
    /// By the member's number in the archive.
    pub pieces: BTreeMap<usize, Piece>,
    pub values: Object,
}

impl Unpack {
    fn wanted(&self) -> impl DoubleEndedIterator<Item = &Piece> {
        self.pieces.values().filter(|piece| piece.wanted)
    }

    fn write(
        &self,
        host: &mut Host,
        piece: &Piece,
        content: &mut dyn io::Read,
    ) -> Result<(), Failure> {
        host.check()?;
        let path = &piece.path;
        if let Some(parent) = path.parent() {
            directory(parent)?;
        }
        match &piece.member.kind {
            MemberKind::Directory => directory(path),
            MemberKind::File => {
                let mut draft = Draft::beside(host, path)?;
                io::copy(content, draft.file()).map_err(Failure::io("unpack", path))?;
                draft.put(piece.bits)
            }
            MemberKind::Link(target) => {
                let bits = Bits {
                    mode: 0o777,
                    ..piece.bits
                };
                let target = target.clone();
                link(host, piece, Target::Symbolic { target, bits })
            }
            MemberKind::Twin(name) => {
                let source = self.dest.join(below(name)?);
                let content = Foreseen::Unknown;
                let entry = piece.bits.entry(EntryKind::File { content });
                link(host, piece, Target::Hard { source, entry })
            }
        }
    }

    /// Permissions of directories, and times, once nothing is written there any more.
    fn finish(&self, host: &mut Host, piece: &Piece) -> Result<(), Failure> {
        let path = &piece.path;
        if piece.member.kind == MemberKind::Directory
            && let Some(inode) = host.entry(path)?.filter(Inode::is_directory)
            && let Some(attributes) = Attributes::plan(host, path, &inode, piece.bits)?
        {
            attributes.perform(host)?;
        }
        let Some(seconds) = piece.member.modified else {
            return Ok(());
        };
        let modified = Time::At(Moment {
            seconds,
            nanoseconds: 0,
        });
        let times = Times {
            path: path.clone(),
            accessed: Time::Keep,
            modified,
        };
        times.perform(host).map(|_| ())
    }
}

/// One that the archive leaves out, or whose permissions come last.
fn directory(path: &Path) -> Result<(), Failure> {
    match path.is_dir() {
        true => Ok(()),
        false => fs::create_dir_all(path).map_err(Failure::io("make the directory", path)),
    }
}

fn link(host: &mut Host, piece: &Piece, target: Target) -> Result<(), Failure> {
    let link = Link {
        path: piece.path.clone(),
        target,
        before: piece.before.clone(),
    };
    link.perform(host).map(|_| ())
}

fn state(bits: Bits, size: u64) -> Side {
    Side::State(BTreeMap::from([
        ("mode".to_owned(), format!("{:04o}", bits.mode)),
        ("uid".to_owned(), bits.uid.to_string()),
        ("gid".to_owned(), bits.gid.to_string()),
        ("size".to_owned(), size.to_string()),
    ]))
}

fn diff(piece: &Piece) -> Diff {
    let size = |size: u64| match piece.member.is_file() {
        true => size,
        false => 0,
    };
    Diff {
        what: piece.path.display().to_string(),
        before: match &piece.before {
            Some(there) => state(Bits::of(there), size(there.size)),
            None => Side::Absent,
        },
        after: state(piece.bits, size(piece.member.size)),
    }
}

fn effect(piece: &Piece) -> Effect {
    let kind = match &piece.member.kind {
        MemberKind::Directory => EntryKind::Directory,
        MemberKind::Link(target) => EntryKind::Link {
            target: target.clone(),
        },
        MemberKind::File | MemberKind::Twin(_) => EntryKind::File {
            content: Foreseen::Unknown,
        },
    };
    Effect::Path {
        path: piece.path.display().to_string(),
        entry: Some(piece.bits.entry(kind)),
    }
}

impl Delta for Unpack {
    fn diff(&self) -> Vec<Diff> {
        self.wanted().map(diff).collect()
    }

    fn effects(&self) -> Vec<Effect> {
        self.wanted().map(effect).collect()
    }

    fn predicted(&self) -> Object {
        self.values.clone()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let contents = self.carton.open(host)?;
        let mut number = 0;
        contents.walk(&mut |_, content| {
            if let Some(piece) = self.pieces.get(&number).filter(|piece| piece.wanted) {
                self.write(host, piece, content)?;
            }
            number += 1;
            Ok(())
        })?;
        for piece in self.wanted().rev() {
            self.finish(host, piece)?;
        }
        Ok(Outcome {
            changed: true,
            data: self.values,
            ..Outcome::default()
        })
    }
}
