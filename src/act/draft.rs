use {
    super::{Attributes, Bits, Failure, Host, write},
    std::{
        fs::{self, File, OpenOptions},
        io::{self, ErrorKind, Seek},
        os::unix::fs::{MetadataExt, OpenOptionsExt},
        path::{Path, PathBuf},
    },
};

/// A file in the making: private, under a temporary name, and gone again unless it is placed. For content that comes in a
/// stream; content that is known before is written by [`Write`](super::Write).
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
}

impl Draft {
    /// Takes the path where the file shall stand in the end; it is made in the same directory.
    pub fn beside(_: &mut Host, path: &Path) -> Result<Self, Failure> {
        Self::make(path, write::beside(path))
    }

    /// The same, made in another directory.
    pub fn within(_: &mut Host, directory: &Path, path: &Path) -> Result<Self, Failure> {
        Self::make(path, write::beside(&directory.join("draft")))
    }

    fn make(path: &Path, temporary: PathBuf) -> Result<Self, Failure> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)
            .map_err(Failure::io("write", &temporary))?;
        Ok(Self {
            path: path.into(),
            temporary,
            file,
        })
    }

    /// The file, to be filled.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Where it is while it is in the making.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// Flushes it and puts it in its place, with these bits and the extended attributes of the file that it
    /// replaces. Gives the name of the copy of that file, where one is wanted and there is something to keep.
    pub fn place(mut self, bits: Bits, backup: bool) -> Result<Option<PathBuf>, Failure> {
        let replaced = self.path.is_file();
        if replaced {
            write::keep_attributes(&self.path, &self.file);
        }
        let failed = Failure::io("write", &self.temporary);
        write::flush(&self.file).map_err(failed)?;
        let copy = match backup && replaced {
            true => Some(write::backup(&self.path)?),
            false => None,
        };
        self.put(bits)?;
        Ok(copy)
    }

    /// Puts it in its place, without waiting for the disk: for many files at once.
    pub fn put(&mut self, bits: Bits) -> Result<(), Failure> {
        let made = self
            .file
            .metadata()
            .map_err(Failure::io("look at", &self.temporary))?;
        let fresh = Bits {
            mode: made.mode() & 0o7777,
            uid: made.uid(),
            gid: made.gid(),
        };
        Attributes::set(&self.temporary, fresh, bits, false)?;
        match fs::rename(&self.temporary, &self.path) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => self.carry(bits),
            renamed => renamed.map_err(Failure::io("replace", &self.path)),
        }
    }

    /// From another file system: by way of a copy beside the place.
    fn carry(&mut self, bits: Bits) -> Result<(), Failure> {
        let mut near = Self::make(&self.path, write::beside(&self.path))?;
        self.file
            .rewind()
            .and_then(|()| io::copy(&mut self.file, &mut near.file))
            .and_then(|_| write::flush(&near.file))
            .map_err(Failure::io("write", &near.temporary))?;
        if self.path.is_file() {
            write::keep_attributes(&self.path, &near.file);
        }
        near.put(bits)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Once it is in its place nothing is left under this name.
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            act::{Alone, Probe, Scratch, Step, Watch},
            wire::Mode,
        },
        std::io::Write,
    };

    fn probe() -> Probe {
        let mut probe = Probe::new(Box::new(Alone), Watch::default());
        let mut step = Step::default();
        step.mode = Mode::Apply;
        probe.begin(step);
        probe
    }

    fn bits() -> Bits {
        Bits {
            mode: 0o640,
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
        }
    }

    #[test]
    fn is_whole_in_its_place_or_leaves_nothing() {
        let scratch = Scratch::new();
        let path = scratch.write("file", "old");
        let mut probe = probe();
        let mut host = Host::of(&mut probe).unwrap();
        let mut lost = Draft::beside(&mut host, &path).unwrap();
        lost.file().write_all(b"half").unwrap();
        drop(lost);
        assert_eq!(scratch.read("file"), "old");
        let mut draft = Draft::within(&mut host, scratch.path(), &path).unwrap();
        draft.file().write_all(b"new").unwrap();
        let copy = draft.place(bits(), true).unwrap().unwrap();
        assert_eq!(scratch.read("file"), "new");
        assert_eq!(fs::read_to_string(copy).unwrap(), "old");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2);
    }
}
