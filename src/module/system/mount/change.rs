use {
    super::mounts::Mounts,
    crate::{
        act::{Act, Failure, Host, Program, Write},
        wire::{Diff, Effect, Object, Side},
    },
    std::{collections::BTreeMap, fs, io::ErrorKind, path::PathBuf},
};

/// What is to be done with a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As fstab says.
    Mount,
    /// Fstab says something else now.
    Renew,
    /// Because the user says so.
    Remount,
    /// Without fstab.
    MountOnce,
    RenewOnce,
    Unmount,
}

/// Mounts or unmounts a file system. If that fails, fstab and the directories become what they were.
pub(super) struct Change {
    pub path: String,
    pub src: String,
    pub kind: String,
    /// Other than the defaults.
    pub options: Option<String>,
    /// The options are not to be shown.
    pub hidden: bool,
    /// Another file than `/etc/fstab`.
    pub fstab: Option<String>,
    pub way: Way,
    pub mounts: Mounts,
    /// What brings fstab back.
    pub undo: Option<Write>,
    /// What was made to mount on, the deepest first.
    pub directories: Vec<PathBuf>,
}

impl Change {
    fn once(&self) -> bool {
        matches!(self.way, Way::MountOnce | Way::RenewOnce)
    }

    fn mount(&self, remount: bool) -> Program {
        let mut argv = vec!["mount".to_owned()];
        if remount {
            let options = self.options.as_ref().filter(|_| self.way == Way::Remount);
            let options = options.map_or("remount".into(), |options| format!("remount,{options}"));
            argv.extend(["-o".into(), options]);
        }
        if self.once() {
            argv.extend(["-t".into(), self.kind.clone()]);
            let options = self.options.iter();
            argv.extend(options.flat_map(|options| ["-o".to_owned(), options.clone()]));
            argv.extend(["--".into(), self.src.clone()]);
        } else {
            let fstab = self.fstab.iter();
            argv.extend(fstab.flat_map(|path| ["-T".to_owned(), path.clone()]));
            argv.push("--".into());
        }
        argv.push(self.path.clone());
        Program::new(argv)
    }

    fn run(&self, host: &mut Host, program: &Program) -> Result<(), String> {
        let finished = host.spawn(program).map_err(|failure| failure.to_string())?;
        match finished.success() {
            true => Ok(()),
            false => Err(format!(
                "{}{}",
                String::from_utf8_lossy(&finished.stdout),
                String::from_utf8_lossy(&finished.stderr)
            )),
        }
    }

    fn unmount(&self, host: &mut Host) -> Result<(), String> {
        self.run(host, &Program::new(["umount", "--", &self.path]))
    }

    /// By `remount`, or where the file system does not know that, by unmounting and mounting.
    fn remount(&self, host: &mut Host) -> Result<(), Failure> {
        if self.run(host, &self.mount(true)).is_ok() {
            return Ok(());
        }
        if self.way == Way::Remount && self.options.is_some() {
            return Err(Failure::refused(
                "Options were specified with remounted, but the remount command failed. Failing in order to prevent an \
                 unexpected mount result. Try replacing this command with a \"state: unmounted\" followed by a \"state: mounted\" \
                 using the full desired mount options instead.",
            ));
        }
        let doing = match self.way {
            Way::Remount => "remounting",
            _ => "mounting",
        };
        self.unmount(host)
            .and_then(|()| self.run(host, &self.mount(false)))
            .map_err(|said| self.failed(doing, &said))
    }

    fn failed(&self, doing: &str, said: &str) -> Failure {
        Failure::refused(format!("Error {doing} {}: {said}", self.path))
    }

    fn undo(&self, host: &mut Host) -> Result<(), Failure> {
        if let Some(write) = &self.undo {
            write.perform(host)?;
        }
        for directory in &self.directories {
            fs::remove_dir(directory).map_err(Failure::io("remove", directory))?;
        }
        Ok(())
    }
}

impl Act for Change {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let done = match self.way {
            Way::Mount | Way::MountOnce => self
                .run(host, &self.mount(false))
                .map_err(|said| self.failed("mounting", &said)),
            Way::Unmount => self
                .unmount(host)
                .map_err(|said| self.failed("unmounting", &said)),
            Way::Renew | Way::RenewOnce | Way::Remount => self.remount(host),
        };
        if let Err(failure) = done {
            self.undo(host)?;
            return Err(failure);
        }
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        let state = |state: &str, details: bool| {
            let mut side = BTreeMap::from([("state".to_owned(), state.to_owned())]);
            if details && !self.src.is_empty() {
                side.insert("src".into(), self.src.clone());
                side.insert("fstype".into(), self.kind.clone());
            }
            if let (true, false, Some(options)) = (details, self.hidden, &self.options) {
                side.insert("opts".into(), options.clone());
            }
            Side::State(side)
        };
        let (before, after) = match self.way {
            Way::Mount | Way::MountOnce => (state("unmounted", false), state("mounted", true)),
            Way::Unmount => (state("mounted", false), state("unmounted", false)),
            Way::Renew | Way::RenewOnce | Way::Remount => {
                (state("mounted", false), state("remounted", true))
            }
        };
        vec![Diff {
            what: format!("mount {}", self.path),
            before,
            after,
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        let now = (self.way != Way::Unmount).then_some((self.src.as_str(), self.kind.as_str()));
        vec![
            self.mounts.foresee(&self.path, now),
            Effect::Opaque {
                what: format!("what is in {}", self.path),
            },
        ]
    }
}

/// Removes an empty directory that nothing is mounted on any more.
pub(super) struct Withdraw(pub PathBuf);

impl Act for Withdraw {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        match fs::remove_dir(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::refused(format!(
                "Error rmdir {}: {error}",
                self.0.display()
            ))),
            _ => Ok(Object::new()),
        }
    }

    fn diff(&self) -> Vec<Diff> {
        let state = BTreeMap::from([("state".to_owned(), "directory".to_owned())]);
        vec![Diff {
            what: self.0.display().to_string(),
            before: Side::State(state),
            after: Side::Absent,
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Path {
            path: self.0.display().to_string(),
            entry: None,
        }]
    }
}
