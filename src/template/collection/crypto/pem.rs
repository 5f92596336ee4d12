//! PEM: DER as text between two lines.

use base64::{Engine as _, prelude::BASE64_STANDARD};

/// Each object of a text, with its first and last line.
pub(super) fn objects(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut object: Option<String> = None;
    let lines = text.split_inclusive('\n');
    for line in lines.filter(|line| !line.trim().is_empty()) {
        if line.starts_with("-----BEGIN ") {
            object = Some(String::new());
        }
        if let Some(mut lines) = object.take() {
            lines.push_str(line);
            match line.starts_with("-----END ") {
                true => found.push(lines),
                false => object = Some(lines),
            }
        }
    }
    found
}

/// The first object of one of these kinds, as DER.
pub(super) fn first(text: &str, kinds: &[&str]) -> Option<Vec<u8>> {
    let starts = |object: &&String| {
        let line = object.lines().next().unwrap_or_default().trim_end();
        kinds
            .iter()
            .any(|kind| line == format!("-----BEGIN {kind}-----"))
    };
    let found = objects(text);
    let object = found.iter().find(starts)?;
    let inside = object.lines().filter(|line| !line.starts_with("-----"));
    let encoded: String = inside.flat_map(|line| line.trim().chars()).collect();
    BASE64_STANDARD.decode(encoded).ok()
}

/// An object with what is said of it.
pub(super) struct Labelled {
    pub(super) kind: String,
    /// The lines before its content, by name.
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Vec<u8>,
}

/// The first object whose kind ends like this.
pub(super) fn labelled(text: &str, end: &str) -> Option<Labelled> {
    let kind = |object: &str| {
        let line = object.lines().next()?.trim_end();
        let kind = line.strip_prefix("-----BEGIN ")?.strip_suffix("-----")?;
        kind.ends_with(end).then(|| kind.to_owned())
    };
    let found = objects(text);
    let (object, kind) = found
        .iter()
        .find_map(|object| Some((object, kind(object)?)))?;
    let (mut headers, mut encoded) = (Vec::new(), String::new());
    for line in object.lines().filter(|line| !line.starts_with("-----")) {
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => encoded.push_str(line.trim()),
        }
    }
    Some(Labelled {
        kind,
        headers,
        content: BASE64_STANDARD.decode(encoded).ok()?,
    })
}

/// DER as an object of a kind.
pub(super) fn written(kind: &str, der: &[u8]) -> String {
    let encoded = BASE64_STANDARD.encode(der);
    let mut text = format!("-----BEGIN {kind}-----\n");
    for (at, letter) in encoded.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text + &format!("\n-----END {kind}-----\n")
}
