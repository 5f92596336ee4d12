/// Two small hexadecimal digits for each byte.
pub(super) fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes
        .iter()
        .flat_map(|&byte| [digit(byte >> 4), digit(byte)])
        .collect()
}

/// The bytes; nothing where the text is not pairs of hexadecimal digits.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|&[high, low]| Some(value(high)? << 4 | value(low)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_both_ways() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(encode(&all).as_bytes()), Some(all));
        assert_eq!(encode(&[0, 0xaf]), "00af");
        assert_eq!(decode(b"AF"), Some(vec![0xaf]));
        assert_eq!(decode(b""), Some(Vec::new()));
        assert_eq!(decode(b"abc"), None);
        assert_eq!(decode(b"0g"), None);
    }
}
