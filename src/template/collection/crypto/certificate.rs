//! `x509_certificate_info`.

use std::time::SystemTime;

use minijinja::{Error, value::Value};
use x509_cert::{
    certificate::{CertificateInner, Raw, Version},
    der::{DateTime, Decode},
};

use super::{extension::Extensions, fingerprint, key::Key, name, number, pem, wrong};

pub(super) fn info(text: &str) -> Result<Value, Error> {
    read(text).map_err(|error| wrong("certificate", error))
}

fn read(text: &str) -> Result<Value, String> {
    let kinds = ["CERTIFICATE", "X509 CERTIFICATE"];
    let der = pem::first(text, &kinds).ok_or("there is no CERTIFICATE in PEM form")?;
    // Certificates are taken as they are: many break a rule of the profile, and are still to be read.
    let certificate = CertificateInner::<Raw>::from_der(&der).map_err(|error| error.to_string())?;
    let signed = certificate.tbs_certificate();
    let none = Vec::new();
    let extensions = Extensions(signed.extensions().unwrap_or(&none));
    let key = Key::of(signed.subject_public_key_info())?;
    let mut entries = vec![(
        "signature_algorithm",
        name::known(&certificate.signature_algorithm().oid).into(),
    )];
    let (subject, subject_ordered) = name::parts(signed.subject());
    let (issuer, issuer_ordered) = name::parts(signed.issuer());
    entries.extend([
        ("subject", subject),
        ("subject_ordered", subject_ordered),
        ("issuer", issuer),
        ("issuer_ordered", issuer_ordered),
        ("version", version(signed.version())),
    ]);
    entries.extend(extensions.uses()?);
    entries.extend(extensions.names()?);
    let validity = signed.validity();
    let end = validity.not_after.to_system_time();
    entries.extend([
        ("not_before", time(validity.not_before.to_date_time())),
        ("not_after", time(validity.not_after.to_date_time())),
        ("expired", (end < SystemTime::now()).into()),
    ]);
    entries.extend(key.entries());
    entries.push(("fingerprints", fingerprint::all(&der)));
    entries.extend(extensions.identifiers()?);
    entries.extend([
        (
            "serial_number",
            number::whole(signed.serial_number().as_bytes()),
        ),
        ("extensions_by_oid", extensions.by_number()),
    ]);
    entries.extend(extensions.places()?);
    Ok(Value::from_pairs(entries))
}

fn version(version: Version) -> Value {
    match version {
        Version::V1 => 1.into(),
        Version::V2 => "unknown".into(),
        Version::V3 => 3.into(),
    }
}

/// A time as `20260102030405Z`.
pub(super) fn time(at: DateTime) -> Value {
    let (hour, minute, second) = (at.hour(), at.minutes(), at.seconds());
    let day = format!("{:04}{:02}{:02}", at.year(), at.month(), at.day());
    format!("{day}{hour:02}{minute:02}{second:02}Z").into()
}
