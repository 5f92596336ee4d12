mod pack;
mod sources;

use {
    crate::{
        act::{Acts, Attributes, Bits, Delta, Draft, Failure, Host, Inode, Look, Probe, Remove},
        module::{HostPath, Module, Ownership, Permissions, file::report},
        wire::{Diff, Effect, EntryKind, Foreseen, Object, Outcome, Side},
    },
    pack::{Hashed, Pack},
    schemars::JsonSchema,
    serde::Deserialize,
    sources::Sources,
    std::path::{Path, PathBuf},
};

/// Pack files and directories on hosts into an archive.
///
/// The same content always gives the same archive, so that a second run changes nothing. A single file is only compressed,
/// unless `force_archive` is set or the format is `tar` or `zip`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Archive {
    /// Files and directories, or patterns for them.
    path: Vec<HostPath>,
    /// The archive. A single file is compressed beside itself without it.
    dest: Option<HostPath>,
    /// How to pack: all but `zip` are tar archives.
    #[serde(default)]
    format: Packer,
    /// Paths, or patterns, that `path` shall not mean.
    #[serde(default)]
    exclude_path: Vec<HostPath>,
    /// Patterns for what is left out, at any depth.
    #[serde(default)]
    exclusion_patterns: Vec<String>,
    /// Make an archive of a single file, too.
    #[serde(default)]
    force_archive: bool,
    /// Remove what was packed.
    #[serde(default)]
    remove: bool,
    /// The permissions of the archive.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own the archive.
    owner: Option<String>,
    /// The name or number of the group that shall own the archive.
    group: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Packer {
    Bz2,
    #[default]
    Gz,
    Tar,
    Xz,
    Zip,
}

impl Packer {
    fn extension(self) -> &'static str {
        match self {
            Self::Bz2 => "bz2",
            Self::Gz => "gz",
            Self::Tar => "tar",
            Self::Xz => "xz",
            Self::Zip => "zip",
        }
    }
}

impl Module for Archive {
    const NAME: &'static str = "archive";
    const FILES: bool = true;
    const COLLECTION: &'static str = "community.general";
    type Delta = Store;

    fn look(&self, probe: &Probe) -> Result<Look<Store>, Failure> {
        let sources = Sources::find(probe, &self.path, &self.exclude_path)?;
        let together = self.force_archive || sources.are_many(probe)?;
        let dest = self.place(probe, &sources, together)?;
        let whole = together || matches!(self.format, Packer::Tar | Packer::Zip);
        if let Some(inside) = sources.paths.iter().find(|path| dest.starts_with(path))
            && self.remove
        {
            return Err(Failure::refused(format!(
                "Error, created archive can not be contained in source paths when remove=true: {}",
                inside.display()
            )));
        }
        let mut values = sources.values();
        values.insert("dest".into(), dest.display().to_string().into());
        let before = probe.follow(&dest)?;
        if sources.targets.is_empty() {
            return self.without_sources(probe, &dest, before.as_ref(), values);
        }
        let pack = Pack {
            packer: self.format,
            whole,
            members: sources.members(probe, &dest, &self.exclusion_patterns)?,
        };
        let archived: Vec<String> = pack.members.iter().map(|member| member.shown()).collect();
        values.insert("archived".into(), archived.into());
        let state = match (whole, sources.missing.is_empty()) {
            (true, true) => "archive",
            (true, false) => "incomplete",
            (false, _) => "compress",
        };
        values.insert("dest_state".into(), state.into());
        self.compare(probe, (dest, before), (pack, sources), values)
    }
}

