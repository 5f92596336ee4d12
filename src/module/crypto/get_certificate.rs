mod handshake;

use {
    super::{
        certificate::Certificate, decimal, moment, name::Parts, number,
        openssl_privatekey::Backend, pem::Pem,
    },
    crate::{
        act::{Acts, Failure, Look, Probe, seconds},
        module::{HostPath, Module},
        wire::Object,
    },
    base64::{Engine as _, prelude::BASE64_STANDARD},
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    serde_json::Value,
    std::{
        io::{Read, Write},
        net::{SocketAddr, TcpStream},
        time::Duration,
    },
};

/// How MySQL is asked to go on with TLS.
const MYSQL: &[u8] =
    b"\x20\0\0\x01\x85\xae\x7f\0\0\0\0\x01\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// Get the certificate that a server shows, and what is in it.
///
/// The certificate is not checked, unless `ca_cert` says whose it must be. TLS 1.2 and 1.3 are spoken.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct GetCertificate {
    /// The server: a name or an address.
    host: String,
    /// Its port.
    port: u16,
    /// A PEM file on the host: one of its certificates must have signed the server's.
    ca_cert: Option<HostPath>,
    /// The name to ask the server for, where `host` is not it.
    server_name: Option<String>,
    /// Connect through this proxy.
    proxy_host: Option<String>,
    /// The port of the proxy.
    #[serde(default = "usual_proxy_port")]
    proxy_port: u16,
    /// The protocol in which TLS is asked for.
    starttls: Option<Protocol>,
    /// How many seconds to wait for each answer.
    #[serde(default = "usual_timeout")]
    timeout: u32,
    /// Give the content of extensions as base64. It is the only form here.
    #[serde(default = "yes")]
    asn1_base64: bool,
    /// Return all certificates that the server shows, as `unverified_chain`.
    #[serde(default)]
    get_certificate_chain: bool,
    /// Means nothing here.
    #[serde(default)]
    #[expect(dead_code, reason = "both choices mean the same")]
    select_crypto_backend: Backend,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    Mysql,
}

fn usual_proxy_port() -> u16 {
    8080
}

fn usual_timeout() -> u32 {
    10
}

fn yes() -> bool {
    true
}

impl Module for GetCertificate {
    const NAME: &'static str = "get_certificate";
    const COLLECTION: &'static str = "community.crypto";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        if !self.asn1_base64 {
            let why = "asn1_base64: no: bytes that are no text do not reach the controller";
            return Err(Failure::refused(why));
        }
        let roots = self.roots(probe)?;
        let shown = self.shown(probe, roots.as_deref());
        let shown = shown.map_err(|error| self.failed(probe, &error))?;
        let end = shown.first().and_then(|der| Certificate::of(der));
        let (Some(der), Some(end)) = (shown.first(), end) else {
            return Err(self.failed(probe, "the server showed no certificate"));
        };
        let mut acts = Acts::new();
        acts.values(told(der, &end));
        if self.get_certificate_chain {
            let chain: Vec<String> = shown.iter().map(|der| pem(der)).collect();
            acts.value("unverified_chain", chain);
        }
        Ok(acts.into_look())
    }
}

impl GetCertificate {
    fn roots(&self, probe: &Probe) -> Result<Option<Vec<Vec<u8>>>, Failure> {
        let Some(path) = &self.ca_cert else {
            return Ok(None);
        };
        let bytes = probe.read(&path.on(probe)?)?;
        let roots: Vec<_> = Pem::all(&bytes).into_iter().map(|pem| pem.der).collect();
        match roots.is_empty() {
            false => Ok(Some(roots)),
            true => Err(Failure::refused("ca_cert: there is no certificate in it")),
        }
    }

    fn shown(&self, probe: &Probe, roots: Option<&[Vec<u8>]>) -> Result<Vec<Vec<u8>>, String> {
        let (host, port) = match &self.proxy_host {
            Some(host) => (host, self.proxy_port),
            None => (&self.host, self.port),
        };
        let mut stream = self.connect(probe, host, port)?;
        let said = |error: std::io::Error| error.to_string();
        if self.proxy_host.is_some() {
            let line = format!("CONNECT {}:{} HTTP/1.0\r\n\r\n", self.host, self.port);
            stream.write_all(line.as_bytes()).map_err(said)?;
            let mut answer = [0; 8192];
            let length = stream.read(&mut answer).map_err(said)?;
            let answer = String::from_utf8_lossy(&answer[..length]);
            let status = answer.lines().next().unwrap_or_default();
            if status.split(' ').nth(1) != Some("200") {
                return Err(format!("the proxy answered {status}"));
            }
        }
        if self.starttls == Some(Protocol::Mysql) {
            let mut greeting = [0; 8192];
            stream.read(&mut greeting).map_err(said)?;
            stream.write_all(MYSQL).map_err(said)?;
        }
        let name = self.server_name.as_ref().unwrap_or(&self.host);
        handshake::certificates(&mut stream, name, roots)
    }

    fn connect(&self, probe: &Probe, host: &str, port: u16) -> Result<TcpStream, String> {
        let patience = Duration::from_secs(u64::from(self.timeout.max(1)));
        let addresses = probe.addresses(host).map_err(|error| error.to_string())?;
        let mut last = "the name is not known".to_owned();
        for address in addresses {
            let address = SocketAddr::new(address, port);
            match TcpStream::connect_timeout(&address, patience) {
                Ok(stream) => {
                    let limited = stream
                        .set_read_timeout(Some(patience))
                        .and_then(|()| stream.set_write_timeout(Some(patience)));
                    return limited.map(|()| stream).map_err(|error| error.to_string());
                }
                Err(error) => last = error.to_string(),
            }
        }
        Err(last)
    }

