use {
    super::{Failure, Permissions, Probe},
    crate::act::{Bits, Inode},
};

/// The arguments `mode`, `owner` and `group` that all file modules share.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ownership<'a> {
    pub mode: Option<&'a Permissions>,
    pub owner: Option<&'a str>,
    pub group: Option<&'a str>,
}

impl Ownership<'_> {
    /// The bits for what stands there already: what is not given stays.
    pub fn change(&self, probe: &Probe, inode: &Inode) -> Result<Bits, Failure> {
        self.resolve(probe, Bits::of(inode), inode.is_directory())
    }

    /// The bits for a new file or directory: what is not given is the agent's user and the usual mode less the umask.
    pub fn create(&self, probe: &Probe, directory: bool) -> Result<Bits, Failure> {
        let usual = if directory { 0o777 } else { 0o666 };
        let fresh = Bits {
            mode: usual & !probe.umask(),
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
        };
        self.resolve(probe, fresh, directory)
    }

    fn resolve(&self, probe: &Probe, from: Bits, directory: bool) -> Result<Bits, Failure> {
        Ok(Bits {
            mode: match self.mode {
                Some(mode) => mode.resolve(from.mode, directory, probe.umask())?,
                None => from.mode,
            },
            uid: match self.owner {
                Some(owner) => probe.uid(owner)?,
                None => from.uid,
            },
            gid: match self.group {
                Some(group) => probe.gid(group)?,
                None => from.gid,
            },
        })
    }
}
