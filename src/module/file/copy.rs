mod manifest;
mod tree;

pub use manifest::{Manifest, ManifestItem};

use {
    super::{Placement, placement::hash},
    crate::{
        act::{Acts, Digest, Directory, Failure, Inode, Look, Probe, Source, Thing},
        module::{HostPath, Module, Ownership, Permissions},
        wire::Content,
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::path::{Path, PathBuf},
};

/// Copy files to hosts, with their permissions and owner.
///
/// The source is a file or directory on the controller (`src`), text (`content`), or a file or directory on the host
/// itself (`remote_src`).
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Copy {
    /// Where to: a file, or a directory that is there or whose name ends in `/`. The parent directory must be there, unless
    /// `dest` ends in `/`.
    dest: HostPath,
    /// The file or directory to copy. A directory that ends in `/` means what is in it.
    src: Option<String>,
    /// The content of the file, instead of `src`. A map or list is written as JSON.
    content: Option<Value>,
    /// `src` is on the host.
    #[serde(default)]
    remote_src: bool,
    /// Replace a file that is different. Without it, a file that is there is left alone.
    #[serde(default = "yes")]
    #[schemars(extend("aliases" = ["thirsty"]))]
    force: bool,
    /// Keep a copy of the old file with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// A command that must succeed before the file is put in place; `%s` stands for the new file. It is run without a shell.
    validate: Option<String>,
    /// The permissions of the file; `preserve` takes those of the source.
    mode: Option<Permissions>,
    /// The permissions of directories that are made. Existing ones keep theirs.
    directory_mode: Option<Permissions>,
    /// The name or number of the user that shall own it.
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    group: Option<String>,
    /// If `dest` is a link, write to where it leads instead of replacing it.
    #[serde(default)]
    follow: bool,
    /// Links in a directory on the controller are followed.
    #[serde(default = "yes")]
    #[expect(dead_code, reason = "the controller heeds it")]
    local_follow: bool,
    /// Vault files on the controller are decrypted.
    #[serde(default = "yes")]
    #[expect(dead_code, reason = "the controller heeds it")]
    decrypt: bool,
    /// The SHA-1 hash that the content must have.
    checksum: Option<String>,
    /// Write into the old file where it cannot be replaced (a mount point in a container): not safe when interrupted.
    #[serde(default)]
    unsafe_writes: bool,
    /// The content of `src`, or of a rendered template.
    #[serde(rename = "_content")]
    body: Option<Content>,
    /// The file name to use when `dest` is a directory.
    #[serde(rename = "_name")]
    name: Option<String>,
    /// What is in the directory `src`: a [`Manifest`].
    #[serde(rename = "_manifest")]
    manifest: Option<Content>,
}

fn yes() -> bool {
    true
}

impl Module for Copy {
    const NAME: &'static str = "copy";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let mut acts = Acts::new();
        if let Some(src) = &self.src {
            acts.value("src", src.as_str());
        }
        let dest = self.dest.on(probe)?;
        if let Some(manifest) = &self.manifest {
            let manifest = Manifest::of(probe, manifest)?;
            self.tree(probe, &mut acts, &dest, &manifest)?;
            return Ok(acts.into_look());
        }
        let source = match self.remote_source(probe)? {
            Some((path, inode)) if inode.is_directory() => {
                self.remote_tree(probe, &mut acts, &path, &dest)?;
                return Ok(acts.into_look());
            }
            Some((path, inode)) => (Source::file(probe, &path)?, Some(inode.mode)),
            None => (self.source()?, None),
        };
        self.file(probe, acts, dest, source)
    }
}

impl Copy {
    fn file(
        &self,
        probe: &Probe,
        mut acts: Acts,
        dest: PathBuf,
        (source, mode): (Source, Option<u32>),
    ) -> Result<Look<Acts>, Failure> {
        self.verify(probe, &source)?;
        let path = self.place(probe, &mut acts, dest)?;
        acts.value("dest", path.display().to_string());
        if !self.force && probe.exists(&path)? {
            acts.msg("file already exists");
            return Ok(acts.into_look());
        }
        let mode = self.permissions(mode)?;
        let name = path.display().to_string();
        let placement = self.placement(path, source.clone(), mode.as_ref());
        let md5 = match placement.plan(probe, &mut acts)? || self.remote_src {
            true => hash(Digest::Md5, &source, probe)?,
            false => None,
        };
        // Ansible's `file` answers where nothing is copied.
        match md5 {
            Some(md5) => acts.value("md5sum", md5),
            None => acts.value("path", name),
        }
        Ok(acts.into_look())
    }

