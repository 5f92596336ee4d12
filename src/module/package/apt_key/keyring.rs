use {
    super::super::openpgp::{self, Certificate},
    crate::{
        act::{Acts, Bits, Failure, Probe, Remove, Source, Write},
        module::{HostPath, Ownership, Permissions},
    },
    std::path::{Path, PathBuf},
};

/// Where keys are kept, where nothing else is said.
pub(super) const MAIN: &str = "/etc/apt/trusted.gpg";
const PARTS: &str = "/etc/apt/trusted.gpg.d";

/// A file of keys.
pub(super) struct Keyring {
    pub path: PathBuf,
    armored: bool,
    certificates: Vec<Certificate>,
}

impl Keyring {
    /// The files of keys that apt trusts, or the one that is named.
    pub fn all(probe: &Probe, one: Option<&HostPath>) -> Result<Vec<Self>, Failure> {
        let mut paths = Vec::new();
        match one {
            Some(path) => paths.push(path.on(probe)?),
            None => {
                paths.push(PathBuf::from(MAIN));
                if probe.exists(Path::new(PARTS))? {
                    let names = probe.list(Path::new(PARTS))?.into_iter();
                    let names = names.map(|name| Path::new(PARTS).join(name));
                    paths.extend(names.filter(|path| {
                        path.extension()
                            .is_some_and(|ending| ending == "gpg" || ending == "asc")
                    }));
                }
            }
        }
        let mut keyrings = Vec::new();
        for path in paths {
            if probe.follow(&path)?.is_some_and(|inode| inode.is_file()) {
                keyrings.push(Self::read(probe, path)?);
            }
        }
        Ok(keyrings)
    }

    fn read(probe: &Probe, path: PathBuf) -> Result<Self, Failure> {
        let bytes = probe.read(&path)?;
        if bytes.get(8..12) == Some(b"KBXf") {
            return Err(Failure::refused(format!(
                "{} is a keybox of gpg, which apt does not read: export its keys to another file",
                path.display()
            )));
        }
        Ok(Self {
            path,
            armored: openpgp::is_armored(&bytes),
            certificates: openpgp::read(&bytes),
        })
    }

    /// The identifiers of its keys.
    pub fn ids(&self) -> impl Iterator<Item = String> + '_ {
        let keys = self
            .certificates
            .iter()
            .flat_map(|certificate| &certificate.keys);
        keys.map(|key| key.id.clone())
    }

    /// Removes the keys that are meant; a file that has no others goes.
    pub fn remove(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        meant: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        let stays = |one: &&Certificate| !one.keys.iter().any(|key| meant(&key.id));
        let left: Vec<&Certificate> = self.certificates.iter().filter(stays).collect();
        if left.len() == self.certificates.len() {
            return Ok(());
        }
        if left.is_empty() {
            if let Some(inode) = probe.entry(&self.path)? {
                acts.push(Remove::new(&self.path, &inode));
            }
            return Ok(());
        }
        if self.armored {
            return Err(Failure::refused(format!(
                "{} holds other keys, too, as text: split it up before one of them is removed",
                self.path.display()
            )));
        }
        let bytes = left.iter().flat_map(|one| one.bytes.iter().copied());
        write(probe, acts, &self.path, bytes.collect())
    }
}

/// Adds keys to a file.
pub(super) fn add(
    probe: &Probe,
    acts: &mut Acts,
    path: &Path,
    known: Option<&Keyring>,
    certificates: &[Certificate],
) -> Result<(), Failure> {
    let there = known.map_or(&[][..], |keyring| &keyring.certificates);
    let all = there.iter().chain(certificates);
    write(
        probe,
        acts,
        path,
        all.flat_map(|one| one.bytes.iter().copied()).collect(),
    )
}

fn write(probe: &Probe, acts: &mut Acts, path: &Path, bytes: Vec<u8>) -> Result<(), Failure> {
    let path = probe.target(path)?;
    let before = probe.entry(&path)?;
    let bits = match &before {
        Some(inode) => Bits::of(inode),
        None => {
            probe.require_parent(&path)?;
            let mode = Permissions::new("0644");
            let new = Ownership {
                mode: Some(&mode),
                ..Ownership::default()
            };
            new.create(probe, false)?
        }
    };
    acts.push(Write::plan(
        probe,
        &path,
        before.as_ref(),
        Source::Bytes(bytes),
        bits,
    )?);
    Ok(())
}
