use {
    super::report,
    crate::{
        act::{Acts, Attributes, DIFF_LIMIT, Digest, Failure, Inode, Probe, Source, Write},
        module::Ownership,
        wire::Mode,
    },
    std::path::{Path, PathBuf},
};

/// A file that shall have a content: what `copy`, `template`, `lineinfile` and their like come to.
pub struct Placement<'a> {
    pub path: PathBuf,
    pub source: Source,
    pub ownership: Ownership<'a>,
    /// Write to the file that a link at the path leads to, instead of replacing the link.
    pub follow: bool,
    pub backup: bool,
    pub validate: Option<&'a str>,
    /// Write into the old file where it cannot be replaced.
    pub in_place: bool,
}

impl Placement<'_> {
    /// Adds the acts that are missing, and the return values about the file (`mode` … `state`, and `checksum` where the
    /// content is at hand). Says whether the content changes.
    pub fn plan(self, probe: &Probe, acts: &mut Acts) -> Result<bool, Failure> {
        let path = match self.follow {
            true => probe.target(&self.path)?,
            false => self.path.clone(),
        };
        let before = probe.entry(&path)?;
        if before.as_ref().is_some_and(Inode::is_directory) {
            let path = path.display();
            return Err(Failure::refused(format!("{path} is a directory")));
        }
        let before = before.filter(|inode| !inode.is_link());
        let bits = match &before {
            Some(inode) => self.ownership.change(probe, inode)?,
            None => self.ownership.create(probe, false)?,
        };
        acts.values(report(probe, bits, size(&self.source, probe)?, "file")?);
        match &before {
            Some(inode) if same(probe, &path, inode, &self.source)? => {
                acts.value("checksum", probe.digest(&path, Digest::Sha1)?);
                acts.extend(Attributes::plan(probe, &path, inode, bits)?);
                Ok(false)
            }
            _ => {
                if !path.parent().is_some_and(|parent| acts.makes(parent)) {
                    probe.require_parent(&path)?;
                }
                if let Some(checksum) = hash(Digest::Sha1, &self.source, probe)? {
                    acts.value("checksum", checksum);
                }
                let write = Write::plan(probe, &path, before.as_ref(), self.source, bits)?;
                acts.push(
                    write
                        .backup(self.backup)
                        .validate(self.validate)
                        .in_place(self.in_place),
                );
                Ok(true)
            }
        }
    }
}

fn same(probe: &Probe, path: &Path, inode: &Inode, source: &Source) -> Result<bool, Failure> {
    if !inode.is_file() || inode.size != size(source, probe)? {
        return Ok(false);
    }
    let there = match probe.digest(path, Digest::Sha256) {
        Err(Failure::Unforeseeable(_)) => return Ok(false),
        there => there?,
    };
    Ok(there == sha256(source, probe)?)
}

fn sha256(source: &Source, probe: &Probe) -> Result<String, Failure> {
    match source {
        Source::Bytes(bytes) => Ok(Digest::Sha256.of(bytes)),
        Source::Content(content) => Ok(content.sha256.clone()),
        Source::File { path, .. } => probe.digest(path, Digest::Sha256),
    }
}

/// A checksum that Ansible reports. Large content is not fetched for it in a dry run.
pub fn hash(digest: Digest, source: &Source, probe: &Probe) -> Result<Option<String>, Failure> {
    match source {
        Source::Bytes(bytes) => Ok(Some(digest.of(bytes))),
        Source::File { path, .. } => probe.digest(path, digest).map(Some),
        Source::Content(content)
            if content.length > DIFF_LIMIT && probe.step().mode == Mode::Look =>
        {
            Ok(None)
        }
        Source::Content(content) => {
            let body = probe.content(content)?;
            let hash = body
                .reader()
                .and_then(|mut reader| digest.read(&mut reader));
            let failed = Failure::io("read", Path::new("received content"));
            hash.map(Some).map_err(failed)
        }
    }
}

/// In bytes.
fn size(source: &Source, probe: &Probe) -> Result<u64, Failure> {
    match source {
        Source::Bytes(bytes) => Ok(bytes.len() as u64),
        Source::Content(content) => Ok(content.length),
        Source::File { path, .. } => Ok(probe.follow(path)?.map_or(0, |inode| inode.size)),
    }
}
