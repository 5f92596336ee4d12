//! Where lists of revoked certificates are.

use {
    crate::{
        module::crypto::{asn1, general_name, number},
        wire::Object,
    },
    serde_json::Value,
};

/// The reasons of a revocation in the order of their bits; the first bit has no meaning.
const REASONS: [&str; 9] = [
    "",
    "key_compromise",
    "ca_compromise",
    "affiliation_changed",
    "superseded",
    "cessation_of_operation",
    "certificate_hold",
    "privilege_withdrawn",
    "aa_compromise",
];

/// The places as DER.
///
/// # Errors
/// One cannot be read, with its number.
pub fn points(points: &[Object]) -> Result<Vec<u8>, String> {
    let points = points.iter().enumerate().map(|(index, fields)| {
        point(fields).map_err(|error| {
            format!("Error while parsing CRL distribution point #{index}: {error}")
        })
    });
    let points: Vec<Vec<u8>> = points.collect::<Result<_, _>>()?;
    Ok(asn1::value(0x30, &points.concat()))
}

fn point(fields: &Object) -> Result<Vec<u8>, String> {
    let known = ["full_name", "relative_name", "crl_issuer", "reasons"];
    if let Some(other) = fields.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!(
            "{other} is not known; there are {}",
            known.join(", ")
        ));
    }
    let [full, relative, issuer, reasons] = known.map(|name| words(fields, name));
    let place = match (full?, relative?) {
        (Some(_), Some(_)) => {
            return Err("parameters are mutually exclusive: full_name|relative_name".into());
        }
        (Some(names), None) => Some(asn1::tagged(0, &general_name::all(&names, "full name")?)),
        (None, Some(parts)) => Some(asn1::tagged(1, &relative_name(&parts)?)),
        (None, None) => None,
    };
    let issuer = issuer?;
    if place.is_none() && issuer.is_none() {
        return Err(
            "one of the following is required: full_name, relative_name, crl_issuer".into(),
        );
    }
    let place = place
        .map(|place| asn1::tagged(0, &place))
        .unwrap_or_default();
    let reasons = reasons?.map(|reasons| flags(&reasons)).transpose()?;
    let reasons = reasons
        .map(|flags| asn1::tagged_plain(1, &flags[2..]))
        .unwrap_or_default();
    let issuer = issuer
        .map(|names| general_name::all(&names, "CRL issuer"))
        .transpose()?;
    let issuer = issuer
        .map(|names| asn1::tagged(2, &names))
        .unwrap_or_default();
    Ok(asn1::sequence(&[&place, &reasons, &issuer]))
}

/// A list of words, or one.
fn words(fields: &Object, name: &str) -> Result<Option<Vec<String>>, String> {
    let one = |value: &Value| {
        let word = value.as_str().filter(|word| !word.is_empty());
        word.map(str::to_owned)
            .ok_or_else(|| format!("{name} must be a list of strings"))
    };
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(words)) if words.is_empty() => Err(format!("{name} must not be empty")),
        Some(Value::Array(words)) => words.iter().map(one).collect::<Result<_, _>>().map(Some),
        Some(word) => Ok(Some(vec![one(word)?])),
    }
}

fn relative_name(parts: &[String]) -> Result<Vec<u8>, String> {
    let parts = parts.iter().map(|part| {
        let (name, value) = part
            .split_once('=')
            .ok_or_else(|| format!("Error while parsing relative distinguished name '{part}'"))?;
        let number = asn1::number(&number::named(name.trim())?);
        let value = asn1::value(0x0c, value.trim_start().as_bytes());
        Ok(asn1::sequence(&[&number, &value]))
    });
    let mut parts: Vec<Vec<u8>> = parts.collect::<Result<_, String>>()?;
    parts.sort();
    Ok(parts.concat())
}

fn flags(reasons: &[String]) -> Result<Vec<u8>, String> {
    let mut flags = [false; REASONS.len()];
    for reason in reasons {
        let at = REASONS.iter().position(|known| known == reason);
        flags[at.ok_or_else(|| format!("the reason {reason} is not known"))?] = true;
    }
    Ok(asn1::flags(&flags))
}
