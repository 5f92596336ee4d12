use {
    super::{Call, Prepared, Remote},
    crate::{
        module::file::copy::ManifestItem,
        source::{Fault, vault},
        wire::{Content, Object},
    },
    std::{
        fs,
        os::unix::fs::PermissionsExt,
        path::{Path, PathBuf},
    },
};

/// The controller's part of `copy`: finds the source and holds what is in it.
pub(super) fn prepare(mut args: Object, call: &Call<'_>) -> Result<Prepared, Fault> {
    let text = |name: &str| {
        args.get(name)
            .and_then(|value| value.as_str())
            .map(str::to_owned)
    };
    let remote = args.get("remote_src").is_some_and(|value| value == true);
    let (src, content) = (text("src"), args.get("content").cloned());
    match (src, content) {
        (Some(_), Some(_)) => {
            return Err(Fault::new("`copy` takes `src` or `content`, not both").at(call.place()));
        }
        (None, None) => {
            return Err(Fault::new("`copy` needs `src` or `content`").at(call.place()));
        }
        (Some(src), None) if !remote => from_here(&src, &mut args, call)?,
        _ => {}
    }
    Ok(Prepared::Remote(Remote {
        module: "copy",
        args,
        keep: None,
        data: Object::new(),
    }))
}

fn from_here(src: &str, args: &mut Object, call: &Call<'_>) -> Result<(), Fault> {
    let path = call.find(src.trim_end_matches('/'), "files", "src")?;
    let flag = |name: &str| args.get(name).is_none_or(|value| value != false);
    let (follow, decrypt) = (flag("local_follow"), flag("decrypt"));
    if path.is_dir() {
        let tree = Tree {
            call,
            follow,
            decrypt,
        };
        let base = if src.ends_with('/') {
            PathBuf::new()
        } else {
            name_of(&path)
        };
        let mut items = Vec::new();
        if !base.as_os_str().is_empty() {
            items.push(tree.item(&path, &base)?);
        }
        tree.walk(&path, &base, &mut items)?;
        let items = serde_json::to_value(items)
            .map_err(|error| Fault::new(error.to_string()).at(call.place()))?;
        args.insert("_manifest".to_owned(), items);
        return Ok(());
    }
    let content = hold(&path, decrypt, call)?;
    let content = serde_json::to_value(content)
        .map_err(|error| Fault::new(error.to_string()).at(call.place()))?;
    args.insert("_content".to_owned(), content);
    args.insert(
        "_name".to_owned(),
        name_of(&path).display().to_string().into(),
    );
    if args.get("mode").is_some_and(|mode| mode == "preserve") {
        args.insert("mode".to_owned(), mode(&path, call)?.into());
    }
    Ok(())
}

/// Holds a file; a vault is decrypted.
pub(super) fn hold(path: &Path, decrypt: bool, call: &Call<'_>) -> Result<Content, Fault> {
    let unreadable = |error: std::io::Error| call.unreadable(path, &error, "src");
    if decrypt && begins_like_a_vault(path).map_err(unreadable)? {
        let plain = call
            .scope
            .world()
            .store
            .decrypted(path)
            .map_err(|problem| problem.at_least(call.place_of("src")))?;
        return Ok(call.contents.hold(plain.to_vec()));
    }
    call.contents.hold_file(path).map_err(unreadable)
}

fn begins_like_a_vault(path: &Path) -> std::io::Result<bool> {
    use std::io::Read;
    let mut head = [0; 15];
    let read = fs::File::open(path)?.read(&mut head)?;
    Ok(vault::is_vault(&head[..read]))
}

fn name_of(path: &Path) -> PathBuf {
    path.file_name().map(PathBuf::from).unwrap_or_default()
}

fn mode(path: &Path, call: &Call<'_>) -> Result<String, Fault> {
    let metadata = fs::metadata(path).map_err(|error| call.unreadable(path, &error, "src"))?;
    Ok(format!("{:04o}", metadata.permissions().mode() & 0o7777))
}

/// A directory on the controller.
struct Tree<'a> {
    call: &'a Call<'a>,
    follow: bool,
    decrypt: bool,
}

impl Tree<'_> {
    fn walk(&self, dir: &Path, below: &Path, items: &mut Vec<ManifestItem>) -> Result<(), Fault> {
        let unreadable = |error: std::io::Error| self.call.unreadable(dir, &error, "src");
        let entries = fs::read_dir(dir).map_err(unreadable)?;
        let mut paths = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()
            .map_err(unreadable)?;
        paths.sort();
        for path in paths {
            if !self.follow && path.is_symlink() {
                continue;
            }
            let name = below.join(name_of(&path));
            items.push(self.item(&path, &name)?);
            if path.is_dir() {
                self.walk(&path, &name, items)?;
            }
        }
        Ok(())
    }

    fn item(&self, path: &Path, name: &Path) -> Result<ManifestItem, Fault> {
        let content = match path.is_dir() {
            true => None,
            false => Some(hold(path, self.decrypt, self.call)?),
        };
        Ok(ManifestItem {
            path: name.display().to_string(),
            content,
            mode: Some(mode(path, self.call)?),
        })
    }
}
