//! Text files of the system, read and written whole.

use {
    crate::{
        act::{Acts, Bits, Failure, Inode, Probe, Source, Thing, Write},
        module::{Ownership, Permissions},
    },
    std::path::Path,
};

/// The text of a file; links are followed. `None` if it is missing.
pub fn read(probe: &Probe, path: &Path) -> Result<Option<String>, Failure> {
    match probe.read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(Failure::Missing {
            what: Thing::Path, ..
        }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Adds the writing of a file whose text is to change. Links are followed; a new file is readable for all.
pub fn write(
    probe: &Probe,
    acts: &mut Acts,
    path: &Path,
    text: String,
    backup: bool,
) -> Result<(), Failure> {
    let path = probe.target(path)?;
    let before = probe.entry(&path)?;
    let bits = match &before {
        Some(inode) if Inode::is_file(inode) => Bits::of(inode),
        _ => {
            if !path.parent().is_some_and(|parent| acts.makes(parent)) {
                probe.require_parent(&path)?;
            }
            let mode = Permissions::new("0644");
            let new = Ownership {
                mode: Some(&mode),
                ..Ownership::default()
            };
            new.create(probe, false)?
        }
    };
    let source = Source::Bytes(text.into_bytes());
    let write = Write::plan(probe, &path, before.as_ref(), source, bits)?;
    // In a container it may be a mount point.
    acts.push(write.backup(backup).in_place(true));
    Ok(())
}
