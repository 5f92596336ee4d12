use {
    super::{OpensslCsr, point},
    crate::{
        act::Failure,
        module::crypto::{
            asn1,
            extension::{self, extension},
            general_name,
            key::{KeyError, PrivateKey},
            name::Parts,
            product::Traits,
            request::Request,
        },
        wire::Object,
    },
    serde_json::Value,
    x509_cert::ext::Extension,
};

/// What a request shall say.
#[derive(Clone)]
pub struct Order {
    /// The subject as it was written.
    pub written: Vec<(String, String)>,
    pub subject: Parts,
    /// Its parts have to be in this order.
    is_ordered: bool,
    /// The other names, the common name among them where it is to be taken.
    pub names: Vec<String>,
    extensions: Vec<Extension>,
    /// The key is named by its digest.
    identified: bool,
}

impl Order {
    /// Takes the arguments.
    ///
    /// # Errors
    /// Something in them cannot be read, in Ansible's words.
    pub fn of(csr: &OpensslCsr) -> Result<Self, String> {
        let (written, is_ordered) = subject(csr)?;
        let mut names = csr.subject_alt_name.clone();
        if names.is_empty() && csr.use_common_name_for_san {
            let common = |(name, _): &&(String, String)| name == "CN" || name == "commonName";
            names.extend(
                written
                    .iter()
                    .find(common)
                    .map(|(_, name)| format!("DNS:{name}")),
            );
        }
        Ok(Self {
            subject: Parts::of(&written)?,
            extensions: extensions(csr, &names)?,
            identified: csr.create_subject_key_identifier,
            written,
            is_ordered,
            names,
        })
    }

    /// The extensions, for a key.
    ///
    /// # Errors
    /// The key has no public half that can be told.
    pub fn extensions(&self, key: &PrivateKey) -> Result<Vec<Extension>, KeyError> {
        let mut all = self.extensions.clone();
        if self.identified {
            let public = key.public().ok_or(KeyError::Damaged)?;
            let digest = extension::own_identifier(&public).ok_or(KeyError::Damaged)?;
            let value = asn1::octets(&digest);
            let made = extension(extension::SUBJECT_KEY, false, value);
            all.push(made.map_err(KeyError::NotMade)?);
        }
        Ok(all)
    }

    /// Whether a request says this, and is by this key.
    pub fn is_met_by(&self, request: &Request, key: &PrivateKey) -> Result<bool, Failure> {
        let subject = match self.is_ordered {
            true => self.subject == request.subject,
            false => self.subject.is_same_set(&request.subject),
        };
        let wanted = self.extensions(key)?;
        let public = x509_cert::der::Encode::to_der(&request.key).ok();
        Ok(subject
            && extension::are_same(&wanted, &request.extensions)
            && request.is_signed == Some(true)
            && public == key.public())
    }

    /// For the difference.
    pub fn traits(&self) -> Traits {
        let mut traits: Traits = self
            .extensions
            .iter()
            .filter_map(extension::shown)
            .collect();
        traits.insert("subject".into(), self.subject.shown());
        traits
    }
}

/// The parts of the subject as they are written, and whether their order matters.
fn subject(csr: &OpensslCsr) -> Result<(Vec<(String, String)>, bool), String> {
    let fields = [
        ("C", &csr.country_name),
        ("ST", &csr.state_or_province_name),
        ("L", &csr.locality_name),
        ("O", &csr.organization_name),
        ("OU", &csr.organizational_unit_name),
        ("CN", &csr.common_name),
        ("emailAddress", &csr.email_address),
    ];
    let given = fields.into_iter().filter_map(|(name, value)| {
        let value = value.as_ref().filter(|value| !value.is_empty())?;
        Some((name.to_owned(), value.clone()))
    });
    let mut parts: Vec<_> = given.collect();
    if let Some(subject) = &csr.subject {
        if !csr.subject_ordered.is_empty() {
            return Err("parameters are mutually exclusive: subject|subject_ordered".into());
        }
        parts.extend(entries(subject, "subject")?);
    }
    if csr.subject_ordered.is_empty() {
        return Ok((parts, false));
    }
    if !parts.is_empty() {
        return Err("subject_ordered cannot be combined with any other subject field".into());
    }
    for (index, entry) in csr.subject_ordered.iter().enumerate() {
        if entry.len() != 1 {
            return Err(format!(
                "Entry #{} in subject_ordered must be a dictionary with exactly one key-value pair",
                index + 1
            ));
        }
        parts.extend(entries(entry, "subject_ordered")?);
    }
    Ok((parts, true))
}

fn entries(fields: &Object, argument: &str) -> Result<Vec<(String, String)>, String> {
    let mut parts = Vec::new();
    for (name, value) in fields {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            let text = match value {
                Value::String(text) if text.is_empty() => {
                    return Err(format!(
                        "Value for {name} in {argument} must not be an empty string"
                    ));
                }
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => {
                    return Err(format!(
                        "Value for {name} in {argument} must be either a string or a list of strings"
                    ));
                }
            };
            parts.push((name.clone(), text));
        }
    }
    Ok(parts)
}

