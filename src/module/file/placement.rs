use {
    super::report,
    crate::{
        act::{Acts, Attributes, Bits, DIFF_LIMIT, Digest, Failure, Inode, Probe, Source, Write},
        module::{Owner, Ownership},
        wire::Content,
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

/// What stands where a file shall have a content.
pub struct Found {
    /// Where the file is in the end.
    path: PathBuf,
    source: Source,
    before: Option<Inode>,
    bits: Bits,
    /// The content is there already.
    pub same: bool,
    backup: bool,
    validate: Option<String>,
    in_place: bool,
}

impl Placement<'_> {
    /// Adds the acts that are missing, and the return values about the file (`mode` … `state`, and `checksum` where the
    /// content is at hand). Says whether the content changes.
    pub fn plan(self, probe: &Probe, acts: &mut Acts) -> Result<bool, Failure> {
        let owner = self.ownership.find(probe)?;
        let found = self.find(probe, owner)?;
        let (path, source) = (&found.path, &found.source);
        acts.values(report(probe, found.bits, size(source, probe)?, "file")?);
        if found.same {
            let checksum = match source {
                Source::Content(Content {
                    sha1: Some(sha1), ..
                }) => sha1.clone(),
                Source::Bytes(bytes) => Digest::Sha1.of(bytes),
                _ => probe.digest(path, Digest::Sha1)?,
            };
            acts.value("checksum", checksum);
            acts.extend(found.attributes(probe)?);
            return Ok(false);
        }
        if !path.parent().is_some_and(|parent| acts.makes(parent)) {
            probe.require_parent(path)?;
        }
        if let Some(checksum) = hash(Digest::Sha1, source, probe)? {
            acts.value("checksum", checksum);
        }
        acts.push(found.write(probe, true)?);
        Ok(true)
    }

    /// Looks at what stands there. Takes the numbers of the owner that is asked for.
    pub fn find(self, probe: &Probe, owner: Owner) -> Result<Found, Failure> {
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
        let bits = self.ownership.bits(probe, owner, before.as_ref(), false)?;
        let same = match &before {
            Some(inode) => same(probe, &path, inode, &self.source)?,
            None => false,
        };
        Ok(Found {
            path,
            source: self.source,
            before,
            bits,
            same,
            backup: self.backup,
            validate: self.validate.map(str::to_owned),
            in_place: self.in_place,
        })
    }
}

impl Found {
    /// Where the content is there: the permissions and the owner, if they are to change.
    pub fn attributes(&self, probe: &Probe) -> Result<Option<Attributes>, Failure> {
        let change = |inode| Attributes::plan(probe, &self.path, inode, self.bits);
        self.before.as_ref().map_or(Ok(None), change)
    }

    /// Content that has to come from the controller before a difference can be shown.
    pub fn unseen(&self) -> Option<&Content> {
        match &self.source {
            Source::Content(content) if content.length <= DIFF_LIMIT => Some(content),
            _ => None,
        }
    }

    /// How many bytes of text its difference shows.
    pub fn text(&self) -> u64 {
        let after = match &self.source {
            Source::Bytes(bytes) => bytes.len() as u64,
            Source::Content(content) => content.length,
            Source::File { .. } => DIFF_LIMIT,
        };
        let before = self.before.as_ref().map_or(0, |inode| inode.size);
        [before, after]
            .iter()
            .filter(|size| **size <= DIFF_LIMIT)
            .sum()
    }

    /// Writes the content. `shown`: the difference shows the text.
    pub fn write(self, probe: &Probe, shown: bool) -> Result<Write, Failure> {
        let plan = match shown {
            true => Write::plan,
            false => Write::plan_unseen,
        };
        let before = self.before.as_ref();
        let write = plan(probe, &self.path, before, self.source, self.bits)?;
        Ok(write
            .backup(self.backup)
            .validate(self.validate.as_deref())
            .in_place(self.in_place))
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

/// A checksum that Ansible reports. Large content is not fetched for it, nor read once more.
pub fn hash(digest: Digest, source: &Source, probe: &Probe) -> Result<Option<String>, Failure> {
    match source {
        Source::Bytes(bytes) => Ok(Some(digest.of(bytes))),
        Source::File { path, .. } => probe.digest(path, digest).map(Some),
        Source::Content(Content {
            sha1: Some(sha1), ..
        }) if digest == Digest::Sha1 => Ok(Some(sha1.clone())),
        Source::Content(content) if content.length > DIFF_LIMIT => Ok(None),
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
