use {super::Digest, crate::wire::Side};

/// The most bytes of a file that are shown in a difference (as Ansible's `max_diff_size`).
pub const DIFF_LIMIT: u64 = 104_448;

/// One side of a difference of file content: text where it can be shown.
pub fn side(bytes: &[u8]) -> Side {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.len() as u64 <= DIFF_LIMIT && !text.contains('\0') => {
            Side::Text(text.to_owned())
        }
        _ => Side::Opaque {
            length: bytes.len() as u64,
            sha256: Digest::Sha256.of(bytes),
        },
    }
}
