use {
    super::{Call, Prepared, Remote},
    crate::{
        module::file::copy::{Manifest, ManifestItem},
        source::{Fault, vault},
        transport::HeldFile,
        wire::{Content, Object},
    },
    std::{
        fs::{self, Metadata},
        os::unix::fs::PermissionsExt,
        path::{Path, PathBuf},
    },
};

/// A list of files up to this many bytes travels inside the arguments, which spares a round trip.
const INLINE: usize = 256 * 1024;

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
        let inside = src.ends_with('/');
        let manifest = tree.manifest(&path, inside)?;
        let text = manifest.to_text().into_bytes();
        let content = call.contents.hold_beyond(text, INLINE);
        args.insert("_manifest".to_owned(), value(&content, call)?);
        return Ok(());
    }
    let content = hold(&path, decrypt, call)?;
    args.insert("_content".to_owned(), value(&content, call)?);
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

fn value(content: &Content, call: &Call<'_>) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(content).map_err(|error| Fault::new(error.to_string()).at(call.place()))
}

/// A directory on the controller.
struct Tree<'a> {
    call: &'a Call<'a>,
    follow: bool,
    decrypt: bool,
}

/// Something below a directory.
struct Found {
    path: PathBuf,
    /// Below `dest`.
    name: PathBuf,
    metadata: Metadata,
}

impl Tree<'_> {
    /// The directory itself, or what is `inside`.
    fn manifest(&self, root: &Path, inside: bool) -> Result<Manifest, Fault> {
        let mut found = Vec::new();
        let mut name = PathBuf::new();
        if !inside {
            name = name_of(root);
            let metadata = fs::metadata(root).map_err(|error| self.unreadable(root, &error))?;
            found.push(Found {
                path: root.to_owned(),
                name: name.clone(),
                metadata,
            });
        }
        self.walk(root, &name, &mut found)?;
        let files = found.iter().filter(|found| !found.metadata.is_dir());
        let files: Vec<_> = files
            .map(|found| (found.path.as_path(), &found.metadata))
            .collect();
        let held = self.call.contents.hold_files(&files);
        let mut held = held
            .map_err(|(path, error)| self.unreadable(&path, &error))?
            .into_iter();
        let mut items = Vec::with_capacity(found.len());
        for found in &found {
            let content = match found.metadata.is_dir() {
                true => None,
                false => held.next().map(|file| self.content(&found.path, file)),
            };
            items.push(ManifestItem {
                path: found.name.display().to_string(),
                mode: found.metadata.permissions().mode() & 0o7777,
                content: content.transpose()?,
            });
        }
        Ok(Manifest(items))
    }

    fn walk(&self, dir: &Path, below: &Path, found: &mut Vec<Found>) -> Result<(), Fault> {
        let unreadable = |error| self.unreadable(dir, &error);
        let mut entries = fs::read_dir(dir)
            .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
            .map_err(unreadable)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            let metadata = match (is_link, self.follow) {
                (true, false) => continue,
                (true, true) => fs::metadata(&path),
                (false, _) => entry.metadata(),
            };
            let metadata = metadata.map_err(|error| self.unreadable(&path, &error))?;
            let is_directory = metadata.is_dir();
            let name = below.join(entry.file_name());
            found.push(Found {
                path: path.clone(),
                name: name.clone(),
                metadata,
            });
            if is_directory {
                self.walk(&path, &name, found)?;
            }
        }
        Ok(())
    }

    /// A vault is decrypted.
    fn content(&self, path: &Path, file: HeldFile) -> Result<Content, Fault> {
        match self.decrypt && vault::is_vault(&file.head) {
            true => hold(path, true, self.call),
            false => Ok(file.content),
        }
    }

    fn unreadable(&self, path: &Path, error: &std::io::Error) -> Fault {
        self.call.unreadable(path, error, "src")
    }
}
