//! A handshake for the certificates that a server shows.

use {
    rustls::{
        ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore,
        SignatureScheme,
        client::{
            danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
            verify_server_cert_signed_by_trust_anchor,
        },
        crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
        pki_types::{CertificateDer, ServerName, UnixTime},
        server::ParsedCertificate,
    },
    std::{net::TcpStream, sync::Arc},
};

/// Takes any certificate, or those of these authorities, for whatever name.
#[derive(Debug)]
struct Taker {
    roots: Option<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Taker {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(roots) = &self.roots {
            let end = ParsedCertificate::try_from(end)?;
            let known = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&end, roots, between, now, known)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        end: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, end, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        end: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, end, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}

/// The certificates that a server shows, its own first, as DER. `roots` are the authorities that must have signed them.
///
/// # Errors
/// There was no handshake: why.
pub fn certificates(
    stream: &mut TcpStream,
    name: &str,
    roots: Option<&[Vec<u8>]>,
) -> Result<Vec<Vec<u8>>, String> {
    let provider = Arc::new(ring::default_provider());
    let roots = roots.map(|roots| {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(roots.iter().map(|der| der.as_slice().into()));
        store
    });
    let taker = Arc::new(Taker {
        roots,
        provider: Arc::clone(&provider),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(taker)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?;
    let connection = ClientConnection::new(Arc::new(config), name);
    let mut connection = connection.map_err(|error| error.to_string())?;
    while connection.is_handshaking() {
        connection
            .complete_io(stream)
            .map_err(|error| error.to_string())?;
    }
    let shown = connection.peer_certificates().unwrap_or_default();
    Ok(shown
        .iter()
        .map(|certificate| certificate.to_vec())
        .collect())
}