    fn placement<'a>(
        &'a self,
        path: PathBuf,
        source: Source,
        mode: Option<&'a Permissions>,
    ) -> Placement<'a> {
        Placement {
            path,
            source,
            ownership: Ownership {
                mode,
                ..self.ownership()
            },
            follow: self.follow,
            backup: self.backup,
            validate: self.validate.as_deref(),
            in_place: self.unsafe_writes,
        }
    }

    fn ownership(&self) -> Ownership<'_> {
        Ownership {
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
        }
    }

    /// The path of the file: in `dest`, where that is a directory. One that ends in `/` is made.
    fn place(&self, probe: &Probe, acts: &mut Acts, dest: PathBuf) -> Result<PathBuf, Failure> {
        let there = probe.follow(&dest)?;
        let is_directory = there.as_ref().is_some_and(Inode::is_directory);
        if !is_directory && !self.dest.names_directory() {
            return Ok(dest);
        }
        let name = self.name.as_deref().or(self.src.as_deref());
        let name = name.and_then(|name| Path::new(name).file_name());
        let Some(name) = name else {
            let msg = format!("can not use content with a dir as dest: {}", dest.display());
            return Err(Failure::refused(msg));
        };
        if !is_directory {
            self.directories(probe, acts, &dest)?;
        }
        Ok(dest.join(name))
    }

    fn directories(&self, probe: &Probe, acts: &mut Acts, path: &Path) -> Result<(), Failure> {
        let bits = Ownership {
            mode: self.directory_mode.as_ref(),
            ..self.ownership()
        }
        .create(probe, true)?;
        for directory in Directory::all(probe, path, bits)? {
            acts.push(directory);
        }
        Ok(())
    }

    /// The wanted permissions; `preserve` takes the source's.
    fn permissions(&self, source: Option<u32>) -> Result<Option<Permissions>, Failure> {
        match (&self.mode, source) {
            (Some(mode), Some(bits)) if mode.is_preserve() => {
                Ok(Some(Permissions::new(format!("{bits:04o}"))))
            }
            (Some(mode), None) if mode.is_preserve() => Err(Failure::refused(
                "mode: preserve needs a src whose permissions can be taken",
            )),
            (mode, _) => Ok(mode.clone()),
        }
    }

    /// Content that comes with the step.
    fn source(&self) -> Result<Source, Failure> {
        match (&self.body, &self.content) {
            (Some(content), _) => Ok(Source::Content(content.clone())),
            (None, Some(Value::String(text))) => Ok(Source::Bytes(text.clone().into())),
            (None, Some(value)) => Ok(Source::Bytes(value.to_string().into())),
            (None, None) => Err(Failure::refused("src (or content) is required")),
        }
    }

    fn remote_source(&self, probe: &Probe) -> Result<Option<(PathBuf, Inode)>, Failure> {
        let Some(src) = self.src.as_deref().filter(|_| self.remote_src) else {
            return Ok(None);
        };
        let path = HostPath::new(src).on(probe)?;
        match probe.follow(&path)? {
            Some(inode) => Ok(Some((path, inode))),
            None => Err(Failure::missing(Thing::Path, src)),
        }
    }

    fn verify(&self, probe: &Probe, source: &Source) -> Result<(), Failure> {
        let Some(wanted) = &self.checksum else {
            return Ok(());
        };
        let real = match source {
            Source::Bytes(bytes) => Digest::Sha1.of(bytes),
            Source::Content(Content {
                sha1: Some(sha1), ..
            }) => sha1.clone(),
            Source::Content(content) => Digest::Sha1.of(&probe.content(content)?.bytes()?),
            Source::File { path, .. } => probe.digest(path, Digest::Sha1)?,
        };
        match real == wanted.to_lowercase() {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "Copied file does not match the expected checksum: {real} is not {wanted}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{
            act::{Digest, Scratch},
            module::trial::Trial,
        },
        serde_json::json,
        std::os::unix::fs::{PermissionsExt, symlink},
    };

    #[test]
    fn writes_content_once() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let arguments = json!({"content": "a\n", "dest": scratch.at("file"), "mode": "u=rw,g=r"});
        let outcome = trial.change("copy", arguments);
        assert_eq!(scratch.read("file"), "a\n");
        assert_eq!(outcome.data["mode"], "0644");
        assert_eq!(
            outcome.data["checksum"],
            "3f786850e387550fdab836ed7e6dc881de23001b"
        );
        assert_eq!(outcome.data["md5sum"], "60b725f10c9c85c70d97880dfe8191b3");
        let arguments = json!({"content": "a\n", "dest": scratch.at("file"), "mode": 0o600});
        let outcome = trial.change("copy", arguments);
        assert_eq!(outcome.diff.len(), 1);
        let mode = std::fs::metadata(scratch.at("file")).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }

    #[test]
    fn copies_on_the_host_into_a_directory_that_it_makes() {
        let scratch = Scratch::new();
        let src = scratch.write("src", "text");
        let dest = format!("{}/a/b/", scratch.path().display());
        let arguments =
            json!({"src": src, "dest": dest, "remote_src": true, "directory_mode": "0750"});
        let outcome = Trial::new().change("copy", arguments);
        assert_eq!(scratch.read("a/b/src"), "text");
        assert_eq!(outcome.data["dest"], format!("{dest}src"));
    }

    #[test]
    fn copies_trees() {
        let scratch = Scratch::new();
        scratch.write("from/x", "x");
        scratch.write("from/sub/y", "y");
        let arguments =
            json!({"src": scratch.at("from"), "dest": scratch.at("to"), "remote_src": true});
        Trial::new().change("copy", arguments);
        assert_eq!(scratch.read("to/from/sub/y"), "y");
        let z = scratch.write("to/z", "z");
        let sha256 = Digest::Sha256.of(b"z");
        let inline = format!("755 - - d\0600 1 {sha256} z\0");
        let manifest = json!({"sha256": "", "length": inline.len(), "inline": inline});
        let arguments = json!({"dest": scratch.at("to"), "_manifest": manifest});
        let mut trial = Trial::new();
        trial.look("copy", arguments.clone());
        assert!(trial.apply("copy", arguments).changed);
        assert!(scratch.at("to/d").is_dir() && z.is_file());
    }

    #[test]
    fn replaces_a_link_or_follows_it() {
        let scratch = Scratch::new();
        scratch.write("real", "old");
        symlink("real", scratch.at("link")).unwrap();
        let follow = json!({"content": "new", "dest": scratch.at("link"), "follow": true});
        Trial::new().change("copy", follow);
        assert_eq!(scratch.read("real"), "new");
        let replace = json!({"content": "new", "dest": scratch.at("link")});
        Trial::new().change("copy", replace);
        assert!(!scratch.at("link").is_symlink());
    }

    #[test]
    fn leaves_alone_what_must_not_be_forced() {
        let scratch = Scratch::new();
        let dest = scratch.write("file", "old");
        let arguments = json!({"content": "new", "dest": dest, "force": "no"});
        Trial::new().same("copy", arguments);
        assert_eq!(scratch.read("file"), "old");
        let arguments = json!({"content": "old", "dest": scratch.at("file")});
        let data = Trial::new().same("copy", arguments);
        assert_eq!(data["path"], data["dest"]);
    }

    #[test]
    fn says_that_the_parent_is_missing() {
        let scratch = Scratch::new();
        let arguments = json!({"content": "", "dest": scratch.at("no/file")});
        let outcome = Trial::new().look("copy", arguments);
        assert!(outcome.failed);
        assert!(outcome.msg.unwrap().contains("parent directory"));
    }
}
