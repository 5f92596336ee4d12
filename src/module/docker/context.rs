use {
    super::Ignore,
    crate::{
        act::{Body, Failure, Probe},
        module::net::Payload,
    },
    std::{
        fs::{self, File, Metadata},
        io::{self, Read, Write},
        os::unix::fs::{MetadataExt, PermissionsExt},
        path::Path,
        rc::Rc,
    },
    tar::{Builder, EntryType, Header},
};

/// What a Dockerfile from outside the context is called in it.
const FOREIGN: &str = ".dockerfile.farcast";

/// What is sent to the engine to build from: a directory as a tar archive, without what its `.dockerignore` names.
pub struct Context {
    pub payload: Payload,
    /// Where the Dockerfile is in it.
    pub dockerfile: Option<String>,
}

impl Context {
    /// Packs a directory. `dockerfile` is relative to it, or elsewhere on the host.
    pub fn pack(
        probe: &Probe,
        directory: &Path,
        dockerfile: Option<&str>,
    ) -> Result<Self, Failure> {
        let path = directory.join(".dockerignore");
        let rules = match probe.exists(&path)? {
            true => String::from_utf8_lossy(&probe.read(&path)?).into_owned(),
            false => String::new(),
        };
        let inside = dockerfile.map(|name| within(directory, name));
        let foreign = match (dockerfile, &inside) {
            (Some(name), Some(None)) => Some(probe.read(&directory.join(name))?),
            _ => None,
        };
        let dockerfile = inside.map(|inside| inside.unwrap_or_else(|| FOREIGN.into()));
        let mut ignore = Ignore::read(&rules);
        ignore.let_in(dockerfile.as_deref().unwrap_or("Dockerfile"));
        ignore.let_in(".dockerignore");
        let mut packing = Packing {
            probe,
            ignore,
            archive: Builder::new(Spool::default()),
        };
        let failed = Failure::io("pack", directory);
        packing.directory(directory, "")?;
        if let Some(content) = foreign {
            packing
                .file(FOREIGN, &content)
                .and_then(|()| {
                    packing.file(".dockerignore", format!("{rules}\n{FOREIGN}\n").as_bytes())
                })
                .map_err(&failed)?;
        }
        let spool = packing.archive.into_inner().map_err(failed)?;
        Ok(Self {
            payload: Payload::Body(Rc::new(spool.body), spool.length),
            dockerfile,
        })
    }
}

/// The path of a Dockerfile relative to the context, if it is in it.
fn within(directory: &Path, name: &str) -> Option<String> {
    let path = directory.join(name);
    let below = path.strip_prefix(directory).ok()?;
    let mut parts = Vec::new();
    for part in below.components() {
        match part.as_os_str().to_str()? {
            ".." => drop(parts.pop()?),
            "." => {}
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

struct Packing<'p> {
    probe: &'p Probe,
    ignore: Ignore,
    archive: Builder<Spool>,
}

impl Packing<'_> {
    /// Packs what is in a directory, sorted: the same content makes the same archive.
    fn directory(&mut self, root: &Path, below: &str) -> Result<(), Failure> {
        let directory = root.join(below);
        self.probe.check()?;
        let mut names = Vec::new();
        for entry in fs::read_dir(&directory).map_err(Failure::io("list", &directory))? {
            let entry = entry.map_err(Failure::io("list", &directory))?;
            names.push(entry.file_name());
        }
        names.sort();
        for name in names {
            let Some(name) = name.to_str() else {
                let name = directory.join(name);
                return Err(Failure::refused(format!(
                    "{}: the build context takes no names that are not UTF-8; rename it, or name it in .dockerignore",
                    name.display()
                )));
            };
            let path = match below {
                "" => name.to_owned(),
                below => format!("{below}/{name}"),
            };
            self.entry(root, &path)?;
        }
        Ok(())
    }

    fn entry(&mut self, root: &Path, path: &str) -> Result<(), Failure> {
        let place = root.join(path);
        let failed = Failure::io("pack", &place);
        let metadata = fs::symlink_metadata(&place).map_err(&failed)?;
        let out = self.ignore.keeps_out(path);
        if !out {
            self.pack(&place, path, &metadata).map_err(failed)?;
        }
        match metadata.is_dir() && (!out || self.ignore.lets_in()) {
            true => self.directory(root, path),
            false => Ok(()),
        }
    }

    /// Sockets and the like are of no use in a build.
    fn pack(&mut self, place: &Path, path: &str, metadata: &Metadata) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_mode(metadata.permissions().mode() & 0o7777);
        header.set_mtime(metadata.mtime().try_into().unwrap_or(0));
        header.set_size(0);
        if metadata.is_dir() {
            header.set_entry_type(EntryType::Directory);
            self.archive
                .append_data(&mut header, format!("{path}/"), io::empty())
        } else if metadata.is_symlink() {
            header.set_entry_type(EntryType::Symlink);
            self.archive
                .append_link(&mut header, path, fs::read_link(place)?)
        } else if metadata.is_file() {
            header.set_size(metadata.len());
            let file = File::open(place)?.take(metadata.len());
            self.archive.append_data(&mut header, path, file)
        } else {
            Ok(())
        }
    }

    fn file(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        self.archive.append_data(&mut header, path, content)
    }
}

/// Holds the archive: in a file without a name, once it is large.
#[derive(Default)]
struct Spool {
    body: Body,
    length: u64,
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.body.extend(bytes).map_err(io::Error::other)?;
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::act::{Alone, Scratch, Watch},
    };

    fn names(context: &Context, probe: &Probe) -> Vec<String> {
        let mut archive = tar::Archive::new(context.payload.open(probe).unwrap());
        let entries = archive.entries().unwrap();
        entries
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect()
    }

    #[test]
    fn packs_what_is_not_ignored_and_a_dockerfile_from_elsewhere() {
        let probe = Probe::new(Box::new(Alone), Watch::default());
        let scratch = Scratch::new();
        let root = scratch.at("context");
        fs::create_dir_all(root.join("logs")).unwrap();
        for (name, content) in [
            (".dockerignore", "logs\nDockerfile\n!logs/kept"),
            ("Dockerfile", "FROM scratch"),
            ("app", "#!"),
            ("logs/a", ""),
            ("logs/kept", ""),
        ] {
            fs::write(root.join(name), content).unwrap();
        }
        std::os::unix::fs::symlink("app", root.join("link")).unwrap();
        let context = Context::pack(&probe, &root, None).unwrap();
        let packed = [".dockerignore", "Dockerfile", "app", "link", "logs/kept"];
        assert_eq!(names(&context, &probe), packed);
        let other = scratch.at("Other");
        fs::write(&other, "FROM x").unwrap();
        let context = Context::pack(&probe, &root, Some("../Other")).unwrap();
        assert_eq!(context.dockerfile.as_deref(), Some(FOREIGN));
        assert!(names(&context, &probe).contains(&FOREIGN.to_owned()));
    }
}
