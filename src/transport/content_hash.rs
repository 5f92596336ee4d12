use {
    super::content_store::digits,
    sha1::Sha1,
    sha2::{Digest, Sha256},
    std::{
        fs::File,
        io::{self, Read},
        path::Path,
        thread,
    },
};

/// So much is read at once.
const PIECE: usize = 256 * 1024;

/// Beyond this many bytes two hashes are worked out side by side.
const LARGE: u64 = 4 * 1024 * 1024;

/// So many bytes tell a vault from other files.
pub(super) const HEAD: usize = 16;

/// What is known of a file's content.
#[derive(Clone, Debug)]
pub(super) struct Hashed {
    pub(super) sha256: String,
    pub(super) sha1: Option<String>,
    /// In bytes.
    pub(super) length: u64,
    /// How it begins.
    pub(super) head: Vec<u8>,
}

impl Hashed {
    /// Reads an open file piece by piece, so that a large one is never in memory.
    pub(super) fn of(path: &Path, file: File, length: u64, with_sha1: bool) -> io::Result<Self> {
        if !with_sha1 {
            let (state, length, head) = one::<Sha256>(file, length)?;
            return Ok(Self {
                sha256: digits(&state.finalize()),
                sha1: None,
                length,
                head,
            });
        }
        let ((sha256, length, head), sha1) = match length > LARGE {
            true => side_by_side(path, file, length)?,
            false => both(file, length)?,
        };
        Ok(Self {
            sha256: digits(&sha256.finalize()),
            sha1: Some(digits(&sha1.finalize())),
            length,
            head,
        })
    }
}

/// A hash function that was fed with a file, how long that was, and how it begins.
type Fed<S> = (S, u64, Vec<u8>);

/// Feeds a file to one hash function.
fn one<D: Digest>(file: File, length: u64) -> io::Result<Fed<D>> {
    read(file, length, D::new(), |state: &mut D, piece: &[u8]| {
        state.update(piece);
    })
}

fn both(file: File, length: u64) -> io::Result<(Fed<Sha256>, Sha1)> {
    let states = (Sha256::new(), Sha1::new());
    let ((sha256, sha1), length, head) =
        read(file, length, states, |(sha256, sha1), piece: &[u8]| {
            sha256.update(piece);
            sha1.update(piece);
        })?;
    Ok(((sha256, length, head), sha1))
}

fn side_by_side(path: &Path, file: File, length: u64) -> io::Result<(Fed<Sha256>, Sha1)> {
    let again = File::open(path)?;
    thread::scope(|scope| {
        let other = scope.spawn(move || one::<Sha1>(again, length));
        let sha256 = one::<Sha256>(file, length)?;
        let gone = |_| Err(io::Error::other("the thread that hashes is gone"));
        let sha1 = other.join().unwrap_or_else(gone)?;
        Ok((sha256, sha1.0))
    })
}

/// Feeds a file to hash functions; tells how long it was and how it begins.
fn read<S>(
    mut file: File,
    length: u64,
    mut state: S,
    update: impl Fn(&mut S, &[u8]),
) -> io::Result<Fed<S>> {
    // One byte more than there should be: the end shows with the first read.
    let size = usize::try_from(length).map_or(PIECE, |length| (length + 1).min(PIECE));
    let mut piece = vec![0; size.max(HEAD)];
    let (mut total, mut head) = (0, Vec::new());
    loop {
        let count = file.read(&mut piece)?;
        update(&mut state, &piece[..count]);
        if total == 0 {
            head = piece[..count.min(HEAD)].to_vec();
        }
        total += count as u64;
        // A file that says it has no end, or grew meanwhile, is read on.
        if count == 0 || (total == length && count < piece.len()) {
            return Ok((state, total, head));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_files_have_the_same_hashes_either_way() {
        let directory = tempfile::tempdir().unwrap();
        for length in [0, 5, PIECE - 1, PIECE, PIECE + 1, LARGE as usize + 7] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let path = directory.path().join("file");
            std::fs::write(&path, &bytes).unwrap();
            let hashed = |with_sha1| {
                let file = File::open(&path).unwrap();
                Hashed::of(&path, file, length as u64, with_sha1).unwrap()
            };
            let (plain, full) = (hashed(false), hashed(true));
            assert_eq!(plain.sha256, digits(&Sha256::digest(&bytes)));
            assert_eq!((&full.sha256, full.length), (&plain.sha256, plain.length));
            assert_eq!(full.sha1, Some(digits(&Sha1::digest(&bytes))));
            assert_eq!(full.length, length as u64);
            assert_eq!(full.head, bytes[..length.min(HEAD)]);
        }
    }

    #[test]
    fn a_file_without_a_length_is_read_to_its_end() {
        let file = File::open("/proc/self/status").unwrap();
        let hashed = Hashed::of(Path::new("/proc/self/status"), file, 0, false).unwrap();
        assert!(hashed.length > 100);
    }
}
