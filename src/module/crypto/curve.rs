use {
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    x509_cert::der::asn1::ObjectIdentifier,
};

/// The curves that a key can be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Curve {
    Secp224r1,
    Secp256k1,
    Secp256r1,
    Secp384r1,
    Secp521r1,
    Secp192r1,
    #[serde(rename = "brainpoolP256r1")]
    BrainpoolP256r1,
    #[serde(rename = "brainpoolP384r1")]
    BrainpoolP384r1,
    #[serde(rename = "brainpoolP512r1")]
    BrainpoolP512r1,
    Sect163k1,
    Sect163r2,
    Sect233k1,
    Sect233r1,
    Sect283k1,
    Sect283r1,
    Sect409k1,
    Sect409r1,
    Sect571k1,
    Sect571r1,
}

/// Every curve with its name and number.
const CURVES: [(Curve, &str, &str); 19] = [
    (Curve::Secp224r1, "secp224r1", "1.3.132.0.33"),
    (Curve::Secp256k1, "secp256k1", "1.3.132.0.10"),
    (Curve::Secp256r1, "secp256r1", "1.2.840.10045.3.1.7"),
    (Curve::Secp384r1, "secp384r1", "1.3.132.0.34"),
    (Curve::Secp521r1, "secp521r1", "1.3.132.0.35"),
    (Curve::Secp192r1, "secp192r1", "1.2.840.10045.3.1.1"),
    (
        Curve::BrainpoolP256r1,
        "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.7",
    ),
    (
        Curve::BrainpoolP384r1,
        "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.11",
    ),
    (
        Curve::BrainpoolP512r1,
        "brainpoolP512r1",
        "1.3.36.3.3.2.8.1.1.13",
    ),
    (Curve::Sect163k1, "sect163k1", "1.3.132.0.1"),
    (Curve::Sect163r2, "sect163r2", "1.3.132.0.15"),
    (Curve::Sect233k1, "sect233k1", "1.3.132.0.26"),
    (Curve::Sect233r1, "sect233r1", "1.3.132.0.27"),
    (Curve::Sect283k1, "sect283k1", "1.3.132.0.16"),
    (Curve::Sect283r1, "sect283r1", "1.3.132.0.17"),
    (Curve::Sect409k1, "sect409k1", "1.3.132.0.36"),
    (Curve::Sect409r1, "sect409r1", "1.3.132.0.37"),
    (Curve::Sect571k1, "sect571k1", "1.3.132.0.38"),
    (Curve::Sect571r1, "sect571r1", "1.3.132.0.39"),
];

impl Curve {
    /// As users write it.
    pub fn name(self) -> &'static str {
        self.known().1
    }

    /// Its number.
    pub fn number(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(self.known().2)
    }

    /// Finds a curve by its number.
    pub fn numbered(number: &ObjectIdentifier) -> Option<Self> {
        let mut curves = CURVES.iter().map(|(curve, ..)| *curve);
        curves.find(|curve| curve.number() == *number)
    }

    fn known(self) -> &'static (Curve, &'static str, &'static str) {
        let found = CURVES.iter().find(|(curve, ..)| *curve == self);
        // All variants stand in the table: a test holds it to that.
        found.unwrap_or(&CURVES[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_users_write() {
        for (curve, name, _) in CURVES {
            let read: Curve = serde_json::from_value(name.into()).unwrap();
            assert_eq!(read, curve);
            assert_eq!(Curve::numbered(&curve.number()), Some(curve));
            assert_eq!(curve.name(), name);
        }
    }
}
