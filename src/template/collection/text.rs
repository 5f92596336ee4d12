//! Text and types.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};
use unicode_normalization::UnicodeNormalization;

use super::{Named, arguments::Arguments};
use crate::template::{
    builtin::Run,
    call::{Call, describe, entries, items},
    failure, filter,
};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("community.general.crc32", |call| {
        Arguments::of(call, &["value"])?;
        Ok(format!("{:x}", crc32(string(&call.value())?.as_bytes())).into())
    }),
    ("community.general.unicode_normalize", normalize),
    ("community.general.random_mac", random_mac),
    ("community.general.reveal_ansible_type", |call| {
        let given = Arguments::of(call, &["data", "alias"])?;
        Ok(revealed(&call.value(), &alias(&given)?)?.into())
    }),
];

pub(super) const TESTS: &[Named<Run>] = &[
    ("community.general.ansible_type", |call| {
        let given = Arguments::of(call, &["data", "dtype", "alias"])?;
        let revealed = revealed(&call.value(), &alias(&given)?)?;
        let wanted = given.need("dtype")?;
        let names = match wanted.kind() {
            ValueKind::String => vec![wanted],
            ValueKind::Seq | ValueKind::Iterable => items(&wanted)?,
            _ => return Err(failure::plain("'dtype' is a string or a list of them")),
        };
        Ok(names.contains(&Value::from(revealed)).into())
    }),
    ("community.general.fqdn_valid", |call| {
        let given = Arguments::of(call, &["name", "min_labels", "allow_underscores"])?;
        let least = given.int("min_labels")?.unwrap_or(1);
        let underscores = given.flag("allow_underscores", false)?;
        let name = call.value();
        match string(&name)? {
            "" => Err(failure::plain("the name is empty")),
            name => Ok(is_fqdn(name, least, underscores).into()),
        }
    }),
];

fn string(value: &Value) -> Result<&str, Error> {
    value
        .as_str()
        .ok_or_else(|| failure::plain(format!("needs a string, not {}", describe(value))))
}

/// The checksum of zip, gzip and Ethernet.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum))
    })
}

fn normalize(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, &["data", "form"])?;
    let value = call.value();
    let text = string(&value)?;
    let normal: String = match given.text("form").as_deref().unwrap_or("NFC") {
        "NFC" => text.nfc().collect(),
        "NFD" => text.nfd().collect(),
        "NFKC" => text.nfkc().collect(),
        "NFKD" => text.nfkd().collect(),
        other => {
            return Err(failure::plain(format!(
                "'{other}' is no form; NFC, NFD, NFKC and NFKD are"
            )));
        }
    };
    Ok(normal.into())
}

/// The start of an address of a network card, completed by chance.
fn random_mac(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, &["value", "seed"])?;
    let value = call.value();
    let start = string(&value)?.to_lowercase();
    let parts: Vec<&str> = start.split(':').collect();
    let hexadecimal = |part: &&str| {
        let digits = part.bytes().take(2);
        part.len() >= 2 && digits.into_iter().all(|byte| byte.is_ascii_hexdigit())
    };
    if parts.len() > 5 || !parts.iter().all(hexadecimal) {
        return Err(failure::plain(format!(
            "'{start}' is no start of an address such as 52:54:00, with at most five parts"
        )));
    }
    let mut random = match given.raw("seed") {
        Some(seed) => filter::Random::seeded(&seed),
        None => filter::Random::fresh()?,
    };
    let least: usize = 0x10_0000_0000;
    let number = least + random.below(0xff_ffff_ffff - least + 1);
    let digits = format!("{number:x}");
    let mut address = start.clone();
    for part in 0..6 - parts.len() {
        address.push(':');
        address.push_str(&digits[2 * part..2 * part + 2]);
    }
    Ok(address.into())
}

/// Other names for types.
fn alias(given: &Arguments) -> Result<Vec<(Value, Value)>, Error> {
    given
        .raw("alias")
        .map_or(Ok(Vec::new()), |map| entries(&map))
}

fn type_name(value: &Value, alias: &[(Value, Value)]) -> String {
    let name = match value.kind() {
        ValueKind::None | ValueKind::Undefined => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::Map => "dict",
        ValueKind::Seq | ValueKind::Iterable if value.is_tuple() => "_AnsibleLazyAccessTuple",
        ValueKind::Seq | ValueKind::Iterable => "list",
        _ => "str",
    };
    let other = alias.iter().find(|(known, _)| known.as_str() == Some(name));
    let other = other.and_then(|(_, other)| other.as_str());
    other.unwrap_or(name).to_owned()
}

/// The type of a value with the types of what is in it.
fn revealed(value: &Value, alias: &[(Value, Value)]) -> Result<String, Error> {
    let name = type_name(value, alias);
    let all = |items: Vec<Value>| {
        let mut names: Vec<String> = items.iter().map(|item| type_name(item, alias)).collect();
        names.sort();
        names.dedup();
        names.join("|")
    };
    let inside = match name.as_str() {
        "list" => all(items(value)?),
        "dict" => {
            let (keys, values): (Vec<_>, Vec<_>) = entries(value)?.into_iter().unzip();
            format!("{}, {}", all(keys), all(values))
        }
        _ => return Ok(name),
    };
    Ok(match value.len() {
        Some(0) => name,
        _ => format!("{name}[{inside}]"),
    })
}

/// Labels of at most 63 characters, which neither start nor end with a hyphen; 253 characters in all.
fn is_fqdn(name: &str, least: i64, underscores: bool) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let labels: Vec<&str> = name.split('.').collect();
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || (underscores && c == '_');
    let fits = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.chars().all(letter)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let count = i64::try_from(labels.len()).unwrap_or(i64::MAX);
    name.len() <= 253 && count >= least && labels.iter().all(fits)
}
