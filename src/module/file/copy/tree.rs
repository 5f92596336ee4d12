//! Whole directories: from the controller by manifest, or from elsewhere on the host.

use {
    super::{Copy, Manifest},
    crate::{
        act::{Acts, Bits, Directory, Failure, Probe, Source, Writes},
        module::{Owner, Ownership, file::placement::Found},
    },
    std::{
        collections::BTreeSet,
        path::{Component, Path, PathBuf},
    },
};

/// The differences of so many bytes of text are shown at most, so that the outcome of a large directory fits its frame.
const SHOWN: u64 = 2 * 1024 * 1024;

/// And those of so many files.
const FILES_SHOWN: usize = 1000;

/// A directory and what comes into it, in the making.
struct Tree<'a> {
    copy: &'a Copy,
    probe: &'a Probe,
    acts: &'a mut Acts,
    owner: Owner,
    /// What directories get that are made.
    directory: Bits,
    made: BTreeSet<PathBuf>,
    /// Files whose content is to change.
    changing: Vec<Found>,
}

impl Copy {
    /// Plans what the controller's directory holds.
    pub(super) fn tree(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        dest: &Path,
        manifest: &Manifest,
    ) -> Result<(), Failure> {
        let lone = manifest.lone_file().map(|item| item.path.as_str());
        let mut tree = Tree::new(self, probe, acts)?;
        tree.directory(dest)?;
        for item in &manifest.0 {
            let path = dest.join(inside(&item.path)?);
            match &item.content {
                None => tree.directory(&path)?,
                Some(content) => {
                    let source = Source::Content(content.clone());
                    tree.file(path, source, item.mode, lone.is_some())?;
                }
            }
        }
        tree.finish()?;
        acts.value("dest", dest.display().to_string());
        Ok(())
    }

    /// Plans a copy of a directory on the host: itself, or what is in it where `src` ends in `/`.
    pub(super) fn remote_tree(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        from: &Path,
        dest: &Path,
    ) -> Result<(), Failure> {
        let contents_only = self.src.as_deref().is_some_and(|src| src.ends_with('/'));
        let to = match from.file_name() {
            Some(name) if !contents_only => dest.join(name),
            _ => dest.to_owned(),
        };
        let mut pending = vec![(from.to_owned(), to)];
        let mut tree = Tree::new(self, probe, acts)?;
        while let Some((from, to)) = pending.pop() {
            tree.directory(&to)?;
            for name in probe.list(&from)? {
                let (from, to) = (from.join(&name), to.join(&name));
                match probe.follow(&from)? {
                    Some(inode) if inode.is_directory() => pending.push((from, to)),
                    Some(inode) => {
                        tree.file(to, Source::file(probe, &from)?, inode.mode, false)?;
                    }
                    None => tree
                        .acts
                        .warn(format!("{} leads to nothing", from.display())),
                }
            }
        }
        tree.finish()?;
        acts.value("dest", dest.display().to_string());
        Ok(())
    }
}

impl<'a> Tree<'a> {
    fn new(copy: &'a Copy, probe: &'a Probe, acts: &'a mut Acts) -> Result<Self, Failure> {
        let ownership = copy.ownership();
        let owner = ownership.find(probe)?;
        let directories = Ownership {
            mode: copy.directory_mode.as_ref(),
            ..ownership
        };
        Ok(Self {
            copy,
            probe,
            acts,
            owner,
            directory: directories.bits(probe, owner, None, true)?,
            made: BTreeSet::new(),
            changing: Vec::new(),
        })
    }

    fn directory(&mut self, path: &Path) -> Result<(), Failure> {
        if self.made.contains(path) {
            return Ok(());
        }
        match self.probe.follow(path)? {
            Some(inode) if inode.is_directory() => return Ok(()),
            Some(_) => {
                let path = path.display();
                let msg = format!("{path} is in the way of a directory");
                return Err(Failure::refused(msg));
            }
            None => {}
        }
        for directory in Directory::all(self.probe, path, self.directory)? {
            if self.made.insert(directory.path.clone()) {
                self.acts.push(directory);
            }
        }
        Ok(())
    }

    /// `alone`: it is all that there is, so the return values are about it.
    fn file(
        &mut self,
        path: PathBuf,
        source: Source,
        mode: u32,
        alone: bool,
    ) -> Result<(), Failure> {
        if !self.copy.force && self.probe.exists(&path)? {
            return Ok(());
        }
        let mode = self.copy.permissions(Some(mode))?;
        let placement = self.copy.placement(path, source, mode.as_ref());
        if alone {
            placement.plan(self.probe, self.acts)?;
            return Ok(());
        }
        let found = placement.find(self.probe, self.owner)?;
        match found.same {
            true => self.acts.extend(found.attributes(self.probe)?),
            false => self.changing.push(found),
        }
        Ok(())
    }

    /// Plans the files whose content changes, as one act.
    fn finish(self) -> Result<(), Failure> {
        if self.changing.is_empty() {
            return Ok(());
        }
        let shown = self.shown();
        if self.probe.step().diff {
            let unseen = self.changing[..shown].iter().filter_map(Found::unseen);
            self.probe.fetch(&unseen.collect::<Vec<_>>())?;
        }
        let writes = self.changing.into_iter().enumerate();
        let writes: Result<Vec<_>, _> = writes
            .map(|(index, found)| found.write(self.probe, index < shown))
            .collect();
        self.acts.push(Writes::new(writes?));
        Ok(())
    }

    /// How many of the files show their differences.
    fn shown(&self) -> usize {
        let mut text = 0;
        let fits = self.changing.iter().take(FILES_SHOWN).take_while(|found| {
            text += found.text();
            text <= SHOWN
        });
        fits.count()
    }
}

/// A manifest's path must not lead out of the destination.
fn inside(path: &str) -> Result<&Path, Failure> {
    let path = Path::new(path);
    match path
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        true => Ok(path),
        false => Err(Failure::refused(format!(
            "{} leads out of dest",
            path.display()
        ))),
    }
}
