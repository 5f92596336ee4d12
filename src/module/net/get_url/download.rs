use {
    super::{Answer, Checksum},
    crate::{
        act::{Act, Attributes, Bits, Digest, Draft, Failure, Host, Inode, Probe},
        wire::{Diff, Effect, EntryKind, Foreseen, Object, Outcome, Side},
    },
    std::{
        fs::File,
        io::{Seek, Write},
        path::{Path, PathBuf},
        time::Instant,
    },
};

/// A file whose server has answered: its content flows when it is fetched.
pub struct Download {
    pub answer: Answer,
    pub started: Instant,
    pub path: PathBuf,
    /// What stands at the path now.
    pub before: Option<Inode>,
    pub bits: Bits,
    pub wanted: Option<Checksum>,
    pub backup: bool,
    pub tmp_dest: Option<PathBuf>,
    pub values: Object,
}

impl Download {
    /// Downloads beside the place, checks, and puts it there if it is different from what is there.
    pub fn fetch(mut self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut draft = match &self.tmp_dest {
            Some(directory) => Draft::within(host, directory, &self.path)?,
            None => Draft::beside(host, &self.path)?,
        };
        let length = self.answer.pour(host, draft.file())?;
        if let Some(wanted) = &self.wanted {
            let temporary = draft.temporary().to_owned();
            let real = wanted.of(from_start(draft.file(), &temporary)?, &temporary)?;
            wanted.verify(&real, &self.path)?;
        }
        let temporary = draft.temporary().to_owned();
        let new = Digest::Sha1
            .read(from_start(draft.file(), &temporary)?)
            .map_err(Failure::io("read", &temporary))?;
        let old = match &self.before {
            Some(_) => Some(host.digest(&self.path, Digest::Sha1)?),
            None => None,
        };
        let mut values = std::mem::take(&mut self.values);
        let changed = match old.as_ref() == Some(&new) {
            true => self.attributes(host)?,
            false => {
                let copy = draft.place(self.bits, self.backup)?;
                let copy = copy.map(|copy| copy.display().to_string().into());
                values.extend(copy.map(|copy| ("backup_file".to_owned(), copy)));
                true
            }
        };
        values.insert(
            "md5sum".into(),
            host.digest(&self.path, Digest::Md5)?.into(),
        );
        values.insert("checksum_src".into(), new.into());
        values.insert("checksum_dest".into(), old.into());
        values.insert("size".into(), length.into());
        values.insert("elapsed".into(), self.started.elapsed().as_secs().into());
        values.insert("status_code".into(), self.answer.status.into());
        Ok(Outcome {
            changed,
            msg: Some(self.message()),
            data: values,
            ..Outcome::default()
        })
    }

    /// The content is the same: permissions and owner may not be.
    fn attributes(&self, host: &mut Host) -> Result<bool, Failure> {
        let Some(inode) = host.follow(&self.path)? else {
            return Ok(false);
        };
        match Attributes::plan(host, &self.path, &inode, self.bits)? {
            Some(attributes) => attributes.perform(host).map(|_| true),
            None => Ok(false),
        }
    }

    /// As Ansible words it.
    pub fn message(&self) -> String {
        let length = self.answer.header("content-length").unwrap_or("unknown");
        format!("OK ({length} bytes)")
    }

    pub fn diff(&self) -> Vec<Diff> {
        let side = |length, sha256: Option<&str>| Side::Opaque {
            length,
            sha256: sha256.unwrap_or_default().into(),
        };
        let sha256 = self.wanted.as_ref().and_then(Checksum::sha256);
        vec![Diff {
            what: self.path.display().to_string(),
            before: match &self.before {
                Some(inode) => side(inode.size, None),
                None => Side::Absent,
            },
            after: side(self.answer.length().unwrap_or(0), sha256),
        }]
    }

    pub fn effects(&self) -> Vec<Effect> {
        let sha256 = self.wanted.as_ref().and_then(Checksum::sha256);
        let content = match (sha256, self.answer.length()) {
            (Some(sha256), Some(length)) => Foreseen::Hash {
                sha256: sha256.into(),
                length,
            },
            _ => Foreseen::Unknown,
        };
        vec![Effect::Path {
            path: self.path.display().to_string(),
            entry: Some(self.bits.entry(EntryKind::File { content })),
        }]
    }
}

fn from_start<'f>(file: &'f mut File, path: &Path) -> Result<&'f mut File, Failure> {
    file.rewind().map_err(Failure::io("read", path))?;
    Ok(file)
}

/// The SHA-256 hash of an answer's content, which is used up by this.
pub fn digest(probe: &Probe, answer: &mut Answer) -> Result<String, Failure> {
    #[derive(Default)]
    struct State(sha2::Sha256);
    impl Write for State {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            sha2::Digest::update(&mut self.0, bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut state = State::default();
    answer.pour(probe, &mut state)?;
    let bytes = sha2::Digest::finalize(state.0);
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
