//! What the extensions of a certificate or request say.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use minijinja::value::Value;
use x509_cert::{
    der::{Decode, asn1::ObjectIdentifier, oid::AssociatedOid},
    ext::{
        Extension,
        pkix::{
            AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage,
            KeyUsage, NameConstraints, SubjectAltName, SubjectKeyIdentifier,
            constraints::name::GeneralSubtree, name::GeneralName,
        },
    },
};

use super::{fingerprint::colons, name, number};

const TLS_FEATURE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.24");

/// The feature of TLS that asks for a stapled answer of OCSP.
const STATUS_REQUEST: u16 = 5;

/// Entries of the answer, in their order.
type Entries = Vec<(&'static str, Value)>;

/// The extensions that are there.
pub(super) struct Extensions<'e>(pub &'e [Extension]);

impl<'e> Extensions<'e> {
    fn find(&self, number: &ObjectIdentifier) -> Option<&'e Extension> {
        self.0.iter().find(|extension| extension.extn_id == *number)
    }

    fn read<T: Decode<'e> + AssociatedOid>(&self) -> Result<Option<(T, bool)>, String> {
        let Some(extension) = self.find(&T::OID) else {
            return Ok(None);
        };
        let value = T::from_der(extension.extn_value.as_bytes());
        let value = value.map_err(|_| format!("the extension {} is damaged", T::OID))?;
        Ok(Some((value, extension.critical)))
    }

    /// What the key may be used for, and by whom.
    pub fn uses(&self) -> Result<Entries, String> {
        let (usage, usage_critical) = two(self.read::<KeyUsage>()?, |usage| key_usage(&usage));
        let extended = self.read::<ExtendedKeyUsage>()?;
        let (extended, extended_critical) = two(extended, |usage| {
            sorted(usage.0.iter().map(name::known).collect())
        });
        let basic = self.read::<BasicConstraints>()?;
        let (basic, basic_critical) = two(basic, |basic| {
            let ca = if basic.ca { "CA:TRUE" } else { "CA:FALSE" };
            let length = basic.path_len_constraint;
            let length = length.map(|length| format!("pathlen:{length}"));
            sorted([ca.to_owned()].into_iter().chain(length).collect())
        });
        let (staple, staple_critical) = self.must_staple()?;
        Ok(vec![
            ("key_usage", usage),
            ("key_usage_critical", usage_critical),
            ("extended_key_usage", extended),
            ("extended_key_usage_critical", extended_critical),
            ("basic_constraints", basic),
            ("basic_constraints_critical", basic_critical),
            ("ocsp_must_staple", staple),
            ("ocsp_must_staple_critical", staple_critical),
        ])
    }

    fn must_staple(&self) -> Result<(Value, Value), String> {
        let Some(extension) = self.find(&TLS_FEATURE) else {
            return Ok((().into(), false.into()));
        };
        let features = Vec::<u16>::from_der(extension.extn_value.as_bytes());
        let features = features.map_err(|_| "the list of TLS features is damaged".to_owned())?;
        Ok((
            features.contains(&STATUS_REQUEST).into(),
            extension.critical.into(),
        ))
    }

    /// The other names of the subject.
    pub fn names(&self) -> Result<Entries, String> {
        let found = self.read::<SubjectAltName>()?;
        let critical = found.as_ref().is_some_and(|(_, critical)| *critical);
        let names = found.map(|(names, _)| generals(&names.0)).transpose()?;
        Ok(vec![
            ("subject_alt_name", names.unwrap_or(().into())),
            ("subject_alt_name_critical", critical.into()),
        ])
    }

    /// The names that certificates below may have.
    pub fn constraints(&self) -> Result<Entries, String> {
        let found = self.read::<NameConstraints>()?;
        let critical = found.as_ref().is_some_and(|(_, critical)| *critical);
        let bases = |trees: Option<Vec<GeneralSubtree>>| {
            let names: Vec<_> = trees.into_iter().flatten().map(|tree| tree.base).collect();
            generals(&names)
        };
        let (permitted, excluded) = match found {
            Some((found, _)) => (
                bases(found.permitted_subtrees)?,
                bases(found.excluded_subtrees)?,
            ),
            None => (().into(), ().into()),
        };
        Ok(vec![
            ("name_constraints_permitted", permitted),
            ("name_constraints_excluded", excluded),
            ("name_constraints_critical", critical.into()),
        ])
    }

    /// Which key it is, and which signed it.
    pub fn identifiers(&self) -> Result<Entries, String> {
        let own = self.read::<SubjectKeyIdentifier>()?;
        let own = own.map(|(own, _)| colons(own.0.as_bytes()).into());
        let authority = self
            .read::<AuthorityKeyIdentifier>()?
            .map(|(found, _)| found);
        let authority = authority.unwrap_or_default();
        let key = authority
            .key_identifier
            .map(|key| colons(key.as_bytes()).into());
        let issuer = authority.authority_cert_issuer;
        let issuer = issuer.map(|names| generals(&names)).transpose()?;
        let serial = authority.authority_cert_serial_number;
        let serial = serial.map(|serial| number::whole(serial.as_bytes()));
        let or_null = |value: Option<Value>| value.unwrap_or(().into());
        Ok(vec![
            ("subject_key_identifier", or_null(own)),
            ("authority_key_identifier", or_null(key)),
            ("authority_cert_issuer", or_null(issuer)),
            ("authority_cert_serial_number", or_null(serial)),
        ])
    }

    /// Every extension by its number, as it is.
    pub fn by_number(&self) -> Value {
        let entry = |extension: &Extension| {
            let value = BASE64_STANDARD.encode(extension.extn_value.as_bytes());
            let pairs = [
                ("critical", Value::from(extension.critical)),
                ("value", value.into()),
            ];
            (extension.extn_id.to_string(), Value::from_pairs(pairs))
        };
        Value::from_pairs(self.0.iter().map(entry))
    }

    /// Where OCSP answers, and where the issuer's certificate is.
    pub fn places(&self) -> Result<Entries, String> {
        let access = self.read::<AuthorityInfoAccessSyntax>()?;
        let access = access.map(|(access, _)| access.0).unwrap_or_default();
        let place = |method: &str| {
            let fits = access
                .iter()
                .filter(|place| place.access_method.to_string() == method);
            let mut places = fits.filter_map(|place| match &place.access_location {
                GeneralName::UniformResourceIdentifier(place) => Some(place.to_string()),
                _ => None,
            });
            places.next().map_or(().into(), Value::from)
        };
        Ok(vec![
            ("ocsp_uri", place("1.3.6.1.5.5.7.48.1")),
            ("issuer_uri", place("1.3.6.1.5.5.7.48.2")),
        ])
    }
}

