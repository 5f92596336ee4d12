//! `openssl_csr_info`.

use minijinja::{Error, value::Value};
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_cert::{
    der::{Decode, Encode},
    ext::Extension,
    request::{CertReq, CertReqInfo},
};

use super::{extension::Extensions, key::Key, name, pem, wrong};

/// The attribute of a request that holds the extensions.
const EXTENSIONS: &str = "1.2.840.113549.1.9.14";

pub(super) fn info(text: &str) -> Result<Value, Error> {
    read(text).map_err(|error| wrong("certificate request", error))
}

fn read(text: &str) -> Result<Value, String> {
    let kinds = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];
    let der = pem::first(text, &kinds).ok_or("there is no CERTIFICATE REQUEST in PEM form")?;
    let request = CertReq::from_der(&der).map_err(|error| error.to_string())?;
    let wanted = extensions(&request.info)?;
    let wanted = Extensions(&wanted);
    let (subject, ordered) = name::parts(&request.info.subject);
    let mut entries = vec![("subject", subject), ("subject_ordered", ordered)];
    entries.extend(wanted.uses()?);
    entries.extend(wanted.names()?);
    entries.extend(wanted.constraints()?);
    entries.extend(Key::of(&request.info.public_key)?.entries());
    entries.extend(wanted.identifiers()?);
    entries.push(("extensions_by_oid", wanted.by_number()));
    if !is_signed(&request)? {
        return Err("it is not signed by its own key".into());
    }
    entries.push(("signature_valid", true.into()));
    Ok(Value::from_pairs(entries))
}

fn extensions(info: &CertReqInfo) -> Result<Vec<Extension>, String> {
    let mut attributes = info.attributes.iter();
    let Some(found) = attributes.find(|attribute| attribute.oid.to_string() == EXTENSIONS) else {
        return Ok(Vec::new());
    };
    let value = found
        .values
        .iter()
        .next()
        .ok_or("its extensions are empty")?;
    value
        .decode_as()
        .map_err(|error: x509_cert::der::Error| error.to_string())
}

/// Whether the key of the request has signed it.
fn is_signed(request: &CertReq) -> Result<bool, String> {
    let key = &request.info.public_key;
    let bits = key.subject_public_key.raw_bytes();
    let algorithm = name::known(&request.algorithm.oid);
    let check: &dyn VerificationAlgorithm = match (algorithm.as_str(), bits.len()) {
        ("sha1WithRSAEncryption", _) => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        ("sha256WithRSAEncryption", _) => {
            &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        }
        ("sha384WithRSAEncryption", _) => &signature::RSA_PKCS1_2048_8192_SHA384,
        ("sha512WithRSAEncryption", _) => {
            &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY
        }
        ("ecdsa-with-SHA256", 65) => &signature::ECDSA_P256_SHA256_ASN1,
        ("ecdsa-with-SHA384", 65) => &signature::ECDSA_P256_SHA384_ASN1,
        ("ecdsa-with-SHA256", 97) => &signature::ECDSA_P384_SHA256_ASN1,
        ("ecdsa-with-SHA384", 97) => &signature::ECDSA_P384_SHA384_ASN1,
        ("ED25519", _) => &signature::ED25519,
        (other, _) => {
            return Err(format!(
                "signatures by {other} with this key cannot be checked"
            ));
        }
    };
    let signed = request.info.to_der().map_err(|error| error.to_string())?;
    let signature = request.signature.raw_bytes();
    Ok(UnparsedPublicKey::new(check, bits)
        .verify(&signed, signature)
        .is_ok())
}
