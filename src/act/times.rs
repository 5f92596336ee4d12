use {
    super::{Act, Failure, Host, Moment},
    crate::wire::{Diff, Effect, Object},
    rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, utimensat},
    std::path::PathBuf,
};

/// Sets the times of what stands at a path; of a link itself, not of what it leads to.
#[derive(Clone, Debug)]
pub struct Times {
    pub path: PathBuf,
    pub accessed: Time,
    pub modified: Time,
}

/// What a time becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    Keep,
    Now,
    At(Moment),
}

impl Time {
    fn spec(self) -> Timespec {
        let (tv_sec, tv_nsec) = match self {
            Self::Keep => (0, UTIME_OMIT),
            Self::Now => (0, UTIME_NOW),
            Self::At(moment) => (moment.seconds, moment.nanoseconds),
        };
        Timespec { tv_sec, tv_nsec }
    }
}

impl Act for Times {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        let times = Timestamps {
            last_access: self.accessed.spec(),
            last_modification: self.modified.spec(),
        };
        utimensat(CWD, &self.path, &times, AtFlags::SYMLINK_NOFOLLOW)
            .map_err(Failure::os("change the times of", &self.path))?;
        Ok(Object::new())
    }

    /// Times differ with every run: that is no news.
    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }
}