impl Archive {
    fn compare(
        &self,
        probe: &Probe,
        (dest, before): (PathBuf, Option<Inode>),
        (pack, sources): (Pack, Sources),
        mut values: Object,
    ) -> Result<Look<Store>, Failure> {
        let bits = match &before {
            Some(inode) if inode.is_directory() => {
                let msg = format!("{} is a directory", dest.display());
                return Err(Failure::refused(msg));
            }
            Some(inode) => self.ownership().change(probe, inode)?,
            None => {
                probe.require_parent(&dest)?;
                self.ownership().create(probe, false)?
            }
        };
        let hashed = pack.hash(probe)?;
        values.extend(report(probe, bits, hashed.length, "file")?);
        let mut acts = Acts::new();
        let same = match &before {
            Some(inode) => hashed.is(probe, &dest, inode)?,
            None => false,
        };
        if let (true, Some(inode)) = (same, &before) {
            acts.extend(Attributes::plan(probe, &dest, inode, bits)?);
        }
        if self.remove {
            for path in &sources.targets {
                if let Some(inode) = probe.entry(path)? {
                    acts.push(Remove::new(path, &inode));
                }
            }
        }
        if same && acts.is_empty() {
            return Ok(Look::same(values));
        }
        acts.values(values);
        Ok(Look::Change(Store {
            file: (!same).then_some(Stored {
                pack,
                dest,
                before,
                bits,
                hashed,
            }),
            acts,
        }))
    }

    /// There is nothing to pack (any more).
    fn without_sources(
        &self,
        probe: &Probe,
        dest: &Path,
        before: Option<&Inode>,
        mut values: Object,
    ) -> Result<Look<Store>, Failure> {
        let mut acts = Acts::new();
        let name = dest.display().to_string().to_ascii_lowercase();
        let endings = [
            ".tar", ".tgz", ".tbz2", ".zip", ".tar.gz", ".tar.bz2", ".tar.xz",
        ];
        let state = match before {
            None => "absent",
            Some(_) if endings.iter().any(|ending| name.ends_with(ending)) => "archive",
            Some(_) => "compress",
        };
        values.insert("dest_state".into(), state.into());
        values.insert("archived".into(), Vec::<String>::new().into());
        if let Some(inode) = before {
            let bits = self.ownership().change(probe, inode)?;
            acts.extend(Attributes::plan(probe, dest, inode, bits)?);
        }
        if acts.is_empty() {
            return Ok(Look::same(values));
        }
        acts.values(values);
        Ok(Look::Change(Store { file: None, acts }))
    }

    fn place(&self, probe: &Probe, sources: &Sources, together: bool) -> Result<PathBuf, Failure> {
        match (&self.dest, sources.paths.first()) {
            (Some(dest), _) => dest.on(probe),
            (None, Some(path)) if !together => {
                let mut name = path.clone().into_os_string();
                name.push(format!(".{}", self.format.extension()));
                Ok(name.into())
            }
            _ => Err(Failure::refused(
                "Error, must specify \"dest\" when archiving multiple files or trees",
            )),
        }
    }

    fn ownership(&self) -> Ownership<'_> {
        Ownership {
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
        }
    }
}

/// An archive to be written, and what comes after it.
pub struct Store {
    file: Option<Stored>,
    acts: Acts,
}

struct Stored {
    pack: Pack,
    dest: PathBuf,
    before: Option<Inode>,
    bits: Bits,
    hashed: Hashed,
}

impl Stored {
    fn write(&self, host: &mut Host) -> Result<(), Failure> {
        let mut draft = Draft::beside(host, &self.dest)?;
        self.pack.write(host, draft.file())?;
        draft.place(self.bits, false).map(|_| ())
    }

    fn diff(&self) -> Diff {
        Diff {
            what: self.dest.display().to_string(),
            before: match &self.before {
                Some(inode) => Side::Opaque {
                    length: inode.size,
                    sha256: String::new(),
                },
                None => Side::Absent,
            },
            after: Side::Opaque {
                length: self.hashed.length,
                sha256: self.hashed.sha256.clone(),
            },
        }
    }

    fn effect(&self) -> Effect {
        let content = Foreseen::Hash {
            sha256: self.hashed.sha256.clone(),
            length: self.hashed.length,
        };
        Effect::Path {
            path: self.dest.display().to_string(),
            entry: Some(self.bits.entry(EntryKind::File { content })),
        }
    }
}

impl Delta for Store {
    fn diff(&self) -> Vec<Diff> {
        let file = self.file.iter().map(Stored::diff);
        file.chain(self.acts.diff()).collect()
    }

    fn effects(&self) -> Vec<Effect> {
        let file = self.file.iter().map(Stored::effect);
        file.chain(self.acts.effects()).collect()
    }

    fn predicted(&self) -> Object {
        self.acts.predicted()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        if let Some(file) = &self.file {
            file.write(host)?;
        }
        self.acts.apply(host)
    }
}

#[cfg(test)]
mod tests;
