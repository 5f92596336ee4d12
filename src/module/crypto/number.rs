//! Numbers that stand for words: parts of names, extensions, uses of keys, signatures.

use x509_cert::der::asn1::ObjectIdentifier;

/// Number, long name, short name.
const KNOWN: &[(&str, &str, &str)] = &[
    ("2.5.4.3", "commonName", "CN"),
    ("2.5.4.4", "surname", "SN"),
    ("2.5.4.5", "serialNumber", "serialNumber"),
    ("2.5.4.6", "countryName", "C"),
    ("2.5.4.7", "localityName", "L"),
    ("2.5.4.8", "stateOrProvinceName", "ST"),
    ("2.5.4.9", "streetAddress", "street"),
    ("2.5.4.10", "organizationName", "O"),
    ("2.5.4.11", "organizationalUnitName", "OU"),
    ("2.5.4.12", "title", "title"),
    ("2.5.4.13", "description", "description"),
    ("2.5.4.15", "businessCategory", "businessCategory"),
    ("2.5.4.17", "postalCode", "postalCode"),
    ("2.5.4.41", "name", "name"),
    ("2.5.4.42", "givenName", "GN"),
    ("2.5.4.43", "initials", "initials"),
    ("2.5.4.44", "generationQualifier", "generationQualifier"),
    ("2.5.4.45", "x500UniqueIdentifier", "x500UniqueIdentifier"),
    ("2.5.4.46", "dnQualifier", "dnQualifier"),
    ("2.5.4.65", "pseudonym", "pseudonym"),
    (
        "2.5.4.97",
        "organizationIdentifier",
        "organizationIdentifier",
    ),
    ("0.9.2342.19200300.100.1.1", "userId", "UID"),
    ("0.9.2342.19200300.100.1.25", "domainComponent", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress", "emailAddress"),
    (
        "1.2.840.113549.1.9.2",
        "unstructuredName",
        "unstructuredName",
    ),
    (
        "1.3.6.1.4.1.311.60.2.1.1",
        "jurisdictionLocalityName",
        "jurisdictionL",
    ),
    (
        "1.3.6.1.4.1.311.60.2.1.2",
        "jurisdictionStateOrProvinceName",
        "jurisdictionST",
    ),
    (
        "1.3.6.1.4.1.311.60.2.1.3",
        "jurisdictionCountryName",
        "jurisdictionC",
    ),
    (
        "2.5.29.14",
        "X509v3 Subject Key Identifier",
        "subjectKeyIdentifier",
    ),
    ("2.5.29.15", "X509v3 Key Usage", "keyUsage"),
    (
        "2.5.29.17",
        "X509v3 Subject Alternative Name",
        "subjectAltName",
    ),
    ("2.5.29.19", "X509v3 Basic Constraints", "basicConstraints"),
    ("2.5.29.30", "X509v3 Name Constraints", "nameConstraints"),
    (
        "2.5.29.31",
        "X509v3 CRL Distribution Points",
        "crlDistributionPoints",
    ),
    (
        "2.5.29.32",
        "X509v3 Certificate Policies",
        "certificatePolicies",
    ),
    (
        "2.5.29.35",
        "X509v3 Authority Key Identifier",
        "authorityKeyIdentifier",
    ),
    ("2.5.29.37", "X509v3 Extended Key Usage", "extendedKeyUsage"),
    (
        "1.3.6.1.5.5.7.1.1",
        "Authority Information Access",
        "authorityInfoAccess",
    ),
    ("1.3.6.1.5.5.7.1.24", "TLS Feature", "tlsfeature"),
    (
        "1.3.6.1.4.1.11129.2.4.2",
        "CT Precertificate SCTs",
        "ct_precert_scts",
    ),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", "RSA-SHA1"),
    ("1.2.840.113549.1.1.10", "rsassaPss", "RSASSA-PSS"),
    (
        "1.2.840.113549.1.1.11",
        "sha256WithRSAEncryption",
        "RSA-SHA256",
    ),
    (
        "1.2.840.113549.1.1.12",
        "sha384WithRSAEncryption",
        "RSA-SHA384",
    ),
    (
        "1.2.840.113549.1.1.13",
        "sha512WithRSAEncryption",
        "RSA-SHA512",
    ),
    (
        "1.2.840.10045.4.3.2",
        "ecdsa-with-SHA256",
        "ecdsa-with-SHA256",
    ),
    (
        "1.2.840.10045.4.3.3",
        "ecdsa-with-SHA384",
        "ecdsa-with-SHA384",
    ),
    (
        "1.2.840.10045.4.3.4",
        "ecdsa-with-SHA512",
        "ecdsa-with-SHA512",
    ),
    ("1.3.101.112", "ED25519", "ED25519"),
    (
        "1.3.6.1.5.5.7.3.1",
        "TLS Web Server Authentication",
        "serverAuth",
    ),
    (
        "1.3.6.1.5.5.7.3.2",
        "TLS Web Client Authentication",
        "clientAuth",
    ),
    ("1.3.6.1.5.5.7.3.3", "Code Signing", "codeSigning"),
    ("1.3.6.1.5.5.7.3.4", "E-mail Protection", "emailProtection"),
    ("1.3.6.1.5.5.7.3.5", "IPSec End System", "ipsecEndSystem"),
    ("1.3.6.1.5.5.7.3.6", "IPSec Tunnel", "ipsecTunnel"),
    ("1.3.6.1.5.5.7.3.7", "IPSec User", "ipsecUser"),
    ("1.3.6.1.5.5.7.3.8", "Time Stamping", "timeStamping"),
    ("1.3.6.1.5.5.7.3.9", "OCSP Signing", "OCSPSigning"),
    ("1.3.6.1.5.5.7.3.10", "dvcs", "DVCS"),
    (
        "1.3.6.1.5.5.7.3.17",
        "ipsec Internet Key Exchange",
        "ipsecIKE",
    ),
    ("1.3.6.1.5.5.7.3.21", "SSH Client", "secureShellClient"),
    ("1.3.6.1.5.5.7.3.22", "SSH Server", "secureShellServer"),
    (
        "2.5.29.37.0",
        "Any Extended Key Usage",
        "anyExtendedKeyUsage",
    ),
    (
        "1.3.6.1.4.1.311.2.1.21",
        "Microsoft Individual Code Signing",
        "msCodeInd",
    ),
    (
        "1.3.6.1.4.1.311.2.1.22",
        "Microsoft Commercial Code Signing",
        "msCodeCom",
    ),
    (
        "1.3.6.1.4.1.311.10.3.1",
        "Microsoft Trust List Signing",
        "msCTLSign",
    ),
    (
        "1.3.6.1.4.1.311.10.3.3",
        "Microsoft Server Gated Crypto",
        "msSGC",
    ),
    (
        "1.3.6.1.4.1.311.10.3.4",
        "Microsoft Encrypted File System",
        "msEFS",
    ),
    (
        "1.3.6.1.4.1.311.20.2.2",
        "Microsoft Smartcard Login",
        "msSmartcardLogin",
    ),
    (
        "2.16.840.1.113730.4.1",
        "Netscape Server Gated Crypto",
        "nsSGC",
    ),
    ("1.3.6.1.5.2.3.4", "PKINIT Client Auth", "pkInitClientAuth"),
    ("1.3.6.1.5.2.3.5", "Signing KDC Response", "pkInitKDC"),
];

/// Finds a number by either of its names, or by its digits.
///
/// # Errors
/// The name is not known, in Ansible's words.
pub fn named(name: &str) -> Result<ObjectIdentifier, String> {
    let known = KNOWN
        .iter()
        .find(|(_, long, short)| [*long, *short].contains(&name));
    let also = (name == "E").then_some("1.2.840.113549.1.9.1");
    let digits = known.map(|(digits, ..)| *digits).or(also).unwrap_or(name);
    ObjectIdentifier::new(digits).map_err(|_| format!("Cannot find OID for \"{name}\""))
}

/// The long name of a number; its digits where it has none here.
pub fn long(number: &ObjectIdentifier) -> String {
    let digits = number.to_string();
    let known = KNOWN.iter().find(|(known, ..)| *known == digits);
    known.map_or(digits.clone(), |(_, long, _)| (*long).to_owned())
}

/// The short name of a number; its digits where it has none here.
pub fn short(number: &ObjectIdentifier) -> String {
    let digits = number.to_string();
    let known = KNOWN.iter().find(|(known, ..)| *known == digits);
    known.map_or(digits.clone(), |(.., short)| (*short).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_and_digits_lead_to_a_number() {
        for name in ["CN", "commonName", "2.5.4.3"] {
            assert_eq!(named(name).unwrap().to_string(), "2.5.4.3");
        }
        assert_eq!(long(&named("CN").unwrap()), "commonName");
        assert_eq!(short(&named("1.2.3.4").unwrap()), "1.2.3.4");
        assert_eq!(
            short(&named("TLS Web Server Authentication").unwrap()),
            "serverAuth"
        );
        assert_eq!(
            named("nonsense").unwrap_err(),
            "Cannot find OID for \"nonsense\""
        );
        for (digits, ..) in KNOWN {
            assert!(ObjectIdentifier::new(digits).is_ok(), "{digits}");
        }
    }
}