fn extensions(csr: &OpensslCsr, names: &[String]) -> Result<Vec<Extension>, String> {
    let mut all = Vec::new();
    if !names.is_empty() {
        let value = generals(names, "Subject Alternative Name")?;
        all.push(extension(
            extension::NAMES,
            csr.subject_alt_name_critical,
            value,
        )?);
    }
    if !csr.key_usage.is_empty() {
        let value = extension::key_usage(&csr.key_usage)?;
        all.push(extension(
            extension::KEY_USAGE,
            csr.key_usage_critical,
            value,
        )?);
    }
    if !csr.extended_key_usage.is_empty() {
        let value = extension::extended_usage(&csr.extended_key_usage)?;
        let critical = csr.extended_key_usage_critical;
        all.push(extension(extension::EXTENDED_USAGE, critical, value)?);
    }
    if !csr.basic_constraints.is_empty() {
        let value = extension::basic(&csr.basic_constraints)?;
        all.push(extension(
            extension::BASIC,
            csr.basic_constraints_critical,
            value,
        )?);
    }
    if csr.ocsp_must_staple {
        // The feature of TLS that asks for a stapled answer.
        let value = asn1::sequence(&[&asn1::integer(&[5])]);
        all.push(extension(
            extension::TLS_FEATURE,
            csr.ocsp_must_staple_critical,
            value,
        )?);
    }
    if let Some(value) = constraints(csr)? {
        all.push(extension(
            extension::CONSTRAINTS,
            csr.name_constraints_critical,
            value,
        )?);
    }
    if let Some(identifier) = identifier(csr)? {
        all.push(extension(
            extension::SUBJECT_KEY,
            false,
            asn1::octets(&identifier),
        )?);
    }
    if let Some(value) = authority(csr)? {
        all.push(extension(extension::AUTHORITY_KEY, false, value)?);
    }
    if !csr.crl_distribution_points.is_empty() {
        let value = point::points(&csr.crl_distribution_points)?;
        all.push(extension(extension::REVOCATION, false, value)?);
    }
    Ok(all)
}

/// Names as a sequence.
fn generals(names: &[String], what: &str) -> Result<Vec<u8>, String> {
    Ok(asn1::value(0x30, &general_name::all(names, what)?))
}

fn constraints(csr: &OpensslCsr) -> Result<Option<Vec<u8>>, String> {
    let trees = |number, names: &[String], what: &str| {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let trees = names.iter().map(|name| {
            let name = general_name::encoded(name, what)?;
            Ok(asn1::sequence(&[&name]))
        });
        let trees: Vec<Vec<u8>> = trees.collect::<Result<_, String>>()?;
        Ok::<_, String>(asn1::tagged(number, &trees.concat()))
    };
    let permitted = trees(
        0,
        &csr.name_constraints_permitted,
        "name constraints permitted",
    )?;
    let excluded = trees(
        1,
        &csr.name_constraints_excluded,
        "name constraints excluded",
    )?;
    let none = permitted.is_empty() && excluded.is_empty();
    Ok((!none).then(|| asn1::sequence(&[&permitted, &excluded])))
}

fn identifier(csr: &OpensslCsr) -> Result<Option<Vec<u8>>, String> {
    let Some(identifier) = &csr.subject_key_identifier else {
        return Ok(None);
    };
    if csr.create_subject_key_identifier {
        return Err(
            "subject_key_identifier cannot be specified if create_subject_key_identifier is true"
                .into(),
        );
    }
    bytes(identifier, "subject_key_identifier").map(Some)
}

fn authority(csr: &OpensslCsr) -> Result<Option<Vec<u8>>, String> {
    let key = csr.authority_key_identifier.as_ref();
    let key = key
        .map(|key| bytes(key, "authority_key_identifier"))
        .transpose()?;
    let key = key.map(|key| asn1::tagged_plain(0, &key));
    let issuer = csr.authority_cert_issuer.as_ref();
    let issuer = issuer.map(|names| general_name::all(names, "authority cert issuer"));
    let issuer = issuer.transpose()?.map(|names| asn1::tagged(1, &names));
    let serial = csr.authority_cert_serial_number.as_ref();
    let serial = serial.map(|serial| {
        let digits = match serial {
            Value::String(digits) => digits.clone(),
            other => other.to_string(),
        };
        let bytes = crate::module::crypto::decimal::bytes(digits.trim());
        let bytes = bytes.ok_or("authority_cert_serial_number: this is no whole number from 0")?;
        let integer = asn1::integer(&bytes);
        Ok::<_, String>(asn1::tagged_plain(2, &integer[2..]))
    });
    let serial = serial.transpose()?;
    if key.is_none() && issuer.is_none() && serial.is_none() {
        return Ok(None);
    }
    let parts = [key, issuer, serial].map(Option::unwrap_or_default);
    Ok(Some(asn1::value(0x30, &parts.concat())))
}

/// Bytes as `00:11:22`.
fn bytes(text: &str, argument: &str) -> Result<Vec<u8>, String> {
    let digits = text.replace(':', "");
    let fail = || format!("Cannot parse {argument}: {text} is no bytes such as 00:11:22");
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return Err(fail());
    }
    let pairs = (0..digits.len()).step_by(2);
    let bytes = pairs.map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
    bytes.collect::<Result<_, _>>().map_err(|_| fail())
}
