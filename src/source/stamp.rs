use std::{fs::Metadata, os::unix::fs::MetadataExt};

/// Tells whether a file is still the one that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    inode: u64,
    /// In bytes.
    pub length: u64,
    seconds: i64,
    nanoseconds: i64,
}

impl Stamp {
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            length: metadata.len(),
            seconds: metadata.mtime(),
            nanoseconds: metadata.mtime_nsec(),
        }
    }
}
