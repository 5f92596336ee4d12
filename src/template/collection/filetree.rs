//! `filetree`: what lies in directories of the controller, for playbooks that put all of it on a host.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use minijinja::{Error, value::Value};

use super::Named;
use crate::template::{
    call::Call,
    context::Context,
    failure,
    lookup::{Lookup, candidates},
    print,
};

pub(super) const LOOKUPS: &[Named<Lookup>] = &[("community.general.filetree", filetree)];

fn filetree(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let context = call.context()?;
    let owners = Owners::read();
    let mut found: Vec<(PathBuf, Value)> = Vec::new();
    for term in terms {
        let root = root(&context, &print::text(term));
        let mut paths = Vec::new();
        walk(&root, Path::new(""), &mut paths)?;
        for path in paths {
            // The first tree that has a path wins.
            if found.iter().all(|(known, _)| *known != path) {
                let entry = entry(&root, &path, &owners)?;
                found.extend(entry.map(|entry| (path, entry)));
            }
        }
    }
    Ok(found.into_iter().map(|(_, entry)| entry).collect())
}

/// Where a tree stands: the last part of the term within the directory that is found for the rest.
fn root(context: &Context, term: &str) -> PathBuf {
    let (directory, name) = term.rsplit_once('/').unwrap_or(("", term));
    let directory = if term.starts_with('/') && directory.is_empty() {
        "/"
    } else {
        directory
    };
    let places = candidates(context, "files", directory);
    let place = places.iter().find(|place| place.join(name).is_dir());
    place
        .or(places.first())
        .cloned()
        .unwrap_or_default()
        .join(name)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    failure::plain(format!("cannot read {}: {error}", path.display()))
}

/// All paths below, in order: what is in a directory first, then what is in the directories within.
fn walk(root: &Path, below: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Error> {
    let directory = root.join(below);
    let Ok(listing) = fs::read_dir(&directory) else {
        return Ok(());
    };
    let (mut directories, mut others) = (Vec::new(), Vec::new());
    for item in listing {
        let item = item.map_err(|error| unreadable(&directory, &error))?;
        let path = below.join(item.file_name());
        match item.path().is_dir() {
            true => directories.push(path),
            false => others.push(path),
        }
    }
    directories.sort();
    others.sort();
    paths.extend(directories.iter().cloned().chain(others));
    let deeper = |path: &&PathBuf| !root.join(path).is_symlink();
    directories
        .iter()
        .filter(deeper)
        .try_for_each(|path| walk(root, path, paths))
}

/// What is known of one path; nothing of devices, sockets and pipes.
fn entry(root: &Path, path: &Path, owners: &Owners) -> Result<Option<Value>, Error> {
    let full = root.join(path);
    let known = fs::symlink_metadata(&full).map_err(|error| unreadable(&full, &error))?;
    let (state, source) = if known.is_symlink() {
        let target = fs::read_link(&full).map_err(|error| unreadable(&full, &error))?;
        ("link", Some(target))
    } else if known.is_dir() {
        ("directory", None)
    } else if known.is_file() {
        ("file", Some(full))
    } else {
        return Ok(None);
    };
    let text = |path: &Path| Value::from(path.to_string_lossy().into_owned());
    let mut pairs = vec![
        ("root", text(root)),
        ("path", text(path)),
        ("state", state.into()),
    ];
    pairs.extend(source.map(|source| ("src", text(&source))));
    pairs.extend(rights(&known, owners));
    Ok(Some(Value::from_pairs(pairs)))
}

fn rights(known: &Metadata, owners: &Owners) -> Vec<(&'static str, Value)> {
    let time = |seconds: i64, nanoseconds: i64| seconds as f64 + 1e-9 * nanoseconds as f64;
    vec![
        ("uid", known.uid().into()),
        ("gid", known.gid().into()),
        ("owner", name(&owners.users, known.uid())),
        ("group", name(&owners.groups, known.gid())),
        ("mode", format!("0{:03o}", known.mode() & 0o7777).into()),
        ("size", known.size().into()),
        ("mtime", time(known.mtime(), known.mtime_nsec()).into()),
        ("ctime", time(known.ctime(), known.ctime_nsec()).into()),
    ]
}

fn name(names: &BTreeMap<u32, String>, id: u32) -> Value {
    names
        .get(&id)
        .map_or(id.into(), |name| name.as_str().into())
}

/// The names of users and groups of the controller.
struct Owners {
    users: BTreeMap<u32, String>,
    groups: BTreeMap<u32, String>,
}

impl Owners {
    fn read() -> Self {
        Self {
            users: names("/etc/passwd"),
            groups: names("/etc/group"),
        }
    }
}

/// Lines of `name:password:number:…`; of several names of a number the first counts.
fn names(path: &str) -> BTreeMap<u32, String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut names = BTreeMap::new();
    for line in text.lines() {
        let mut parts = line.split(':');
        if let (Some(name), Some(Ok(id))) = (parts.next(), parts.nth(1).map(str::parse)) {
            names.entry(id).or_insert_with(|| name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use crate::template::{fixture, print};

    #[test]
    fn a_tree_is_listed_and_the_first_of_a_path_wins() {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in [("a/sub/one", "1"), ("a/two", "22"), ("b/two", "x")] {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let vars = fixture::vars_in(directory.path().to_owned());
        let text = "{% for f in query('filetree', 'a/', 'b/') %}{{ f.path }} {{ f.state }} {{ f.size if f.state == 'file' }};{% endfor %}";
        let shown = fixture::engine().text(text, &vars).unwrap();
        assert_eq!(
            print::text(&shown),
            "sub directory ;two file 2;sub/one file 1;"
        );
    }
}
