use {
    crate::{
        act::{
            Act, Bits, Directory, Failure, Host, Inode, Kind, Link, Probe, Source, Target, Write,
        },
        module::user::LoginDefaults,
        wire::{Account, Diff, Effect, Object},
    },
    std::path::{Path, PathBuf},
};

/// Makes the missing home directory of an account that is there, with what the skeleton holds.
pub(super) struct Home {
    acts: Vec<Box<dyn Act>>,
    shown: usize,
}

impl Home {
    /// `None`: there is one.
    pub(super) fn plan(
        probe: &Probe,
        account: &Account,
        skeleton: Option<PathBuf>,
        umask: Option<&str>,
    ) -> Result<Option<Self>, Failure> {
        let home = Path::new(&account.home);
        if account.home.is_empty() || probe.exists(home)? {
            return Ok(None);
        }
        let umask = umask.and_then(|octal| u32::from_str_radix(octal, 8).ok());
        let mode = match umask {
            Some(umask) => 0o777 & !umask,
            None => LoginDefaults::read(probe)?.home_mode(),
        };
        let bits = Bits {
            mode,
            uid: account.uid,
            gid: account.gid,
        };
        let root = Bits {
            mode: 0o755,
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
        };
        let mut made = Self {
            acts: Vec::new(),
            shown: 0,
        };
        for mut directory in Directory::all(probe, home, root)? {
            if directory.path == home {
                directory.bits = bits;
            }
            made.acts.push(Box::new(directory));
        }
        made.shown = made.acts.len();
        let skeleton = skeleton.unwrap_or_else(|| "/etc/skel".into());
        if probe
            .follow(&skeleton)?
            .is_some_and(|inode| inode.is_directory())
        {
            made.fill(probe, &skeleton, home, bits)?;
        }
        Ok(Some(made))
    }

    fn fill(&mut self, probe: &Probe, from: &Path, to: &Path, owner: Bits) -> Result<(), Failure> {
        for name in probe.list(from)? {
            let (from, to) = (from.join(&name), to.join(&name));
            if let Some(inode) = probe.entry(&from)? {
                self.copy(probe, &from, to, &inode, owner)?;
            }
        }
        Ok(())
    }

    fn copy(
        &mut self,
        probe: &Probe,
        from: &Path,
        path: PathBuf,
        inode: &Inode,
        owner: Bits,
    ) -> Result<(), Failure> {
        let bits = Bits {
            mode: inode.mode,
            ..owner
        };
        match &inode.kind {
            Kind::Directory => {
                let to = path.clone();
                self.acts.push(Box::new(Directory { path, bits }));
                self.fill(probe, from, &to, owner)?;
            }
            Kind::File => {
                let source = Source::file(probe, from)?;
                let write = Write::plan(probe, &path, None, source, bits)?;
                self.acts.push(Box::new(write));
            }
            Kind::Link(target) => {
                let target = target.display().to_string();
                let target = Target::Symbolic { target, bits };
                let before = None;
                self.acts.push(Box::new(Link {
                    path,
                    target,
                    before,
                }));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Act for Home {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        for act in &self.acts {
            act.perform(host)?;
        }
        Ok(Object::new())
    }

    /// The directory, not what the skeleton brings.
    fn diff(&self) -> Vec<Diff> {
        let shown = self.acts.iter().take(self.shown);
        shown.flat_map(|act| act.diff()).collect()
    }

    fn effects(&self) -> Vec<Effect> {
        self.acts.iter().flat_map(|act| act.effects()).collect()
    }
}
