use {
    super::pack::Source,
    crate::{
        act::{Failure, Kind, Probe},
        module::{HostPath, archive::matches},
        wire::Object,
    },
    std::{
        collections::BTreeSet,
        path::{Component, Path, PathBuf},
    },
};

/// What is to be packed.
#[derive(Debug)]
pub struct Sources {
    /// Sorted; without those that are left out.
    pub paths: Vec<PathBuf>,
    /// Those that are there.
    pub targets: Vec<PathBuf>,
    pub missing: Vec<PathBuf>,
    /// What all have in common; names in the archive begin after it.
    root: String,
    expanded: Vec<PathBuf>,
    excluded: Vec<PathBuf>,
    has_patterns: bool,
}

impl Sources {
    /// Fails if the patterns match nothing.
    pub fn find(probe: &Probe, path: &[HostPath], exclude: &[HostPath]) -> Result<Self, Failure> {
        let expanded = expand(probe, path)?;
        let excluded = expand(probe, exclude)?;
        let paths: BTreeSet<PathBuf> = expanded.iter().cloned().collect();
        let paths: Vec<PathBuf> = paths
            .into_iter()
            .filter(|path| !excluded.contains(path))
            .collect();
        if paths.is_empty() {
            let given: Vec<&str> = path.iter().map(HostPath::as_str).collect();
            return Err(Failure::refused(format!(
                "Error, no source paths were found: {}",
                given.join(", ")
            )));
        }
        let (mut targets, mut missing) = (Vec::new(), Vec::new());
        for path in &paths {
            match probe.entry(path)? {
                Some(_) => targets.push(path.clone()),
                None => missing.push(path.clone()),
            }
        }
        Ok(Self {
            root: root(&paths),
            has_patterns: path.iter().any(|path| is_pattern(path.as_str())),
            paths,
            targets,
            missing,
            expanded,
            excluded,
        })
    }

    /// Whether an archive is needed to hold them.
    pub fn are_many(&self, probe: &Probe) -> Result<bool, Failure> {
        let Some(first) = self.paths.first() else {
            return Ok(false);
        };
        let directory = probe
            .follow(first)?
            .is_some_and(|inode| inode.is_directory());
        Ok(self.has_patterns || self.paths.len() > 1 || directory)
    }

    pub fn values(&self) -> Object {
        let names = |paths: &[PathBuf]| -> Vec<String> {
            paths
                .iter()
                .map(|path| path.display().to_string())
                .collect()
        };
        let mut values = Object::new();
        values.insert("arcroot".into(), self.root.as_str().into());
        values.insert("missing".into(), names(&self.missing).into());
        values.insert("expanded_paths".into(), names(&self.expanded).into());
        values.insert(
            "expanded_exclude_paths".into(),
            names(&self.excluded).into(),
        );
        values
    }

    /// Everything that goes into the archive, in order. The archive itself does not.
    pub fn members(
        &self,
        probe: &Probe,
        dest: &Path,
        patterns: &[String],
    ) -> Result<Vec<Source>, Failure> {
        let mut members = Vec::new();
        let mut pending: Vec<(PathBuf, bool)> = Vec::new();
        pending.extend(self.targets.iter().rev().map(|path| (path.clone(), true)));
        while let Some((path, is_target)) = pending.pop() {
            let inode = match probe.entry(&path)? {
                Some(inode) if path != dest => inode,
                _ => continue,
            };
            let (shown, is_directory) = (path.display().to_string(), inode.is_directory());
            let name = shown.strip_prefix(&self.root).unwrap_or(&shown).to_owned();
            let left_out = patterns
                .iter()
                .any(|pattern| matches(&name, pattern) || matches(&shown, pattern));
            if is_directory {
                let names = probe.list(&path)?;
                pending.extend(names.iter().rev().map(|name| (path.join(name), false)));
            }
            let plain = matches!(inode.kind, Kind::File | Kind::Directory | Kind::Link(_));
            if plain && !left_out && !(is_directory && is_target) {
                members.push(Source::of(probe, path, name, inode)?);
            }
        }
        Ok(members)
    }
}

fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?'])
}

fn expand(probe: &Probe, paths: &[HostPath]) -> Result<Vec<PathBuf>, Failure> {
    let mut expanded = Vec::new();
    for path in paths {
        let real = path.on(probe)?;
        match is_pattern(path.as_str()) {
            true => expanded.extend(found(probe, &real)?),
            false => expanded.push(real),
        }
    }
    Ok(expanded)
}

/// The paths that a pattern matches, part by part.
fn found(probe: &Probe, pattern: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let text = part.as_os_str().to_string_lossy().into_owned();
        let mut next = Vec::new();
        for above in found {
            if !matches!(part, Component::Normal(_)) || !is_pattern(&text) {
                next.push(above.join(part));
                continue;
            }
            if !probe
                .follow(&above)?
                .is_some_and(|inode| inode.is_directory())
            {
                continue;
            }
            for name in probe.list(&above)? {
                let shown = name.to_string_lossy();
                let hidden = shown.starts_with('.') && !text.starts_with('.');
                if !hidden && matches(&shown, &text) {
                    next.push(above.join(&name));
                }
            }
        }
        found = next;
    }
    let mut there = Vec::new();
    for path in found {
        if probe.entry(&path)?.is_some() {
            there.push(path);
        }
    }
    Ok(there)
}

/// The longest beginning, up to a `/`, of all directories that hold a path.
fn root(paths: &[PathBuf]) -> String {
    let mut parents = paths.iter().map(|path| {
        let parent = path
            .parent()
            .unwrap_or(Path::new("/"))
            .display()
            .to_string();
        format!("{}/", parent.trim_end_matches('/'))
    });
    let first = parents.next().unwrap_or_default();
    let common = parents.fold(first, |common, parent| {
        let pairs = common.bytes().zip(parent.bytes());
        let length = pairs.take_while(|(one, other)| one == other).count();
        common.get(..length).unwrap_or_default().to_owned()
    });
    common[..common.rfind('/').map_or(0, |at| at + 1)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_end_in_directories() {
        let of = |paths: &[&str]| root(&paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(of(&["/a/foo"]), "/a/");
        assert_eq!(of(&["/a/foo/x", "/a/fob/y"]), "/a/");
        assert_eq!(of(&["/a/x", "/b/y"]), "/");
        assert_eq!(of(&["/x"]), "/");
    }
}
