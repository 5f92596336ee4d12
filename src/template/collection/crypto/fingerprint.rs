//! Digests of DER.

use blake2::{Blake2b512, Blake2s256};
use md5::Md5;
use minijinja::value::Value;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use shake::{
    Shake128, Shake256,
    digest::{ExtendableOutput, Update, XofReader},
};

/// The digests by every algorithm that Python always has.
pub(super) fn all(der: &[u8]) -> Value {
    Value::from_pairs([
        ("blake2b", by::<Blake2b512>(der)),
        ("blake2s", by::<Blake2s256>(der)),
        ("md5", by::<Md5>(der)),
        ("sha1", by::<Sha1>(der)),
        ("sha224", by::<Sha224>(der)),
        ("sha256", by::<Sha256>(der)),
        ("sha384", by::<Sha384>(der)),
        ("sha3_224", by::<Sha3_224>(der)),
        ("sha3_256", by::<Sha3_256>(der)),
        ("sha3_384", by::<Sha3_384>(der)),
        ("sha3_512", by::<Sha3_512>(der)),
        ("sha512", by::<Sha512>(der)),
        ("shake_128", long::<Shake128>(der)),
        ("shake_256", long::<Shake256>(der)),
    ])
}

/// Bytes as `aa:bb:cc`.
pub(super) fn colons(bytes: &[u8]) -> String {
    let parts = bytes.iter().map(|byte| format!("{byte:02x}"));
    parts.collect::<Vec<_>>().join(":")
}

fn by<D: Digest>(der: &[u8]) -> String {
    colons(&D::digest(der))
}

/// Of those that have no end, the first 32 bytes.
fn long<D: Default + Update + ExtendableOutput>(der: &[u8]) -> String {
    let mut digest = D::default();
    digest.update(der);
    let mut bytes = [0; 32];
    digest.finalize_xof().read(&mut bytes);
    colons(&bytes)
}