    /// In a dry run, a server that an earlier step would start is not there yet.
    fn failed(&self, probe: &Probe, error: &str) -> Failure {
        let (host, port) = (&self.host, self.port);
        if let Some(pending) = probe.pending() {
            return Failure::Unforeseeable(format!(
                "the certificate of {host}:{port}; it may come with {pending}"
            ));
        }
        Failure::refused(match &self.proxy_host {
            Some(proxy) => format!(
                "Failed to get cert via proxy {proxy}:{} from {host}:{port}, error: {error}",
                self.proxy_port
            ),
            None => format!("Failed to get cert from {host}:{port}, error: {error}"),
        })
    }
}

fn told(der: &[u8], certificate: &Certificate) -> Object {
    let extensions = certificate.extensions.iter().map(|extension| {
        let data = BASE64_STANDARD.encode(extension.extn_value.as_bytes());
        let parts: [(&str, Value); 3] = [
            ("critical", extension.critical.into()),
            ("asn1_data", data.into()),
            ("name", number::short(&extension.extn_id).into()),
        ];
        let parts = parts.into_iter();
        Value::Object(
            parts
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    });
    let told: [(&str, Value); 10] = [
        ("cert", pem(der).into()),
        ("subject", name(&certificate.subject)),
        ("issuer", name(&certificate.issuer)),
        ("expired", (certificate.not_after < seconds()).into()),
        ("extensions", extensions.collect::<Vec<_>>().into()),
        ("not_after", moment::written(certificate.not_after).into()),
        ("not_before", moment::written(certificate.not_before).into()),
        ("serial_number", decimal::value(&certificate.serial)),
        ("signature_algorithm", certificate.algorithm().into()),
        ("version", certificate.version.into()),
    ];
    let told = told.into_iter();
    told.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn pem(der: &[u8]) -> String {
    Pem::new("CERTIFICATE", der.to_vec()).text()
}

fn name(parts: &Parts) -> Value {
    let parts = parts.0.iter();
    let parts = parts.map(|(id, value)| (number::short(id), Value::from(value.as_str())));
    Value::Object(parts.collect())
}

#[cfg(test)]
mod tests {
    use {
        super::Pem,
        crate::{act::Scratch, module::trial::Trial},
        rustls::{
            ServerConfig, ServerConnection,
            crypto::ring,
            pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
        },
        serde_json::json,
        std::{net::TcpListener, sync::Arc, thread},
    };

    const NAME: &str = "get_certificate";

    /// Makes a key and a certificate, and listens with them on the port that is given back.
    fn server(trial: &mut Trial, scratch: &Scratch) -> u16 {
        let [key, csr, crt] = ["key", "csr", "crt"].map(|name| scratch.at(name));
        let curve = json!({"path": key, "type": "ECC", "curve": "secp256r1", "format": "pkcs8"});
        trial.change("openssl_privatekey", curve);
        let request = json!({"path": csr, "privatekey_path": key, "C": "DE", "CN": "example.org"});
        trial.change("openssl_csr", request);
        let own =
            json!({"path": crt, "csr_path": csr, "privatekey_path": key, "provider": "selfsigned"});
        trial.change("x509_certificate", own);
        let der = |name: &str| Pem::first(scratch.read(name).as_bytes()).unwrap().der;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der("key")));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![der("crt").into()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                while connection.is_handshaking() {
                    if connection.complete_io(&mut stream).is_err() {
                        break;
                    }
                }
            }
        });
        port
    }

    #[test]
    fn tells_what_a_server_shows() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let port = server(&mut trial, &scratch);
        let arguments = json!({"host": "127.0.0.1", "port": port, "get_certificate_chain": true});
        let told = trial.same(NAME, arguments);
        assert_eq!(told["cert"], scratch.read("crt"));
        assert_eq!(told["subject"], json!({"C": "DE", "CN": "example.org"}));
        assert_eq!(told["issuer"], told["subject"]);
        assert_eq!(told["expired"], false);
        assert_eq!(told["version"], 2);
        assert_eq!(told["signature_algorithm"], "ecdsa-with-SHA256");
        assert_eq!(told["extensions"][0]["name"], "subjectAltName");
        assert_eq!(told["unverified_chain"], json!([told["cert"]]));
    }

    #[test]
    fn whose_the_certificate_must_be_can_be_said() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let port = server(&mut trial, &scratch);
        let other = Scratch::new();
        server(&mut trial, &other);
        let with = |ca| json!({"host": "127.0.0.1", "port": port, "ca_cert": ca});
        trial.same(NAME, with(scratch.at("crt")));
        let refused = trial.apply(NAME, with(other.at("crt")));
        assert!(
            refused
                .msg
                .unwrap()
                .starts_with("Failed to get cert from 127.0.0.1")
        );
    }

    #[test]
    fn nobody_there_is_an_error() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let outcome = Trial::new().apply(NAME, json!({"host": "127.0.0.1", "port": port}));
        assert!(outcome.msg.unwrap().contains("Connection refused"));
    }
}
