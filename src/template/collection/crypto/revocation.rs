//! `x509_crl_info`: the certificates that their issuer has taken back.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use minijinja::{Error, value::Value};
use x509_cert::{
    certificate::Raw,
    crl::{CertificateList, RevokedCert},
    der::{
        Decode,
        asn1::{GeneralizedTime, ObjectIdentifier},
    },
    ext::{
        Extension,
        pkix::{CrlReason, name::GeneralNames},
    },
};

use super::{certificate::time, extension::generals, name, number, pem, wrong};
use crate::template::call::Call;

const REASON: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
const INVALID_SINCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.24");
const ISSUER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.29");

/// The filter: takes a list, and whether to show what it lists.
pub(super) fn info(call: &mut Call) -> Result<Value, Error> {
    let names = &["data", "name_encoding", "list_revoked_certificates"];
    let text = super::text(call, names)?;
    let given = super::Arguments::of(call, names)?;
    let listed = given.flag("list_revoked_certificates", true)?;
    read(&text, listed).map_err(|error| wrong("certificate revocation list", error))
}

fn read(text: &str, listed: bool) -> Result<Value, String> {
    let in_pem = text.contains("-----BEGIN ");
    let der = match in_pem {
        true => pem::first(text, &["X509 CRL"]).ok_or("there is no X509 CRL in PEM form")?,
        false => BASE64_STANDARD
            .decode(text.split_whitespace().collect::<String>())
            .map_err(|_| "it is neither PEM nor base64")?,
    };
    let list = CertificateList::<Raw>::from_der(&der).map_err(|error| error.to_string())?;
    let signed = &list.tbs_cert_list;
    let (issuer, ordered) = name::parts(&signed.issuer);
    let next = signed.next_update.as_ref();
    let mut entries = vec![
        ("changed", Value::from(false)),
        ("format", if in_pem { "pem" } else { "der" }.into()),
        ("last_update", time(signed.this_update.to_date_time())),
        (
            "next_update",
            next.map_or(().into(), |next| time(next.to_date_time())),
        ),
        ("digest", name::known(&list.signature_algorithm.oid).into()),
        ("issuer_ordered", ordered),
        ("issuer", issuer),
    ];
    if listed {
        let revoked = signed.revoked_certificates.iter().flatten();
        let revoked: Result<Vec<_>, String> = revoked.map(entry).collect();
        entries.push(("revoked_certificates", revoked?.into()));
    }
    Ok(Value::from_pairs(entries))
}

fn entry(revoked: &RevokedCert<Raw>) -> Result<Value, String> {
    let extensions = revoked.crl_entry_extensions.as_deref().unwrap_or_default();
    let (issuer, issuer_critical) =
        said(extensions, &ISSUER, |names: GeneralNames| generals(&names))?;
    let (reason, reason_critical) = said(extensions, &REASON, |why| Ok(reason(why).into()))?;
    let (since, since_critical) = said(extensions, &INVALID_SINCE, |at: GeneralizedTime| {
        Ok(time(at.to_date_time()))
    })?;
    Ok(Value::from_pairs([
        (
            "serial_number",
            number::whole(revoked.serial_number.as_bytes()),
        ),
        (
            "revocation_date",
            time(revoked.revocation_date.to_date_time()),
        ),
        ("issuer", issuer),
        ("issuer_critical", issuer_critical),
        ("reason", reason),
        ("reason_critical", reason_critical),
        ("invalidity_date", since),
        ("invalidity_date_critical", since_critical),
    ]))
}

/// What an extension says, and whether it is critical; null and no where it is not there.
fn said<'e, T: Decode<'e>>(
    extensions: &'e [Extension],
    number: &ObjectIdentifier,
    value: impl FnOnce(T) -> Result<Value, String>,
) -> Result<(Value, Value), String> {
    let Some(found) = extensions
        .iter()
        .find(|extension| extension.extn_id == *number)
    else {
        return Ok((().into(), false.into()));
    };
    let content = T::from_der(found.extn_value.as_bytes());
    let content = content.map_err(|_| format!("the extension {number} is damaged"))?;
    Ok((value(content)?, found.critical.into()))
}

fn reason(reason: CrlReason) -> &'static str {
    match reason {
        CrlReason::Unspecified => "unspecified",
        CrlReason::KeyCompromise => "key_compromise",
        CrlReason::CaCompromise => "ca_compromise",
        CrlReason::AffiliationChanged => "affiliation_changed",
        CrlReason::Superseded => "superseded",
        CrlReason::CessationOfOperation => "cessation_of_operation",
        CrlReason::CertificateHold => "certificate_hold",
        CrlReason::RemoveFromCRL => "remove_from_crl",
        CrlReason::PrivilegeWithdrawn => "privilege_withdrawn",
        CrlReason::AaCompromise => "aa_compromise",
    }
}
