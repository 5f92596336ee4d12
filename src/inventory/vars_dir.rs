use super::{Mistake, Variables, load::absolute, yaml};
use crate::source::{Fault, Store};
use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

const EXTENSIONS: [&str; 3] = ["yml", "yaml", "json"];

/// Whose neighbour a directory of variables is; the playbook's wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VarsOrigin {
    Inventory,
    Playbook,
}

/// A group or a host, by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Group(String),
    Host(String),
}

impl Owner {
    pub fn name(&self) -> &str {
        match self {
            Self::Group(name) | Self::Host(name) => name,
        }
    }

    pub fn is_host(&self) -> bool {
        matches!(self, Self::Host(_))
    }

    fn folder(&self) -> &'static str {
        match self {
            Self::Group(_) => "group_vars",
            Self::Host(_) => "host_vars",
        }
    }
}

/// The variables of one file.
#[derive(Debug)]
pub struct VarsFile {
    pub path: PathBuf,
    pub variables: Arc<Variables>,
}

/// A directory whose `group_vars/` and `host_vars/` hold variables; each file is read once, when it is first needed.
#[derive(Debug)]
pub struct VarsDir {
    dir: PathBuf,
    origin: VarsOrigin,
    read: Mutex<HashMap<Owner, Arc<[VarsFile]>>>,
}

impl PartialEq for VarsDir {
    fn eq(&self, other: &Self) -> bool {
        self.dir == other.dir && self.origin == other.origin
    }
}

impl VarsDir {
    pub fn new(dir: &Path, origin: VarsOrigin) -> Self {
        Self {
            dir: dir.canonicalize().unwrap_or_else(|_| absolute(dir)),
            origin,
            read: Mutex::default(),
        }
    }

    pub fn path(&self) -> &Path {
        &self.dir
    }

    pub fn origin(&self) -> VarsOrigin {
        self.origin
    }

    /// The files of a group or a host, lowest first.
    ///
    /// # Errors
    /// A file that cannot be read, decrypted or understood.
    pub fn files(&self, owner: &Owner, store: &Store) -> Result<Arc<[VarsFile]>, Fault> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = read.get(owner) {
            return Ok(Arc::clone(files));
        }
        let files: Result<Vec<_>, _> = self
            .paths(owner)?
            .into_iter()
            .map(|path| read_file(path, store))
            .collect();
        let files: Arc<[VarsFile]> = files?.into();
        read.insert(owner.clone(), Arc::clone(&files));
        Ok(files)
    }

    /// `NAME`, else `NAME.yml`, else `NAME.yaml`, else `NAME.json`; a directory stands for the files in it.
    fn paths(&self, owner: &Owner) -> Result<Vec<PathBuf>, Fault> {
        let name = owner.name();
        if name.starts_with('/') {
            return Ok(Vec::new());
        }
        let folder = self.dir.join(owner.folder());
        let extended = EXTENSIONS
            .iter()
            .map(|extension| format!("{name}.{extension}"));
        let mut candidates = std::iter::once(name.to_owned())
            .chain(extended)
            .map(|name| folder.join(name));
        match candidates.find(|path| path.exists()) {
            Some(path) if path.is_dir() => files_below(&path),
            found => Ok(found.into_iter().collect()),
        }
    }
}

fn read_file(path: PathBuf, store: &Store) -> Result<VarsFile, Fault> {
    let document = store.document(&path)?;
    let variables = yaml::variables_of(&document)?;
    Ok(VarsFile {
        path,
        variables: Arc::new(variables.into_iter().collect()),
    })
}

/// The files of a directory and of directories in it, by name; hidden files, backups and other extensions are left out.
fn files_below(dir: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    for name in names(dir)? {
        let path = dir.join(&name);
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().into_owned());
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if path.is_dir() {
            if extension.is_none() {
                files.extend(files_below(&path)?);
            }
        } else if extension.is_none_or(|extension| EXTENSIONS.contains(&extension.as_str())) {
            files.push(path);
        }
    }
    Ok(files)
}

fn names(dir: &Path) -> Result<Vec<String>, Fault> {
    let unreadable = |error: io::Error| Mistake::Unreadable {
        path: dir.to_owned(),
        reason: error.to_string(),
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        names.push(
            entry
                .map_err(unreadable)?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir(files: &[(&str, &str)]) -> (tempfile::TempDir, VarsDir) {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let vars = VarsDir::new(dir.path(), VarsOrigin::Inventory);
        (dir, vars)
    }

    fn names(vars: &VarsDir, owner: Owner) -> Vec<String> {
        let files = vars.files(&owner, &Store::default()).unwrap();
        files
            .iter()
            .flat_map(|file| file.variables.entries())
            .map(|(name, _)| name.clone())
            .collect()
    }

    #[test]
    fn a_directory_stands_before_a_file_and_for_its_files() {
        let (_dir, vars) = dir(&[
            ("group_vars/web/b.yml", "b: 1"),
            ("group_vars/web/a", "a: 1"),
            ("group_vars/web/deep/c.json", "{\"c\": 1}"),
            ("group_vars/web/deep.d/d.yml", "d: 1"),
            ("group_vars/web/.hidden.yml", "h: 1"),
            ("group_vars/web/e.yml~", "e: 1"),
            ("group_vars/web/f.txt", "f: 1"),
            ("group_vars/web.yml", "g: 1"),
            ("host_vars/web.yaml", "host: 1"),
        ]);
        assert_eq!(
            names(&vars, Owner::Group("web".to_owned())),
            ["a", "b", "c"]
        );
        assert_eq!(names(&vars, Owner::Host("web".to_owned())), ["host"]);
        assert!(names(&vars, Owner::Host("db".to_owned())).is_empty());
        assert!(names(&vars, Owner::Host("/chroot".to_owned())).is_empty());
    }

    #[test]
    fn reads_only_what_is_asked_for() {
        let (_dir, vars) = dir(&[("host_vars/good", "a: 1"), ("host_vars/bad", "- a")]);
        assert_eq!(names(&vars, Owner::Host("good".to_owned())), ["a"]);
        let fault = vars
            .files(&Owner::Host("bad".to_owned()), &Store::default())
            .unwrap_err();
        assert_eq!(
            fault.message(),
            "a file of variables must be a map, found a list"
        );
        assert!(fault.place().is_some());
    }
}
