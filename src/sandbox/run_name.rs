//! Names of runs and hosts.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::SandboxError;

/// The longest name of a run or host.
const LONGEST: usize = 32;

/// Gives a run name for `purpose` that belongs to the directory `place`: two work trees on one machine get different
/// names, and a run that was cut off is found again by the next one from the same place.
pub fn run_name_for(purpose: &str, place: &Path) -> String {
    let room = LONGEST - 9;
    let purpose: String = purpose.chars().take(room).collect();
    format!(
        "{purpose}-{:08x}",
        number_of(place.as_os_str().as_encoded_bytes())
    )
}

/// A number that depends on every byte of `data`.
pub(super) fn number_of(data: &[u8]) -> u32 {
    let hash = Sha256::digest(data);
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// Refuses a name that is no host name and no directory name.
pub(super) fn check(what: &'static str, name: &str) -> Result<(), SandboxError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = name.len() <= LONGEST
        && name.starts_with(plain)
        && name.chars().all(|c| plain(c) || c == '-');
    if fits {
        Ok(())
    } else {
        Err(SandboxError::Name {
            what,
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leaves_its_directory_is_refused() {
        for name in ["", "..", "a/b", "-a", "A", "a b", "a.lock", &"a".repeat(33)] {
            assert!(check("run", name).is_err(), "{name}");
        }
        assert!(check("run", "web-1").is_ok());
    }

    #[test]
    fn two_places_have_two_names_and_one_place_one() {
        let [one, two] = ["/src/one", "/src/two"]
            .map(|place| run_name_for("a-purpose-with-a-very-long-name", Path::new(place)));
        assert_ne!(one, two);
        assert_eq!(
            one,
            run_name_for("a-purpose-with-a-very-long-name", Path::new("/src/one"))
        );
        assert!(check("run", &one).is_ok(), "{one}");
    }
}
