//! Whole directories: from the controller by manifest, or from elsewhere on the host.

use {
    super::{Copy, ManifestItem},
    crate::{
        act::{Acts, Failure, Probe, Source},
        module::Permissions,
    },
    std::path::{Component, Path, PathBuf},
};

impl Copy {
    /// Plans what the controller's directory holds.
    pub(super) fn tree(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        dest: &Path,
        manifest: &[ManifestItem],
    ) -> Result<(), Failure> {
        self.directory(probe, acts, dest)?;
        for item in manifest {
            let path = dest.join(inside(&item.path)?);
            match &item.content {
                None => self.directory(probe, acts, &path)?,
                Some(content) => {
                    let source = Source::Content(content.clone());
                    let mode = item.mode.as_deref();
                    let mode = mode.and_then(|mode| u32::from_str_radix(mode, 8).ok());
                    self.leaf(probe, acts, path, (source, mode))?;
                }
            }
        }
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
        while let Some((from, to)) = pending.pop() {
            self.directory(probe, acts, &to)?;
            for name in probe.list(&from)? {
                let (from, to) = (from.join(&name), to.join(&name));
                match probe.follow(&from)? {
                    Some(inode) if inode.is_directory() => pending.push((from, to)),
                    Some(inode) => {
                        let source = (Source::file(probe, &from)?, Some(inode.mode));
                        self.leaf(probe, acts, to, source)?;
                    }
                    None => acts.warn(format!("{} leads to nothing", from.display())),
                }
            }
        }
        acts.value("dest", dest.display().to_string());
        Ok(())
    }

    fn directory(&self, probe: &Probe, acts: &mut Acts, path: &Path) -> Result<(), Failure> {
        match probe.follow(path)? {
            Some(inode) if inode.is_directory() => Ok(()),
            Some(_) => Err(Failure::refused(format!(
                "{} is in the way of a directory",
                path.display()
            ))),
            None if acts.makes(path) => Ok(()),
            None => self.directories(probe, acts, path),
        }
    }

    fn leaf(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: PathBuf,
        (source, mode): (Source, Option<u32>),
    ) -> Result<(), Failure> {
        if !self.force && probe.exists(&path)? {
            return Ok(());
        }
        let mode = self.permissions(mode)?;
        self.placement(path, source, mode.as_ref().map(|mode: &Permissions| mode))
            .plan(probe, acts)?;
        Ok(())
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
