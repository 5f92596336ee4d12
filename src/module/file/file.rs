use {
    super::report,
    crate::{
        act::{
            Acts, Attributes, Bits, Directory, Failure, Inode, Kind, Link, Look, Probe, Remove,
            Source, Target, Thing, Time, Times, Write,
        },
        module::{HostPath, Module, Ownership, Permissions},
        wire::{EntryKind, Foreseen, Object},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::{Path, PathBuf},
};

/// Make, change or remove files, directories and links, with their permissions and owner.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct File {
    /// The path.
    #[schemars(extend("aliases" = ["dest", "name"]))]
    path: HostPath,
    /// What shall stand there. Without it: what stands there now, or else a directory with `recurse`, or else a file that
    /// must be there.
    state: Option<State>,
    /// What a link leads to.
    src: Option<String>,
    /// Give the permissions and owner to everything in the directory, too.
    #[serde(default)]
    recurse: bool,
    /// Make a link even if it leads to nothing or something else is in its place.
    #[serde(default)]
    force: bool,
    /// Change what a link leads to instead of the link.
    #[serde(default = "yes")]
    follow: bool,
    /// The permissions.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own it.
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    group: Option<String>,
    /// The time of the last access: `now` or `preserve`. `touch` sets it to now where it is not given.
    access_time: Option<Stamp>,
    /// The time of the last change: `now` or `preserve`. `touch` sets it to now where it is not given.
    modification_time: Option<Stamp>,
    /// Accepted for Ansible's sake: nothing here needs it.
    #[serde(default)]
    #[expect(dead_code, reason = "only files with content are written")]
    unsafe_writes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    /// Nothing. Directories go with everything in them.
    Absent,
    /// A directory; missing ones above are made, too.
    Directory,
    /// A file that is there already.
    File,
    /// Another name for the file `src`.
    Hard,
    /// A symbolic link to `src`.
    Link,
    /// A file, made empty if it is missing; its times become now.
    Touch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Stamp {
    Now,
    Preserve,
}

fn yes() -> bool {
    true
}

impl Module for File {
    const NAME: &'static str = "file";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let path = self.path.on(probe)?;
        let there = probe.entry(&path)?;
        let mut acts = Acts::new();
        match self.wanted(there.as_ref()) {
            // What is to come may bring it: nginx has a welcome page.
            State::Absent if there.is_none() && probe.pending().is_some() => {
                return Err(Failure::missing(Thing::Path, path.display().to_string()));
            }
            State::Absent => {
                acts.extend(there.map(|inode| Remove::new(&path, &inode)));
                acts.value("path", path.display().to_string());
                acts.value("state", "absent");
            }
            State::Directory => self.directory(probe, &mut acts, &path)?,
            State::File => self.file(probe, &mut acts, &path)?,
            State::Touch => self.touch(probe, &mut acts, &path)?,
            State::Link => self.link(probe, &mut acts, path, there)?,
            State::Hard => self.hard(probe, &mut acts, path, there)?,
        }
        Ok(acts.into_look())
    }
}

impl File {
    fn wanted(&self, there: Option<&Inode>) -> State {
        match (self.state, there) {
            (Some(state), _) => state,
            (None, None) if self.recurse => State::Directory,
            (None, None) => State::File,
            (None, Some(inode)) => match inode.kind {
                Kind::Directory => State::Directory,
                Kind::Link(_) if self.src.is_some() || !self.follow => State::Link,
                _ => State::File,
            },
        }
    }