/// A value with whether it is critical; null and no where there is none.
fn two<T>(found: Option<(T, bool)>, value: impl FnOnce(T) -> Value) -> (Value, Value) {
    match found {
        Some((found, critical)) => (value(found), critical.into()),
        None => (().into(), false.into()),
    }
}

pub(super) fn generals(names: &[GeneralName]) -> Result<Value, String> {
    names
        .iter()
        .map(|name| name::general(name).map(Value::from))
        .collect()
}

fn sorted(mut names: Vec<String>) -> Value {
    names.sort();
    names.into()
}

fn key_usage(usage: &KeyUsage) -> Value {
    let agrees = usage.key_agreement();
    let all = [
        (usage.digital_signature(), "Digital Signature"),
        (usage.non_repudiation(), "Non Repudiation"),
        (usage.key_encipherment(), "Key Encipherment"),
        (usage.data_encipherment(), "Data Encipherment"),
        (agrees, "Key Agreement"),
        (usage.key_cert_sign(), "Certificate Sign"),
        (usage.crl_sign(), "CRL Sign"),
        (agrees && usage.encipher_only(), "Encipher Only"),
        (agrees && usage.decipher_only(), "Decipher Only"),
    ];
    let names = all.into_iter().filter(|(used, _)| *used);
    sorted(names.map(|(_, name)| name.to_owned()).collect())
}
