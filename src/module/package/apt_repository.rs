use {
    super::{
        apt::Refresh,
        repository::{FreshLists, OtherPackages, Undo},
        source_list::{self, SourceList},
    },
    crate::{
        act::{Acts, Bits, Failure, Look, Probe, Remove, Source, Write},
        module::{Module, Ownership, Permissions, file::Placement},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::PathBuf,
};

/// Add and remove apt's repositories, as lines of `/etc/apt/sources.list` and `/etc/apt/sources.list.d/*.list`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AptRepository {
    /// The line: `deb [signed-by=/etc/apt/keyrings/x.asc] https://example.org/debian bookworm main`.
    repo: String,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// The name of the file in `/etc/apt/sources.list.d`, without `.list`. By default it follows from the address.
    filename: Option<String>,
    /// The permissions of the file.
    mode: Option<Permissions>,
    /// Refresh the package lists after a change. If that fails, the sources become what they were.
    #[serde(default = "yes")]
    #[schemars(extend("aliases" = ["update-cache"]))]
    update_cache: bool,
    /// How often a refresh is tried.
    #[serde(default = "five")]
    update_cache_retries: u32,
    /// The most seconds to wait between the tries.
    #[serde(default = "twelve")]
    update_cache_retry_max_delay: u64,
    /// Has no effect: only `ppa:` lines would need it.
    #[expect(dead_code, reason = "belongs to ppa: lines")]
    codename: Option<String>,
    /// Has no effect: apt itself checks certificates.
    #[serde(default = "yes")]
    #[expect(dead_code, reason = "belongs to ppa: lines")]
    validate_certs: bool,
    /// Has no effect: nothing has to be installed for this module.
    #[serde(default = "yes")]
    #[expect(dead_code, reason = "there are no dependencies")]
    install_python_apt: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    #[default]
    Present,
}

fn yes() -> bool {
    true
}

fn five() -> u32 {
    5
}

fn twelve() -> u64 {
    12
}

impl Module for AptRepository {
    const NAME: &'static str = "apt_repository";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let line = self.line()?;
        let lists = source_list::read_all(probe)?;
        let mut acts = Acts::new();
        let (mut undo, mut added, mut removed) = (Vec::new(), Vec::new(), Vec::new());
        for (before, after) in self.changes(&line, lists, probe)? {
            undo.push(self.undo(probe, &before)?);
            let path = before.path.display().to_string();
            match (after.text.is_empty(), probe.entry(&before.path)?) {
                (true, Some(inode)) => {
                    acts.push(Remove::new(&before.path, &inode));
                    removed.push(path);
                }
                (true, None) => {}
                (false, there) => {
                    if there.is_none() {
                        added.push(path);
                    }
                    self.place(probe, &mut acts, after)?;
                }
            }
        }
        if !acts.is_empty() {
            self.follow_up(&mut acts, undo);
        }
        acts.value("repo", self.repo.as_str());
        acts.value(
            "state",
            if self.state == State::Present {
                "present"
            } else {
                "absent"
            },
        );
        acts.value("sources_added", added);
        acts.value("sources_removed", removed);
        Ok(acts.into_look())
    }
}

impl AptRepository {
    fn line(&self) -> Result<String, Failure> {
        if self.repo.starts_with("ppa:") {
            return Err(Failure::refused(format!(
                "{} stands for a line and a key that Launchpad tells: give the line itself (`deb [signed-by=…] https://ppa.launchpadcontent.net/OWNER/NAME/ubuntu CODENAME main`), \
                 and put the key under /etc/apt/keyrings",
                self.repo
            )));
        }
        source_list::canonical(&self.repo)
            .filter(|_| !self.repo.trim().starts_with('#'))
            .ok_or_else(|| {
                Failure::refused(format!(
                    "Invalid repository string: {}. It begins with deb or deb-src, then come an address, a release and components",
                    self.repo
                ))
            })
    }

    /// The lists that change, before and after.
    fn changes(
        &self,
        line: &str,
        lists: Vec<SourceList>,
        probe: &Probe,
    ) -> Result<Vec<(SourceList, SourceList)>, Failure> {
        let mut changed = Vec::new();
        let mut there = false;
        for list in &lists {
            let after = match self.state {
                State::Absent => list.without(line),
                State::Present => {
                    there |= list.has(line);
                    list.enabling(line)
                }
            };
            if after.text != list.text {
                changed.push((list.clone(), after));
            }
        }
        if self.state == State::Present && !there {
            let path = self.path(line);
            let known = lists.into_iter().find(|list| list.path == path);
            let before = match known {
                Some(list) => list,
                None => SourceList::read(probe, path)?,
            };
            let after = before.with(line);
            changed.push((before, after));
        }
        Ok(changed)
    }

    fn path(&self, line: &str) -> PathBuf {
        let name = match &self.filename {
            Some(name) => name.trim_end_matches(".list").to_owned(),
            None => source_list::file_name(line),
        };
        PathBuf::from(source_list::DIRECTORY).join(format!("{name}.list"))
    }

    fn place(&self, probe: &Probe, acts: &mut Acts, list: SourceList) -> Result<(), Failure> {
        let default = Permissions::new("0644");
        let is_new = probe.entry(&list.path)?.is_none();
        let ownership = Ownership {
            mode: self.mode.as_ref().or(is_new.then_some(&default)),
            ..Ownership::default()
        };
        let placement = Placement {
            path: list.path,
            source: Source::Bytes(list.text.into_bytes()),
            ownership,
            follow: true,
            backup: false,
            validate: None,
            in_place: false,
        };
        placement.plan(probe, acts)?;
        Ok(())
    }

    /// What brings a list back.
    fn undo(&self, probe: &Probe, before: &SourceList) -> Result<Undo, Failure> {
        let path = probe.target(&before.path)?;
        Ok(match probe.entry(&path)? {
            None => Undo::Remove(path),
            Some(inode) => {
                let source = Source::Bytes(before.text.clone().into_bytes());
                let write = Write::plan(probe, &path, Some(&inode), source, Bits::of(&inode))?;
                Undo::Write(Box::new(write))
            }
        })
    }

    fn follow_up(&self, acts: &mut Acts, undo: Vec<Undo>) {
        if self.update_cache {
            let refresh = Refresh {
                tries: self.update_cache_retries.max(1),
                delay: self.update_cache_retry_max_delay,
                lock_timeout: 60,
            };
            acts.push(FreshLists { refresh, undo });
        }
        if self.state == State::Present {
            acts.push(OtherPackages(self.repo.clone()));
        }
    }
}
