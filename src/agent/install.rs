use {
    crate::act::Digest,
    std::{
        fs::{self, File},
        io,
        path::{Path, PathBuf},
    },
};

/// Why a delivered agent did not take its place.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(
        "the agent arrived damaged: its hash is {found}, not {expected}; is the disk of the host full?"
    )]
    Damaged { expected: String, found: String },
    #[error("cannot {doing} {path}: {source}")]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

/// Makes sure that the file at `program` has the SHA-256 hash (hexadecimal), and moves it to its final path in the same file
/// system. A damaged one is removed.
pub fn install(program: &Path, last: &Path, sha256: &str) -> Result<(), InstallError> {
    let failed = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| InstallError::Io {
            doing,
            path,
            source,
        }
    };
    let found = File::open(program)
        .and_then(|mut file| Digest::Sha256.read(&mut file))
        .map_err(failed("read", program))?;
    if found != sha256.to_lowercase() {
        fs::remove_file(program).map_err(failed("remove", program))?;
        let expected = sha256.into();
        return Err(InstallError::Damaged { expected, found });
    }
    fs::rename(program, last).map_err(failed("move the agent to", last))
}

#[cfg(test)]
mod tests {
    use {super::*, crate::act::Scratch};

    #[test]
    fn moves_what_is_whole_and_removes_what_is_not() {
        let scratch = Scratch::new();
        let (program, last) = (scratch.write("new", "agent"), scratch.at("agent"));
        install(&program, &last, &Digest::Sha256.of(b"agent")).unwrap();
        assert_eq!(scratch.read("agent"), "agent");
        let program = scratch.write("new", "agen");
        let error = install(&program, &last, &Digest::Sha256.of(b"agent")).unwrap_err();
        assert!(error.to_string().contains("damaged"));
        assert!(!program.exists() && last.exists());
    }
}
