use {
    crate::act::Digest,
    serde_json::{Map, Value},
};

const DIGESTS: [(&str, Digest); 6] = [
    ("md5", Digest::Md5),
    ("sha1", Digest::Sha1),
    ("sha224", Digest::Sha224),
    ("sha256", Digest::Sha256),
    ("sha384", Digest::Sha384),
    ("sha512", Digest::Sha512),
];

/// The digests of DER by the name of the algorithm, each as `aa:bb:cc`.
pub fn fingerprints(der: &[u8]) -> Value {
    let digests = DIGESTS.iter().map(|(name, digest)| {
        let digits = digest.of(der);
        ((*name).to_owned(), Value::from(colons(&digits)))
    });
    Value::Object(digests.collect::<Map<_, _>>())
}

/// Hexadecimal digits as `aa:bb:cc`.
pub fn colons(digits: &str) -> String {
    let pairs = digits.as_bytes().chunks(2);
    let pairs: Vec<_> = pairs.map(String::from_utf8_lossy).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_pairs_of_digits() {
        let all = fingerprints(b"");
        assert_eq!(
            all["md5"],
            "d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e"
        );
        assert_eq!(all.as_object().unwrap().len(), DIGESTS.len());
    }
}
