use {
    super::{Unreachable, Word, content_store::digits},
    crate::module::Edition,
    flate2::{Compression, read::GzDecoder, write::GzEncoder},
    sha2::{Digest, Sha256},
    std::{
        collections::BTreeMap,
        env::consts::ARCH,
        fs,
        io::{Read, Write},
        path::{Path, PathBuf},
        sync::{Arc, Mutex, OnceLock, PoisonError},
    },
};

/// The agents beside farcast, of each edition.
pub struct Agents {
    core: AgentProgram,
    full: AgentProgram,
}

/// The agent programs of an edition, one for each kind of machine, each with its compressed form where the build made one
/// (`farcast-agent.gz`). Each is read, hashed and compressed at most once in a run.
pub struct AgentProgram {
    directory: PathBuf,
    /// What their names begin with.
    name: &'static str,
    shipments: Mutex<BTreeMap<String, Arc<Shipment>>>,
}

/// One agent program, ready to be sent.
pub struct Shipment {
    /// SHA-256 of the program, in hexadecimal digits.
    pub sha256: Word,
    pub raw: Vec<u8>,
    /// Where the compressed program may lie.
    beside: PathBuf,
    packed: OnceLock<Vec<u8>>,
}

impl Shipment {
    /// The program compressed by gzip: as it was when it was built, where that lies beside it. The first call does the work.
    pub fn packed(&self) -> &[u8] {
        self.packed.get_or_init(|| {
            if let Some(packed) = self.packed_when_built() {
                return packed;
            }
            let mut packer = GzEncoder::new(Vec::new(), Compression::best());
            // Writing to memory does not fail; were it so, the host would notice the length.
            packer
                .write_all(&self.raw)
                .and_then(|()| packer.finish())
                .unwrap_or_default()
        })
    }

    /// Only if it holds this very program.
    fn packed_when_built(&self) -> Option<Vec<u8>> {
        let packed = fs::read(&self.beside).ok()?;
        let mut raw = Vec::with_capacity(self.raw.len());
        GzDecoder::new(&packed[..]).read_to_end(&mut raw).ok()?;
        (raw == self.raw).then_some(packed)
    }
}

impl Agents {
    /// Looks for the programs in a directory.
    pub fn in_directory(directory: &Path) -> Self {
        Self {
            core: AgentProgram::in_directory(directory, Edition::Core),
            full: AgentProgram::in_directory(directory, Edition::Full),
        }
    }

    pub fn of(&self, edition: Edition) -> &AgentProgram {
        match edition {
            Edition::Core => &self.core,
            Edition::Full => &self.full,
        }
    }
}

impl AgentProgram {
    /// Looks for `farcast-agent-KIND` (such as `farcast-agent-aarch64`) and `farcast-agent` (for this machine's kind) in `directory`;
    /// the full ones are called `farcast-full-agent`.
    pub fn in_directory(directory: impl Into<PathBuf>, edition: Edition) -> Self {
        Self {
            directory: directory.into(),
            name: match edition {
                Edition::Core => "farcast-agent",
                Edition::Full => "farcast-full-agent",
            },
            shipments: Mutex::default(),
        }
    }

    /// Every kind of machine there is a program for, with its hash.
    ///
    /// # Errors
    /// When there is none, or one cannot be read.
    pub fn kinds(&self) -> Result<Vec<(Word, Word)>, Unreachable> {
        let mut kinds = Vec::new();
        for kind in self.available() {
            let hash = self.shipment(&kind)?.sha256.clone();
            kinds.push((Word::checked("machine", &kind)?, hash));
        }
        if kinds.is_empty() {
            return Err(self.unsupported("any"));
        }
        Ok(kinds)
    }

    /// The program for a kind of machine (`x86_64`, `aarch64`, `x86`, `arm`, …).
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn shipment(&self, kind: &str) -> Result<Arc<Shipment>, Unreachable> {
        // Held while reading, so that many hosts at once read it once.
        let mut shipments = self
            .shipments
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(shipment) = shipments.get(kind) {
            return Ok(shipment.clone());
        }
        let path = self.find(kind)?;
        let shipment = read(&path).map_err(|reason| Unreachable::NoProgram {
            path: path.display().to_string(),
            reason,
        })?;
        let shipment = Arc::new(shipment);
        shipments.insert(kind.to_owned(), shipment.clone());
        Ok(shipment)
    }

