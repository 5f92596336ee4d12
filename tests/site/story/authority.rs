//! A certificate authority of our own.

use std::{fs, path::Path};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};

/// An authority that lives in memory: nobody else can have its key.
pub struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// # Errors
    /// When there is no randomness for a key.
    pub fn new() -> Result<Self, String> {
        let make = || {
            let mut about = CertificateParams::new(Vec::new())?;
            about.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            about.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            about
                .distinguished_name
                .push(DnType::CommonName, "farcast's proof");
            let key = KeyPair::generate()?;
            let certificate = about.self_signed(&key)?;
            Ok(Self {
                certificate,
                issuer: Issuer::new(about, key),
            })
        };
        make().map_err(|error: rcgen::Error| error.to_string())
    }

    /// The authority's certificate in PEM form: what a client must know to believe its servers.
    pub fn certificate(&self) -> String {
        self.certificate.pem()
    }

    /// Writes a server's certificate and key to `STEM.crt` and `STEM.key`; `names` are host names and addresses.
    ///
    /// # Errors
    /// A name that cannot stand in a certificate, or a file that cannot be written.
    pub fn certify(&self, names: Vec<String>, stem: &Path) -> Result<(), String> {
        let make = || {
            let mut about = CertificateParams::new(names)?;
            about.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            about.use_authority_key_identifier_extension = true;
            let key = KeyPair::generate()?;
            Ok((about.signed_by(&key, &self.issuer)?, key))
        };
        let (certificate, key) = make().map_err(|error: rcgen::Error| error.to_string())?;
        fs::write(stem.with_extension("crt"), certificate.pem())
            .and_then(|()| fs::write(stem.with_extension("key"), key.serialize_pem()))
            .map_err(|error| format!("{}: {error}", stem.display()))
    }
}
