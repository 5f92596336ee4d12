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

/// The numbers of the owner and the group that are asked for. Finding them takes reading the host's user database, which is not
/// to be done for each of many files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Owner {
    uid: Option<u32>,
    gid: Option<u32>,
}

impl Ownership<'_> {
    /// Finds the numbers.
    pub fn find(&self, probe: &Probe) -> Result<Owner, Failure> {
        Ok(Owner {
            uid: self.owner.map(|owner| probe.uid(owner)).transpose()?,
            gid: self.group.map(|group| probe.gid(group)).transpose()?,
        })
    }

    /// The bits for what stands there already: what is not given stays.
    pub fn change(&self, probe: &Probe, inode: &Inode) -> Result<Bits, Failure> {
        self.bits(probe, self.find(probe)?, Some(inode), inode.is_directory())
    }

    /// The bits for a new file or directory: what is not given is the agent's user and the usual mode less the umask.
    pub fn create(&self, probe: &Probe, directory: bool) -> Result<Bits, Failure> {
        self.bits(probe, self.find(probe)?, None, directory)
    }

    /// The bits for what stands there already, or shall be made; the numbers are known.
    pub fn bits(
        &self,
        probe: &Probe,
        owner: Owner,
        before: Option<&Inode>,
        directory: bool,
    ) -> Result<Bits, Failure> {
        let usual = if directory { 0o777 } else { 0o666 };
        let from = before.map_or_else(
            || Bits {
                mode: usual & !probe.umask(),
                uid: rustix::process::geteuid().as_raw(),
                gid: rustix::process::getegid().as_raw(),
            },
            Bits::of,
        );
        Ok(Bits {
            mode: match self.mode {
                Some(mode) => mode.resolve(from.mode, directory, probe.umask())?,
                None => from.mode,
            },
            uid: owner.uid.unwrap_or(from.uid),
            gid: owner.gid.unwrap_or(from.gid),
        })
    }
}
