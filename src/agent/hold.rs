use {
    crate::{act::Failure, wire::Claim},
    rustix::{
        fs::{FlockOperation, flock},
        io::Errno,
    },
    std::{
        fs::{self, File, OpenOptions},
        io::{self, Write},
        os::unix::fs::OpenOptionsExt,
        path::{Path, PathBuf},
    },
};

/// In the directory of the agent, which only the agent's user can enter: the run that may change the host as this user.
const FILE: &str = "run";

/// A run's hold of a host: no other run changes the host as the same user meanwhile. All agents of a run share it, and the kernel lets
/// it go when the last of them ends, however it ends.
pub(super) struct Hold {
    claim: Claim,
    directory: PathBuf,
    file: Option<File>,
}

impl Hold {
    /// Of a run that may come to change the host; nothing is written yet.
    pub(super) fn new(claim: Claim, directory: &Path) -> Self {
        Self {
            claim,
            directory: directory.to_owned(),
            file: None,
        }
    }

    /// Makes sure that the run may change the host.
    pub(super) fn take(&mut self) -> Result<(), Failure> {
        if self.file.is_some() {
            return Ok(());
        }
        let path = self.directory.join(FILE);
        let taken = self.try_take(&path);
        match taken.map_err(Failure::io("lock", &path))? {
            Some(other) => Err(Failure::refused(format!(
                "another run of farcast is changing this host ({other}): wait for its end, then run this again"
            ))),
            None => Ok(()),
        }
    }

    /// Who else has it, if somebody does.
    fn try_take(&mut self, path: &Path) -> io::Result<Option<String>> {
        // Held while it is settled whose the host is.
        let directory = File::open(&self.directory)?;
        flock(&directory, FlockOperation::LockExclusive)?;
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.mode(0o600).open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                file.set_len(0)?;
                file.write_all(format!("{}\n{}", self.claim.run, self.claim.who).as_bytes())?;
            }
            Err(Errno::WOULDBLOCK) => {
                let text = fs::read_to_string(path)?;
                let (run, who) = text.split_once('\n').unwrap_or_default();
                if run != self.claim.run {
                    return Ok(Some(who.to_owned()));
                }
            }
            Err(error) => return Err(error.into()),
        }
        flock(&file, FlockOperation::LockShared)?;
        self.file = Some(file);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::act::Scratch};

    fn hold(scratch: &Scratch, run: &str, who: &str) -> Hold {
        let claim = Claim {
            run: run.to_owned(),
            who: who.to_owned(),
        };
        Hold::new(claim, scratch.path())
    }

    #[test]
    fn a_run_shares_its_hold_and_others_wait_for_its_end() {
        let scratch = Scratch::new();
        let mut first = hold(&scratch, "one", "ada@laptop");
        let mut second = hold(&scratch, "one", "ada@laptop");
        let mut other = hold(&scratch, "two", "grace@ci");
        first.take().unwrap();
        second.take().unwrap();
        drop(first);
        second.take().unwrap();
        let refusal = other.take().unwrap_err().to_string();
        assert!(refusal.contains("(ada@laptop)"), "{refusal}");
        drop(second);
        other.take().unwrap();
        let refusal = hold(&scratch, "one", "").take().unwrap_err().to_string();
        assert!(refusal.contains("(grace@ci)"), "{refusal}");
    }
}
