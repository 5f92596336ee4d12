use {
    super::{Act, Failure, Host, write},
    crate::wire::{Diff, Effect, Object},
    std::path::PathBuf,
};

/// Keeps a copy of a file that is about to go, named as Ansible names it; the return value `backup_file` tells the name.
#[derive(Clone, Debug)]
pub struct Backup(pub PathBuf);

impl Act for Backup {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        let copy = write::backup(&self.0)?.display().to_string();
        let told = [("backup_file".to_owned(), copy.into())];
        Ok(told.into_iter().collect())
    }

    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }
}
