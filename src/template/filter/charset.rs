//! Texts as bytes in the few encodings that playbooks ask for.

use minijinja::Error;

use crate::template::failure;

fn plain(name: &str) -> String {
    name.to_lowercase().replace(['_', ' '], "-")
}

fn unknown(name: &str) -> Error {
    failure::plain(format!(
        "'{name}' is no encoding that is known here; utf-8, ascii, latin-1, utf-16, utf-16-le and utf-16-be are"
    ))
}

pub(super) fn encoded(text: &str, name: &str) -> Result<Vec<u8>, Error> {
    let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
    let lost = || failure::plain(format!("'{text}' cannot be written in {name}"));
    match plain(name).as_str() {
        "utf-8" | "utf8" => Ok(text.as_bytes().to_vec()),
        "ascii" | "us-ascii" if text.is_ascii() => Ok(text.as_bytes().to_vec()),
        "ascii" | "us-ascii" => Err(lost()),
        "latin-1" | "latin1" | "iso-8859-1" => text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).map_err(|_| lost()))
            .collect(),
        "utf-16-le" | "utf-16le" => Ok(units(u16::to_le_bytes)),
        "utf-16-be" | "utf-16be" => Ok(units(u16::to_be_bytes)),
        "utf-16" | "utf16" => Ok([vec![0xff, 0xfe], units(u16::to_le_bytes)].concat()),
        _ => Err(unknown(name)),
    }
}

pub(super) fn decoded(bytes: &[u8], name: &str) -> Result<String, Error> {
    let units = |unit: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let pairs = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        String::from_utf16_lossy(&pairs.collect::<Vec<_>>())
    };
    match plain(name).as_str() {
        "utf-8" | "utf8" | "ascii" | "us-ascii" => Ok(String::from_utf8_lossy(bytes).into_owned()),
        "latin-1" | "latin1" | "iso-8859-1" => Ok(bytes.iter().copied().map(char::from).collect()),
        "utf-16-le" | "utf-16le" => Ok(units(u16::from_le_bytes, bytes)),
        "utf-16-be" | "utf-16be" => Ok(units(u16::from_be_bytes, bytes)),
        "utf-16" | "utf16" => match bytes {
            [0xfe, 0xff, rest @ ..] => Ok(units(u16::from_be_bytes, rest)),
            [0xff, 0xfe, rest @ ..] => Ok(units(u16::from_le_bytes, rest)),
            bytes => Ok(units(u16::from_le_bytes, bytes)),
        },
        _ => Err(unknown(name)),
    }
}
