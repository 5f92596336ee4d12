use {
    bzip2::read::MultiBzDecoder,
    flate2::read::MultiGzDecoder,
    lzma_rust2::XzReader,
    ruzstd::decoding::StreamingDecoder,
    std::io::{self, Read},
};

/// The kinds of archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Zip,
    Tar(Packing),
}

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

/// How many bytes tell the format.
pub const HEAD: usize = 512;

impl Format {
    /// Tells it by the first bytes. `None`: no known archive.
    pub fn of(head: &[u8]) -> Option<Self> {
        let begins = |magic: &[u8]| head.starts_with(magic);
        if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
            return Some(Self::Zip);
        }
        for (magic, packing) in [
            (b"\x1f\x8b".as_slice(), Packing::Gzip),
            (b"BZh", Packing::Bzip2),
            (b"\xfd7zXZ\0", Packing::Xz),
            (b"\x28\xb5\x2f\xfd", Packing::Zstd),
        ] {
            if begins(magic) {
                return Some(Self::Tar(packing));
            }
        }
        // Tar's own mark; an archive older than that has a checksum of its first header.
        let marked = head.get(257..262) == Some(b"ustar");
        (marked || is_old_tar(head)).then_some(Self::Tar(Packing::Plain))
    }

    /// Ansible's name for what unpacks it.
    pub fn handler(self) -> &'static str {
        match self {
            Self::Zip => "ZipArchive",
            Self::Tar(Packing::Plain) => "TarArchive",
            Self::Tar(Packing::Gzip) => "TgzArchive",
            Self::Tar(Packing::Bzip2) => "TarBzipArchive",
            Self::Tar(Packing::Xz) => "TarXzArchive",
            Self::Tar(Packing::Zstd) => "TarZstdArchive",
        }
    }
}

fn is_old_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..HEAD) else {
        return false;
    };
    let field = String::from_utf8_lossy(&header[148..156]).into_owned();
    let field = field.trim_matches(['\0', ' ']);
    let counted = header.iter().enumerate().map(|(at, byte)| match at {
        148..156 => u32::from(b' '),
        _ => u32::from(*byte),
    });
    u32::from_str_radix(field, 8).is_ok_and(|sum| sum == counted.sum::<u32>())
}

impl Packing {
    /// Unpacks a stream.
    pub fn unpack<'r>(self, reader: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Self::Plain => Box::new(reader),
            Self::Gzip => Box::new(MultiGzDecoder::new(reader)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(reader)),
            Self::Xz => Box::new(XzReader::new(reader, true)),
            Self::Zstd => Box::new(StreamingDecoder::new(reader).map_err(io::Error::other)?),
        })
    }
}
