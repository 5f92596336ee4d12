//! Certificates, requests, lists of those taken back, and keys, as `community.crypto` tells about them.

mod certificate;
mod extension;
mod fingerprint;
mod key;
mod locked;
mod name;
mod number;
mod openpgp;
mod pem;
mod private;
mod request;
mod revocation;
mod serial;

use minijinja::{Error, value::Value};

use super::{Named, arguments::Arguments};
use crate::template::{builtin::Run, call::Call, call::describe, failure, lookup::Lookup};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("community.crypto.parse_serial", serial::parse),
    ("community.crypto.to_serial", serial::write),
    ("community.crypto.split_pem", |call| {
        let objects = pem::objects(&text(call, &["input"])?);
        Ok(objects.into_iter().map(Value::from).collect())
    }),
    ("community.crypto.x509_certificate_info", |call| {
        let text = text(call, NAMED)?;
        certificate::info(&text)
    }),
    ("community.crypto.openssl_csr_info", |call| {
        let text = text(call, NAMED)?;
        request::info(&text)
    }),
    ("community.crypto.openssl_publickey_info", |call| {
        let text = text(call, &["data"])?;
        key::info(&text)
    }),
    ("community.crypto.openssl_privatekey_info", private::info),
    ("community.crypto.x509_crl_info", revocation::info),
    ("community.crypto.gpg_fingerprint", openpgp::filter),
];

pub(super) const LOOKUPS: &[Named<Lookup>] =
    &[("community.crypto.gpg_fingerprint", openpgp::LOOKUP)];

const NAMED: &[&str] = &["data", "name_encoding"];

/// What a filter is applied to, which must be text. Names are not rewritten between their Unicode and ASCII forms.
fn text(call: &Call, names: &'static [&'static str]) -> Result<String, Error> {
    let given = Arguments::of(call, names)?;
    given.choice("name_encoding", &["ignore"])?;
    let value = call.value();
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| failure::plain(format!("needs a string, not {}", describe(&value))))
}

/// Says of what a text cannot be read.
fn wrong(what: &str, error: impl std::fmt::Display) -> Error {
    failure::plain(format!("the {what} cannot be read: {error}"))
}
