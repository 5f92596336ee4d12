use {
    crate::act::{Failure, Probe},
    rustls::crypto::ring,
    std::{
        path::{Path, PathBuf},
        sync::Arc,
    },
    ureq::tls::{Certificate, ClientCert, PemItem, RootCerts, TlsConfig, parse_pem},
};

/// Where distributions keep the bundle of certificate authorities that the host trusts.
const BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// Whom a TLS connection trusts, and how it shows who it is itself.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Take any certificate.
    pub blind: bool,
    /// A PEM file with authorities to trust besides the host's own.
    pub ca_path: Option<PathBuf>,
    pub client_cert: Option<PathBuf>,
    /// Where the key is not in the file of the certificate.
    pub client_key: Option<PathBuf>,
}

impl Trust {
    /// Reads the certificates from the host.
    pub fn config(&self, probe: &Probe) -> Result<TlsConfig, Failure> {
        let config = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .client_cert(self.client(probe)?);
        if self.blind {
            return Ok(config.disable_verification(true).build());
        }
        let roots = self.roots(probe)?;
        Ok(config
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .build())
    }

    fn roots(&self, probe: &Probe) -> Result<Vec<Certificate<'static>>, Failure> {
        let mut roots = Vec::new();
        let own = probe.step().environment.get("SSL_CERT_FILE");
        let bundles = own.map(String::as_str).into_iter().chain(BUNDLES);
        for bundle in bundles.map(Path::new) {
            if probe.exists(bundle)? {
                roots = certificates(&probe.read(bundle)?);
                break;
            }
        }
        if let Some(path) = &self.ca_path {
            let more = certificates(&probe.read(path)?);
            if more.is_empty() {
                let path = path.display();
                return Err(Failure::refused(format!(
                    "ca_path: {path} holds no certificate"
                )));
            }
            roots.extend(more);
        }
        match roots.is_empty() {
            false => Ok(roots),
            true => Err(Failure::refused(
                "the host has no bundle of certificate authorities to trust; install the package ca-certificates, or name \
                 a file with ca_path",
            )),
        }
    }

    fn client(&self, probe: &Probe) -> Result<Option<ClientCert>, Failure> {
        let Some(path) = &self.client_cert else {
            return Ok(None);
        };
        let pem = probe.read(path)?;
        let chain = certificates(&pem);
        let (pem, path) = match &self.client_key {
            Some(path) => (probe.read(path)?, path),
            None => (pem, path),
        };
        let keys = parse_pem(&pem).filter_map(|item| match item {
            Ok(PemItem::PrivateKey(key)) => Some(key),
            _ => None,
        });
        match keys.last() {
            Some(key) if !chain.is_empty() => Ok(Some(ClientCert::new_with_certs(&chain, key))),
            Some(_) => Err(Failure::refused("client_cert holds no certificate")),
            None => Err(Failure::refused(format!(
                "{} holds no private key; name it with client_key",
                path.display()
            ))),
        }
    }
}

/// What is no certificate is passed over, as everywhere such bundles are read.
fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    items.collect()
}
