use {
    super::{Security, SslMode, endpoint::Endpoint, security::configure},
    crate::act::{Failure, Probe},
    bytes::BytesMut,
    postgres_protocol::message::frontend,
    rustls::{ClientConnection, StreamOwned, pki_types::ServerName},
    std::{
        io::{self, Read, Write},
        net::TcpStream,
        os::unix::net::UnixStream,
        sync::Arc,
        time::Duration,
    },
};

/// After so long without an answer it is asked whether the step still goes on.
const BREATH: Duration = Duration::from_millis(200);
/// How long connecting over the network may take, if nothing else was said.
const PATIENCE: Duration = Duration::from_secs(60);

/// The bytes to and from a server.
pub enum Stream {
    Socket(UnixStream),
    Plain(TcpStream),
    Encrypted(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// Whether a connection is to be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    No,
    IfPossible,
    Yes,
}

impl Encryption {
    /// What is tried, in order.
    pub fn attempts(mode: SslMode) -> &'static [Self] {
        match mode {
            SslMode::Disable => &[Self::No],
            SslMode::Allow => &[Self::No, Self::Yes],
            SslMode::Prefer => &[Self::IfPossible, Self::No],
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Self::Yes],
        }
    }
}

impl Stream {
    /// Connects.
    ///
    /// # Errors
    /// The system's reason, or that the server cannot encrypt what has to be encrypted.
    pub fn connect(
        probe: &Probe,
        endpoint: &Endpoint,
        patience: Option<Duration>,
        encryption: Encryption,
        security: &Security,
    ) -> Result<Self, StreamError> {
        match endpoint {
            Endpoint::Socket(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(BREATH))?;
                Ok(Self::Socket(stream))
            }
            Endpoint::Network(address, name) => {
                let stream = TcpStream::connect_timeout(address, patience.unwrap_or(PATIENCE))?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(patience.unwrap_or(PATIENCE)))?;
                let stream = match encryption {
                    Encryption::No => Self::Plain(stream),
                    _ => encrypt(probe, stream, name, encryption, security)?,
                };
                stream.breathe()?;
                Ok(stream)
            }
        }
    }

    fn breathe(&self) -> io::Result<()> {
        match self {
            Self::Socket(stream) => stream.set_read_timeout(Some(BREATH)),
            Self::Plain(stream) => stream.set_read_timeout(Some(BREATH)),
            Self::Encrypted(stream) => stream.sock.set_read_timeout(Some(BREATH)),
        }
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    #[error("{0}")]
    System(#[from] io::Error),
    #[error("server does not support SSL, but SSL was required")]
    NoEncryption,
    #[error(transparent)]
    Certificates(#[from] Failure),
}

/// Asks whether the server can, and does it.
fn encrypt(
    probe: &Probe,
    mut stream: TcpStream,
    name: &str,
    encryption: Encryption,
    security: &Security,
) -> Result<Stream, StreamError> {
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    stream.write_all(&request)?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    if answer != *b"S" {
        return match encryption {
            Encryption::Yes => Err(StreamError::NoEncryption),
            _ => Ok(Stream::Plain(stream)),
        };
    }
    let config = configure(probe, security)?;
    let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(Stream::Encrypted(Box::new(stream)))
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Socket(stream) => stream.read(buffer),
            Self::Plain(stream) => stream.read(buffer),
            Self::Encrypted(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Socket(stream) => stream.write(bytes),
            Self::Plain(stream) => stream.write(bytes),
            Self::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Socket(stream) => stream.flush(),
            Self::Plain(stream) => stream.flush(),
            Self::Encrypted(stream) => stream.flush(),
        }
    }
}
