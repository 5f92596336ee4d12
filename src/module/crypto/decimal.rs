//! Numbers of any size, as serial numbers are.

use serde_json::Value;

/// A number by its bytes, the highest first, for an outcome: what does not fit a JSON number is its digits as text.
pub fn value(bytes: &[u8]) -> Value {
    let digits = digits(bytes);
    match digits.parse::<u64>() {
        Ok(small) => small.into(),
        Err(_) => digits.into(),
    }
}

/// Decimal digits, nine at a time by long division.
fn digits(bytes: &[u8]) -> String {
    const CHUNK: u64 = 1_000_000_000;
    let mut rest = bytes.to_vec();
    let mut chunks = Vec::new();
    while rest.iter().any(|byte| *byte != 0) {
        let mut remainder = 0;
        for byte in &mut rest {
            let part = remainder << 8 | u64::from(*byte);
            *byte = (part / CHUNK) as u8;
            remainder = part % CHUNK;
        }
        chunks.push(remainder);
    }
    let text: String = chunks
        .iter()
        .rev()
        .map(|chunk| format!("{chunk:09}"))
        .collect();
    match text.trim_start_matches('0') {
        "" => "0".into(),
        digits => digits.into(),
    }
}

/// The bytes of a number in decimal digits; `None` if it is none, or very long.
pub fn bytes(digits: &str) -> Option<Vec<u8>> {
    let decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !decimal || digits.is_empty() || digits.len() > 200 {
        return None;
    }
    let mut bytes: Vec<u8> = Vec::new();
    for digit in digits.bytes() {
        let mut carry = u16::from(digit - b'0');
        for byte in bytes.iter_mut().rev() {
            let part = u16::from(*byte) * 10 + carry;
            *byte = (part & 0xff) as u8;
            carry = part >> 8;
        }
        if carry > 0 {
            bytes.insert(0, carry as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_go_there_and_back() {
        let large: Vec<u8> = (1..=20).collect();
        let text = "5753854965885600108575829560559299546819203860";
        assert_eq!(value(&large), text);
        assert_eq!(bytes(text), Some(large));
        assert_eq!(value(&[1, 0]), 256);
        assert_eq!(value(&[]), 0);
        assert_eq!(bytes("12x"), None);
    }
}
