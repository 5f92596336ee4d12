use {
    md5::Md5,
    sha1::Sha1,
    sha2::{Sha224, Sha256, Sha384, Sha512},
    std::io::{self, Read},
};

/// The hash functions that modules offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    /// Finds it by the name that Ansible uses (`sha1`).
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    /// The hash of bytes, in hexadecimal.
    pub fn of(self, bytes: &[u8]) -> String {
        // Reading from memory cannot fail, and an empty string equals no hash.
        self.read(&mut &bytes[..]).unwrap_or_default()
    }

    /// The hash of everything that a reader gives, in hexadecimal.
    pub fn read(self, reader: &mut dyn Read) -> io::Result<String> {
        match self {
            Self::Md5 => digest::<Md5>(reader),
            Self::Sha1 => digest::<Sha1>(reader),
            Self::Sha224 => digest::<Sha224>(reader),
            Self::Sha256 => digest::<Sha256>(reader),
            Self::Sha384 => digest::<Sha384>(reader),
            Self::Sha512 => digest::<Sha512>(reader),
        }
    }
}

fn digest<D: sha2::Digest>(reader: &mut dyn Read) -> io::Result<String> {
    let mut state = D::new();
    // On the stack: many small files are hashed in a row.
    let mut buffer = [0; 32 * 1024];
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            count => state.update(&buffer[..count]),
        }
    }
    Ok(hexadecimal(&state.finalize()))
}

/// Bytes as hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    nibbles
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_hashes_of_nothing() {
        assert_eq!(Digest::Md5.of(b""), "d41d8cd98f00b204e9800998ecf8427e");
        let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        assert_eq!(Digest::Sha1.of(b""), sha1);
        assert!(Digest::Sha256.of(b"").starts_with("e3b0c44298fc1c14"));
    }
}
