use {
    super::verifier::Verifier,
    crate::act::{Failure, Probe},
    rustls::{
        ClientConfig, RootCertStore,
        client::WebPkiServerVerifier,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    std::{
        path::{Path, PathBuf},
        sync::Arc,
    },
};

/// Whether a connection over the network is to be encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SslMode {
    /// Only if the server insists.
    Allow,
    Disable,
    /// If the server can.
    #[default]
    Prefer,
    Require,
    /// And the server's certificate has to be of an authority that is trusted.
    VerifyCa,
    /// And it has to name the host.
    VerifyFull,
}

/// How a connection over the network is protected.
#[derive(Clone, Debug, Default)]
pub struct Security {
    pub mode: SslMode,
    /// A PEM file with the authorities to trust.
    pub authorities: Option<PathBuf>,
    /// PEM files with the certificate and key to show.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

/// What TLS needs to know.
pub fn configure(probe: &Probe, security: &Security) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(ring::default_provider());
    let insists = matches!(security.mode, SslMode::VerifyCa | SslMode::VerifyFull);
    let judge = match &security.authorities {
        Some(path) if insists || probe.exists(path)? => {
            let roots = Arc::new(roots(probe, path)?);
            let judge = WebPkiServerVerifier::builder_with_provider(roots, provider.clone());
            Some(judge.build().map_err(|error| unusable(path, &error))?)
        }
        None if insists => {
            return Err(Failure::refused(
                "unable to connect to database: ssl_mode verifies the server's certificate, but no authority is trusted; \
                 name a PEM file with ca_cert",
            ));
        }
        _ => None,
    };
    let verifier = Verifier {
        judge,
        names: security.mode == SslMode::VerifyFull,
        algorithms: provider.signature_verification_algorithms,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::refused(format!("TLS: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let (Some(certificate), Some(key)) = (&security.certificate, &security.key) else {
        return Ok(config.with_no_client_auth());
    };
    let chain = certificates(probe, certificate)?;
    let pem = probe.read(key)?;
    let secret = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| unusable(key, &error))?;
    config
        .with_client_auth_cert(chain, secret)
        .map_err(|error| unusable(certificate, &error))
}

fn roots(probe: &Probe, path: &Path) -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates(probe, path)?);
    Ok(roots)
}

fn certificates(probe: &Probe, path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let pem = probe.read(path)?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    read.map_err(|error| unusable(path, &error))
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::refused(format!("cannot use {}: {error}", path.display()))
}