    fn ownership(&self) -> Ownership<'_> {
        Ownership {
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
        }
    }

    /// What the work is on: where links lead, unless they are meant themselves.
    fn subject(&self, probe: &Probe, path: &Path) -> Result<PathBuf, Failure> {
        match self.follow {
            true => probe.target(path),
            false => Ok(path.into()),
        }
    }

    /// Plans the bits and times of what is there, and sets the return values.
    fn attributes(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: &Path,
        inode: &Inode,
    ) -> Result<(), Failure> {
        let bits = self.ownership().change(probe, inode)?;
        acts.extend(Attributes::plan(probe, path, inode, bits)?);
        acts.values(report(probe, bits, inode.size, inode.state())?);
        self.times(acts, path, Stamp::Preserve);
        Ok(())
    }

    fn times(&self, acts: &mut Acts, path: &Path, usual: Stamp) {
        let time = |stamp: Option<Stamp>| match stamp.unwrap_or(usual) {
            Stamp::Now => Time::Now,
            Stamp::Preserve => Time::Keep,
        };
        let times = Times {
            path: path.into(),
            accessed: time(self.access_time),
            modified: time(self.modification_time),
        };
        if (times.accessed, times.modified) != (Time::Keep, Time::Keep) {
            acts.push(times);
        }
    }

    fn file(&self, probe: &Probe, acts: &mut Acts, path: &Path) -> Result<(), Failure> {
        let subject = self.subject(probe, path)?;
        acts.value("path", path.display().to_string());
        match probe.entry(&subject)? {
            None if probe.pending().is_some() => {
                Err(Failure::missing(Thing::Path, path.display().to_string()))
            }
            None => Err(Failure::Refused {
                msg: format!(
                    "file ({}) is absent, cannot continue; state: touch makes it",
                    path.display()
                ),
                data: Object::from_iter([
                    ("path".to_owned(), path.display().to_string().into()),
                    ("state".to_owned(), "absent".into()),
                ]),
            }),
            Some(inode) if inode.is_directory() => Err(Failure::refused(format!(
                "file ({}) is directory, cannot continue",
                path.display()
            ))),
            Some(inode) => self.attributes(probe, acts, &subject, &inode),
        }
    }

    fn directory(&self, probe: &Probe, acts: &mut Acts, path: &Path) -> Result<(), Failure> {
        let subject = self.subject(probe, path)?;
        acts.value("path", path.display().to_string());
        let Some(inode) = probe.follow(&subject)? else {
            let bits = self.ownership().create(probe, true)?;
            for directory in Directory::all(probe, &subject, bits)? {
                acts.push(directory);
            }
            acts.values(report(probe, bits, 4096, "directory")?);
            return Ok(());
        };
        if !inode.is_directory() {
            let (path, is) = (path.display(), inode.state());
            let msg = format!("{path} already exists as a {is}");
            return Err(Failure::refused(msg));
        }
        self.attributes(probe, acts, &subject, &inode)?;
        match self.recurse {
            true => self.below(probe, acts, &subject),
            false => Ok(()),
        }
    }

    /// Plans the bits of everything in a directory. Links stay as they are.
    fn below(&self, probe: &Probe, acts: &mut Acts, directory: &Path) -> Result<(), Failure> {
        let mut directories = vec![directory.to_owned()];
        while let Some(directory) = directories.pop() {
            probe.check()?;
            for name in probe.list(&directory)? {
                let path = directory.join(name);
                let Some(inode) = probe.entry(&path)?.filter(|inode| !inode.is_link()) else {
                    continue;
                };
                let bits = self.ownership().change(probe, &inode)?;
                acts.extend(Attributes::plan(probe, &path, &inode, bits)?);
                if inode.is_directory() {
                    directories.push(path);
                }
            }
        }
        Ok(())
    }

    fn touch(&self, probe: &Probe, acts: &mut Acts, path: &Path) -> Result<(), Failure> {
        let subject = self.subject(probe, path)?;
        acts.value("dest", path.display().to_string());
        if let Some(inode) = probe.entry(&subject)? {
            let bits = self.ownership().change(probe, &inode)?;
            acts.extend(Attributes::plan(probe, &subject, &inode, bits)?);
            acts.values(report(probe, bits, inode.size, inode.state())?);
        } else {
            probe.require_parent(&subject)?;
            let bits = self.ownership().create(probe, false)?;
            let empty = Source::Bytes(Vec::new());
            acts.push(Write::plan(probe, &subject, None, empty, bits)?);
            acts.values(report(probe, bits, 0, "file")?);
        }
        self.times(acts, &subject, Stamp::Now);
        Ok(())
    }

    fn link(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: PathBuf,
        there: Option<Inode>,
    ) -> Result<(), Failure> {
        let target = match (&self.src, there.as_ref().map(|inode| &inode.kind)) {
            (Some(src), _) => src.clone(),
            (None, Some(Kind::Link(target))) => target.display().to_string(),
            (None, _) => return Err(Failure::refused("src is required for creating new links")),
        };
        let leads_to = path.parent().unwrap_or(Path::new("/")).join(&target);
        if !self.force && self.src.is_some() && !probe.exists(&leads_to)? {
            let name = leads_to.display().to_string();
            return Err(Failure::missing(Thing::Path, name));
        }
        acts.value("dest", path.display().to_string());
        acts.value("src", target.as_str());
        if let Some(link) = &there
            && link.kind == Kind::Link(PathBuf::from(&target))
        {
            let Some(inode) = probe.follow(&path)?.filter(|_| self.follow) else {
                return self.attributes(probe, acts, &path, link);
            };
            self.attributes(probe, acts, &probe.target(&path)?, &inode)?;
            // What is told is the link's, as after its making.
            acts.values(report(probe, Bits::of(link), link.size, link.state())?);
            return Ok(());
        }
        self.clear(probe, acts, &path, there.as_ref())?;
        let link = Ownership {
            mode: None,
            ..self.ownership()
        };
        let bits = Bits {
            mode: 0o777,
            ..link.create(probe, false)?
        };
        acts.values(report(probe, bits, target.len() as u64, "link")?);
        acts.push(Link {
            path,
            target: Target::Symbolic { target, bits },
            before: there,
        });
        Ok(())
    }

    fn hard(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: PathBuf,
        there: Option<Inode>,
    ) -> Result<(), Failure> {
        let Some(src) = &self.src else {
            return Err(Failure::refused(
                "src is required for creating new hardlinks",
            ));
        };
        let source = HostPath::new(src).on(probe)?;
        let Some(inode) = probe.entry(&source)? else {
            return Err(Failure::missing(Thing::Path, src));
        };
        acts.value("dest", path.display().to_string());
        acts.value("src", src.as_str());
        if there.as_ref().is_some_and(|there| inode.is_same(there)) {
            return self.attributes(probe, acts, &path, &inode);
        }
        self.clear(probe, acts, &path, there.as_ref())?;
        let bits = Bits::of(&inode);
        acts.values(report(probe, bits, inode.size, "hard")?);
        let content = Foreseen::Unknown;
        acts.push(Link {
            path,
            target: Target::Hard {
                source,
                entry: bits.entry(EntryKind::File { content }),
            },
            before: there,
        });
        Ok(())
    }

    /// Makes way for a link: what is no link goes only by force, a directory only if it is empty or by force.
    fn clear(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: &Path,
        there: Option<&Inode>,
    ) -> Result<(), Failure> {
        probe.require_parent(path)?;
        let Some(inode) = there else {
            return Ok(());
        };
        let name = path.display();
        match inode.kind {
            Kind::Link(_) => Ok(()),
            Kind::Directory if !probe.list(path)?.is_empty() => Err(Failure::refused(format!(
                "the directory {name} is not empty, refusing to convert it"
            ))),
            _ if !self.force => Err(Failure::refused(format!(
                "refusing to convert from {} to link for {name}; force: true allows it",
                inode.state()
            ))),
            Kind::Directory => {
                acts.push(Remove::new(path, inode));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
        std::os::unix::fs::PermissionsExt,
    };

    fn mode(scratch: &Scratch, name: &str) -> u32 {
        let metadata = std::fs::metadata(scratch.at(name)).unwrap();
        metadata.permissions().mode() & 0o7777
    }

    #[test]
    fn makes_directories_and_removes_them() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let path = scratch.at("a/b/c");
        let arguments = json!({"path": path, "state": "directory", "mode": "0750"});
        let outcome = trial.change("file", arguments);
        assert_eq!(
            (mode(&scratch, "a"), mode(&scratch, "a/b/c")),
            (0o750, 0o750)
        );
        assert_eq!(outcome.data["state"], "directory");
        trial.change("file", json!({"path": scratch.at("a"), "state": "absent"}));
        assert!(!scratch.at("a").exists());
    }

    #[test]
    fn changes_everything_below() {
        let scratch = Scratch::new();
        scratch.write("a/b/c", "");
        let arguments = json!({"path": scratch.at("a"), "recurse": true, "state": "directory", "mode": "u=rwX,go="});
        Trial::new().change("file", arguments);
        assert_eq!(
            (mode(&scratch, "a/b"), mode(&scratch, "a/b/c")),
            (0o700, 0o600)
        );
    }

    #[test]
    fn links() {
        let scratch = Scratch::new();
        scratch.write("real", "x");
        let mut trial = Trial::new();
        let arguments = json!({"src": "real", "dest": scratch.at("soft"), "state": "link"});
        trial.change("file", arguments);
        assert_eq!(scratch.read("soft"), "x");
        let arguments =
            json!({"src": scratch.at("real"), "dest": scratch.at("hard"), "state": "hard"});
        trial.change("file", arguments);
        scratch.write("hard", "y");
        assert_eq!(scratch.read("real"), "y");
        let nowhere = json!({"src": "nowhere", "dest": scratch.at("soft"), "state": "link"});
        assert!(trial.apply("file", nowhere).failed);
        let mut forced = json!({"src": "nowhere", "dest": scratch.at("hard"), "state": "link"});
        forced["force"] = true.into();
        trial.change("file", forced);
    }

    #[test]
    fn touches() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let arguments = json!({"path": scratch.at("f"), "state": "touch", "mode": "0600"});
        assert!(trial.apply("file", arguments.clone()).changed);
        assert_eq!(mode(&scratch, "f"), 0o600);
        assert!(trial.apply("file", arguments).changed);
        let arguments = json!({"path": scratch.at("f"), "state": "touch", "access_time": "preserve", "modification_time": "preserve"});
        trial.same("file", arguments);
    }

    #[test]
    fn a_dry_run_goes_on_in_what_it_foresees() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let directory = json!({"path": scratch.at("d"), "state": "directory"});
        assert!(trial.look("file", directory).changed);
        let copy = json!({"content": "x", "dest": scratch.at("d/f")});
        assert!(trial.look("copy", copy.clone()).changed);
        assert!(!trial.look("copy", copy).changed);
        let gone = json!({"path": scratch.at("d"), "state": "absent"});
        assert!(trial.look("file", gone).changed);
        let outcome = trial.look("file", json!({"path": scratch.at("d/f"), "state": "file"}));
        assert!(outcome.failed, "{outcome:?}");
        assert!(!scratch.at("d").exists());
    }

    #[test]
    fn what_a_package_may_bring_is_known_after_apply() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        trial.probe.foresee([crate::wire::Effect::Package {
            name: "nginx".into(),
            installed: true,
        }]);
        let file = json!({"path": scratch.at("no"), "mode": "0600"});
        let outcome = trial.look("file", file);
        assert!(outcome.unknown.unwrap().contains("package nginx"));
        let gone = json!({"path": scratch.at("no"), "state": "absent"});
        assert!(trial.look("file", gone).unknown.is_some());
        let copy = json!({"content": "x", "dest": scratch.at("d/f")});
        let outcome = trial.look("copy", copy);
        assert!(outcome.changed && outcome.unknown.is_none() && outcome.diff.len() == 1);
        let owner = json!({"content": "x", "dest": scratch.at("f"), "owner": "no-such-user"});
        assert!(trial.look("copy", owner).unknown.is_some());
    }
}