    fn find(&self, kind: &str) -> Result<PathBuf, Unreachable> {
        let named = self.directory.join(format!("{}-{kind}", self.name));
        let usual = self.directory.join(self.name);
        if named.is_file() {
            return Ok(named);
        }
        if kind == ARCH && usual.is_file() {
            return Ok(usual);
        }
        Err(self.unsupported(kind))
    }

    /// The error for a machine that no program is for.
    pub(super) fn unsupported(&self, machine: &str) -> Unreachable {
        let kinds = self.available().join(", ");
        let directory = self.directory.display();
        Unreachable::UnsupportedMachine {
            machine: machine.to_owned(),
            available: if kinds.is_empty() {
                format!("none, as there is no `{}` in {directory}", self.name)
            } else {
                format!("{kinds} (in {directory})")
            },
        }
    }

    fn available(&self) -> Vec<String> {
        let names = fs::read_dir(&self.directory)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok());
        let mut kinds: Vec<String> = names
            .filter_map(|name| match name.strip_prefix(self.name)? {
                "" => Some(ARCH.to_owned()),
                rest => rest.strip_prefix('-').map(str::to_owned),
            })
            // `farcast-agent.d`, `farcast-agent-x86_64.sig` and the like are something else.
            .filter(|kind| kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
            .collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }
}

fn read(path: &Path) -> Result<Shipment, String> {
    let raw = fs::read(path).map_err(|error| error.to_string())?;
    let digits = digits(&Sha256::digest(&raw));
    let sha256 = Word::checked("hash", &digits).map_err(|error| error.to_string())?;
    Ok(Shipment {
        sha256,
        raw,
        beside: path.with_added_extension("gz"),
        packed: OnceLock::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_kind_names_what_there_is() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("farcast-agent-riscv64"), "x").unwrap();
        let program = AgentProgram::in_directory(directory.path(), Edition::Core);
        assert!(program.shipment("riscv64").is_ok());
        let error = program.shipment("s390x").err().unwrap().to_string();
        assert!(
            error.contains("s390x machine; available: riscv64"),
            "{error}"
        );
    }

    #[test]
    fn what_was_packed_when_built_is_sent_if_it_is_the_same_program() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name| directory.path().join(name);
        let gzip = |bytes: &[u8]| {
            let mut packer = GzEncoder::new(Vec::new(), Compression::none());
            packer.write_all(bytes).unwrap();
            packer.finish().unwrap()
        };
        let sent = || {
            let program = AgentProgram::in_directory(directory.path(), Edition::Core);
            program.shipment("vax").unwrap().packed().to_vec()
        };
        fs::write(at("farcast-agent-vax"), "new").unwrap();
        fs::write(at("farcast-agent-vax.gz"), gzip(b"new")).unwrap();
        assert_eq!(sent(), gzip(b"new"));
        fs::write(at("farcast-agent-vax.gz"), gzip(b"old")).unwrap();
        let mut raw = String::new();
        GzDecoder::new(&sent()[..])
            .read_to_string(&mut raw)
            .unwrap();
        assert_eq!(raw, "new");
    }

    #[test]
    fn a_program_is_read_once() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("farcast-agent-aarch64"), "x").unwrap();
        fs::write(directory.path().join("farcast-agent-aarch64.sig"), "x").unwrap();
        let program = AgentProgram::in_directory(directory.path(), Edition::Core);
        let one = program.shipment("aarch64").unwrap();
        assert!(Arc::ptr_eq(&one, &program.shipment("aarch64").unwrap()));
        let kinds = program.kinds().unwrap();
        assert_eq!(kinds.len(), 1);
        assert_eq!(
            kinds[0].1.to_string(),
            "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        );
    }
}
