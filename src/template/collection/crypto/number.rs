//! Numbers of any size.

use minijinja::value::Value;

/// A number by its bytes, the highest first. What has more than 128 bits is its decimal digits as text.
pub(super) fn whole(bytes: &[u8]) -> Value {
    let first = bytes.iter().position(|byte| *byte != 0);
    let bytes = &bytes[first.unwrap_or(bytes.len())..];
    if bytes.len() > 16 {
        return digits(bytes).into();
    }
    let number = bytes
        .iter()
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    match i64::try_from(number) {
        Ok(small) => small.into(),
        Err(_) => number.into(),
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
    let mut text = String::new();
    for chunk in chunks.iter().rev() {
        text.push_str(&format!("{chunk:09}"));
    }
    text.trim_start_matches('0').to_owned()
}

/// The bytes of a number whose digits say that it has more than 128 bits.
pub(super) fn large(digits: &str) -> Option<Vec<u8>> {
    let decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !decimal || digits.len() > 10_000 || digits.is_empty() || digits.parse::<u128>().is_ok() {
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
        let bytes: Vec<u8> = (1..=20).collect();
        let text = whole(&bytes);
        assert_eq!(
            text.as_str(),
            Some("5753854965885600108575829560559299546819203860")
        );
        assert_eq!(large(text.as_str().unwrap()), Some(bytes));
        assert_eq!(whole(&[1, 0]), Value::from(256));
    }
}
