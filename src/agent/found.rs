use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Why an agent that was found in its place does not serve.
#[derive(Debug, thiserror::Error)]
pub enum FoundError {
    #[error("cannot look at {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{0} is not a directory that its user alone can enter")]
    Open(PathBuf),
}

/// Makes sure that nobody but the agent's user can put another program in the place of this one.
pub fn found(program: &Path) -> Result<(), FoundError> {
    let path = program.parent().unwrap_or(program);
    let directory = fs::metadata(path).map_err(|source| FoundError::Io {
        path: path.to_owned(),
        source,
    })?;
    let own = directory.uid() == rustix::process::geteuid().as_raw();
    match own && directory.mode() & 0o077 == 0 {
        true => Ok(()),
        false => Err(FoundError::Open(path.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::act::Scratch, std::os::unix::fs::PermissionsExt};

    #[test]
    fn a_directory_that_others_can_enter_is_no_place_for_an_agent() {
        let scratch = Scratch::new();
        let program = scratch.write("agent", "");
        let allow = |mode| fs::set_permissions(scratch.path(), fs::Permissions::from_mode(mode));
        allow(0o700).unwrap();
        found(&program).unwrap();
        allow(0o730).unwrap();
        let error = found(&program).unwrap_err().to_string();
        assert!(error.ends_with("that its user alone can enter"), "{error}");
    }
}
