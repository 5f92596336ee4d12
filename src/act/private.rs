use {
    super::{Failure, Host},
    std::{
        ffi::OsStr,
        fs::{self, DirBuilder, OpenOptions},
        io::{self, Read},
        os::unix::fs::{DirBuilderExt, OpenOptionsExt},
        path::{Path, PathBuf},
    },
};

/// A directory for temporary files that nobody else can enter. It goes with everything in it when this is dropped.
#[derive(Debug)]
pub struct Private(PathBuf);

impl Private {
    /// Makes it. Only a host that may be changed gets one.
    pub fn new(_: &mut Host) -> Result<Self, Failure> {
        let above = std::env::temp_dir();
        let mut random = [0; 8];
        rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())
            .map_err(Failure::os("get random numbers for a name in", &above))?;
        let name = format!(".farcast-{:016x}", u64::from_ne_bytes(random));
        let path = above.join(name);
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(Failure::io("make the directory", &path))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Lets it stay.
    pub fn keep(mut self) {
        self.0 = PathBuf::new();
    }

    /// Writes a file in it; gives its path.
    pub fn write(&self, name: &OsStr, from: &mut dyn Read, mode: u32) -> Result<PathBuf, Failure> {
        let path = self.0.join(name);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)
            .and_then(|mut file| io::copy(from, &mut file))
            .map_err(Failure::io("write", &path))?;
        Ok(path)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        if self.0.as_os_str().is_empty() {
            return;
        }
        // Nothing depends on it any more, and nobody could be told.
        let _ = fs::remove_dir_all(&self.0);
    }
}
